"""Whether a title that somebody may know of can be watched now, and what licences are given."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from streamverse.domains.playback.errors import LicenseRequestInvalid, LicensesThrottled
from streamverse.domains.playback.rules import (
    MAX_KEYS,
    Access,
    decide_access,
    read_key_ids,
    write_base64url,
)
from streamverse.domains.playback.service.license_throttle import (
    LICENSES_PER_WINDOW,
    LicenseThrottle,
)
from streamverse.kit.clock import FixedClock


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
    assert decide_access(has_failed=has_failed, is_playable=is_playable) is access


def test_names_of_keys():
    ids = [uuid4() for _ in range(MAX_KEYS)]
    assert read_key_ids([write_base64url(key_id.bytes) for key_id in ids], "temporary") == ids
    assert write_base64url(bytes(16)) == "AAAAAAAAAAAAAAAAAAAAAA"
    with pytest.raises(LicenseRequestInvalid, match="from 1 to 16 keys"):
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
