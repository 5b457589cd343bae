"""Asking other services: against a real one that misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from streamverse.kit.fetching import Fetcher, FetchFailed, is_fit_address, is_this_machine


@pytest.fixture
async def answers() -> AsyncGenerator[dict[str, bytes]]:
    """Serve raw answers by their paths; ``port`` says where."""
    given: dict[str, bytes] = {}
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split()[1].decode()
        given["asked"] = head
        if path == "/hanging":
            await done.wait()
        writer.write(given.get(path, b""))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    given["port"] = str(server.sockets[0].getsockname()[1]).encode()
    yield given
    done.set()
    server.close()
    await server.wait_closed()


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def ask(answers: dict[str, bytes], path: str = "/", timeout_s: float = 5.0) -> object:
    address = f"http://127.0.0.1:{answers['port'].decode()}{path}"
    fetcher = Fetcher(timeout_s=timeout_s, size_limit_bytes=100)
    return await fetcher.get_json(address, is_local_allowed=True)


async def test_an_object_is_fetched(answers: dict[str, bytes]) -> None:
    answers["/"] = answer(b'{"a": 1}')
    assert await ask(answers) == {"a": 1}
    assert b"accept-encoding: identity" in answers["asked"].lower()


async def test_a_form_is_sent(answers: dict[str, bytes]) -> None:
    answers["/form"] = answer(b"{}")
    address = f"http://127.0.0.1:{answers['port'].decode()}/form"
    fetcher = Fetcher()
    form = {"a": "b c"}
    assert (
        await fetcher.post_form(address, form, authorization="Basic x", is_local_allowed=True) == {}
    )
    asked = answers["asked"].lower()
    assert asked.startswith(b"post /form ")
    assert b"authorization: basic x" in asked
    assert b"content-type: application/x-www-form-urlencoded" in asked


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (answer(b"", "302 Found", "Location: https://evil.example.com/"), "it sends elsewhere"),
        (answer(b"[]"), "its answer (status 200) is no JSON object"),
        (answer(b"\xff\xfe"), "its answer (status 200) is no JSON object"),
        (answer(b'{"error": "no"}', "400 Bad Request"), "it answered with status 400 no"),
        (answer(b"a" * 101), "its answer has more than 100 B"),
        (
            answer(b"{}", "200 OK", "Content-Encoding: gzip"),
            "it compressed its answer though it was asked not to",
        ),
        (b"", "Server disconnected without sending a response."),
        (b"nonsense\r\n\r\n", "illegal status line: bytearray(b'nonsense')"),
    ],
)
async def test_what_cannot_be_used_is_refused(
    answers: dict[str, bytes], given: bytes, reason: str
) -> None:
    answers["/"] = given
    with pytest.raises(FetchFailed) as refused:
        await ask(answers)
    assert refused.value.facts == {"reason": reason}


async def test_who_does_not_answer_is_not_waited_for(answers: dict[str, bytes]) -> None:
    with pytest.raises(FetchFailed, match=r"it took longer than 0\.1 s"):
        await ask(answers, "/hanging", timeout_s=0.1)


async def test_nothing_but_https_is_spoken(answers: dict[str, bytes]) -> None:
    with pytest.raises(FetchFailed, match="does not begin with https"):
        await Fetcher().get_json(f"http://127.0.0.1:{answers['port'].decode()}/")
    assert "asked" not in answers


@pytest.mark.parametrize(
    ("address", "is_fit", "is_fit_locally"),
    [
        ("https://example.org", True, True),
        ("https://example.org:8443/a?b=c", True, True),
        ("http://example.org", False, False),
        ("http://localhost:80", False, True),
        ("http://127.0.0.1", False, True),
        ("http://[::1]:9000/", False, True),
        ("http://127.0.0.1.example.org", False, False),
        ("https://user:secret@example.org", False, False),
        ("https://example.org/#there", False, False),
        ("https://", False, False),
        ("https://[half", False, False),
        ("ftp://localhost/", False, False),
        ("file:///etc/passwd", False, False),
        ("", False, False),
    ],
)
def test_which_addresses_may_be_asked(address: str, is_fit: bool, is_fit_locally: bool) -> None:
    assert is_fit_address(address) is is_fit
    assert is_fit_address(address, is_local_allowed=True) is is_fit_locally


def test_this_machine_is_known_by_its_names() -> None:
    assert is_this_machine("http://localhost")
    assert not is_this_machine("http://localhost.example.org")
