"""Run a media tool on untrusted files so that a file that takes the tool over gains nothing.

The tool runs in its own process without network, without other processes, without files beyond
the named ones, within limits of time and memory, and ends when this process ends, however that
happens. The kernel's means differ between machines: `capabilities` says which ones hold here.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from streamverse.mediakit import sandbox_launcher
from streamverse.mediakit.sandbox_launcher import FIRST_PIPE, Order

_MEBIBYTE = 1 << 20
_PIPE_BUFFER_BYTES = 256 << 10
_LAST_LINES = 30
_LONGEST_LINE_BYTES = 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a tool may use before the kernel or we end it."""

    wall_seconds: float = 60
    cpu_seconds: int = 60
    memory_bytes: int = 1024 * _MEBIBYTE
    file_size_bytes: int = 0
    open_files: int = 64
    niceness: int = 5


@dataclass(frozen=True, slots=True)
class Command:
    """A tool with its arguments, the files it may read, and the pipes it writes."""

    argv: tuple[str, ...]
    inputs: tuple[Path, ...] = ()
    devices: tuple[Path, ...] = field(default=(), kw_only=True)
    folder: Path | None = None
    pipe_count: int = 0
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Exit:
    """How a tool ended: its exit code, or minus the signal that ended it."""

    code: int
    has_timed_out: bool
    last_lines: tuple[str, ...]

    @property
    def has_exceeded_cpu_time(self) -> bool:
        """Whether the kernel ended it for using its share of processor time."""
        return self.code == -signal.SIGXCPU


class Process:
    """A running tool: its pipes to read and its end to wait for."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        pipes: Sequence[asyncio.StreamReader],
        feeds: Sequence[asyncio.StreamWriter],
    ) -> None:
        """Wrap a started process; only `run` does so."""
        self.pid = process.pid
        self.pipes = tuple(pipes)
        # The other direction of the same pipes, for tools that read them.
        self.feeds = tuple(feeds)
        self._process = process
        self._has_timed_out = False
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._listener = asyncio.create_task(self._keep_last_lines())

    async def wait(self) -> Exit:
        """Wait for the end; read the pipes meanwhile, or the tool may never end."""
        code = await self._process.wait()
        await self._listener
        return Exit(code, self._has_timed_out, tuple(self._last_lines))

    def kill(self) -> None:
        """End the tool and everything in its process group at once."""
        # Once waited for, its number may belong to a stranger.
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def time_out(self) -> None:
        """End the tool because its time is over."""
        self._has_timed_out = self._process.returncode is None
        self.kill()

    async def _keep_last_lines(self) -> None:
        errors = self._process.stderr
        rest = b""
        while errors is not None and (chunk := await errors.read(4096)):
            *lines, rest = (rest + chunk).split(b"\n")
            self._last_lines.extend(map(_printable, lines))
            rest = rest[:_LONGEST_LINE_BYTES]
        if rest:
            self._last_lines.append(_printable(rest))


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Which layers of the sandbox this machine gives."""

    network_namespace: bool
    landlock_abi: int
    seccomp: bool
    refuses_sockets: bool
    refuses_processes: bool
    refuses_files: bool

    @property
    def is_complete(self) -> bool:
        """Whether a tool that is taken over reaches no network, process or file of ours."""
        return self.refuses_sockets and self.refuses_processes and self.refuses_files


class SandboxUnavailable(Exception):
    """The sandbox does not start on this machine."""


def pipe_url(index: int) -> str:
    """Name one of a command's pipes the way ffmpeg does."""
    return f"pipe:{FIRST_PIPE + index}"


@asynccontextmanager
async def run(command: Command) -> AsyncGenerator[Process, None]:
    """Start a confined tool; whatever happens inside, it has ended when the block ends."""
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        process = await _start(command, stack)
        timer = loop.call_later(command.limits.wall_seconds, process.time_out)
        try:
            yield process
        finally:
            timer.cancel()
            process.kill()
            await process.wait()


async def capabilities() -> Capabilities:
    """Try what the sandbox forbids and report what held."""
    nothing = Command(argv=(), limits=Limits(file_size_bytes=_MEBIBYTE))
    process = await asyncio.create_subprocess_exec(
        *_launcher(_order(nothing, pipes=())),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={},
    )
    report, complaint = await process.communicate()
    if process.returncode != 0:
        raise SandboxUnavailable(complaint.decode(errors="replace").strip())
    return Capabilities(**json.loads(report))


async def _start(command: Command, stack: AsyncExitStack) -> Process:
    """Start the launcher with its pipes, which the stack closes."""
    lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    write_ends: list[int] = []
    with ExitStack() as passed_on:
        for _ in range(command.pipe_count):
            read_end, write_end = socket.socketpair()
            write_ends.append(passed_on.enter_context(write_end).fileno())
            lines.append(await _open_line(read_end, stack))
        started = await asyncio.create_subprocess_exec(
            *_launcher(_order(command, write_ends)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={},
            pass_fds=write_ends,
            start_new_session=True,
        )
    return Process(started, [line[0] for line in lines], [line[1] for line in lines])


async def open_reader(read_end: socket.socket, stack: AsyncExitStack) -> asyncio.StreamReader:
    """Read what the tool writes into the other end, until the stack closes."""
    reader, _ = await _open_line(read_end, stack)
    return reader


async def _open_line(
    read_end: socket.socket, stack: AsyncExitStack
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    # A pair of sockets, because uvloop closes a real pipe twice, and the second time perhaps
    # somebody else's file that was opened in between.
    reader, writer = await asyncio.open_connection(sock=read_end, limit=_PIPE_BUFFER_BYTES)
    stack.callback(writer.close)
    return reader, writer


def _order(command: Command, pipes: Sequence[int]) -> Order:
    limits = command.limits
    return {
        "argv": list(command.argv) or None,
        "pipes": list(pipes),
        "readable": [str(path.absolute()) for path in command.inputs],
        "devices": [str(path.absolute()) for path in command.devices],
        "writable": None if command.folder is None else str(command.folder.absolute()),
        "parent_pid": os.getpid(),
        "cpu_seconds": limits.cpu_seconds,
        "memory_bytes": limits.memory_bytes,
        "file_size_bytes": limits.file_size_bytes,
        "open_files": limits.open_files,
        "niceness": limits.niceness,
    }


def _launcher(order: Order) -> list[str]:
    return [sys.executable, "-I", "-S", sandbox_launcher.__file__, json.dumps(order)]


def _printable(line: bytes) -> str:
    text = line[:_LONGEST_LINE_BYTES].decode(errors="replace")
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
