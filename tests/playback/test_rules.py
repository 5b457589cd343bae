"""Whether a title that somebody may know of can be watched now."""

from __future__ import annotations

import pytest

from streamverse.domains.playback.rules import Access, decide_access


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
