"""Groups of renditions in hardware: one encoder for each, and software where that fails.

No machine that runs these tests is sure to have hardware, so another encoder stands in for a card:
OpenH264, whose heads are not those of x264, and which fails where a test wants it to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select

from streamverse.app import registry
from streamverse.domains.media.contracts import ENCODE_LANE, SOUND_LANE, PackageId
from streamverse.domains.media.errors import PartBegunAnew
from streamverse.domains.media.models import PackageRow, PartRow, TrackRow
from streamverse.domains.media.rules.encoders import begun_with, choose_encoder
from streamverse.domains.media.rules.packages import Recipe, RungGroup
from streamverse.domains.media.rules.states import PartKind
from streamverse.domains.media.service import encoders, packages
from streamverse.domains.media.service.packages import NewSegment
from streamverse.kit.heartbeats import Abilities, WorkerRow
from streamverse.kit.jobs import JobRow
from streamverse.kit.work import Actor
from streamverse.kit.worker import Worker
from streamverse.mediakit import hardware
from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.hardware import SOFTWARE, Accelerator, Encoder
from streamverse.mediakit.ladder import CodecFamily, DynamicRange, LadderPolicy, Rung, choose_rungs
from tests.factories.accounts import People
from tests.factories.media import MediaFactory, beep, picture
from tests.factories.pipeline import WorkOff, check_only, upload, upload_row

if TYPE_CHECKING:
    from streamverse.app.resources import Resources
    from streamverse.kit.clock import FixedClock
    from tests.conftest import Clients

RENDER = Path("/dev/dri/renderD128")
CARD = Encoder("h264", "h264_vaapi", Accelerator.VAAPI, RENDER)
OTHER = Encoder("h264", "h264_nvenc", Accelerator.NVENC, Path("/dev/nvidia0"))
AV1 = Encoder("av1", "av1_vaapi", Accelerator.VAAPI, RENDER)
HEVC = Encoder("hevc", "hevc_vaapi", Accelerator.VAAPI, RENDER)
RATE = FrameRate(25)
EVERY = LadderPolicy((CodecFamily.H264, CodecFamily.HEVC, CodecFamily.AV1))
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# --- the choice -----------------------------------------------------------------------------------


def of_family(family: CodecFamily, policy: LadderPolicy = EVERY) -> tuple[Rung, ...]:
    rungs = choose_rungs(1280, 720, RATE, policy)
    return tuple(rung for rung in rungs if rung.codec_family is family)


RECIPE = Recipe(
    frame_rate="25/1",
    total_frames=3000,
    groups={
        RungGroup.PREVIEW: choose_rungs(640, 360, RATE)[:1],
        RungGroup.H264: of_family(CodecFamily.H264)[:2],
        RungGroup.HEVC: of_family(CodecFamily.HEVC),
        RungGroup.AV1: of_family(CodecFamily.AV1),
    },
    sounds=(),
)
AGAIN = RECIPE.with_rungs(
    RungGroup.H264, [replace(rung, is_again=True) for rung in RECIPE.groups[RungGroup.H264]]
)
DEEP = RECIPE.with_rungs(
    RungGroup.HEVC, of_family(CodecFamily.HEVC, replace(EVERY, dynamic_range=DynamicRange.PQ))
)


def parts_of(*begun: tuple[RungGroup, str | None]) -> list[PartRow]:
    """Give two parts of each group; the first is begun in those that are named."""
    made = dict(begun)
    return [
        PartRow(
            package_id=UUID(int=1),
            number=2 * place + half,
            kind=PartKind.VIDEO,
            group=group,
            made_with=made.get(group) if half == 0 else None,
            encode_starts=int(group in made and half == 0),
        )
        for place, group in enumerate(RungGroup)
        for half in (0, 1)
    ]


@pytest.mark.parametrize(
    ("recipe", "group", "begun", "offered", "expected"),
    [
        (RECIPE, RungGroup.H264, [], [], "libx264"),
        (RECIPE, RungGroup.HEVC, [], [CARD], "libx265"),
        (RECIPE, RungGroup.H264, [], [OTHER, CARD], "h264_nvenc"),
        (RECIPE, RungGroup.AV1, [], [CARD, AV1], "av1_vaapi"),
        # What playing waits for is never made again, so it is made in software.
        (RECIPE, RungGroup.PREVIEW, [], [CARD], "libx264"),
        (AGAIN, RungGroup.H264, [], [CARD], "libx264"),
        (DEEP, RungGroup.HEVC, [], [HEVC], "libx265"),
        (RECIPE, RungGroup.H264, [(RungGroup.H264, "libx264")], [CARD], "libx264"),
        (RECIPE, RungGroup.H264, [(RungGroup.H264, "h264_vaapi")], [OTHER, CARD], "h264_vaapi"),
        (RECIPE, RungGroup.H264, [(RungGroup.H264, "h264_vaapi")], [OTHER], None),
        (RECIPE, RungGroup.H264, [(RungGroup.HEVC, "hevc_vaapi")], [], "libx264"),
        # Begun by a version that wrote no encoder down.
        (RECIPE, RungGroup.H264, [(RungGroup.H264, None)], [CARD], "libx264"),
    ],
)
def test_one_encoder_makes_a_group(
    recipe: Recipe,
    group: RungGroup,
    begun: Sequence[tuple[RungGroup, str | None]],
    offered: Sequence[Encoder],
    expected: str | None,
) -> None:
    parts = parts_of(*begun)
    part = next(part for part in parts if part.group == group)
    found = choose_encoder(recipe, parts, part, offered)
    assert (found and found.name) == expected


def test_what_nobody_has_begun_was_begun_with_nothing() -> None:
    assert begun_with(parts_of(), RungGroup.H264) is None


# --- a film ---------------------------------------------------------------------------------------


def stand_in(monkeypatch: pytest.MonkeyPatch, *, failing: Sequence[int] = ()) -> list[str]:
    """Let OpenH264 be the card; the encodes of these numbers fail. Gives what it was asked for."""
    asked: list[str] = []

    def arguments(_encoder: Encoder, rung: Rung, gop_frames: int) -> list[str]:
        asked.append(rung.track_name)
        name = "h264_vaapi" if len(asked) in failing else "libopenh264"
        return ["-c:v", name, "-b:v", str(rung.max_bitrate_bps), "-g", str(gop_frames)]

    def none_of(_encoder: Encoder) -> list[str]:
        return []

    monkeypatch.setattr(hardware, "video_arguments", arguments)
    monkeypatch.setattr(hardware, "device_arguments", none_of)
    monkeypatch.setattr(hardware, "upload_filters", none_of)
    return asked


@pytest.fixture
def film(media: MediaFactory, tmp_path: Path) -> Path:
    """Make a film with a preview, another rendition, and three parts of each."""
    path = tmp_path / "film.mp4"
    media.lavfi(path, picture(854, 480, rate="12", seconds=65), beep(65))
    return path


async def encode(resources: Resources, *offered: Encoder) -> None:
    """Do all encodes that are due, by a worker that has some encoders."""
    names = {encoder.codec: encoder.name for encoder in offered}
    worker = Worker(
        resources.workshop,
        registry.handlers_by_name(replace(resources, encoders=tuple(offered))),
        name="encodes",
        lanes={ENCODE_LANE: 1, SOUND_LANE: 1},
        abilities=Abilities(offers={"h264": SOFTWARE["h264"].name} | names),
    )
    await worker.run_until_idle()


async def made(resources: Resources) -> dict[tuple[str, int], str | None]:
    async with resources.workshop.reading(Actor.system()) as work:
        rows = await work.session.scalars(select(PartRow).where(PartRow.kind == PartKind.VIDEO))
        return {(row.group, row.first_segment): row.made_with for row in rows}


async def tracks(resources: Resources) -> list[str]:
    async with resources.workshop.reading(Actor.system()) as work:
        query = select(TrackRow.name).where(TrackRow.kind == "video").order_by(TrackRow.position)
        return list(await work.session.scalars(query))


async def is_ready(clients: Clients, path: str) -> bool:
    row = await upload_row(clients.owner, path)
    title = (await clients.owner.get(f"/titles/{row['title_id']}")).json()
    return (title["state"], title["problem"]) == ("ready", None)


@on_sqlite
async def test_the_renditions_behind_the_preview_are_made_in_hardware(
    clients: Clients,
    resources: Resources,
    work_off: WorkOff,
    film: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = stand_in(monkeypatch)
    path = await upload(clients.owner, film.read_bytes())
    await check_only(resources)
    await encode(resources, CARD)
    await work_off()

    assert asked == ["v480"] * 3
    assert await made(resources) == {
        ("preview", 0): "libx264",
        ("preview", 6): "libx264",
        ("preview", 11): "libx264",
        ("h264", 0): "h264_vaapi",
        ("h264", 6): "h264_vaapi",
        ("h264", 11): "h264_vaapi",
    }
    assert await is_ready(clients, path)


@on_sqlite
@pytest.mark.parametrize("failing", [1, 2])
async def test_software_takes_over_wherever_hardware_fails(
    clients: Clients,
    resources: Resources,
    work_off: WorkOff,
    film: Path,
    monkeypatch: pytest.MonkeyPatch,
    failing: int,
) -> None:
    asked = stand_in(monkeypatch, failing=[failing])
    path = await upload(clients.owner, film.read_bytes())
    await check_only(resources)
    await encode(resources, CARD)
    await work_off()

    assert asked == ["v480"] * failing
    assert set((await made(resources)).values()) == {"libx264"}
    assert await tracks(resources) == ["v360", "v480-again"]
    assert await is_ready(clients, path)


async def begin_in_hardware(clients: Clients, resources: Resources, film: Path) -> PackageId:
    """Let the preview be whole, and the first part of the other group begun by a card."""
    await upload(clients.owner, film.read_bytes())
    await check_only(resources)
    async with resources.workshop.work(Actor.system()) as work:
        row = (await work.session.scalars(select(PackageRow))).one()
        parts = (await work.session.scalars(select(PartRow).order_by(PartRow.number))).all()
        first = next(part for part in parts if part.group == RungGroup.H264)
        first.made_with, first.encode_starts = CARD.name, 1
        return PackageId(row.id)


async def show_worker(resources: Resources, encoder: str) -> None:
    async with resources.workshop.work(Actor.system()) as work:
        work.session.add(
            WorkerRow(
                name="another",
                host="another",
                lanes={},
                offers={"h264": encoder},
                threads=1,
                started_at=work.now,
                seen_at=work.now,
            )
        )


@on_sqlite
async def test_a_part_waits_for_the_machine_that_has_begun_its_group(
    clients: Clients,
    resources: Resources,
    film: Path,
    clock: FixedClock,
) -> None:
    await begin_in_hardware(clients, resources, film)
    await show_worker(resources, CARD.name)
    await encode(resources)

    async with resources.workshop.reading(Actor.system()) as work:
        waiting = await work.session.scalars(
            select(JobRow).where(JobRow.name == "media.encode_part", JobRow.state == "queued")
        )
        found = [(job.attempts, job.run_at - work.now) for job in waiting]
    assert found == [(0, timedelta(seconds=30))] * 3

    # It does not come back: the others make the group in software.
    clock.advance(timedelta(minutes=5))
    await encode(resources)
    assert set((await made(resources)).values()) == {"libx264"}
    assert await tracks(resources) == ["v360", "v480-again"]


@on_sqlite
async def test_what_was_begun_again_takes_nothing_of_what_was_before(
    clients: Clients, resources: Resources, people: People, film: Path
) -> None:
    package_id = await begin_in_hardware(clients, resources, film)
    before = NewSegment("v480", 0, 24, 100)
    async with resources.workshop.work(people.owner) as work:
        parts = (await work.session.scalars(select(PartRow).order_by(PartRow.number))).all()
        number = next(part.number for part in parts if part.group == RungGroup.H264)
        await packages.announce_segments(work, package_id, number, [before])
    for failed in (OTHER.name, CARD.name, CARD.name):
        async with resources.workshop.work(people.owner) as work:
            await encoders.make_again(work, package_id, RungGroup.H264, failed)
    async with resources.workshop.reading(Actor.system()) as work:
        part = (await work.session.scalars(select(PartRow).where(PartRow.number == number))).one()
        deletions = await work.session.scalars(
            select(JobRow.arguments).where(JobRow.name == "media.delete_files")
        )
        assert [one["prefixes"] for one in deletions] == [[f"packages/{package_id}/v480/"]]
    assert (part.next_segment, part.made_with, part.encode_starts) == (part.first_segment, None, 0)
    async with resources.workshop.work(people.owner) as work:
        with pytest.raises(PartBegunAnew):
            await packages.announce_segments(work, package_id, number, [before])
        with pytest.raises(PartBegunAnew):
            await packages.finish_part(work, package_id, number, made_with=CARD.name)
