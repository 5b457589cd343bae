"""Pictures that stand for a film, and those that show what is where in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, MakePictures, MakePoster, PackageId
from streamverse.domains.media.jobs.looking import Recorded, Subject, find_recorded, open_subject
from streamverse.domains.media.jobs.workshop import Workshop
from streamverse.domains.media.repository import Assets, Packages
from streamverse.domains.media.rules.pictures import (
    INDEX_NAME,
    MOST_CHAPTERS,
    MOST_SCENES,
    PREVIEW_NAME,
    THUMBNAIL_WIDTH,
    NewPicture,
    is_previewed,
    poster_count,
)
from streamverse.domains.media.rules.states import PictureKind
from streamverse.domains.media.service import assets, pictures
from streamverse.mediakit import animation, artwork
from streamverse.mediakit.ffmpeg import ToolFailed
from streamverse.mediakit.probe import MediaRefused
from streamverse.mediakit.scenes import (
    DECODED_WHOLE_UP_TO_MS,
    Frame,
    choose_posters,
    find_scenes,
    is_sparse,
    survey,
)
from streamverse.mediakit.sprites import SheetMaker, sprite_step_ms

if TYPE_CHECKING:
    from pathlib import Path

    from streamverse.domains.media.models import AssetRow, PackageRow
    from streamverse.kit.errors import Problem
    from streamverse.kit.jobs import JobHandlers
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run
    from streamverse.mediakit.probe import MediaFacts

POSTER_AT = 0.35
THUMBNAILS = (THUMBNAIL_WIDTH,)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A still to be taken: what for, when, and what is said of it."""

    kind: PictureKind
    at_ms: int
    start_ms: int | None = None
    end_ms: int | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class PictureJobs:
    """Make the pictures of a package."""

    workshop: Workshop

    def declare(self, handlers: JobHandlers) -> None:
        """Say which jobs these are, and how each ends when it cannot be done."""
        handlers.lengthy(MakePoster, self.make_poster, ending=self.pictures_unmade)
        handlers.lengthy(MakePictures, self.make_pictures, ending=self.pictures_unmade)

    async def make_poster(self, run: Run, job: MakePoster) -> None:
        """Take a good frame from the first half, so that there is one soon."""
        package, asset, recorded = await self._find(run, job.package_id)
        if package is None or asset is None or package.poster_id is not None:
            return
        subject = open_subject(self.workshop, asset, recorded, glance_at=POSTER_AT)
        async with subject as seen:
            at_ms = 0 if recorded is not None else int(seen.facts.duration_ms * POSTER_AT)
            still = await artwork.poster(
                seen.path, seen.facts, at_ms=at_ms, tools=self.workshop.tools
            )
        picture = await pictures.as_picture(still, PictureKind.POSTER, is_quick=True)
        await pictures.store_picture(self.workshop.store, job.package_id, picture)
        async with run.work() as work:
            await pictures.note_first_poster(work, job.package_id, picture)

    async def make_pictures(self, run: Run, job: MakePictures) -> None:
        """Look through the film, and take what is worth showing."""
        package, asset, recorded = await self._find(run, job.package_id)
        if package is None or asset is None or not pictures.is_seen(package):
            return
        made: list[NewPicture] = []
        async with open_subject(self.workshop, asset, recorded, glance_at=None) as subject:
            path, facts = subject.path, subject.facts
            frames, sprites = await self._look_through(run, subject)
            made += [sprites] if sprites is not None else []
            wanted = list(_wanted(frames, facts))
            for number, each in enumerate(wanted):
                run.report(0.6 + 0.35 * number / len(wanted), "stills")
                made += await self._take(subject, each)
            made += await self._animate(path, facts, frames)
        for picture in made:
            await pictures.store_picture(self.workshop.store, job.package_id, picture)
        async with run.work() as work:
            await pictures.note_pictures(work, job.package_id, made)

    async def _find(
        self, run: Run, package_id: PackageId
    ) -> tuple[PackageRow | None, AssetRow | None, Recorded | None]:
        async with run.reading() as work:
            package = await Packages(work).find(package_id)
            asset = await Assets(work).find(AssetId(package.asset_id)) if package else None
        recorded = (
            await find_recorded(run, package, self.workshop.key_safe)
            if package is not None
            else None
        )
        is_there = recorded is not None or (asset is not None and asset.source_deleted_at is None)
        return package, asset if is_there else None, recorded

    async def _look_through(
        self, run: Run, subject: Subject
    ) -> tuple[list[Frame], NewPicture | None]:
        """Go through the keyframes, and through everything where they are too few."""
        facts = subject.facts
        is_whole = facts.duration_ms <= DECODED_WHOLE_UP_TO_MS
        frames, sprites = await self._survey(run, subject, is_whole=is_whole)
        step_ms = sprite_step_ms(facts.duration_ms)
        if not is_whole and is_sparse(frames, facts.duration_ms, step_ms):
            frames, sprites = await self._survey(run, subject, is_whole=True)
        return frames, sprites

    async def _survey(
        self, run: Run, subject: Subject, *, is_whole: bool
    ) -> tuple[list[Frame], NewPicture | None]:
        path, facts, begins_ms = subject.path, subject.facts, subject.begins_ms
        step_ms = sprite_step_ms(facts.duration_ms)
        maker, frames, files = SheetMaker(step_ms), list[Frame](), dict[str, bytes]()
        samples = survey(
            *(path, facts), step_ms=step_ms // 2, is_whole=is_whole, tools=self.workshop.tools
        )
        # A film that is damaged somewhere has good pictures elsewhere.
        with suppress(ToolFailed):
            async with aclosing(samples):
                async for sample in samples:
                    frames.append(sample.frame)
                    run.report(0.6 * sample.frame.at_ms / facts.duration_ms, "looking through")
                    sheet = await maker.add(begins_ms + sample.frame.at_ms, sample.still)
                    files |= {sheet.name: sheet.content} if sheet is not None else {}
        last = await maker.finish()
        files |= {last.name: last.content} if last is not None else {}
        index = maker.index(begins_ms + facts.duration_ms)
        if index is None:
            return frames, None
        files[INDEX_NAME] = index.to_webvtt().encode()
        return frames, NewPicture(
            *(PictureKind.SPRITES, index.tile_width, index.tile_height, files),
            tile_count=len(index.instants_ms),
        )

    async def _take(self, subject: Subject, wanted: _Wanted) -> list[NewPicture]:
        path, facts, begins_ms = subject.path, subject.facts, subject.begins_ms
        is_poster = wanted.kind is PictureKind.POSTER
        widths = artwork.WIDTHS if is_poster else THUMBNAILS
        still = await artwork.still(
            *(path, facts), at_ms=wanted.at_ms, widest=widths[-1], tools=self.workshop.tools
        )
        if still is None:
            return []
        return [
            await pictures.as_picture(
                *(still, wanted.kind),
                widths=widths,
                at_ms=begins_ms + (wanted.at_ms if wanted.start_ms is None else wanted.start_ms),
                end_ms=None if wanted.end_ms is None else begins_ms + wanted.end_ms,
                label=wanted.label,
            )
        ]

    async def _animate(
        self, path: Path, facts: MediaFacts, frames: Sequence[Frame]
    ) -> list[NewPicture]:
        if not is_previewed(facts.duration_ms) or not frames or facts.video is None:
            return []
        instants = sorted(frame.at_ms for frame in choose_posters(frames, animation.MOMENTS))
        try:
            content = await animation.animate(path, facts, instants, tools=self.workshop.tools)
        except (ToolFailed, MediaRefused):
            return []
        size = artwork.fitted_size(facts.video, animation.WIDTH)
        return [NewPicture(PictureKind.PREVIEW, *size, {PREVIEW_NAME: content})]

    async def pictures_unmade(
        self, work: Work, job: MakePoster | MakePictures, _problem: Problem
    ) -> None:
        """Do without pictures; leave nothing of those whose package is gone."""
        if await Packages(work).find(job.package_id) is None:
            assets.delete_remains(work, job.package_id)


def _wanted(frames: Sequence[Frame], facts: MediaFacts) -> Iterator[_Wanted]:
    """Name the stills that are worth taking, the best poster first."""
    for frame in choose_posters(frames, poster_count(facts.duration_ms)):
        yield _Wanted(PictureKind.POSTER, frame.at_ms)
    for chapter in facts.chapters[:MOST_CHAPTERS]:
        best = [f for f in frames if chapter.start_ms <= f.at_ms < chapter.end_ms]
        at_ms = choose_posters(best, 1)[0].at_ms if best else chapter.start_ms
        yield _Wanted(PictureKind.CHAPTER, at_ms, chapter.start_ms, chapter.end_ms, chapter.title)
    scenes = find_scenes(frames, facts.duration_ms, MOST_SCENES)
    for scene in scenes if len(scenes) > 1 else ():
        yield _Wanted(PictureKind.SCENE, scene.best.at_ms, scene.start_ms, scene.end_ms)
