"""Ladders chosen by measuring: what a package waits for, what it gets, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from streamverse.app.resources import Resources
from streamverse.app.worker import open_worker
from streamverse.domains.media.contracts import AssetId, MeasureTitle, PackageId
from streamverse.domains.media.errors import PackageBroken, PackageNotFound, PreparationFailed
from streamverse.domains.media.jobs.measuring import MeasuringJobs
from streamverse.domains.media.jobs.workshop import Workshop as MediaWorkshop
from streamverse.domains.media.models import AssetRow, MeasurementRow
from streamverse.domains.media.repository import Packages
from streamverse.domains.media.rules.effort import efforts, encode_progress
from streamverse.domains.media.rules.estimates import CHECKS_SHARE
from streamverse.domains.media.rules.ladders import (
    LadderReport,
    await_measurement,
    choose_groups,
    fixed_groups,
    fixed_rungs,
)
from streamverse.domains.media.rules.packages import (
    EncodingPolicy,
    Recipe,
    RungGroup,
    choose_recipe,
    plan_group,
    plan_sounds,
)
from streamverse.domains.media.rules.states import PackageState
from streamverse.domains.media.service import assets, measuring, packages, processing
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.jobs import LOW, NORMAL, JobRow
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.hull import QualityPoint
from streamverse.mediakit.ladder import CodecFamily
from streamverse.mediakit.measured_ladder import list_trials
from streamverse.mediakit.probe import MediaFacts, probe
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import play, upload, upload_row
from tests.factories.titles import make_asset

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MEASURED = EncodingPolicy(is_ladder_measured=True, preview_from_ms=0)
EVERY_CODEC = replace(MEASURED, codecs=tuple(CodecFamily))


@pytest.fixture
async def facts(media: MediaFactory) -> MediaFacts:
    """Give what is known of a film in 480p, which has a ladder of two sizes."""
    return await probe(media.make("two_sizes"), media.tools)


def guess_points(facts: MediaFacts) -> list[QualityPoint]:
    """Give each trial of a film what it might come to."""
    return [
        QualityPoint(
            width=rung.width,
            height=rung.height,
            crf=rung.crf,
            bitrate_bps=round(rung.height * rung.width * 5 / 1.12 ** (rung.crf - 20)),
            peak_bitrate_bps=round(rung.height * rung.width * 10 / 1.12 ** (rung.crf - 20)),
            vmaf=(0.6 + 0.4 * rung.height / 480) * (96 - (rung.crf - 20) ** 2 / 6),
        )
        for rung in list_trials(fixed_rungs(facts))
    ]


# --- rules ----------------------------------------------------------------------------------------


async def test_a_film_that_is_to_be_measured_begins_with_a_preview(facts: MediaFacts) -> None:
    recipe = await_measurement(choose_recipe(facts, MEASURED), facts, MEASURED)
    assert recipe.awaits_groups
    assert recipe.ordered_groups == (RungGroup.PREVIEW,)
    (preview,) = recipe.rungs
    assert (preview.track_name, preview.crf, preview.is_careful) == ("v480", 28, True)
    assert [sound.name for sound in recipe.sounds] == ["a0"]
    assert Recipe.read(msgspec.json.decode(msgspec.json.encode(recipe.stored()))) == recipe


@pytest.mark.parametrize("kind", ["pattern", "sound"])
async def test_what_has_one_size_or_none_is_not_measured(kind: str, media: MediaFactory) -> None:
    small = await probe(media.make(kind), media.tools)
    recipe = choose_recipe(small, MEASURED)
    assert await_measurement(recipe, small, MEASURED) == recipe


async def test_a_film_too_short_for_a_preview_is_not_measured(facts: MediaFacts) -> None:
    policy = replace(MEASURED, preview_from_ms=EncodingPolicy().preview_from_ms)
    recipe = choose_recipe(facts, policy)
    assert await_measurement(recipe, facts, policy) == recipe
    long = replace(facts, duration_ms=policy.preview_from_ms)
    assert await_measurement(recipe, long, policy).awaits_groups


async def test_lean_rungs_have_sound_of_their_own(facts: MediaFacts, media: MediaFactory) -> None:
    surround = await probe(media.make("surround"), media.tools)
    large = replace(surround, videos=(await probe(media.make("high"), media.tools)).videos)
    small = replace(surround, videos=facts.videos)
    usual = ["a0", "a0-surround"]
    assert [sound.name for sound in choose_recipe(small).sounds] == usual
    recipe = choose_recipe(large)
    assert [sound.name for sound in recipe.sounds] == [*usual, "a0-lean"]
    lean = plan_sounds(recipe, large).tracks[-1]
    assert (lean.codec, lean.channels, lean.target_bitrate_bps) == ("mp4a.40.2", 2, 64_000)


async def test_nothing_is_measured_where_the_ladder_is_fixed(facts: MediaFacts) -> None:
    recipe = choose_recipe(facts)
    assert await_measurement(recipe, facts, EncodingPolicy()) == recipe


async def test_a_film_that_needs_no_more_than_its_preview_gets_no_more(facts: MediaFacts) -> None:
    still = [replace(point, bitrate_bps=9_000, vmaf=99.0) for point in guess_points(facts)]
    report, groups = choose_groups(facts, EVERY_CODEC, still)
    assert {group: [rung.track_name for rung in rungs] for group, rungs in groups.items()} == {
        RungGroup.H264: [],
        RungGroup.HEVC: ["v480-hevc"],
        RungGroup.AV1: ["v480-av1"],
    }
    assert (report.chosen, report.preview.vmaf) == ((), 99)


async def test_every_codec_gets_what_was_chosen_and_a_small_rung(facts: MediaFacts) -> None:
    report, groups = choose_groups(facts, EVERY_CODEC, guess_points(facts))
    assert {group: [rung.track_name for rung in rungs] for group, rungs in groups.items()} == {
        RungGroup.H264: ["v480-2", "v360"],
        RungGroup.HEVC: ["v480-2-hevc", "v360-hevc", "v480-hevc"],
        RungGroup.AV1: ["v480-2-av1", "v360-av1", "v480-av1"],
    }
    assert len(report.chosen) == 2
    assert report.preview not in report.chosen
    assert LadderReport.read(msgspec.json.decode(msgspec.json.encode(report.stored()))) == report


async def test_a_higher_target_is_met_by_a_better_rung(facts: MediaFacts) -> None:
    points = guess_points(facts)
    modest, _ = choose_groups(facts, replace(MEASURED, target_vmaf=90), points)
    proud, _ = choose_groups(facts, replace(MEASURED, target_vmaf=94), points)
    assert modest.chosen[0].vmaf == pytest.approx(90, abs=2)
    assert proud.chosen[0].vmaf == pytest.approx(94, abs=1)


async def test_the_fixed_ladder_leaves_the_preview_its_name(facts: MediaFacts) -> None:
    groups = fixed_groups(facts, EVERY_CODEC)
    assert {group: [rung.track_name for rung in rungs] for group, rungs in groups.items()} == {
        RungGroup.H264: ["v360"],
        RungGroup.HEVC: ["v480-hevc", "v360-hevc"],
        RungGroup.AV1: ["v480-av1", "v360-av1"],
    }


# --- service --------------------------------------------------------------------------------------


async def make_waiting_package(
    workshop: Workshop, people: People, facts: MediaFacts
) -> tuple[AssetId, PackageId]:
    """Let there be a package whose preview is whole and whose film is being measured."""
    async with workshop.work(people.owner) as work:
        asset_id = await make_asset(work)
        asset = await work.session.get_one(AssetRow, asset_id)
        asset.facts = msgspec.to_builtins(facts, enc_hook=str)
        (row,) = await Packages(work).of_assets([asset_id])
        recipe = await_measurement(choose_recipe(facts, MEASURED), facts, MEASURED)
        row.recipe = replace(recipe, sounds=()).stored()
        plan = plan_group(recipe, RungGroup.PREVIEW)
        await packages.add_plan(work, row, plan)
        await work.session.flush()
        await packages.finish_part(work, PackageId(row.id), 0)
        measuring.order_measuring(work, row)
    return asset_id, PackageId(row.id)


def measure(package_id: PackageId) -> MeasureTitle:
    return MeasureTitle(package_id, NORMAL)


async def job_names(workshop: Workshop) -> list[str]:
    async with workshop.reading(Actor.system()) as work:
        rows = await work.session.scalars(select(JobRow).order_by(JobRow.priority, JobRow.id))
        return [row.name for row in rows if row.state == "queued"]


async def test_what_is_measured_is_kept_once(
    workshop: Workshop, people: People, facts: MediaFacts
) -> None:
    asset_id, package_id = await make_waiting_package(workshop, people, facts)
    async with workshop.reading(people.owner) as work:
        view = await measuring.find_ladder(work, asset_id)
        assert (view.is_measuring, view.report) == (True, None)
        assert [rung.track_name for rung in view.rungs] == ["v480"]
    report, groups = choose_groups(facts, MEASURED, guess_points(facts))
    for kept in (report, replace(report, target_vmaf=1)):
        async with workshop.work(people.owner) as work:
            await measuring.keep_measurement(work, package_id, kept, groups)
    async with workshop.reading(people.owner) as work:
        view = await measuring.find_ladder(work, asset_id)
        assert (view.is_measuring, view.report) == (False, report)
        assert {rung.track_name for rung in view.rungs} == {"v480-2", "v480", "v360"}
        parts = await Packages(work).parts(package_id)
        assert [part.group for part in parts] == ["preview", "h264"]


async def test_a_film_that_needs_no_more_than_its_preview_is_whole_then(
    workshop: Workshop, people: People, facts: MediaFacts
) -> None:
    asset_id, package_id = await make_waiting_package(workshop, people, facts)
    still = [replace(point, bitrate_bps=9_000, vmaf=99.0) for point in guess_points(facts)]
    async with workshop.work(people.owner) as work:
        await measuring.keep_measurement(work, package_id, *choose_groups(facts, MEASURED, still))
    assert "media.finish_package" in await job_names(workshop)
    async with workshop.reading(people.owner) as work:
        view = await measuring.find_ladder(work, asset_id)
        assert [rung.track_name for rung in view.rungs] == ["v480"]


async def test_a_film_of_a_batch_stays_behind_others_when_it_was_measured(
    workshop: Workshop, people: People, facts: MediaFacts
) -> None:
    _, package_id = await make_waiting_package(workshop, people, facts)
    async with workshop.work(people.owner) as work:
        chosen = choose_groups(facts, MEASURED, guess_points(facts))
        await measuring.keep_measurement(work, package_id, *chosen, package_priority=LOW)
    async with workshop.reading(Actor.system()) as work:
        query = select(JobRow).where(JobRow.name == "media.encode_part").order_by(JobRow.id)
        rows = list(await work.session.scalars(query))
    assert [(row.arguments["part_number"], row.priority) for row in rows] == [(0, 46), (1, LOW)]


async def test_what_was_measured_stays_when_the_package_is_made_anew(
    workshop: Workshop, people: People, facts: MediaFacts
) -> None:
    asset_id, package_id = await make_waiting_package(workshop, people, facts)
    report, groups = choose_groups(facts, MEASURED, guess_points(facts))
    async with workshop.work(people.owner) as work:
        await measuring.keep_measurement(work, package_id, report, groups)
    async with workshop.work(people.owner) as work:
        broken = assets.ProblemView(PackageBroken.code, "A part is missing.")
        await assets.fail_encoding(work, asset_id, broken)
    async with workshop.work(people.owner) as work:
        await assets.resume_encoding(work, asset_id)
    async with workshop.reading(people.owner) as work:
        assert await Packages(work).find(package_id) is None
        view = await measuring.find_ladder(work, asset_id)
        assert (view.is_measuring, view.report) == (False, report)
        assert {rung.track_name for rung in view.rungs} == {"v480-2", "v480", "v360"}


async def test_what_was_measured_goes_with_the_film(
    workshop: Workshop, people: People, facts: MediaFacts
) -> None:
    asset_id, package_id = await make_waiting_package(workshop, people, facts)
    async with workshop.work(people.owner) as work:
        await measuring.keep_measurement(
            work, package_id, *choose_groups(facts, MEASURED, guess_points(facts))
        )
    async with workshop.work(people.owner) as work:
        await assets.delete_asset(work, asset_id)
    async with workshop.reading(people.owner) as work:
        assert list(await work.session.scalars(select(MeasurementRow))) == []
        with pytest.raises(PackageNotFound):
            await measuring.find_ladder(work, asset_id)


async def test_what_is_awaited_counts_as_not_yet_done(
    workshop: Workshop, people: People, facts: MediaFacts
) -> None:
    _, package_id = await make_waiting_package(workshop, people, facts)
    async with workshop.reading(people.owner) as work:
        parts = await Packages(work).parts(package_id)
        recipe = Recipe.read((await Packages(work).get(package_id)).recipe)
    effort = efforts(recipe)
    assert encode_progress(parts, effort) == 1
    assert encode_progress(parts, effort, recipe.awaited_segments) == pytest.approx(12 / 72)


async def test_the_time_left_counts_what_is_awaited(
    workshop: Workshop, people: People, facts: MediaFacts
) -> None:
    asset_id, _ = await make_waiting_package(workshop, people, facts)
    async with workshop.work(people.owner) as work:
        query = select(JobRow).where(JobRow.name == "media.encode_part")
        (row,) = await work.session.scalars(query)
        row.state, row.finished_at = "done", work.now
        row.started_at = work.now - timedelta(seconds=12)
    async with workshop.reading(people.owner) as work:
        left = await processing.time_left(work, [asset_id])
    assert left[asset_id] == pytest.approx(60 + 72 * CHECKS_SHARE)


async def test_a_retry_measures_what_failed_before_it_was_measured(
    workshop: Workshop, people: People, facts: MediaFacts
) -> None:
    asset_id, package_id = await make_waiting_package(workshop, people, facts)
    async with workshop.work(people.owner) as work:
        await assets.fail_encoding(work, asset_id, assets.ProblemView("media.x", "No."))
    assert "media.measure_title" not in await job_names(workshop)
    async with workshop.work(people.owner) as work:
        await assets.resume_encoding(work, asset_id)
        assert (await Packages(work).get(package_id)).state == PackageState.ENCODING
    assert "media.measure_title" in await job_names(workshop)


# --- jobs -----------------------------------------------------------------------------------------


@pytest.fixture
def jobs(resources: Resources, media: MediaFactory) -> MeasuringJobs:
    """Give the jobs under test."""
    return MeasuringJobs(
        MediaWorkshop(
            *(resources.store, media.tools, resources.scratch, MEASURED),
            key_safe=resources.key_safe,
        )
    )


async def test_a_film_that_cannot_be_measured_gets_the_fixed_ladder(
    workshop: Workshop, people: People, facts: MediaFacts, jobs: MeasuringJobs
) -> None:
    _, package_id = await make_waiting_package(workshop, people, facts)
    for _ in range(2):
        async with workshop.work(people.owner) as work:
            await jobs.title_unmeasured(work, measure(package_id), PreparationFailed("No."))
    async with workshop.reading(people.owner) as work:
        row = await Packages(work).get(package_id)
        recipe = Recipe.read(row.recipe)
        assert not recipe.awaits_groups
        assert [rung.track_name for rung in recipe.rungs] == ["v480", "v360"]
        assert list(await work.session.scalars(select(MeasurementRow))) == []
        assert len(await Packages(work).parts(package_id)) == 2


async def test_a_package_that_failed_is_left_to_its_retry(
    workshop: Workshop, people: People, facts: MediaFacts, jobs: MeasuringJobs
) -> None:
    _, package_id = await make_waiting_package(workshop, people, facts)
    async with workshop.work(people.owner) as work:
        (await Packages(work).get(package_id)).state = PackageState.FAILED
    async with workshop.work(people.owner) as work:
        await jobs.title_unmeasured(work, measure(package_id), PreparationFailed("No."))
    async with workshop.reading(people.owner) as work:
        row = await Packages(work).get(package_id)
        assert Recipe.read(row.recipe).awaits_groups


async def test_what_is_left_of_a_deleted_film_is_removed(
    workshop: Workshop, people: People, jobs: MeasuringJobs
) -> None:
    async with workshop.work(people.owner) as work:
        gone = measure(PackageId(new_id()))
        await jobs.title_unmeasured(work, gone, PreparationFailed("No."))
    assert await job_names(workshop) == ["media.delete_files"]


# --- all the way ----------------------------------------------------------------------------------


@on_sqlite
async def test_a_film_is_measured_encoded_and_shown_with_its_chart(
    clients: Clients, media: MediaFactory, resources: Resources, clock: FixedClock
) -> None:
    settings = replace(resources.settings, ladder="measured")
    path = await upload(clients.owner, media.make("busy_minute").read_bytes())
    async with open_worker(replace(resources, settings=settings)) as worker:
        await worker.run_until_idle()
    title_id = (await upload_row(clients.owner, path))["title_id"]
    title = (await clients.owner.get(f"/titles/{title_id}")).json()
    assert title["state"] == "ready"
    clock.advance(timedelta(minutes=1))
    shown = await clients.owner.get(f"/assets/{title['asset_id']}/ladder")
    assert shown.status_code == 200
    ladder = shown.json()
    assert not ladder["is_measuring"]
    measurement = ladder["measurement"]
    assert measurement["target_vmaf"] == 94
    assert len(measurement["fixed"]) == 2
    assert len(measurement["tried"]) == 6
    assert max(point["vmaf"] for point in measurement["chosen"]) > 90
    assert len(ladder["rungs"]) == len(measurement["chosen"])
    started = await play(clients.viewer, title_id)
    assert not started["is_growing"]


async def test_who_asks_for_the_ladder_of_nothing_is_told_so(clients: Clients) -> None:
    answer = await clients.owner.get(f"/assets/{new_id()}/ladder")
    assert (answer.status_code, answer.json()["code"]) == (404, "media.package_not_found")


async def test_a_film_of_a_fixed_ladder_has_no_chart(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    async with workshop.work(people.owner) as work:
        asset_id = await make_asset(work)
    ladder = (await clients.owner.get(f"/assets/{asset_id}/ladder")).json()
    assert (ladder["is_measuring"], ladder["measurement"]) == (False, None)
    assert {rung["codec"] for rung in ladder["rungs"]} == {"h264"}
