"""What is decided without input or output: signatures, kinds of events, retries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.catalog.contracts import TitleDeleted, TitleId, TitlePublished, TitlePurged
from streamverse.domains.identity.contracts import AccountAdded, AccountId
from streamverse.domains.media.contracts import (
    AssetAccepted,
    AssetFailed,
    AssetId,
    PackageId,
    PackagePlayable,
    PackageReady,
    ProblemView,
)
from streamverse.domains.notifications.errors import KindUnknown
from streamverse.domains.notifications.rules.kinds import KINDS, check_kinds, write_body
from streamverse.domains.notifications.rules.retries import (
    PAUSES,
    is_delivered,
    next_try,
    why_disable,
)
from streamverse.domains.notifications.rules.signatures import (
    read_secret,
    signed_headers,
    write_secret,
)
from streamverse.kit.events import Event, event_name

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
A, B = UUID(int=1), UUID(int=2)
A_TEXT, B_TEXT = str(A), str(B)


def test_a_message_is_signed_as_in_the_specification() -> None:
    # The example of Standard Webhooks.
    headers = signed_headers(
        read_secret("whsec_plJ3nmyCDGBKInavdOK15jsl"),
        "msg_loFOjxBNrRLzqYUf",
        b'{"event_type":"ping","data":{"success":true}}',
        datetime.fromtimestamp(1731705121, UTC),
    )
    assert headers == {
        "webhook-id": "msg_loFOjxBNrRLzqYUf",
        "webhook-timestamp": "1731705121",
        "webhook-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    }


@given(key=st.binary(min_size=24, max_size=64), body=st.binary(max_size=200))
def test_every_signature_can_be_checked(key: bytes, body: bytes) -> None:
    assert read_secret(write_secret(key)) == key
    headers = signed_headers(key, "msg_1", body, NOW)
    signed = b"msg_1." + headers["webhook-timestamp"].encode() + b"." + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


SAID: list[tuple[Event, dict[str, object]]] = [
    (
        AssetAccepted(AssetId(A), "Film", "Credit", "Words", 2008, 1000, 320, 180),
        {"asset_id": A_TEXT, "name": "Film", "duration_ms": 1000, "width": 320, "height": 180},
    ),
    (
        PackagePlayable(AssetId(A), PackageId(B)),
        {"asset_id": A_TEXT, "package_id": B_TEXT},
    ),
    (
        PackageReady(AssetId(A), PackageId(B), 1000),
        {"asset_id": A_TEXT, "package_id": B_TEXT, "duration_ms": 1000},
    ),
    (
        AssetFailed(AssetId(A), ProblemView("media.x", "Why."), is_input_at_fault=True),
        {
            "asset_id": A_TEXT,
            "problem": {"code": "media.x", "detail": "Why."},
            "is_input_at_fault": True,
        },
    ),
    (TitlePublished(TitleId(A)), {"title_id": A_TEXT}),
    (TitleDeleted(TitleId(A)), {"title_id": A_TEXT}),
    (TitlePurged(TitleId(A), AssetId(B)), {"title_id": A_TEXT, "asset_id": B_TEXT}),
    (AccountAdded(AccountId(A)), {"account_id": A_TEXT}),
]


@pytest.mark.parametrize(("told", "said"), SAID, ids=[type(told).__name__ for told, _ in SAID])
def test_what_is_said_of_an_event(told: Event, said: dict[str, object]) -> None:
    (kind,) = [each for each in KINDS if each.event is type(told)]
    body = write_body("msg_1", kind.name, kind.say(told), NOW)
    assert json.loads(body) == {
        "id": "msg_1",
        "type": kind.name,
        "timestamp": "2030-01-01T12:00:00Z",
        "data": said,
    }


def test_kinds_are_called_as_their_events() -> None:
    assert [(kind.name, event_name(kind.event)) for kind in KINDS] == [
        (kind.name, kind.name) for kind in KINDS
    ]


def test_unknown_kinds_are_refused() -> None:
    names = ["media.package_ready", "catalog.title_published", "media.package_ready"]
    assert check_kinds(names) == ["catalog.title_published", "media.package_ready"]
    with pytest.raises(KindUnknown, match=r"no event called kit\.job, x:"):
        check_kinds(["x", "media.package_ready", "kit.job"])


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, True), (204, True), (299, True), (300, False), (302, False), (404, False), (500, False)],
)
def test_which_answers_mean_that_it_arrived(status: int, *, expected: bool) -> None:
    assert is_delivered(status) is expected


def test_no_answer_does_not() -> None:
    assert not is_delivered(None)


def test_a_message_is_tried_for_a_day() -> None:
    assert timedelta(hours=22) < sum(PAUSES, timedelta()) < timedelta(hours=26)
    assert next_try(1, NOW) == NOW + timedelta(seconds=5)
    assert next_try(len(PAUSES), NOW) == NOW + timedelta(hours=8)
    assert next_try(len(PAUSES) + 1, NOW) is None


def test_when_an_endpoint_is_switched_off() -> None:
    days = timedelta(days=5)
    assert why_disable(500, NOW - days + timedelta(seconds=1), NOW, days) is None
    assert why_disable(500, NOW - days, NOW, days) == "It has taken no message for 5 days."
    assert why_disable(None, NOW - days, NOW, days) == "It has taken no message for 5 days."
    assert why_disable(410, NOW, NOW, days) == "It answered that it is gone for good (410)."
