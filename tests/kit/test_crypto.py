"""Secrets at rest."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.kit.crypto import (
    MasterSecretUnsafe,
    Undecryptable,
    Vault,
    derive_key,
    load_or_create_master_secret,
)
from streamverse.kit.errors import Unavailable

OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32


def test_derived_keys_depend_on_secret_and_purpose():
    derived = {derive_key(master, purpose) for master in (OLD_KEY, NEW_KEY) for purpose in "ab"}
    assert len(derived) == 4
    assert derive_key(OLD_KEY, "a") == derive_key(OLD_KEY, "a")
    assert {len(key) for key in derived} == {32}
    assert len(derive_key(OLD_KEY, "a", 16)) == 16


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_sealed_value_can_be_opened(plain: bytes, associated: bytes):
    vault = Vault([NEW_KEY])
    sealed = vault.encrypt(plain, associated)
    assert vault.decrypt(sealed, associated) == plain
    assert len(sealed) == len(plain) + 33


def test_same_value_is_sealed_differently_each_time():
    vault = Vault([NEW_KEY])
    assert vault.encrypt(b"secret", b"") != vault.encrypt(b"secret", b"")


@given(st.data())
def test_changed_value_is_noticed(data: st.DataObject):
    vault = Vault([NEW_KEY])
    sealed = bytearray(vault.encrypt(b"secret", b"account 1"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Undecryptable):
        vault.decrypt(bytes(sealed), b"account 1")


def test_value_that_belongs_to_something_else_is_noticed():
    vault = Vault([NEW_KEY])
    sealed = vault.encrypt(b"secret", b"account 1")
    with pytest.raises(Undecryptable, match="changed or belongs to something else") as caught:
        vault.decrypt(sealed, b"account 2")
    assert isinstance(caught.value, Unavailable)
    assert caught.value.code == "kit.undecryptable"


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"x" * 31, b"\x02" + b"x" * 60])
def test_damaged_value_is_noticed(sealed: bytes):
    with pytest.raises(Undecryptable, match="is damaged"):
        Vault([NEW_KEY]).decrypt(sealed, b"")


def test_keys_rotate():
    old, both = Vault([OLD_KEY]), Vault([NEW_KEY, OLD_KEY])
    sealed = old.encrypt(b"secret", b"")
    assert both.decrypt(sealed, b"") == b"secret"
    assert not both.is_current(sealed)
    sealed_anew = both.encrypt(b"secret", b"")
    assert both.is_current(sealed_anew)
    assert Vault([NEW_KEY]).decrypt(sealed_anew, b"") == b"secret"
    with pytest.raises(Undecryptable, match="add the old secret key behind the new one"):
        Vault([NEW_KEY]).decrypt(sealed, b"")


@pytest.mark.parametrize("keys", [[], [b"short"], [NEW_KEY, b"x" * 33]])
def test_vault_needs_good_keys(keys: list[bytes]):
    with pytest.raises(ValueError, match="at least one key, each of 32 bytes"):
        Vault(keys)


def test_master_secret_is_made_once_and_for_us_only(tmp_path: Path):
    path = tmp_path / "new folder" / "secret.key"
    secret = load_or_create_master_secret(path)
    assert len(secret) == 32
    assert load_or_create_master_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == secret.hex() + "\n"
    assert list(path.parent.iterdir()) == [path]


def test_master_secret_is_the_same_for_all_who_race_for_it(tmp_path: Path):
    path = tmp_path / "secret.key"
    with ThreadPoolExecutor(8) as pool:
        secrets = list(pool.map(load_or_create_master_secret, [path] * 8))
    assert len(set(secrets)) == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_master_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int):
    path = tmp_path / "secret.key"
    load_or_create_master_secret(path)
    path.chmod(mode)
    with pytest.raises(MasterSecretUnsafe) as caught:
        load_or_create_master_secret(path)
    assert str(caught.value) == (
        f"Other users of this machine can read the secret in {path} (mode {mode:04o}): "
        f"run `chmod 600 {path}`, and delete the file instead if someone may have read it."
    )


@pytest.mark.parametrize("content", [b"", b"abcd\n", b"z" * 64, b"\xff" * 64, b"ab" * 40])
def test_master_secret_that_is_damaged_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "secret.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(MasterSecretUnsafe, match="does not hold a secret of 64 hex digits"):
        load_or_create_master_secret(path)
    assert path.read_bytes() == content


def test_master_secret_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(_descriptor: int) -> None:
        raise OSError("the disk is broken")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="the disk is broken"):
        load_or_create_master_secret(tmp_path / "secret.key")
    assert list(tmp_path.iterdir()) == []
