"""Files over HTTP: whole, in parts, or not again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.kit.files import (
    BLOCK_BYTES,
    SMALL_BYTES,
    ByteRange,
    Content,
    FileServer,
    Headers,
    RangeUnsatisfiable,
    is_known,
    parse_range,
)

FOREVER = "public, max-age=31536000, immutable"
LETTERS = b"abcdefghij"


# --- ranges ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-9", (0, 10)),
        ("bytes=0-99", (0, 10)),
        ("bytes=3-5", (3, 6)),
        ("bytes=3-", (3, 10)),
        ("bytes=9-", (9, 10)),
        (" bytes=3-5 ", (3, 6)),
        ("Bytes=3-5", (3, 6)),
        ("bytes=-1", (9, 10)),
        ("bytes=-10", (0, 10)),
        ("bytes=-99", (0, 10)),
    ],
)
def test_a_range_is_a_part(header: str, expected: tuple[int, int]) -> None:
    assert parse_range(header, 10) == ByteRange(*expected)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-3",
        "bytes=0-1,3-4",
        "bytes=a-b",
        "bytes=1 - 2",
        "bytes=--1",
        "bytes=0x1-2",
        "items=0-1",
        "bytes=0-1234567890123456789",
        "bytes=\N{SUPERSCRIPT TWO}-5",
        "bytes=\N{ARABIC-INDIC DIGIT TWO}-5",
    ],
)
def test_what_is_not_understood_means_the_whole(header: str | None) -> None:
    assert parse_range(header, 10) is None


@pytest.mark.parametrize(
    ("header", "size_bytes"),
    [("bytes=10-", 10), ("bytes=10-20", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-1", 0)],
)
def test_what_lies_outside_is_refused(header: str, size_bytes: int) -> None:
    with pytest.raises(RangeUnsatisfiable):
        parse_range(header, size_bytes)


@given(
    header=st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}", fullmatch=True), size=st.integers(0, 99)
)
def test_a_part_is_never_empty_and_never_outside(header: str, size: int) -> None:
    try:
        part = parse_range(header, size)
    except RangeUnsatisfiable:
        return
    assert part is None or 0 <= part.start < part.stop <= size


@pytest.mark.parametrize(
    ("if_none_match", "expected"),
    [
        (None, False),
        (b"", False),
        (b"*", True),
        (b" * ", True),
        (b'"a"', True),
        (b'W/"a"', True),
        (b'"b", "a"', True),
        (b'"b" ,W/"a"', True),
        (b'"b"', False),
        (b'"A"', False),
        (b"a", False),
    ],
)
def test_a_version_is_known_by_its_tag(if_none_match: bytes | None, expected: bool) -> None:
    assert is_known('"a"', if_none_match) is expected


# --- answers --------------------------------------------------------------------------------------


@dataclass
class Answer:
    """What a server sent."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    bodies: list[bytes] = field(default_factory=list[bytes])
    sent_path: str | None = None
    is_ended: bool = False

    @property
    def body(self) -> bytes:
        """Everything that came."""
        return b"".join(self.bodies)

    async def receive(self, message: dict[str, Any]) -> None:
        """Take one message, in the order that ASGI prescribes."""
        assert not self.is_ended
        if message["type"] == "http.response.start":
            assert self.status == 0
            self.status = message["status"]
            headers = [(name.decode(), value.decode()) for name, value in message["headers"]]
            self.headers = dict(headers)
            assert len(self.headers) == len(headers)
            return
        assert self.status
        if message["type"] == "http.response.pathsend":
            self.sent_path, self.is_ended = message["path"], True
            return
        self.bodies.append(message["body"])
        self.is_ended = not message.get("more_body", False)


async def ask(
    server: FileServer,
    content: Content,
    method: str = "GET",
    *,
    sends_paths: bool = False,
    **headers: str,
) -> Answer:
    answer = Answer()
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    extensions: object = {"http.response.pathsend": {}} if sends_paths else None
    scope: dict[str, Any] = {"method": method, "headers": raw, "extensions": extensions}
    await server.answer(scope, answer.receive, content)
    assert answer.is_ended
    return answer


@pytest.fixture
def server() -> FileServer:
    return FileServer()


def content_of(body: bytes, headers: Headers | None = None) -> Content:
    return Content(
        size_bytes=len(body),
        etag='"v1"',
        content_type="video/mp4",
        cache_control=FOREVER,
        body=body,
        headers=headers or [],
    )


@pytest.fixture(params=["memory", "file", "stream"])
def letters(request: pytest.FixtureRequest, tmp_path: Path) -> Content:
    """Give the same ten letters from each place that bytes come from."""
    facts: dict[str, Any] = {
        "size_bytes": len(LETTERS),
        "etag": '"v1"',
        "content_type": "video/mp4",
        "cache_control": FOREVER,
        "headers": [(b"access-control-allow-origin", b"*")],
    }
    if request.param == "memory":
        return Content(**facts, body=LETTERS)
    if request.param == "file":
        path = tmp_path / "letters"
        path.write_bytes(LETTERS)
        return Content(**facts, path=path)

    async def stream(part: ByteRange) -> AsyncIterator[bytes]:
        for start in range(part.start, part.stop, 4):
            yield LETTERS[start : min(start + 4, part.stop)]

    return Content(**facts, stream=stream)


ALWAYS = {
    "content-type": "video/mp4",
    "cache-control": FOREVER,
    "etag": '"v1"',
    "accept-ranges": "bytes",
    "access-control-allow-origin": "*",
}


async def test_the_whole(server: FileServer, letters: Content) -> None:
    answer = await ask(server, letters)

    assert (answer.status, answer.body) == (200, LETTERS)
    assert answer.headers == {**ALWAYS, "content-length": "10"}


@pytest.mark.parametrize(
    ("asked", "expected", "content_range"),
    [
        ("bytes=2-4", b"cde", "bytes 2-4/10"),
        ("bytes=7-", b"hij", "bytes 7-9/10"),
        ("bytes=-2", b"ij", "bytes 8-9/10"),
        ("bytes=0-99", LETTERS, "bytes 0-9/10"),
    ],
)
async def test_a_part(
    server: FileServer, letters: Content, asked: str, expected: bytes, content_range: str
) -> None:
    answer = await ask(server, letters, range=asked)

    assert (answer.status, answer.body) == (206, expected)
    length = {"content-length": str(len(expected)), "content-range": content_range}
    assert answer.headers == {**ALWAYS, **length}


async def test_a_part_outside(server: FileServer, letters: Content) -> None:
    answer = await ask(server, letters, range="bytes=10-")

    assert (answer.status, answer.body) == (416, b"")
    assert answer.headers == {
        "access-control-allow-origin": "*",
        "content-range": "bytes */10",
        "content-length": "0",
    }


async def test_a_range_that_is_not_understood(server: FileServer, letters: Content) -> None:
    answer = await ask(server, letters, range="bytes=0-1,3-4")

    assert (answer.status, answer.body) == (200, LETTERS)
    assert answer.headers == {**ALWAYS, "content-length": "10"}


@pytest.mark.parametrize(
    ("asked", "status", "length"),
    [({}, 200, "10"), ({"range": "bytes=2-4"}, 206, "3"), ({"range": "bytes=10-"}, 416, "0")],
)
async def test_head_has_the_headers_of_get_and_no_body(
    server: FileServer, letters: Content, asked: dict[str, Any], status: int, length: str
) -> None:
    head = await ask(server, letters, "HEAD", **asked)
    get = await ask(server, letters, **asked)

    assert (head.status, head.body, head.sent_path) == (status, b"", None)
    assert head.headers["content-length"] == length
    assert (head.status, head.headers) == (get.status, get.headers)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_version_that_is_known_is_not_sent_again(
    server: FileServer, letters: Content, method: str
) -> None:
    answer = await ask(server, letters, method, if_none_match='"v0", "v1"', range="bytes=2-4")

    assert (answer.status, answer.body, answer.headers) == (304, b"", ALWAYS)


async def test_a_version_that_is_not_known_is_sent(server: FileServer, letters: Content) -> None:
    answer = await ask(server, letters, if_none_match='"v0"')

    assert (answer.status, answer.body) == (200, LETTERS)


@pytest.mark.parametrize(
    ("if_range", "status", "body"),
    [
        ('"v1"', 206, b"cde"),
        ('"v0"', 200, LETTERS),
        ('W/"v1"', 200, LETTERS),  # a part needs the strong comparison (RFC 9110 §13.1.5)
        ("Tue, 01 Jan 2030 00:00:00 GMT", 200, LETTERS),
    ],
)
async def test_a_part_of_another_version_is_not_sent(
    server: FileServer, letters: Content, if_range: str, status: int, body: bytes
) -> None:
    answer = await ask(server, letters, range="bytes=2-4", if_range=if_range)

    assert (answer.status, answer.body) == (status, body)


async def test_an_empty_file_has_no_parts(server: FileServer) -> None:
    whole = await ask(server, content_of(b""))
    part = await ask(server, content_of(b""), range="bytes=0-")

    assert (whole.status, whole.body, whole.headers["content-length"]) == (200, b"", "0")
    assert (part.status, part.headers["content-range"]) == (416, "bytes */0")


# --- files on a disk ------------------------------------------------------------------------------


async def look(server: FileServer, path: Path, *, is_immutable: bool = True) -> Content | None:
    return await server.open(path, "video/mp4", FOREVER, [], is_immutable=is_immutable)


async def test_the_kernel_sends_what_is_large_and_whole(server: FileServer, tmp_path: Path) -> None:
    path = tmp_path / "large"
    body = bytes(range(256)) * (SMALL_BYTES // 256) + b"end"
    path.write_bytes(body)
    content = await look(server, path)
    assert content is not None

    by_kernel = await ask(server, content, sends_paths=True)
    assert (by_kernel.status, by_kernel.sent_path, by_kernel.body) == (200, str(path), b"")
    assert by_kernel.headers["content-length"] == str(len(body))
    in_pieces = await ask(server, content)
    assert (in_pieces.status, in_pieces.body == body) == (200, True)
    assert max(map(len, in_pieces.bodies)) == BLOCK_BYTES
    part = await ask(server, content, range="bytes=-5", sends_paths=True)
    assert (part.status, part.body, part.sent_path) == (206, body[-5:], None)
    assert server.remembered(path) is None


async def test_a_file_that_shrinks_meanwhile_ends_early(server: FileServer, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(SMALL_BYTES + 1))
    content = await look(server, path)
    assert content is not None
    path.write_bytes(b"short")

    assert (await ask(server, content)).body == b"short"


async def test_the_tag_of_a_file_changes_with_the_file(server: FileServer, tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(b"old")
    old = await look(server, path, is_immutable=False)
    path.write_bytes(b"newer")
    new = await look(server, path, is_immutable=False)

    assert old is not None
    assert new is not None
    assert (old.body, new.body) == (b"old", b"newer")
    assert old.etag != new.etag
    assert re.fullmatch('"[0-9a-f]+-[0-9a-f]+"', new.etag)


async def test_small_files_that_never_change_are_remembered(
    server: FileServer, tmp_path: Path
) -> None:
    path = tmp_path / "segment"
    path.write_bytes(LETTERS)
    assert server.remembered(path) is None
    content = await look(server, path)
    assert server.remembered(path) is content
    path.unlink()
    assert server.remembered(path) is content

    assert content is not None
    assert (await ask(server, content)).body == LETTERS


async def test_files_that_may_change_are_not_remembered(server: FileServer, tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(LETTERS)
    await look(server, path, is_immutable=False)

    assert server.remembered(path) is None


async def test_what_was_used_least_is_forgotten_first(tmp_path: Path) -> None:
    server = FileServer(cache_bytes=25)
    paths = [tmp_path / str(number) for number in range(3)]
    for path in paths[:2]:
        path.write_bytes(LETTERS)
        await look(server, path)
    assert server.remembered(paths[0]) is not None
    paths[2].write_bytes(LETTERS)
    await look(server, paths[2])

    assert [server.remembered(path) is not None for path in paths] == [True, False, True]


@pytest.mark.parametrize("name", ["missing", "folder", "file/below", "x" * 300])
async def test_what_is_no_file_is_not_there(server: FileServer, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")

    assert await look(server, tmp_path / name) is None


async def test_a_file_that_cannot_be_read_is_not_missing(
    server: FileServer, tmp_path: Path
) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)

    with pytest.raises(OSError, match="symbolic links"):
        await look(server, loop)
