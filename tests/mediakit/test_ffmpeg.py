"""Finding the tools, calling them and telling how they fail."""

import asyncio
from pathlib import Path

import pytest

from streamverse.mediakit.ffmpeg import (
    OLDEST_SAFE_VERSION,
    Progress,
    ToolFailed,
    ToolMissing,
    Tools,
    find_tools,
    parse_progress,
    read_progress,
    read_version,
    run_to_bytes,
)
from streamverse.mediakit.sandbox import Command, Limits, pipe_url


def _program(folder: Path, answer: str) -> Path:
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o755)
    return program


def test_the_bundled_tools_are_found_and_safe():
    tools = find_tools()

    assert read_version(tools.ffmpeg) >= OLDEST_SAFE_VERSION
    assert read_version(tools.ffprobe) >= OLDEST_SAFE_VERSION


def test_a_named_tool_is_taken(tmp_path: Path):
    program = _program(tmp_path, "ffmpeg version n8.1.2-3-gabc Copyright")

    assert find_tools(ffmpeg=program).ffmpeg == program


@pytest.mark.parametrize(
    ("answer", "found"), [("5.1.6-0+deb12u1", "5.1.6"), ("n8.1.1", "8.1.1"), ("8.1", "8.1.0")]
)
def test_an_unsafe_version_is_refused(tmp_path: Path, answer: str, found: str):
    program = _program(tmp_path, f"ffmpeg version {answer} Copyright")

    with pytest.raises(ToolMissing) as refusal:
        find_tools(ffmpeg=program)

    assert str(refusal.value) == (
        f"{program} is version {found}, which a crafted file can take over: use 8.1.2 or newer."
    )


def test_a_tool_without_a_version_is_refused(tmp_path: Path):
    program = _program(tmp_path, "ffmpeg version N-118000-gabc Copyright")

    with pytest.raises(ToolMissing, match="does not say which version it is"):
        find_tools(ffmpeg=program)


def test_a_missing_tool_is_refused(tmp_path: Path):
    with pytest.raises(ToolMissing, match="does not run"):
        find_tools(ffprobe=tmp_path / "ffprobe")


def test_a_replaced_tool_is_asked_again(tmp_path: Path):
    program = _program(tmp_path, "ffmpeg version 9.0.2")
    first = read_version(program)
    _program(tmp_path, "ffmpeg version 9.0.3")

    assert (first, read_version(program)) == ((9, 0, 2), (9, 0, 3))


async def test_a_failure_tells_people_no_paths_and_the_log_everything(tools: Tools, tmp_path: Path):
    missing = tmp_path / "secret-name.mp4"
    argv = (str(tools.ffmpeg), "-v", "error", "-i", str(missing), "-f", "null", pipe_url(0))

    with pytest.raises(ToolFailed) as failure:
        await run_to_bytes(Command(argv, pipe_count=1), most_bytes=100)

    assert str(failure.value) == f"ffmpeg failed with exit code {failure.value.exit_code}."
    assert failure.value.exit_code > 0
    assert failure.value.command == argv
    assert any("secret-name.mp4" in line for line in failure.value.last_lines)


async def test_a_tool_that_does_not_end_is_ended(tools: Tools):
    argv = _endless(tools)

    with pytest.raises(ToolFailed) as failure:
        await run_to_bytes(
            Command(argv, pipe_count=1, limits=Limits(wall_seconds=0.5)), most_bytes=1 << 40
        )

    assert str(failure.value) == "ffmpeg did not finish in time."


async def test_a_tool_that_writes_too_much_is_ended(tools: Tools):
    with pytest.raises(ToolFailed) as failure:
        await run_to_bytes(Command(_endless(tools), pipe_count=1), most_bytes=100_000)

    assert str(failure.value) == "ffmpeg was ended by signal 9."


def test_progress_is_read():
    fields = {"frame": "48", "out_time_us": "2000000", "speed": "1.46x", "progress": "continue"}

    assert parse_progress(fields) == Progress(frames=48, seconds=2.0, speed=1.46)


def test_progress_that_is_not_known_yet_counts_as_zero():
    fields = {"frame": "0", "out_time_us": "N/A", "speed": "N/A", "progress": "continue"}

    assert parse_progress(fields) == Progress(frames=0, seconds=0.0, speed=0.0)


async def test_progress_arrives_report_by_report():
    pipe = asyncio.StreamReader()
    pipe.feed_data(b"frame=1\nprogress=continue\nframe=2\nspeed=2x\nprogress=end\n")
    pipe.feed_eof()

    reports = [report async for report in read_progress(pipe)]

    assert reports == [Progress(1, 0.0, 0.0), Progress(2, 0.0, 2.0)]


def _endless(tools: Tools) -> tuple[str, ...]:
    source = ("-re", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=1000")
    return (str(tools.ffmpeg), "-v", "error", *source, "-f", "rawvideo", pipe_url(0))
