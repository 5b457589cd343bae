"""Lists in pages: opaque cursors, bounded limits, and rows from where the last page ended."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from streamverse.kit.errors import FieldProblem, Invalid

MAX_LIMIT = 100
DEFAULT_LIMIT = 30

_CHECK_BYTES = 6
_MAX_CURSOR_LENGTH = 1024

T = TypeVar("T")
U = TypeVar("U")
K = TypeVar("K", bound=tuple[Any, ...])


class CursorInvalid(Invalid):
    """The cursor did not come from this list."""

    code = "kit.cursor_invalid"

    def __init__(self) -> None:
        super().__init__(
            "This cursor does not belong to this list: take next_cursor from the page before, "
            "unchanged, or leave it out to begin with the first page.",
            fields=(FieldProblem("cursor", "is not a cursor of this list"),),
        )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, and the cursor that leads to the next ones if there are any."""

    items: tuple[T, ...]
    next_cursor: str | None = None

    def map(self, change: Callable[[T], U]) -> Page[U]:
        """Give the same page with each item changed."""
        return Page(tuple(change(item) for item in self.items), self.next_cursor)


@dataclass(frozen=True, slots=True)
class Listing(Generic[K]):
    """One kind of list: its name and the types of its sort key, say ``tuple[datetime, UUID]``.

    The last part of the key must be unique, or rows that are equal would be lost between pages.
    """

    name: str
    key_type: type[K]

    def request(self, cursor: str | None = None, limit: int | None = None) -> PageRequest[K]:
        """Read what a client asks for; a limit beyond 1..100 becomes the nearest allowed one."""
        wanted = DEFAULT_LIMIT if limit is None else min(max(limit, 1), MAX_LIMIT)
        return PageRequest(self, None if cursor is None else self.decode(cursor), wanted)

    def encode(self, key: K) -> str:
        """Turn the sort key of a page's last row into a cursor."""
        packed = msgspec.msgpack.encode(key)
        return base64.urlsafe_b64encode(self._check(packed) + packed).rstrip(b"=").decode()

    def decode(self, cursor: str) -> K:
        """Turn a cursor back into the sort key; one that this list did not make is refused."""
        if len(cursor) > _MAX_CURSOR_LENGTH:
            raise CursorInvalid
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            check, packed = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
            if check != self._check(packed):
                raise CursorInvalid
            return msgspec.msgpack.decode(packed, type=self.key_type)
        except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
            raise CursorInvalid from error

    def _check(self, packed: bytes) -> bytes:
        # Not a secret: a reader who forges a cursor only starts elsewhere in a list they may read.
        mark = self.name.encode() + b"\0" + packed
        return hashlib.blake2b(mark, digest_size=_CHECK_BYTES).digest()


@dataclass(frozen=True, slots=True)
class PageRequest(Generic[K]):
    """What to fetch: ``fetch_limit`` rows whose key lies beyond ``after``."""

    listing: Listing[K]
    after: K | None
    limit: int

    @property
    def fetch_limit(self) -> int:
        """One row more than the page holds: it tells whether another page follows."""
        return self.limit + 1

    def page(self, rows: Sequence[T], key: Callable[[T], K]) -> Page[T]:
        """Make the page from up to ``fetch_limit`` rows, in order."""
        items = tuple(rows[: self.limit])
        if len(rows) <= self.limit:
            return Page(items)
        return Page(items, self.listing.encode(key(items[-1])))


def is_before(first: Any, second: Any, key: tuple[Any, Any]) -> Any:  # noqa: ANN401
    """Compare a pair of columns with a key: for lists sorted by both, descending.

    Works on anything that knows ``<=``, ``<``, ``&`` and ``|``: numbers or SQLAlchemy columns. The
    leading ``<=`` lets a database walk an index on (first, second).
    """
    return (first <= key[0]) & ((first < key[0]) | (second < key[1]))


def is_after(first: Any, second: Any, key: tuple[Any, Any]) -> Any:  # noqa: ANN401
    """Compare a pair of columns with a key: for lists sorted by both, ascending."""
    return (first >= key[0]) & ((first > key[0]) | (second > key[1]))
