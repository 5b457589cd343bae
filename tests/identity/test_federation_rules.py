"""Which providers the settings may name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamverse.app.settings import load_settings
from streamverse.domains.identity.rules.federation import (
    Flow,
    Person,
    parse_providers,
    shown_name,
)
from streamverse.kit.settings import SettingsInvalid

GOOD = {"id": "example", "issuer": "https://id.example.org", "client_id": "c", "client_secret": "s"}
APPLE = {"team_id": "T", "key_id": "K", "private_key": "P"}


def parse(**entry: Any) -> Any:
    return parse_providers(json.dumps([{**GOOD, **entry}]))[0]


def test_known_providers_need_only_an_id_and_a_secret():
    text = json.dumps(
        [
            {"id": "google", "client_id": "c", "client_secret": "s"},
            {"id": "facebook", "client_id": "c", "client_secret": "s"},
            {"id": "apple", "client_id": "c", "apple": APPLE},
            GOOD,
        ]
    )
    found = [(provider.name, provider.issuer) for provider in parse_providers(text)]
    assert found == [
        ("Google", "https://accounts.google.com"),
        ("Facebook", "https://www.facebook.com"),
        ("Apple", "https://appleid.apple.com"),
        ("Example", "https://id.example.org"),
    ]
    assert parse_providers("") == ()


def test_what_is_secret_is_not_shown():
    assert "s" not in repr(parse(client_secret="sesame")).split("client_secret")[-1:]
    assert "sesame" not in repr(parse(client_secret="sesame"))
    shown = repr(parse(client_secret="", apple={**APPLE, "private_key": "sesame"}))
    assert "sesame" not in shown


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"id": "Example"}, "up to 32 small letters"),
        ({"id": "a/b"}, "up to 32 small letters"),
        ({"issuer": "http://id.example.org"}, "needs an issuer that begins with https://"),
        ({"issuer": ""}, "needs an issuer that begins with https://"),
        ({"issuer": "http://127.0.0.1:9000"}, "needs an issuer that begins with https://"),
        (
            {"issuer": "http://id.example.org", "is_local_allowed": True},
            "needs an issuer that begins with https://",
        ),
        ({"client_id": ""}, "needs a client_id"),
        ({"client_secret": ""}, "either a client_secret or apple"),
        ({"apple": APPLE}, "either a client_secret or apple"),
        ({"scopes": ["email"]}, "must include openid"),
        ({"secret": "x"}, "no list of providers"),
        ({"client_id": 1}, "no list of providers"),
    ],
)
def test_a_provider_that_cannot_work_is_refused(entry: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        parse(**entry)


def test_two_providers_are_two():
    with pytest.raises(ValueError, match="the same id"):
        parse_providers(json.dumps([GOOD, GOOD]))


def test_the_start_stops_at_a_setting_that_cannot_work(tmp_path: Any):
    with pytest.raises(SettingsInvalid, match="OIDC_PROVIDERS is not valid, but must be") as no:
        load_settings(
            {"STREAMVERSE_OIDC_PROVIDERS": '[{"id": "sesame"}]'}, overrides={"data_dir": tmp_path}
        )
    assert "sesame" not in str(no.value)


def test_a_flow_is_derived_and_its_parts_tell_nothing_of_each_other():
    flow = Flow.of("secret")
    assert flow == Flow.of("secret")
    assert len({flow.nonce, flow.verifier, flow.challenge, Flow.of("other").nonce}) == 4
    assert {len(part) for part in (flow.nonce, flow.verifier, flow.challenge)} == {43}


@pytest.mark.parametrize(
    ("name", "email", "shown"),
    [
        ("Ada", "a@example.org", "Ada"),
        (None, "a@example.org", "a"),
        ("\u202e\n", "a@example.org", "—"),
        ("x" * 500, None, "x" * 80),
    ],
)
def test_a_name_is_shown_as_far_as_it_can_be(name: str | None, email: str | None, shown: str):
    person = Person("https://id.example.org", "s", email, is_email_verified=True, name=name)
    assert shown_name(person) == shown
