"""Measuring quality: the pieces that stand for a film, trials of rungs, and VMAF of an encode."""

from __future__ import annotations

import tempfile
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from streamverse.mediakit.encode import encode_chunk
from streamverse.mediakit.ffmpeg import ToolFailed, Tools
from streamverse.mediakit.ladder import CodecFamily, DynamicRange, LadderPolicy, Rung, choose_rungs
from streamverse.mediakit.probe import MediaFacts, MediaRefused, probe
from streamverse.mediakit.quality import choose_pieces, measure_rungs, measure_vmaf
from tests.factories.media import MediaFactory

QUIET, BUSY = "color=c=gray:s=320x180:r=25:d=4", "testsrc2=s=320x180:r=25:d=4,noise=alls=40:allf=t"


@pytest.fixture(scope="module")
def halves(media: MediaFactory, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give eight seconds of which the first four are still, and the others full of noise."""
    path = tmp_path_factory.mktemp("halves") / "halves.mp4"
    options = ("-filter_complex", "[0][1]concat", "-c:v", "libx264", "-g", "25", "-preset")
    media.lavfi(path, QUIET, BUSY, options=(*options, "ultrafast", "-pix_fmt", "yuv420p"))
    return path


async def facts_of(path: Path, tools: Tools) -> MediaFacts:
    return await probe(path, tools)


def rungs_of(facts: MediaFacts, *crfs: int) -> list[Rung]:
    """Give the rung of a small film in several qualities, with as many bits as they take."""
    assert facts.video is not None
    (rung,) = choose_rungs(facts.video.width, facts.video.height, facts.plan().frame_rate)
    uncapped = replace(rung, max_bitrate_bps=8_000_000, buffer_size_bits=8_000_000)
    return [replace(uncapped, crf=crf) for crf in crfs]


async def encode(source: Path, facts: MediaFacts, rung: Rung, to: Path, tools: Tools) -> Path:
    plan = facts.plan()
    written = b""
    async with aclosing(
        encode_chunk(source, facts, [rung], plan, plan.chunk(0), tools=tools)
    ) as pieces:
        async for piece in pieces:
            written += piece.payload
    to.write_bytes(written)
    return to


# --- pieces ---------------------------------------------------------------------------------------


async def test_a_quiet_and_a_busy_moment_stand_for_a_film(halves: Path, tools: Tools) -> None:
    facts = await facts_of(halves, tools)
    pieces = await choose_pieces(halves, facts, tools=tools)
    assert len(pieces) == 2
    assert [piece.start < 100 for piece in pieces] == [True, False]
    assert {len(piece) for piece in pieces} == {7}  # half a second in all
    assert pieces == await choose_pieces(halves, facts, tools=tools)


@pytest.mark.parametrize("kind", ["pattern", "vfr", "slides", "late_start", "one_frame"])
async def test_pieces_lie_within_the_film(kind: str, media: MediaFactory, tools: Tools) -> None:
    path = media.make(kind)
    facts = await facts_of(path, tools)
    pieces = await choose_pieces(path, facts, tools=tools)
    assert pieces
    assert all(0 <= p.start < p.stop <= facts.plan().total_frames for p in pieces)
    assert len(set(pieces)) == len(pieces)


async def test_a_file_whose_packets_cannot_be_listed_is_sampled_evenly(
    halves: Path, tools: Tools, tmp_path: Path
) -> None:
    facts = await facts_of(halves, tools)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(halves.read_bytes()[:3000])
    pieces = await choose_pieces(cut, facts, tools=tools)
    assert [piece.start for piece in pieces] == [50, 150]


# --- trials ---------------------------------------------------------------------------------------


async def test_a_better_setting_costs_more_and_is_worth_more(halves: Path, tools: Tools) -> None:
    facts = await facts_of(halves, tools)
    shares: list[float] = []
    good, bad = await measure_rungs(
        halves, facts, rungs_of(facts, 20, 40), tools=tools, on_progress=shares.append
    )
    assert (good.crf, good.width, good.height) == (20, 320, 180)
    assert good.bitrate_bps > 4 * bad.bitrate_bps
    assert good.vmaf > bad.vmaf + 10
    assert good.peak_bitrate_bps > 1.5 * good.bitrate_bps
    assert shares == [0.5, 1.0]


async def test_a_trial_foretells_what_is_served(halves: Path, tools: Tools, tmp_path: Path) -> None:
    facts = await facts_of(halves, tools)
    (rung,) = rungs_of(facts, 30)
    rung = replace(rung, is_careful=True)
    (foretold,) = await measure_rungs(halves, facts, [rung], tools=tools)
    file = await encode(halves, facts, rung, tmp_path / "encoded.mp4", tools)
    served = await measure_vmaf(halves, facts, file, at=range(200), tools=tools)
    bitrate_bps = file.stat().st_size * 8 / 8
    assert foretold.vmaf == pytest.approx(served.mean, abs=3)
    assert foretold.bitrate_bps == pytest.approx(bitrate_bps, rel=0.25)


async def test_smaller_sizes_are_compared_as_they_fill_the_screen(
    halves: Path, tools: Tools
) -> None:
    facts = await facts_of(halves, tools)
    (whole,) = rungs_of(facts, 22)
    half = replace(whole, name="90p", width=160, height=90)
    large, small = await measure_rungs(halves, facts, [whole, half], tools=tools)
    assert (small.width, small.height) == (160, 90)
    assert small.bitrate_bps < large.bitrate_bps
    assert small.vmaf < large.vmaf - 10


@pytest.mark.parametrize("kind", ["rotated", "interlaced", "hdr", "odd"])
async def test_any_picture_is_measured(kind: str, media: MediaFactory, tools: Tools) -> None:
    path = media.make(kind)
    facts = await facts_of(path, tools)
    (point,) = await measure_rungs(path, facts, rungs_of(facts, 18), tools=tools)
    assert point.vmaf > 60


async def test_pictures_that_cannot_be_decoded_are_refused(
    halves: Path, tools: Tools, tmp_path: Path
) -> None:
    facts = await facts_of(halves, tools)
    broken = tmp_path / "broken.mp4"
    payload = bytearray(halves.read_bytes())
    start = payload.index(b"mdat") + 4
    payload[start : len(payload) - 5000] = bytes(len(payload) - 5000 - start)
    broken.write_bytes(payload)
    with pytest.raises((MediaRefused, ToolFailed)):
        await measure_rungs(broken, facts, rungs_of(facts, 30), tools=tools)


# --- one encode -----------------------------------------------------------------------------------


async def test_an_encode_is_compared_frame_by_frame(
    halves: Path, tools: Tools, tmp_path: Path
) -> None:
    facts = await facts_of(halves, tools)
    (rung,) = rungs_of(facts, 12)
    file = await encode(halves, facts, rung, tmp_path / "encoded.mp4", tools)
    score = await measure_vmaf(halves, facts, file, at=range(200), tools=tools)
    assert score.lowest <= score.harmonic_mean <= score.mean
    assert score.mean > 90
    # The same encode, said to begin a second later, is compared with other pictures.
    shifted = await measure_vmaf(halves, facts, file, at=range(25, 200), tools=tools)
    assert shifted.mean < score.mean - 10


async def test_an_encode_of_high_dynamic_range_is_compared_as_it_is(
    media: MediaFactory, tools: Tools, tmp_path: Path
) -> None:
    path = media.make("hdr")
    facts = await facts_of(path, tools)
    assert facts.video is not None
    policy = LadderPolicy((CodecFamily.HEVC,), facts.video.dynamic_range, 10)
    (rung, *_) = choose_rungs(
        facts.video.width, facts.video.height, facts.plan().frame_rate, policy
    )
    file = await encode(path, facts, replace(rung, crf=14), tmp_path / "hdr.mp4", tools)
    frames = range(facts.plan().total_frames)
    score = await measure_vmaf(
        path, facts, file, at=frames, tools=tools, dynamic_range=DynamicRange.PQ
    )
    assert score.mean > 85


async def test_a_folder_of_any_name_will_do(
    halves: Path, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = await facts_of(halves, tools)
    odd = tmp_path / "it's, a [folder]: 100%; \\"
    odd.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(odd))
    (point,) = await measure_rungs(halves, facts, rungs_of(facts, 30), tools=tools)
    assert point.vmaf > 0
    assert list(odd.iterdir()) == []
