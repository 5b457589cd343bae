"""What a confined tool cannot do, tried for real: mostly by Python playing the taken-over tool."""

import asyncio
import os
import signal
import socket
import struct
import sys
import sysconfig
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from streamverse.mediakit import sandbox
from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.sandbox import Command, Exit, Limits, pipe_url
from streamverse.mediakit.sandbox_launcher import FIRST_PIPE, SYSCALLS, assemble_filter
from tests.factories.media import MediaFactory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confines by means of Linux")

_PYTHON_FILES = (Path(sysconfig.get_path("stdlib")).parent,)


def _python(code: str, *arguments: str, **options: object) -> Command:
    """Make a tool of a few lines of Python that writes its answer on the first pipe."""
    program = f"import os, sys\nanswer = os.fdopen({FIRST_PIPE}, 'w')\n{code}"
    inputs = (*_PYTHON_FILES, *options.pop("inputs", ()))  # type: ignore[misc]
    argv = (sys.executable, "-I", "-S", "-c", program, *arguments)
    return Command(argv, inputs, pipe_count=1, **options)  # type: ignore[arg-type]


def _attempt(action: str) -> str:
    """Say which error an action ends with, or `done`."""
    return (
        "try:\n"
        f"    {action}\n"
        "    answer.write('done')\n"
        "except (OSError, MemoryError) as error:\n"
        "    answer.write(type(error).__name__)\n"
    )


async def _run(command: Command) -> tuple[str, Exit]:
    async with sandbox.run(command) as process:
        written = await process.pipes[0].read()
        return written.decode(), await process.wait()


def _judge(program: bytes, arch: int, number: int, argument: int = 0) -> int:
    """Run a system call filter as the kernel does and return its verdict."""
    data = struct.pack("=IIQQ", number, arch, 0, argument)
    position = accumulator = 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("=HBBI", program, position * 8)
        position += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x06:
                return value
            case _:
                holds = {
                    0x15: accumulator == value,
                    0x35: accumulator >= value,
                    0x45: accumulator & value != 0,
                }[code]
                position += if_true if holds else if_false


ALLOWED, REFUSED, MISSING, KILLED = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
X86, ARM = 0xC000003E, 0xC00000B7
PID, NEW_THREAD, NEW_PROCESS = 42, 0x3D0F00, 0x01200011


@pytest.mark.parametrize(
    ("machine", "arch", "number", "argument", "verdict"),
    [
        ("x86_64", X86, 0, 0, ALLOWED),  # read
        ("x86_64", X86, 59, 0, ALLOWED),  # execve, which the launcher still needs
        ("x86_64", X86, 41, 2, REFUSED),  # socket
        ("x86_64", X86, 57, 0, REFUSED),  # fork
        ("x86_64", X86, 425, 0, REFUSED),  # io_uring_setup
        ("x86_64", X86, 447, 0, REFUSED),  # memfd_secret, the highest
        ("x86_64", X86, 435, 0, MISSING),  # clone3
        ("x86_64", X86, 56, NEW_THREAD, ALLOWED),
        ("x86_64", X86, 56, NEW_PROCESS, REFUSED),
        ("x86_64", X86, 234, PID, ALLOWED),  # tgkill
        ("x86_64", X86, 234, PID + 1, REFUSED),
        ("x86_64", X86, 302, 0, ALLOWED),  # prlimit64
        ("x86_64", X86, 302, PID, ALLOWED),
        ("x86_64", X86, 302, PID + 1, REFUSED),
        ("x86_64", X86, 0x40000000, 0, KILLED),  # the x32 calls
        ("x86_64", ARM, 0, 0, KILLED),
        ("aarch64", ARM, 63, 0, ALLOWED),  # read
        ("aarch64", ARM, 221, 0, ALLOWED),  # execve
        ("aarch64", ARM, 198, 2, REFUSED),  # socket
        ("aarch64", ARM, 117, 0, REFUSED),  # ptrace
        ("aarch64", ARM, 220, NEW_THREAD, ALLOWED),
        ("aarch64", ARM, 220, NEW_PROCESS, REFUSED),
        ("aarch64", X86, 63, 0, KILLED),
    ],
)
def test_the_filter_judges_system_calls(
    machine: str, arch: int, number: int, argument: int, verdict: int
):
    program = assemble_filter(SYSCALLS[machine], PID)

    assert _judge(program, arch, number, argument) == verdict


async def test_this_machine_has_every_layer_that_matters():
    found = await sandbox.capabilities()

    assert found.is_complete
    assert found.seccomp


async def test_a_tool_reads_the_named_file_and_no_other(tmp_path: Path):
    named, other = tmp_path / "named", tmp_path / "other"
    named.write_text("words")
    other.write_text("secret")
    read = _attempt("answer.write(open(sys.argv[1]).read())")

    allowed, _ = await _run(_python(read, str(named), inputs=(named,)))
    refused, _ = await _run(_python(read, str(other), inputs=(named,)))

    assert allowed == "wordsdone"
    assert refused == "PermissionError"


@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/1/environ", "/proc/self/maps", "/"])
async def test_a_tool_reads_nothing_of_the_machine(path: str):
    answer, _ = await _run(_python(_attempt("os.open(sys.argv[1], os.O_RDONLY)"), path))

    assert answer == "PermissionError"


async def test_a_tool_writes_into_its_own_folder_only(tmp_path: Path):
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    write = _attempt("__import__('pathlib').Path(sys.argv[1]).write_text('x' * int(sys.argv[2]))")
    limits = Limits(file_size_bytes=1000)

    allowed, _ = await _run(_python(write, str(own / "file"), "1000", folder=own, limits=limits))
    too_long, _ = await _run(_python(write, str(own / "long"), "1001", folder=own, limits=limits))
    refused, _ = await _run(_python(write, str(other / "file"), "1", folder=own, limits=limits))

    assert (allowed, too_long, refused) == ("done", "OSError", "PermissionError")
    assert (own / "file").stat().st_size == 1000
    assert list(other.iterdir()) == []


async def test_a_tool_opens_no_connection():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        port = listener.getsockname()[1]
        connect = _attempt(
            "__import__('socket').create_connection(('127.0.0.1', int(sys.argv[1])))"
        )
        answer, _ = await _run(_python(connect, str(port)))

        assert answer == "PermissionError"
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    "action",
    [
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(os.getppid(), 0)",
        "os.setsid()",
        "__import__('socket').socketpair()",
        "os.memfd_create('hidden')",
    ],
)
async def test_a_tool_reaches_no_other_process(action: str):
    answer, _ = await _run(_python(_attempt(action)))

    assert answer == "PermissionError"


async def test_a_tool_has_threads():
    code = (
        "import threading\n"
        "thread = threading.Thread(target=lambda: answer.write('from a thread'))\n"
        "thread.start()\nthread.join()\n"
    )

    answer, end = await _run(_python(code))

    assert (answer, end.code) == ("from a thread", 0)


async def test_a_tool_inherits_its_pipes_and_nothing_else(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STREAMVERSE_SECRET", "word")
    code = (
        "def is_open(number):\n"
        "    try:\n"
        "        return bool(os.fstat(number))\n"
        "    except OSError:\n"
        "        return False\n"
        "answer.write(f'{[n for n in range(200) if is_open(n)]} {sorted(os.environ)}')\n"
    )

    answer, _ = await _run(_python(code))

    # Python itself adds LC_CTYPE.
    assert answer.replace("'LC_CTYPE'", "") == f"{[0, 1, 2, FIRST_PIPE]} []"


async def test_memory_is_limited():
    limits = Limits(memory_bytes=200 << 20)
    take = _attempt("bytearray(300 << 20)")

    answer, _ = await _run(_python(take, limits=limits))

    assert answer == "MemoryError"


async def test_processor_time_is_limited():
    _, end = await _run(_python("while True: pass", limits=Limits(cpu_seconds=1)))

    assert end.has_exceeded_cpu_time
    assert not end.has_timed_out


async def test_wall_time_is_limited():
    code = "import time\ntime.sleep(60)"

    _, end = await _run(_python(code, limits=Limits(wall_seconds=0.3)))

    assert end.has_timed_out
    assert end.code == -signal.SIGKILL


async def test_several_pipes_are_read_at_once():
    code = "for number in (4, 3, 4, 3):\n    os.write(number, bytes([number]) * 60_000)\n"
    argv = (sys.executable, "-I", "-S", "-c", f"import os\n{code}")

    async with sandbox.run(Command(argv, _PYTHON_FILES, pipe_count=2)) as process:
        written = await asyncio.gather(*(pipe.read() for pipe in process.pipes))
        end = await process.wait()

    assert end.code == 0
    assert written == [bytes([3]) * 120_000, bytes([4]) * 120_000]


async def test_only_the_last_lines_of_complaint_are_kept():
    code = (
        "for number in range(10_000):\n"
        "    print(f'line {number} \\x1b[31m', file=sys.stderr)\n"
        "print('x' * 10_000_000, file=sys.stderr, end='')\n"
        "sys.exit(3)"
    )

    _, end = await _run(_python(code))

    assert end.code == 3
    assert len(end.last_lines) == 30
    assert end.last_lines[0] == "line 9971  [31m"
    assert end.last_lines[-1] == "x" * 1000


async def test_a_tool_that_does_not_start_says_why(tmp_path: Path):
    command = Command((str(tmp_path / "none"),))

    async with sandbox.run(command) as process:
        end = await process.wait()

    assert end.code == 125
    assert end.last_lines[0].startswith("sandbox: [Errno 2]")


async def test_leaving_early_ends_the_tool():
    async with sandbox.run(_sleeping()) as process:
        await process.pipes[0].readexactly(5)
        pid = process.pid

    assert not _is_alive(pid)


async def test_cancelling_ends_the_tool():
    started = asyncio.Event()
    pids: list[int] = []

    async def use() -> None:
        async with sandbox.run(_sleeping()) as process:
            await process.pipes[0].readexactly(5)
            pids.append(process.pid)
            started.set()
            await process.wait()

    task = asyncio.create_task(use())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not _is_alive(pids[0])


async def test_a_start_that_is_cancelled_leaves_no_pipe_open():
    ours = set(Path("/proc/self/fd").iterdir())
    command = replace(_python("pass"), pipe_count=3)
    starting = asyncio.create_task(_run(command))
    await asyncio.sleep(0)  # It waits for its first pipe.
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await asyncio.sleep(0)
    assert set(Path("/proc/self/fd").iterdir()) == ours


async def test_the_tool_ends_when_its_parent_is_killed():
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from streamverse.mediakit import sandbox\n"
        "async def main():\n"
        "    command = sandbox.Command(tuple(sys.argv[2:]), (Path(sys.argv[1]),), pipe_count=1)\n"
        "    async with sandbox.run(command) as process:\n"
        "        await process.pipes[0].readexactly(5)\n"
        "        print(process.pid, flush=True)\n"
        "        await process.wait()\n"
        "asyncio.run(main())\n"
    )
    arguments = (str(_PYTHON_FILES[0]), *_sleeping().argv)
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, *arguments), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    loop, ended, tool = asyncio.get_running_loop(), asyncio.Event(), os.pidfd_open(pid)
    loop.add_reader(tool, ended.set)
    assert not ended.is_set()

    parent.kill()
    await parent.wait()

    async with asyncio.timeout(60):
        await ended.wait()
    loop.remove_reader(tool)
    os.close(tool)


async def test_a_playlist_does_not_reach_another_file(
    media: MediaFactory, tools: Tools, tmp_path: Path
):
    secret, playlist = media.make("pattern"), tmp_path / "list.txt"
    playlist.write_text(f"ffconcat version 1.0\nfile {secret}\n")
    # The loosest call of ffmpeg, to see that the sandbox holds where arguments would not.
    argv = (
        *(str(tools.ffmpeg), "-v", "error", "-protocol_whitelist", "file,concat,tcp"),
        *("-f", "concat", "-safe", "0", "-i", str(playlist), "-c", "copy"),
        *("-f", "mpegts", pipe_url(0)),
    )

    leaked, end = await _run_raw(Command(argv, (playlist, secret), pipe_count=1))
    assert (len(leaked) > 10_000, end.code) == (True, 0)

    leaked, end = await _run_raw(Command(argv, (playlist,), pipe_count=1))
    assert leaked == b""
    assert any("Permission denied" in line for line in end.last_lines)


async def test_a_playlist_does_not_reach_the_network(tools: Tools, tmp_path: Path):
    playlist = tmp_path / "list.m3u8"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/segment.ts"
        lines = ("#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXTINF:1,", url, "#EXT-X-ENDLIST", "")
        playlist.write_text("\n".join(lines))
        argv = (
            *(str(tools.ffmpeg), "-v", "error", "-protocol_whitelist", "file,http,tcp"),
            *("-f", "hls", "-i", str(playlist), "-c", "copy", "-f", "mpegts", pipe_url(0)),
        )

        leaked, end = await _run_raw(Command(argv, (playlist,), pipe_count=1))

        assert leaked == b""
        assert end.code != 0
        with pytest.raises(BlockingIOError):
            listener.accept()


async def _run_raw(command: Command) -> tuple[bytes, Exit]:
    async with sandbox.run(command) as process:
        return await process.pipes[0].read(), await process.wait()


def _sleeping() -> Command:
    return _python("answer.write('ready')\nanswer.flush()\nimport time\ntime.sleep(600)")


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_a_closed_pipe_takes_nobody_elses_file_with_it() -> None:
    """On the program's own event loop, which closes real pipes twice."""
    lost: list[OSError] = []
    is_over = threading.Event()

    def open_and_close_files() -> None:
        while not is_over.is_set():
            descriptor = os.open(os.devnull, os.O_RDONLY)
            try:
                os.close(descriptor)
            except OSError as error:
                lost.append(error)

    async def open_and_close_pipes() -> None:
        for _ in range(300):
            async with AsyncExitStack() as stack:
                for _ in range(10):
                    read_end, write_end = socket.socketpair()
                    await sandbox.open_reader(read_end, stack)
                    write_end.close()
            await asyncio.sleep(0)

    with ThreadPoolExecutor(6) as threads:
        for _ in range(6):
            threads.submit(open_and_close_files)
        try:
            uvloop.run(open_and_close_pipes())
        finally:
            is_over.set()
    assert lost == []
