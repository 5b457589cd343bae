"""Subtitles of films: taken out of files, given by people, cut into segments, and let go."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from streamverse.domains.media.contracts import (
    AssetId,
    CutSubtitles,
    DeleteFiles,
    PackageId,
    SubtitleId,
    TakeSubtitles,
)
from streamverse.domains.media.errors import (
    PackageNotFound,
    SubtitlesNotShown,
    SubtitlesUnreadable,
    TooManySubtitles,
)
from streamverse.domains.media.models import SubtitleRow
from streamverse.domains.media.repository import Packages, Subtitles
from streamverse.domains.media.rules.packages import Recipe
from streamverse.domains.media.rules.states import SubtitleState
from streamverse.domains.media.rules.subtitles import (
    ALL_SUBTITLES,
    MOST_SUBTITLES,
    SubtitleWords,
    set_aside_notice,
    subtitles_key,
    subtitles_prefix,
    tidy_words,
    words_of_track,
)
from streamverse.domains.media.service.pictures import LET_GO_AFTER, get_package
from streamverse.kit.clock import new_id
from streamverse.kit.jobs import NORMAL
from streamverse.mediakit import subtitles as reader
from streamverse.mediakit.subtitles import Notice, SubtitlesRefused

if TYPE_CHECKING:
    from streamverse.domains.media.models import PackageRow
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Work
    from streamverse.mediakit.frames import SegmentPlan
    from streamverse.mediakit.probe import SubtitleFacts

SUBTITLES_PRIORITY = NORMAL - 5
EMBEDDED, UPLOADED = "embedded", "uploaded"
_WRITTEN_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class GivenSubtitles:
    """A file of subtitles that somebody sent, and what they say of it."""

    words: SubtitleWords
    subtitles: reader.Subtitles


@dataclass(frozen=True, slots=True)
class TakenTrack:
    """A track of subtitles of a file, with its cues if it has any that can be shown."""

    facts: SubtitleFacts
    subtitles: reader.Subtitles | None
    notices: tuple[Notice, ...]


async def read_given(content: bytes, words: SubtitleWords) -> GivenSubtitles:
    """Read what somebody sent, or raise SubtitlesUnreadable; nothing is kept yet."""
    words = tidy_words(words)
    try:
        found = await asyncio.to_thread(reader.read_subtitles, content)
    except SubtitlesRefused as refusal:
        raise SubtitlesUnreadable(refusal.sentence, reason=refusal.code) from refusal
    return GivenSubtitles(words, found)


async def list_subtitles(work: Work, asset_id: AssetId) -> Sequence[SubtitleRow]:
    """List the subtitles of an asset, those that cannot be shown as well."""
    for row in await Packages(work).of_assets([asset_id]):
        return await Subtitles(work).of_package(PackageId(row.id))
    raise PackageNotFound


def is_same_subtitles(row: SubtitleRow, given: GivenSubtitles) -> bool:
    """Tell whether somebody has given subtitles for the same people in the same language before."""
    words = given.words
    return row.origin == UPLOADED and (row.language, row.is_forced, row.is_sdh) == (
        words.language,
        words.is_forced,
        words.is_sdh,
    )


async def add_subtitles(
    work: Work, store: ObjectStore, asset_id: AssetId, given: GivenSubtitles
) -> SubtitleRow:
    """Keep subtitles that somebody gave; viewers can choose them once they are cut."""
    package = await get_package(work, asset_id)
    package_id = PackageId(package.id)
    if len(await Subtitles(work).of_package(package_id)) >= MOST_SUBTITLES:
        raise TooManySubtitles(MOST_SUBTITLES)
    found = given.subtitles.within(package.duration_ms)
    if not found.cues:
        raise SubtitlesUnreadable(found.notices[-1].detail, reason="after_the_end")
    text = reader.write_webvtt(found.cues).encode()
    row = _row(work, package, given.words, found, len(text), origin=UPLOADED)
    row.format = found.form
    await store.put(subtitles_key(package_id, row.track_name or "", ALL_SUBTITLES), text)
    Subtitles(work).add(row)
    _order_cut(work, package, row)
    return row


def _order_cut(work: Work, package: PackageRow, row: SubtitleRow) -> None:
    job = CutSubtitles(SubtitleId(row.id))
    work.enqueue(job, priority=SUBTITLES_PRIORITY, subject_id=package.asset_id)


async def order_uncut(work: Work, package: PackageRow) -> None:
    """Order again what was given and not yet cut, when its job was stopped with all others."""
    for row in await Subtitles(work).of_package(PackageId(package.id)):
        if row.origin == UPLOADED and row.state == SubtitleState.PREPARING:
            _order_cut(work, package, row)


async def change_subtitles(
    work: Work, asset_id: AssetId, subtitle_id: SubtitleId, words: SubtitleWords
) -> SubtitleRow:
    """Say something else of subtitles: their language, their name, whom they are for."""
    package = await get_package(work, asset_id)
    row = await Subtitles(work).get(PackageId(package.id), subtitle_id)
    if row.track_name is None:
        raise SubtitlesNotShown
    tidied = tidy_words(words)
    row.language, row.label = tidied.language, tidied.label
    row.is_forced, row.is_sdh = tidied.is_forced, tidied.is_sdh
    package.text_revision += 1
    return row


async def remove_subtitles(work: Work, asset_id: AssetId, subtitle_id: SubtitleId) -> None:
    """Take subtitles from viewers, and their files a day later."""
    package = await get_package(work, asset_id)
    row = await Subtitles(work).get(PackageId(package.id), subtitle_id)
    await Subtitles(work).remove(row)
    package.text_revision += 1
    if row.track_name is not None:
        # Whoever watches at the moment goes on reading them.
        prefix = subtitles_prefix(package.id, row.track_name)
        work.enqueue(DeleteFiles((prefix,)), run_at=work.now + LET_GO_AFTER)


def order_subtitles(work: Work, package: PackageRow) -> None:
    """Order the subtitles to be taken out of the file."""
    package_id = PackageId(package.id)
    work.enqueue(
        TakeSubtitles(package_id),
        priority=SUBTITLES_PRIORITY,
        subject_id=package.asset_id,
        dedupe_key=f"subtitles:{package_id}",
    )


async def note_taken(
    work: Work, package_id: PackageId, taken: Sequence[TakenTrack]
) -> list[tuple[SubtitleRow, reader.Subtitles]]:
    """Write down the tracks of a file that are not yet, and give those whose text is to be cut."""
    package = await Packages(work).lock(package_id)
    known = {
        row.stream_index: row
        for row in await Subtitles(work).of_package(package_id)
        if row.origin == EMBEDDED
    }
    uncut: list[tuple[SubtitleRow, reader.Subtitles]] = []
    for track in taken:
        row = known.get(track.facts.stream_index)
        if row is None:
            row = _taken_row(work, package, track)
            Subtitles(work).add(row)
        if row.state == SubtitleState.PREPARING and track.subtitles is not None:
            uncut.append((row, track.subtitles))
    await work.session.flush()
    return uncut


async def note_cut(work: Work, package_id: PackageId, subtitle_ids: Sequence[SubtitleId]) -> None:
    """Let viewers choose subtitles whose segments are all there."""
    package = await Packages(work).lock(package_id)
    for subtitle_id in subtitle_ids:
        row = await Subtitles(work).find(subtitle_id)
        if row is not None and row.state == SubtitleState.PREPARING:
            row.state = SubtitleState.READY
            package.text_revision += 1


async def store_cut(
    store: ObjectStore,
    package_id: PackageId,
    track_name: str,
    cues: Sequence[reader.Cue],
    plan: SegmentPlan,
) -> None:
    """Put every segment of a track in the store, some at a time."""
    places = asyncio.Semaphore(_WRITTEN_AT_ONCE)

    async def put(name: str, text: str) -> None:
        async with places:
            await store.put(subtitles_key(package_id, track_name, name), text.encode())

    async with asyncio.TaskGroup() as group:
        group.create_task(put(ALL_SUBTITLES, reader.write_webvtt(cues)))
        for number, text in enumerate(reader.cut_webvtt(cues, plan)):
            group.create_task(put(f"{number}.vtt", text))


def plan_of(package: PackageRow) -> SegmentPlan:
    """Read where the segments of a package begin and end."""
    return Recipe.read(package.recipe).plan


def _taken_row(work: Work, package: PackageRow, track: TakenTrack) -> SubtitleRow:
    found = track.subtitles or reader.Subtitles("", (), track.notices)
    text_bytes = len(reader.write_webvtt(found.cues).encode())
    words = words_of_track(track.facts)
    row = _row(work, package, words, found, text_bytes, origin=EMBEDDED)
    row.format, row.stream_index = track.facts.codec, track.facts.stream_index
    if track.subtitles is None:
        is_text = reader.is_text(track.facts)
        row.state = SubtitleState.REFUSED if is_text else SubtitleState.SET_ASIDE
        row.track_name = None
    return row


def set_aside(track: SubtitleFacts) -> TakenTrack:
    """Keep a track in mind whose words are pictures."""
    return TakenTrack(track, None, (set_aside_notice(track),))


def _row(
    work: Work,
    package: PackageRow,
    words: SubtitleWords,
    found: reader.Subtitles,
    size_bytes: int,
    *,
    origin: str,
) -> SubtitleRow:
    package.text_revision += 1
    return SubtitleRow(
        id=new_id(),
        package_id=package.id,
        track_name=f"t{package.text_revision}",
        origin=origin,
        format="",
        language=words.language,
        label=words.label,
        is_forced=words.is_forced,
        is_sdh=words.is_sdh,
        state=SubtitleState.PREPARING,
        cue_count=len(found.cues),
        size_bytes=size_bytes,
        notices=_stored_notices(found.notices),
        created_at=work.now,
    )


def _stored_notices(notices: Sequence[Notice]) -> dict[str, Any]:
    return {"notices": msgspec.to_builtins(notices)}
