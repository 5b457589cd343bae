"""Whether a title that somebody may know of can be watched now, and what licences are given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from streamverse.domains.catalog.contracts import Visibility
from streamverse.domains.playback.errors import LicenseRequestInvalid, LicensesThrottled
from streamverse.domains.playback.rules.access import Access, Wish, decide_access
from streamverse.domains.playback.rules.licenses import MAX_KEYS, read_key_ids, write_base64url
from streamverse.domains.playback.service.license_throttle import (
    LICENSES_PER_WINDOW,
    LicenseThrottle,
)
from streamverse.kit.clock import FixedClock
from streamverse.mediakit.ladder import CodecFamily
from streamverse.mediakit.tailoring import Tailoring

H264, HEVC, AV1 = CodecFamily.H264, CodecFamily.HEVC, CodecFamily.AV1
OLD = Tailoring(codecs=("avc1", "mp4a"))


@pytest.mark.parametrize(
    ("has_failed", "is_playable", "access"),
    [
        (False, True, Access.ALLOWED),
        (True, True, Access.ALLOWED),
        (False, False, Access.NOT_YET),
        (True, False, Access.FAILED),
    ],
)
def test_access(*, has_failed: bool, is_playable: bool, access: Access) -> None:
    assert decide_access(Wish(has_failed=has_failed, is_playable=is_playable)) is access


@pytest.mark.parametrize(
    ("changes", "access"),
    [
        ({"visibility": Visibility.GONE}, Access.NOT_FOUND),
        ({"visibility": Visibility.NOT_PUBLISHED}, Access.NOT_FOUND),
        ({"visibility": Visibility.TOO_MATURE}, Access.TOO_MATURE),
        ({"visibility": Visibility.NOT_HERE, "is_playable": False}, Access.NOT_HERE),
        ({"visibility": Visibility.NOT_NOW}, Access.NOT_NOW),
        ({"codec_families": (HEVC, AV1), "tailoring": OLD}, Access.NOT_ON_DEVICE),
        ({"codec_families": (HEVC, H264), "tailoring": OLD}, Access.ALLOWED),
        ({"codec_families": (HEVC,)}, Access.ALLOWED),
        ({"streams": 3, "streams_at_once": 3}, Access.TOO_MANY_STREAMS),
        ({"streams": 2, "streams_at_once": 3}, Access.ALLOWED),
        ({"streams": 99, "streams_at_once": 0}, Access.ALLOWED),
        (
            {"devices": 2, "devices_at_most": 2, "is_device_known": False},
            Access.TOO_MANY_DEVICES,
        ),
        ({"devices": 2, "devices_at_most": 2}, Access.ALLOWED),
        ({"age": 16, "open_age": 12}, Access.PIN_NEEDED),
        ({"age": 12, "open_age": 12}, Access.ALLOWED),
        ({"age": 16, "open_age": 12, "is_pin_shown": True}, Access.ALLOWED),
        (
            {"age": 16, "open_age": 12, "streams": 3, "streams_at_once": 3},
            Access.TOO_MANY_STREAMS,
        ),
        ({"devices": 9, "devices_at_most": 0, "is_device_known": False}, Access.ALLOWED),
    ],
)
def test_reasons(changes: dict[str, Any], access: Access) -> None:
    wish = {"is_playable": True, "has_failed": False, **changes}
    assert decide_access(Wish(**wish)) is access


def test_names_of_keys():
    ids = [uuid4() for _ in range(MAX_KEYS)]
    assert read_key_ids([write_base64url(key_id.bytes) for key_id in ids], "temporary") == ids
    assert write_base64url(bytes(16)) == "AAAAAAAAAAAAAAAAAAAAAA"
    with pytest.raises(LicenseRequestInvalid, match="from 1 to 100 keys"):
        read_key_ids([write_base64url(bytes(16))] * (MAX_KEYS + 1), "temporary")


def test_a_minute_of_licences():
    clock, throttle, holder = FixedClock(), LicenseThrottle(), uuid4()
    for _ in range(LICENSES_PER_WINDOW):
        throttle.enter(holder, clock.now())
    clock.advance(timedelta(seconds=20))
    with pytest.raises(LicensesThrottled) as refusal:
        throttle.enter(holder, clock.now())
    assert refusal.value.retry_after_s == 40
    throttle.enter(uuid4(), clock.now())
    clock.advance(timedelta(seconds=40))
    throttle.enter(holder, clock.now())
