"""Media's use cases on their own, where two callers meet or a row is in an odd state."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from streamverse.domains.media.contracts import AssetId, PackageId, ProblemView
from streamverse.domains.media.errors import PackageNotFound
from streamverse.domains.media.models import (
    AssetRow,
    PackageRow,
    PartRow,
    SegmentRow,
    TrackRow,
    UploadRow,
)
from streamverse.domains.media.repository import Packages
from streamverse.domains.media.rules.packages import RungGroup, choose_recipe, plan_sounds
from streamverse.domains.media.rules.pictures import NewPicture
from streamverse.domains.media.rules.states import PackageState, PartKind, PictureKind, UploadState
from streamverse.domains.media.service import (
    assets,
    encoders,
    packages,
    pictures,
    subtitles,
    uploads,
)
from streamverse.domains.media.service.packages import NewSegment
from streamverse.kit.clock import new_id
from streamverse.kit.events import EventRow
from streamverse.kit.jobs import JobRow
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.probe import probe
from streamverse.mediakit.sound import SoundKind
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.titles import make_asset

PROBLEM = ProblemView("media.preparation_failed", "Something failed.")
LATER = ProblemView("kit.job_cancelled", "This was cancelled.")
TICKS = 15_360
PICTURE = NewPicture(PictureKind.POSTER, 320, 180, {"320.webp": b"picture"})


async def make_package(workshop: Workshop, people: People, segment_count: int = 3) -> PackageId:
    """Let there be a package of one rendition that is going to last 30 s."""
    async with workshop.work(people.owner) as work:
        asset_id = await make_asset(work)
        (row,) = await Packages(work).of_assets([asset_id])
        track = TrackRow(
            id=new_id(),
            package_id=row.id,
            position=0,
            name="v360",
            kind="video",
            codec="avc1.64001e",
            timescale=TICKS,
            target_bitrate_bps=1,
        )
        part = PartRow(
            package_id=row.id,
            number=0,
            kind=PartKind.VIDEO,
            group=RungGroup.H264,
            first_segment=0,
            segment_count=segment_count,
            next_segment=0,
        )
        Packages(work).add(track, part)
        return PackageId(row.id)


def segments(*numbers: int, seconds: int = 10) -> Sequence[NewSegment]:
    return [NewSegment("v360", number, TICKS * seconds, 100 + number) for number in numbers]


async def announced(workshop: Workshop) -> list[int]:
    async with workshop.reading(Actor.system()) as work:
        query = select(SegmentRow.number).order_by(SegmentRow.number)
        return list(await work.session.scalars(query))


async def events(workshop: Workshop) -> list[str]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(EventRow.name).order_by(EventRow.id)))


async def package_row(workshop: Workshop, package_id: PackageId) -> PackageRow:
    async with workshop.reading(Actor.system()) as work:
        return await Packages(work).get(package_id)


# --- growing --------------------------------------------------------------------------------------


async def test_a_segment_is_announced_once(workshop: Workshop, people: People):
    package_id = await make_package(workshop, people)
    for batch in ((0,), (0, 1), (1,), (0, 1, 2)):
        async with workshop.work(people.owner) as work:
            await packages.announce_segments(work, package_id, 0, segments(*batch))
    assert await announced(workshop) == [0, 1, 2]
    assert await events(workshop) == ["media.package_playable"]


async def test_sound_that_nobody_waits_for_is_ordered_when_the_film_plays(
    workshop: Workshop, people: People, media: MediaFactory
):
    facts = await probe(media.make("surround"), media.tools)
    recipe = choose_recipe(facts)
    package_id = await make_package(workshop, people)

    async def ordered() -> list[str]:
        async with workshop.reading(Actor.system()) as work:
            jobs = await work.session.scalars(select(JobRow).where(JobRow.name.like("%encode_s%")))
            parts = {part.number: part for part in await Packages(work).parts(package_id)}
            return [parts[job.arguments["part_number"]].track_name or "" for job in jobs]

    async with workshop.work(people.owner) as work:
        row = await Packages(work).get(package_id)
        row.recipe = recipe.stored()
        await packages.add_plan(work, row, plan_sounds(recipe, facts))
    assert await ordered() == ["a0"]
    async with workshop.work(people.owner) as work:
        stereo = (await Packages(work).parts(package_id))[1]
        stereo.next_segment = stereo.segment_count
        await packages.announce_segments(work, package_id, 0, segments(0, 1))
    assert await ordered() == ["a0", "a0-surround"]


async def test_a_package_is_ready_once_and_then_stays_as_it_is(workshop: Workshop, people: People):
    package_id = await make_package(workshop, people)
    async with workshop.work(people.owner) as work:
        await packages.announce_segments(work, package_id, 0, segments(0, 1, 2))
    for _ in range(2):
        async with workshop.work(people.owner) as work:
            await packages.finish_part(work, package_id, 0)
    for _ in range(2):
        async with workshop.work(people.owner) as work:
            await packages.finish_package(work, package_id)
    row = await package_row(workshop, package_id)
    assert (row.state, row.duration_ms) == (PackageState.READY, 30_000)
    assert await events(workshop) == ["media.package_playable", "media.package_ready"]
    async with workshop.reading(Actor.system()) as work:
        names = list(await work.session.scalars(select(JobRow.name)))
    assert names.count("media.finish_package") == 1


async def test_what_became_whole_before_it_was_playable_is_told_as_both(
    workshop: Workshop, people: People
):
    package_id = await make_package(workshop, people)
    async with workshop.work(people.owner) as work:
        sound = PartRow(
            package_id=package_id,
            number=1,
            kind=PartKind.AUDIO,
            group=SoundKind.STEREO,
            track_name="a0",
            first_segment=0,
            segment_count=1,
            next_segment=0,
        )
        Packages(work).add(sound)
        await packages.announce_segments(work, package_id, 0, segments(0, seconds=30))
        for number in (0, 1):
            await packages.finish_part(work, package_id, number)
    assert (await package_row(workshop, package_id)).playable_at is None
    async with workshop.work(people.owner) as work:
        await packages.finish_package(work, package_id)
    assert await events(workshop) == ["media.package_playable", "media.package_ready"]


async def test_what_is_gone_is_not_found(workshop: Workshop, people: People):
    gone = PackageId(new_id())
    async with workshop.work(people.owner) as work:
        for call in (
            encoders.start_part(work, gone, 0),
            packages.announce_segments(work, gone, 0, segments(0)),
            packages.finish_part(work, gone, 0),
            packages.finish_package(work, gone),
            pictures.note_first_poster(work, gone, PICTURE),
            pictures.note_pictures(work, gone, [PICTURE]),
            subtitles.note_taken(work, gone, []),
            subtitles.note_cut(work, gone, []),
            packages.load_timeline(work, gone),
        ):
            with pytest.raises(PackageNotFound):
                await call


async def test_a_poster_is_told_once(workshop: Workshop, people: People):
    package_id = await make_package(workshop, people)
    for _ in range(2):
        async with workshop.work(people.owner) as work:
            await pictures.note_first_poster(work, package_id, PICTURE)
        async with workshop.work(people.owner) as work:
            await pictures.note_pictures(work, package_id, [PICTURE])
    assert await events(workshop) == ["media.poster_made"]
    assert (await package_row(workshop, package_id)).poster_id == PICTURE.named(package_id)


# --- failing and trying again ---------------------------------------------------------------------


async def test_the_first_failure_is_the_one_that_is_told(workshop: Workshop, people: People):
    package_id = await make_package(workshop, people)
    asset_id = AssetId((await package_row(workshop, package_id)).asset_id)
    for problem in (PROBLEM, LATER):
        async with workshop.work(people.owner) as work:
            await assets.fail_encoding(work, asset_id, problem)
    row = await package_row(workshop, package_id)
    assert row.state == PackageState.FAILED
    assert row.problem == {"code": PROBLEM.code, "detail": PROBLEM.detail}
    assert await events(workshop) == ["media.asset_failed"]


async def test_only_what_failed_is_taken_up_again(workshop: Workshop, people: People):
    package_id = await make_package(workshop, people)
    asset_id = AssetId((await package_row(workshop, package_id)).asset_id)
    async with workshop.work(people.owner) as work:
        await assets.resume_encoding(work, asset_id)
    assert await events(workshop) == []
    async with workshop.work(people.owner) as work:
        await assets.fail_encoding(work, asset_id, PROBLEM)
    for _ in range(2):
        async with workshop.work(people.owner) as work:
            await assets.resume_encoding(work, asset_id)
    row = await package_row(workshop, package_id)
    assert (row.state, row.problem) == (PackageState.ENCODING, None)
    assert await events(workshop) == ["media.asset_failed", "media.encoding_retried"]
    async with workshop.reading(Actor.system()) as work:
        query = select(JobRow.name).where(JobRow.subject_id == asset_id).order_by(JobRow.id)
        assert list(await work.session.scalars(query)) == [
            "media.encode_part",
        ]


# --- taking in ------------------------------------------------------------------------------------


async def make_upload(workshop: Workshop, people: People) -> UploadRow:
    row = UploadRow(
        id=new_id(),
        account_id=people.owner.account_id,
        filename="film.mp4",
        title_name="film",
        tus_metadata="",
        size_bytes=10,
        offset_bytes=10,
        state=UploadState.CHECKING,
        asset_id=new_id(),
    )
    async with workshop.work(people.owner) as work:
        row.created_at = work.now
        work.session.add(row)
    return row


async def test_two_workers_that_checked_one_file_take_it_in_once(
    workshop: Workshop, people: People, media: MediaFactory
):
    facts = await probe(media.make("pattern"), media.tools)
    row = await make_upload(workshop, people)
    for _ in range(2):
        async with workshop.work(people.owner) as work:
            await assets.accept_upload(work, uploads.UploadId(row.id), facts)
    async with workshop.work(people.owner) as work:
        await assets.refuse_upload(work, uploads.UploadId(row.id), PROBLEM)
    async with workshop.reading(people.owner) as work:
        found = await work.session.scalar(select(UploadRow))
        assert found is not None
        assert (found.state, found.problem) == (UploadState.ACCEPTED, None)
        assert len((await work.session.scalars(select(AssetRow))).all()) == 1
        assert len((await work.session.scalars(select(PackageRow))).all()) == 1
    assert await events(workshop) == ["media.asset_accepted"]


async def test_a_refused_file_is_not_taken_in_afterwards(
    workshop: Workshop, people: People, media: MediaFactory
):
    facts = await probe(media.make("pattern"), media.tools)
    row = await make_upload(workshop, people)
    for _ in range(2):
        async with workshop.work(people.owner) as work:
            await assets.refuse_upload(work, uploads.UploadId(row.id), PROBLEM)
    async with workshop.work(people.owner) as work:
        await assets.accept_upload(work, uploads.UploadId(row.id), facts)
    async with workshop.reading(people.owner) as work:
        assert (await work.session.scalars(select(AssetRow))).all() == []
    assert await events(workshop) == ["media.upload_refused"]
