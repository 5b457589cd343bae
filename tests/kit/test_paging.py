"""Lists in pages."""

import base64
import sqlite3
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.kit.errors import Invalid
from streamverse.kit.paging import CursorInvalid, Listing, Page, is_after, is_before

Key = tuple[datetime, UUID]
NEWEST_FIRST = Listing("catalog.titles", Key)
KEY: Key = (datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC), UUID(int=7))

keys = st.tuples(st.datetimes(timezones=st.just(UTC)), st.uuids())


@given(keys)
def test_cursor_leads_back_to_its_key(key: Key):
    cursor = NEWEST_FIRST.encode(key)
    assert NEWEST_FIRST.decode(cursor) == key
    assert cursor.replace("-", "a").replace("_", "a").isalnum()


def test_cursor_keeps_the_time_aware():
    at, _ = NEWEST_FIRST.decode(NEWEST_FIRST.encode(KEY))
    assert at.utcoffset() == timedelta(0)


@given(st.text(max_size=80))
def test_garbled_cursor_is_refused(cursor: str):
    with pytest.raises(CursorInvalid):
        NEWEST_FIRST.decode(cursor)


@given(keys, st.data())
def test_cursor_with_one_letter_changed_is_refused(key: Key, data: st.DataObject):
    cursor = NEWEST_FIRST.encode(key)
    position = data.draw(st.integers(0, len(cursor) - 2))
    letter = data.draw(st.sampled_from("ABCabc019-_").filter(lambda one: one != cursor[position]))
    with pytest.raises(CursorInvalid):
        NEWEST_FIRST.decode(cursor[:position] + letter + cursor[position + 1 :])


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x" * 2000,
        "caf\u00e9",
        Listing("media.uploads", Key).encode(KEY),
        Listing("catalog.titles", tuple[str, UUID]).encode(("name", UUID(int=7))),
        base64.urlsafe_b64encode(b"123456" + b"no key").decode(),
    ],
    ids=["empty", "long", "other letters", "other list", "other key", "no check"],
)
def test_foreign_cursor_is_refused_with_a_sentence(cursor: str):
    with pytest.raises(CursorInvalid) as caught:
        NEWEST_FIRST.request(cursor)
    assert isinstance(caught.value, Invalid)
    assert caught.value.status == 422
    assert caught.value.code == "kit.cursor_invalid"
    assert str(caught.value) == (
        "This cursor does not belong to this list: take next_cursor from the page before, "
        "unchanged, or leave it out to begin with the first page."
    )
    assert [problem.field for problem in caught.value.fields] == ["cursor"]


@pytest.mark.parametrize(
    ("asked", "expected"), [(None, 30), (-5, 1), (0, 1), (1, 1), (100, 100), (101, 100)]
)
def test_limit_is_bounded(asked: int | None, expected: int):
    request = NEWEST_FIRST.request(limit=asked)
    assert (request.limit, request.fetch_limit) == (expected, expected + 1)
    assert request.after is None


@pytest.mark.parametrize(
    ("rows", "items", "more"), [(0, 0, []), (1, 1, []), (2, 2, []), (3, 2, [(1, 1)])]
)
def test_page_knows_whether_another_one_follows(rows: int, items: int, more: list[tuple[int, int]]):
    listing = Listing("numbers", tuple[int, int])
    page = listing.request(limit=2).page([*range(rows)], key=lambda row: (row, row))
    assert page.items == tuple(range(items))
    assert [listing.decode(cursor) for cursor in [page.next_cursor] if cursor] == more


def test_page_can_be_changed_item_by_item():
    assert Page((1, 2), "next").map(str) == Page(("1", "2"), "next")
    with pytest.raises(FrozenInstanceError):
        Page((1,)).items = ()  # type: ignore[misc]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), unique=True), st.integers(1, 5))
def test_pages_visit_every_row_once_and_in_order(rows: list[tuple[int, int]], limit: int):
    for is_beyond, in_order in [
        (is_before, sorted(rows, reverse=True)),
        (is_after, sorted(rows)),
    ]:
        listing = Listing("rows", tuple[int, int])
        seen: list[tuple[int, int]] = []
        cursor: str | None = None
        while True:
            request = listing.request(cursor, limit)
            after = request.after
            left = [row for row in in_order if after is None or is_beyond(*row, after)]
            page = request.page(left[: request.fetch_limit], key=lambda row: row)
            seen += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == in_order


def test_comparison_walks_an_index():
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table title (at int, id int)")
        connection.execute("create index newest on title (at desc, id desc)")
        [plan] = connection.execute(
            "explain query plan select * from title where at <= 5 and (at < 5 or id < 3) "
            "order by at desc, id desc limit 2"
        )
    connection.close()
    assert "SEARCH title USING COVERING INDEX newest (at<?)" in plan[3]
