"""Damaged and crafted files: each becomes something that plays, or gets one clear sentence."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import socket
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest

from streamverse.domains.media.rules.packages import RungGroup, choose_recipe, plan_package
from streamverse.mediakit.encode import STEREO, EncodedSegment, encode_audio, encode_chunk
from streamverse.mediakit.ffmpeg import ToolFailed, find_tools
from streamverse.mediakit.frames import AudioPlan
from streamverse.mediakit.probe import MediaFacts, MediaRefused, probe
from tests.factories.damage import corpus, good_files, with_foreign_data
from tests.factories.media import MediaFactory

AT_LEAST = 300
WITHIN_S = 300
# What the loop may be busy at a stretch, in time of the processor: others' load does not count.
LOOP_BUSY_S = 0.5
OWN_MEMORY_BYTES = 300 << 20
TOOL_MEMORY_BYTES = 1200 << 20
ENCODED_EVERY = 6
SECRET = "The password is swordfish. " * 40


@dataclass(frozen=True)
class Outcome:
    """What became of a file, and what that cost."""

    name: str
    sentence: str | None
    code: str | None
    part_count: int = 0
    segment_count: int | None = None
    text: str = ""
    busy_s: float = 0.0


@dataclass(frozen=True)
class Memory:
    """What a process and its tools have used of memory at most."""

    own_bytes: int
    tool_bytes: int


def try_files(paths: Sequence[Path], *, is_encoding: bool) -> tuple[list[Outcome], Memory]:
    """Try some files, one after another: what a process of the pool does."""
    before_bytes = _most_bytes(resource.RUSAGE_SELF)  # a fork begins with what the tests need
    outcomes = asyncio.run(_try_files(paths, is_encoding=is_encoding))
    own_bytes = _most_bytes(resource.RUSAGE_SELF) - before_bytes
    return outcomes, Memory(own_bytes, _most_bytes(resource.RUSAGE_CHILDREN))


def _most_bytes(who: int) -> int:
    return resource.getrusage(who).ru_maxrss * 1024


async def _try_files(paths: Sequence[Path], *, is_encoding: bool) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for path in paths:
        watching = asyncio.create_task(_watch())
        async with asyncio.timeout(WITHIN_S):
            outcome = await _try_file(path, is_encoding=is_encoding)
        watching.cancel()
        (busy_s,) = await asyncio.gather(watching)
        outcomes.append(
            Outcome(
                *(outcome.name, outcome.sentence, outcome.code, outcome.part_count),
                *(outcome.segment_count, outcome.text, busy_s),
            )
        )
    return outcomes


async def _watch() -> float:
    """Tell for how long the loop let nobody have a turn."""
    longest_s, before_s = 0.0, time.thread_time()
    try:
        while True:
            await asyncio.sleep(0.001)
            now_s = time.thread_time()
            longest_s, before_s = max(longest_s, now_s - before_s), now_s
    except asyncio.CancelledError:
        return longest_s


async def _try_file(path: Path, *, is_encoding: bool) -> Outcome:
    try:
        facts = await probe(path, find_tools())
        parts = len(plan_package(choose_recipe(facts), facts).parts)
        segments = await _encode(path, facts) if is_encoding else None
    except MediaRefused as refusal:
        return Outcome(path.name, refusal.sentence, refusal.code, text=str(refusal.facts))
    except Exception as crash:  # noqa: BLE001 - so that all that crash are seen at once
        last = traceback.extract_tb(crash.__traceback__)[-1]
        return Outcome(path.name, None, f"{type(crash).__name__}: {crash} in {last.name}")
    return Outcome(path.name, None, None, parts, segments, text=str(facts))


async def _encode(path: Path, facts: MediaFacts) -> int:
    """Encode the first chunk of everything; what a tool cannot do is a failure that is caught."""
    recipe, tools, count = choose_recipe(facts), find_tools(), 0
    plan, rungs = recipe.plan, recipe.groups.get(RungGroup.H264, ())
    sound = AudioPlan(plan, STEREO.frame_rate)
    streams = [
        *([encode_chunk(path, facts, rungs, plan, plan.chunk(0), tools=tools)] if rungs else []),
        *(encode_audio(path, facts, audio, sound, tools=tools) for audio in facts.audios[:1]),
    ]
    for stream in streams:
        async with aclosing(stream) as pieces:
            try:
                async for piece in _segments(pieces):
                    count += isinstance(piece, EncodedSegment)
            except ToolFailed:
                continue
    return count


async def _segments(pieces: object) -> object:
    async for piece in pieces:  # type: ignore[attr-defined]
        yield piece


# --- the corpus -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def good(media: MediaFactory, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return good_files(media, tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """Listen for calls that nobody should make."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        opened.settimeout(0)
        yield opened


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep a file that nobody should read."""
    path = tmp_path_factory.mktemp("secret") / "secret.txt"
    path.write_text(SECRET)
    return path


@pytest.fixture(scope="module")
def paths(
    good: dict[str, bytes],
    listener: socket.socket,
    secret: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Path]:
    """Write every file under a name that says nothing."""
    folder = tmp_path_factory.mktemp("corpus")
    found: list[Path] = []
    for name, content in corpus(good, secret, listener.getsockname()[1]).items():
        path = folder / name.replace("/", "_")
        path.write_bytes(content)
        found.append(path)
    return found


def run_all(paths: Sequence[Path], *, is_encoding: bool) -> tuple[list[Outcome], list[Memory]]:
    """Try all files in two processes."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        halves = [pool.submit(try_files, paths[n::2], is_encoding=is_encoding) for n in (0, 1)]
        answers = [half.result() for half in halves]
    return [one for outcomes, _ in answers for one in outcomes], [memory for _, memory in answers]


@pytest.fixture(scope="module")
def outcomes(paths: list[Path]) -> tuple[list[Outcome], list[Memory]]:
    return run_all(paths, is_encoding=False)


def test_every_file_gets_one_clear_sentence_or_is_taken_in(
    paths: list[Path], outcomes: tuple[list[Outcome], list[Memory]]
) -> None:
    found, _ = outcomes
    assert [(one.name, one.code) for one in found if one.code and not one.sentence] == []
    assert {"not_media", "not_readable", "too_long", "truncated"} <= {one.code for one in found}
    assert len(found) == len(paths) >= AT_LEAST
    for outcome in found:
        if outcome.sentence is None:
            assert 1 <= outcome.part_count <= 10_000, outcome
            continue
        assert_is_clear(outcome)
    kinds = Counter("refused" if outcome.sentence else "taken in" for outcome in found)
    assert min(kinds.values()) > 50, kinds


def assert_is_clear(outcome: Outcome) -> None:
    sentence = outcome.sentence or ""
    assert 20 < len(sentence) < 300, outcome
    assert sentence[0].isupper(), outcome
    assert sentence.endswith((".", ")")), outcome
    assert "\n" not in sentence, outcome
    assert "/" not in sentence.replace("and/or", ""), outcome
    assert "Traceback" not in sentence, outcome
    assert outcome.code, outcome


def test_nothing_that_a_crafted_file_points_at_is_reached(
    outcomes: tuple[list[Outcome], list[Memory]], listener: socket.socket
) -> None:
    found, _ = outcomes
    crafted = [one for one in found if one.name.startswith(("file-", "path-", "net-"))]
    assert len(crafted) == 54
    assert {one.code for one in crafted} == {"not_media"}
    assert not [one for one in found if "swordfish" in one.text + (one.sentence or "")]
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_the_server_stays_up_meanwhile(outcomes: tuple[list[Outcome], list[Memory]]) -> None:
    found, memories = outcomes
    slowest = max(found, key=lambda outcome: outcome.busy_s)
    assert slowest.busy_s < LOOP_BUSY_S, slowest
    assert max(memory.own_bytes for memory in memories) < OWN_MEMORY_BYTES
    assert max(memory.tool_bytes for memory in memories) < TOOL_MEMORY_BYTES


def test_what_is_taken_in_is_encoded_or_refused(
    paths: list[Path], outcomes: tuple[list[Outcome], list[Memory]]
) -> None:
    found, _ = outcomes
    taken = {outcome.name for outcome in found if outcome.sentence is None}
    chosen = [path for path in paths if path.name in taken and is_telling(path)]
    encoded, memories = run_all(chosen, is_encoding=True)

    assert [(one.name, one.code) for one in encoded if one.code and not one.sentence] == []
    assert len(encoded) >= 15
    for outcome in encoded:
        if outcome.sentence is not None:
            assert_is_clear(outcome)
    assert any(outcome.segment_count for outcome in encoded)
    assert max(outcome.busy_s for outcome in encoded) < LOOP_BUSY_S
    assert max(memory.own_bytes for memory in memories) < OWN_MEMORY_BYTES


def is_telling(path: Path) -> bool:
    """Choose what says one thing of its pictures and shows another, and some of the rest."""
    is_of_another_size = path.name.startswith(("frames-", "picture-", "delta-"))
    return is_of_another_size or zlib.crc32(path.name.encode()) % ENCODED_EVERY == 0


# --- files that are media, and point elsewhere ----------------------------------------------------


@pytest.mark.parametrize("kind", ["mp4", "mov"])
async def test_media_that_is_said_to_lie_elsewhere_is_not_fetched(
    good: dict[str, bytes], kind: str, listener: socket.socket, secret: Path, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/leak"
    for number, target in enumerate((f"file://{secret}", url)):
        path = tmp_path / f"{number}.{kind}"
        path.write_bytes(with_foreign_data(good[kind], target))
        outcome = await _try_file(path, is_encoding=True)
        assert "swordfish" not in outcome.text
        if outcome.sentence is not None:
            assert_is_clear(outcome)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_good_files_are_taken_in(good: dict[str, bytes], tmp_path: Path) -> None:
    """Without this, refusing everything would do."""
    paths = [tmp_path / f"film.{kind}" for kind in good]
    for path in paths:
        path.write_bytes(good[path.suffix[1:]])
    found, _ = run_all(paths, is_encoding=True)

    assert [
        outcome.name for outcome in found if outcome.sentence or not outcome.segment_count
    ] == []
