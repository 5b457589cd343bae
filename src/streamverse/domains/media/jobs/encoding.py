"""Encoding: the parts of a package, segment by segment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, EncodePart, EncodeSound, ProblemView
from streamverse.domains.media.errors import FileRefused, PackageBroken, PreparationFailed
from streamverse.domains.media.jobs.decoding import decode, naming, sentence_of, stretch_of_part
from streamverse.domains.media.jobs.workshop import Workshop, read_facts, view_problem
from streamverse.domains.media.repository import Assets, Packages
from streamverse.domains.media.rules.packages import (
    Recipe,
    RungGroup,
    decoded_tracks,
    init_key,
    segment_key,
)
from streamverse.domains.media.rules.states import PartKind
from streamverse.domains.media.service import assets, keys, packages
from streamverse.domains.media.service.packages import NewSegment
from streamverse.mediakit.cenc import Protector
from streamverse.mediakit.checks import OutputBroken
from streamverse.mediakit.encode import EncodedInit, EncodedPiece, encode_audio, encode_chunk
from streamverse.mediakit.frames import AudioPlan
from streamverse.mediakit.probe import MediaRefused
from streamverse.mediakit.sound import SOUND_FORMATS

if TYPE_CHECKING:
    from streamverse.domains.media.models import AssetRow, PartRow
    from streamverse.domains.media.rules.checks import Decoded
    from streamverse.kit.errors import Problem
    from streamverse.kit.jobs import JobHandlers
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run
    from streamverse.mediakit.cenc import ContentKey
    from streamverse.mediakit.encode import OnProgress
    from streamverse.mediakit.ffmpeg import Progress
    from streamverse.mediakit.timeline import TrackKind

ANNOUNCE_EVERY_S = 0.5
GROUP_WORDS = {
    RungGroup.PREVIEW: "first pictures",
    RungGroup.H264: "pictures",
    RungGroup.HEVC: "HEVC pictures",
    RungGroup.AV1: "AV1 pictures",
}


@dataclass(frozen=True, slots=True)
class EncodingJobs:
    """Encode parts, and say what becomes of a file that cannot be encoded."""

    workshop: Workshop

    def declare(self, handlers: JobHandlers) -> None:
        """Say which jobs these are, and how each ends when it cannot be done."""
        handlers.lengthy(EncodePart, self.encode_part, ending=self.part_unencoded)
        handlers.lengthy(EncodeSound, self.encode_part, ending=self.part_unencoded)

    async def encode_part(self, run: Run, job: EncodePart) -> None:
        """Encode what is still missing of a part, announcing segments as they are stored."""
        async with run.work() as work:
            part = await packages.start_part(work, job.package_id, job.part_number)
            package = await Packages(work).get(job.package_id)
            asset = await Assets(work).find(AssetId(package.asset_id))
            opened = await keys.open_keys(work, self.workshop.key_safe, job.package_id)
        if part.finished_at is not None or asset is None:
            return
        recipe = Recipe.read(package.recipe)
        async with self.workshop.source_file(asset.source_key) as path:
            try:
                async with aclosing(self._encode(run, path, asset, recipe, part)) as pieces:
                    protected = _protect(pieces, Protector(opened) if opened else None)
                    await self._announce(run, job, recipe, part, protected)
            except MediaRefused as refusal:
                raise FileRefused(refusal.sentence, reason=refusal.code) from refusal
        decoded = await self._decode(run, job, recipe, opened)
        async with run.work() as work:
            await packages.finish_part(work, job.package_id, job.part_number, decoded)

    async def _decode(
        self, run: Run, job: EncodePart, recipe: Recipe, opened: Mapping[TrackKind, ContentKey]
    ) -> list[Decoded]:
        """Decode what was made: whoever encodes a part also looks whether it can be played."""
        async with run.reading() as work:
            part = await Packages(work).get_part(job.package_id, job.part_number)
        is_full = self.workshop.is_checked_fully
        tracks = (
            (part.track_name,)
            if part.track_name
            else decoded_tracks(recipe, RungGroup(part.group), is_full=is_full)
        )
        decoded: list[Decoded] = []
        if part.next_segment > part.first_segment:
            for track in tracks:
                stretch = stretch_of_part(recipe, part, track)
                try:
                    with naming(track):
                        found = await decode(self.workshop, stretch, opened.get(stretch.kind))
                except OutputBroken as broken:
                    raise PackageBroken(sentence_of(broken)) from broken
                decoded.append(found)
        return decoded

    def _encode(
        self, run: Run, path: Path, asset: AssetRow, recipe: Recipe, part: PartRow
    ) -> AsyncGenerator[EncodedPiece]:
        facts = read_facts(asset)
        if part.kind == PartKind.AUDIO:
            sound = recipe.find_sound(part.track_name or "")
            form = SOUND_FORMATS[sound.kind]
            run.report(0.0, f"sound {recipe.sounds.index(sound) + 1} of {len(recipe.sounds)}")
            return encode_audio(
                path,
                facts,
                facts.audios[sound.source],
                AudioPlan(recipe.plan, form.frame_rate),
                tools=self.workshop.tools,
                sound=form,
                track=sound.name,
                from_segment=part.next_segment,
                on_progress=_reporter(run, asset.duration_ms / 1000),
            )
        chunk = recipe.plan.chunk(part.chunk_number or 0)
        group = RungGroup(part.group)
        part_of = f"part {chunk.number + 1} of {recipe.plan.chunk_count}"
        run.report(0.0, f"{GROUP_WORDS[group]}, {part_of}")
        length_s = recipe.plan.frame_rate.seconds(len(chunk.frames))
        return encode_chunk(
            path,
            facts,
            recipe.groups[group],
            recipe.plan,
            chunk,
            tools=self.workshop.tools,
            from_segment=part.next_segment,
            on_progress=_reporter(run, float(length_s)),
        )

    async def _announce(
        self,
        run: Run,
        job: EncodePart,
        recipe: Recipe,
        part: PartRow,
        pieces: AsyncIterator[EncodedPiece],
    ) -> None:
        """Store what comes and announce it, all renditions of a number together."""
        is_audio = part.kind == PartKind.AUDIO
        width = 1 if is_audio else len(recipe.groups[RungGroup(part.group)])
        gathered: dict[int, list[NewSegment]] = {}
        ready: list[NewSegment] = []
        announced_at = 0.0
        loop = asyncio.get_running_loop()
        async for piece in pieces:
            stored = await self._store_piece(job, piece)
            if stored is None:
                continue
            together = gathered.setdefault(stored.number, [])
            together.append(stored)
            if len(together) == width:
                ready.extend(gathered.pop(stored.number))
            # Sound comes so fast that a transaction for each segment would slow it down.
            if ready and (not is_audio or loop.time() - announced_at > ANNOUNCE_EVERY_S):
                await self._announce_batch(run, job, ready)
                ready, announced_at = [], loop.time()
        if ready:
            await self._announce_batch(run, job, ready)

    async def _announce_batch(self, run: Run, job: EncodePart, batch: list[NewSegment]) -> None:
        async with run.work() as work:
            await packages.announce_segments(work, job.package_id, job.part_number, batch)

    async def _store_piece(self, job: EncodePart, piece: EncodedPiece) -> NewSegment | None:
        if isinstance(piece, EncodedInit):
            await self._store_init(job, piece)
            return None
        key = segment_key(job.package_id, piece.track, piece.number)
        put = await self.workshop.store.put(key, piece.payload, is_create_only=True)
        size_bytes = len(piece.payload)
        if not put.was_created:
            size_bytes = await self.workshop.store.head(key) or size_bytes
        return NewSegment(piece.track, piece.number, piece.duration_ticks, size_bytes)

    async def _store_init(self, job: EncodePart, piece: EncodedInit) -> None:
        """Store the head of a track, or see that its other chunks were encoded alike."""
        key = init_key(job.package_id, piece.track)
        put = await self.workshop.store.put(key, piece.payload, is_create_only=True)
        if not put.was_created and await self.workshop.store.get(key) != piece.payload:
            raise PreparationFailed(
                "The workers encode this film in different ways, so its parts would not join: "
                "give all of them the same version of StreamVerse and of ffmpeg, then try again."
            )

    async def part_unencoded(self, work: Work, job: EncodePart, problem: Problem) -> None:
        """Remove an asset whose file is at fault; keep one that can be tried again."""
        package = await Packages(work).find(job.package_id)
        if package is None:
            assets.delete_remains(work, job.package_id)
        elif isinstance(problem, FileRefused):
            view = ProblemView(f"media.{problem.facts['reason']}", problem.detail)
            await assets.refuse_asset(work, AssetId(package.asset_id), view)
        else:
            await assets.fail_encoding(work, AssetId(package.asset_id), view_problem(problem))


async def _protect(
    pieces: AsyncIterator[EncodedPiece], protector: Protector | None
) -> AsyncIterator[EncodedPiece]:
    """Encrypt what comes, so that nothing of a protected film is ever stored in the clear."""
    async for piece in pieces:
        if protector is None:
            yield piece
        elif isinstance(piece, EncodedInit):
            payload = protector.init(piece.track, piece.payload)
            yield replace(piece, init=replace(piece.init, payload=payload))
        else:
            payload = protector.segment(piece.track, piece.payload)
            yield replace(piece, payload=payload)


def _reporter(run: Run, total_s: float) -> OnProgress:
    def report(progress: Progress) -> None:
        run.report(progress.seconds / total_s if total_s else 0.0)

    return report
