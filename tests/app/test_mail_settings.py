"""Where mails go, as the operator says it."""

from __future__ import annotations

import pytest

from streamverse.app.settings import Settings, load_settings
from streamverse.kit.settings import SettingsInvalid


def load(**environ: str) -> Settings:
    given = {f"STREAMVERSE_{name.upper()}": text for name, text in environ.items()}
    return load_settings({"STREAMVERSE_DATA_DIR": "/nowhere", **given})


def test_mails_are_kept_by_default():
    settings = load()

    assert (settings.smtp_url, settings.mail_name) == ("", "StreamVerse")


@pytest.mark.parametrize(
    ("public_url", "address"),
    [
        ("https://video.example.org:8443", "no-reply@video.example.org"),
        ("http://localhost:8400", "no-reply@localhost"),
        ("http://192.0.2.1", "no-reply@localhost"),
        ("http://[2001:db8::1]:8400", "no-reply@localhost"),
    ],
)
def test_mails_come_from_the_public_address(public_url: str, address: str):
    assert load(public_url=public_url).mail_from == address


def test_what_is_set_is_taken():
    settings = load(
        smtp_url="smtps://me:hidden@mail.example.org",
        mail_from="films@example.org",
        mail_name="Kino für alle",
    )

    assert settings.smtp_url == "smtps://me:hidden@mail.example.org"
    assert (settings.mail_from, settings.mail_name) == ("films@example.org", "Kino für alle")
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("smtp_url", "mail.example.org:hidden"),
        ("smtp_url", "https://me:hidden@mail.example.org"),
        ("smtp_url", "smtp://me:hidden@mail.example.org:port"),
        ("mail_from", "films"),
        ("mail_from", "Films <films@example.org>"),
        ("mail_name", "Kino\nBcc: eve@example.org"),
    ],
)
def test_what_cannot_be_is_refused(name: str, text: str):
    with pytest.raises(SettingsInvalid) as refused:
        load(**{name: text})

    assert f"STREAMVERSE_{name.upper()} is" in str(refused.value)
    assert "hidden" not in str(refused.value)
