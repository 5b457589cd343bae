"""What an operator can set."""

from pathlib import Path

import pytest

from streamverse.app.manual import render_manual
from streamverse.app.settings import (
    Settings,
    load_settings,
    master_secrets,
    unknown_variables,
)
from streamverse.kit.settings import SettingsInvalid
from streamverse.mediakit.ladder import CodecFamily

MANUAL = Path(__file__).parents[2] / "docs" / "operate" / "settings.md"
SECRET = "s" * 32
OLD_SECRET = "o" * 40


def load(tmp_path: Path, **environ: str) -> Settings:
    given = {f"STREAMVERSE_{name.upper()}": text for name, text in environ.items()}
    return load_settings({"STREAMVERSE_DATA_DIR": str(tmp_path), **given})


def test_manual_is_current():
    assert MANUAL.read_text(encoding="utf-8") == render_manual(), (
        "Run: python -m streamverse.app.manual > docs/operate/settings.md"
    )


def test_everything_lies_in_the_data_folder_by_default(tmp_path: Path):
    settings = load(tmp_path)
    assert settings.data_dir == tmp_path
    assert settings.store_url == f"file://{tmp_path}/store"
    assert settings.database_url == f"sqlite:///{tmp_path}/streamverse.db"
    assert settings.public_url == "http://127.0.0.1:8400"
    assert not settings.is_secure
    assert list(tmp_path.iterdir()) == []


def test_data_folder_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STREAMVERSE_PORT", "9001")
    settings = load_settings()
    assert settings.data_dir == tmp_path / "data"
    assert settings.port == 9001


def test_given_addresses_are_kept(tmp_path: Path):
    settings = load(
        tmp_path,
        store_url="s3://bucket/films",
        database_url="postgresql+asyncpg://me:hidden@db/films",
        public_url="https://video.example.org/",
    )
    assert settings.store_url == "s3://bucket/films"
    assert settings.database_url == "postgresql+asyncpg://me:hidden@db/films"
    assert settings.public_url == "https://video.example.org"
    assert settings.is_secure


def test_address_of_an_ipv6_host_has_brackets(tmp_path: Path):
    assert load(tmp_path, host="::1").public_url == "http://[::1]:8400"


def test_file_in_the_data_folder_is_read(tmp_path: Path):
    (tmp_path / "streamverse.toml").write_text("port = 9000\nsession_days = 7\n")
    settings = load(tmp_path, session_days="8")
    assert (settings.port, settings.session_days) == (9000, 8)


def test_named_file_is_read_instead(tmp_path: Path):
    (tmp_path / "streamverse.toml").write_text("port = 9000\n")
    named = tmp_path / "other.toml"
    named.write_text(f'port = 9002\ndata_dir = "{tmp_path}/elsewhere"\n')
    settings = load_settings({}, config=named, overrides={"host": "0.0.0.0"})
    assert (settings.port, settings.host) == (9002, "0.0.0.0")
    assert settings.data_dir == tmp_path / "elsewhere"


def test_named_file_must_be_there(tmp_path: Path):
    with pytest.raises(SettingsInvalid, match="there is no such file"):
        load_settings({}, config=tmp_path / "nothing.toml")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("store_url", "store", "`file:///folder` or `s3://bucket/prefix`"),
        ("store_url", "file:relative", "`file:///folder` or `s3://bucket/prefix`"),
        ("store_url", "s3://", "`file:///folder` or `s3://bucket/prefix`"),
        ("public_url", "video.example.org", "an address such as `https://video.example.org`"),
        ("s3_endpoint", "ftp://x", "an address such as `https://s3.example.org`"),
        ("trusted_proxies", "10.0.0.1,x", "a list of networks such as `10.0.0.0/8`"),
        ("job_lease_seconds", "1", "a whole number of at least 5"),
        ("codecs", "hevc,av1", "a list of `h264`, `hevc` and `av1`, separated by commas, with"),
        ("codecs", "h264,h264", "a list of `h264`, `hevc` and `av1`, separated by commas, with"),
        ("codecs", "h264,vp9", "a list of `h264`, `hevc` and `av1`, separated by commas, with"),
        ("log_level", "loud", "`debug` or `info` or `warning` or `error`"),
    ],
)
def test_wrong_value_is_refused_with_what_is_expected(
    tmp_path: Path, name: str, text: str, expected: str
):
    with pytest.raises(SettingsInvalid) as caught:
        load(tmp_path, **{name: text})
    sentence = f'STREAMVERSE_{name.upper()} is "{text}", but must be {expected}'
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "text"), [("secret_key", f"{SECRET},short"), ("database_url", "mysql://me:hidden@db")]
)
def test_wrong_secret_is_refused_without_being_shown(tmp_path: Path, name: str, text: str):
    with pytest.raises(SettingsInvalid) as caught:
        load(tmp_path, **{name: text})
    assert str(caught.value).startswith(f"STREAMVERSE_{name.upper()} is not valid, but must be ")
    assert "hidden" not in str(caught.value)
    assert "short" not in str(caught.value)


def test_secrets_are_not_shown(tmp_path: Path):
    settings = load(
        tmp_path,
        secret_key=SECRET,
        s3_secret_access_key="hidden",
        database_url="postgresql://me:hidden@db/films",
    )
    assert SECRET not in repr(settings)
    assert "hidden" not in repr(settings)


def test_codecs_are_accepted(tmp_path: Path):
    assert load(tmp_path).codecs == (CodecFamily.H264,)
    settings = load(tmp_path, codecs="h264, av1")
    assert settings.codecs == (CodecFamily.H264, CodecFamily.AV1)


def test_networks_are_accepted(tmp_path: Path):
    settings = load(tmp_path, trusted_proxies="10.0.0.0/8, ::1")
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")


def test_master_secret_is_made_and_kept(tmp_path: Path):
    settings = load(tmp_path)
    [secret] = master_secrets(settings)
    assert master_secrets(settings) == (secret,)
    assert (tmp_path / "secret.key").read_text().strip() == secret.hex()


def test_master_secrets_can_be_given(tmp_path: Path):
    settings = load(tmp_path, secret_key=f"{SECRET},{OLD_SECRET}")
    assert master_secrets(settings) == (SECRET.encode(), OLD_SECRET.encode())
    assert list(tmp_path.iterdir()) == []


def test_unknown_variables_are_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STREAMVERSE_PROT", "1")
    assert "Did you mean STREAMVERSE_PORT?" in unknown_variables()[0]
    assert unknown_variables({"STREAMVERSE_PORT": "1"}) == []


def test_several_processes_need_postgresql(tmp_path: Path):
    with pytest.raises(SettingsInvalid, match="one process at a time writes to SQLite") as refused:
        load(tmp_path, api_processes="2")
    assert [one.field for one in refused.value.fields] == ["api_processes"]
    url = "postgresql+asyncpg://user@host/name"
    assert load(tmp_path, api_processes="2", database_url=url).api_processes == 2
