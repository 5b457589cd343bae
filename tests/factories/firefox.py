"""Firefox as Playwright wants it: started in its place, with what it lacks answered for it.

Playwright sets media features by WebDriver BiDi before every page, and lets none be opened where
the browser does not know that command. The Firefox of Debian does not.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LISTENS = re.compile(rb"(WebDriver BiDi listening on ws://)127\.0\.0\.1:(\d+)")
LACKING = b'"method":"emulation.setMediaFeaturesOverride"'
TEXT, FINAL, MASKED = 0x1, 0x80, 0x80
TWO_BYTES, EIGHT_BYTES = 126, 127
GONE = (asyncio.IncompleteReadError, ConnectionError)


def write_launcher(folder: Path) -> Path:
    """Write the program that is started in Firefox's place."""
    path = folder / "firefox"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "$@"\n')
    path.chmod(0o755)
    return path


@dataclass(frozen=True)
class Frame:
    """A frame of WebSocket (RFC 6455), as it came and as it reads."""

    whole: bytes
    payload: bytes

    @classmethod
    async def read(cls, reader: StreamReader) -> Frame:
        """Read one frame, masked or not."""
        head = await reader.readexactly(2)
        size, rest = head[1] & ~MASKED, b""
        if size >= TWO_BYTES:
            rest = await reader.readexactly(2 if size == TWO_BYTES else 8)
            size = int.from_bytes(rest)
        mask = await reader.readexactly(4) if head[1] & MASKED else b""
        body = await reader.readexactly(size)
        return cls(head + rest + mask + body, _unmask(body, mask) if mask else body)

    @classmethod
    def of(cls, text: bytes) -> Frame:
        """Make a short frame of text, as servers send it."""
        assert len(text) < TWO_BYTES
        return cls(bytes([FINAL | TEXT, len(text)]) + text, text)


def _unmask(body: bytes, mask: bytes) -> bytes:
    key = (mask * (len(body) // 4 + 1))[: len(body)]
    return (int.from_bytes(body) ^ int.from_bytes(key)).to_bytes(len(body))


class Interpreter:
    """Stands between Playwright and Firefox, and answers what the latter does not know."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def listen(self) -> int:
        """Listen beside Firefox, and tell on which port."""
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def _take(self, reader: StreamReader, writer: StreamWriter) -> None:
        firefox, to_firefox = await asyncio.open_connection("127.0.0.1", self._port)
        head = await reader.readuntil(b"\r\n\r\n")
        host = f"Host: 127.0.0.1:{self._port}\r\n".encode()
        to_firefox.write(re.sub(rb"(?i)^host:.*\r\n", host, head, flags=re.MULTILINE))
        writer.write(await firefox.readuntil(b"\r\n\r\n"))
        answering = asyncio.create_task(_pass_on(firefox, writer))
        with suppress(*GONE):
            while True:
                frame = await Frame.read(reader)
                if LACKING in frame.payload:
                    writer.write(_agree(frame.payload).whole)
                else:
                    to_firefox.write(frame.whole)
        to_firefox.close()
        await answering


def _agree(asked: bytes) -> Frame:
    answer = {"type": "success", "id": json.loads(asked)["id"], "result": {}}
    return Frame.of(json.dumps(answer).encode())


async def _pass_on(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(*GONE):
        while True:
            writer.write((await Frame.read(reader)).whole)
    writer.close()


async def main(arguments: list[str]) -> int:
    """Run Firefox, and say that it listens where its interpreter does."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        sys.stderr.write("Install Firefox: on Debian, apt install firefox-esr.\n")
        return 1
    firefox = await asyncio.create_subprocess_exec(
        program, *arguments, stderr=asyncio.subprocess.PIPE
    )
    assert firefox.stderr is not None
    async for line in firefox.stderr:
        said = line
        if found := LISTENS.search(line):
            port = await Interpreter(int(found[2])).listen()
            said = LISTENS.sub(rb"\g<1>127.0.0.1:%d" % port, line)
        sys.stderr.buffer.write(said)
        sys.stderr.flush()
    return await firefox.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
