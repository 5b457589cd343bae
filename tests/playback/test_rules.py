"""Who may watch what, as a table."""

from __future__ import annotations

from itertools import product

import pytest

from streamverse.domains.playback.rules import Access, decide_access


@pytest.mark.parametrize(
    ("sees_unpublished", "is_published", "has_failed", "is_playable", "access"),
    [
        # Viewers do not learn of what is not published, in whatever state it is.
        (False, False, False, False, Access.NOT_VISIBLE),
        (False, False, False, True, Access.NOT_VISIBLE),
        (False, False, True, False, Access.NOT_VISIBLE),
        (False, False, True, True, Access.NOT_VISIBLE),
        (False, True, False, False, Access.NOT_YET),
        (False, True, False, True, Access.ALLOWED),
        (False, True, True, False, Access.FAILED),
        (False, True, True, True, Access.ALLOWED),
        (True, False, False, False, Access.NOT_YET),
        (True, False, False, True, Access.ALLOWED),
        (True, False, True, False, Access.FAILED),
        (True, False, True, True, Access.ALLOWED),
        (True, True, False, False, Access.NOT_YET),
        (True, True, False, True, Access.ALLOWED),
        (True, True, True, False, Access.FAILED),
        (True, True, True, True, Access.ALLOWED),
    ],
)
def test_every_case(
    sees_unpublished: bool, is_published: bool, has_failed: bool, is_playable: bool, access: Access
):
    decided = decide_access(
        sees_unpublished=sees_unpublished,
        is_published=is_published,
        has_failed=has_failed,
        is_playable=is_playable,
    )
    assert decided is access


def test_nobody_watches_what_is_not_there():
    for sees_unpublished, is_published, has_failed in product((True, False), repeat=3):
        decided = decide_access(
            sees_unpublished=sees_unpublished,
            is_published=is_published,
            has_failed=has_failed,
            is_playable=False,
        )
        assert decided is not Access.ALLOWED
