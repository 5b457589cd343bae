"""Encoding: the parts of a package, segment by segment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
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
from streamverse.domains.media.service import assets, encoders, keys, packages
from streamverse.domains.media.service.encoders import Turn
from streamverse.domains.media.service.packages import NewSegment
from streamverse.kit.jobs import JobPostponed
from streamverse.mediakit.boxes import StreamMalformed
from streamverse.mediakit.cenc import Protector
from streamverse.mediakit.checks import OutputBroken
from streamverse.mediakit.encode import EncodedInit, EncodedPiece, encode_audio, encode_chunk
from streamverse.mediakit.ffmpeg import ToolFailed
from streamverse.mediakit.frames import AudioPlan
from streamverse.mediakit.probe import MediaRefused
from streamverse.mediakit.sound import SOUND_FORMATS

if TYPE_CHECKING:
    from streamverse.domains.media.models import AssetRow
    from streamverse.domains.media.rules.checks import Decoded
    from streamverse.kit.errors import Problem
    from streamverse.kit.jobs import JobHandlers
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run
    from streamverse.mediakit.cenc import ContentKey
    from streamverse.mediakit.encode import OnProgress
    from streamverse.mediakit.ffmpeg import Progress
    from streamverse.mediakit.timeline import TrackKind

log = logging.getLogger(__name__)

ANNOUNCE_EVERY_S = 0.5
# So long a part waits for the machine whose encoder its group was begun with.
LOOKS_AGAIN_AFTER = timedelta(seconds=30)
# Whatever hardware makes of a file, only what software makes of it says that the file is at fault.
_HARDWARE_FAILURES = (ToolFailed, StreamMalformed, FileRefused, PreparationFailed, PackageBroken)
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
            offered = self.workshop.encoders
            turn = await encoders.start_part(work, job.package_id, job.part_number, offered)
        if turn.is_elsewhere:
            raise JobPostponed(LOOKS_AGAIN_AFTER)
        if turn.part.finished_at is not None:
            return
        try:
            await self._make(run, job, turn)
        except _HARDWARE_FAILURES as failure:
            if turn.hardware is None:
                raise
            facts = {"encoder": turn.hardware.name, "package_id": str(job.package_id)}
            log.warning("an encoder failed, software takes over", exc_info=failure, extra=facts)
            async with run.work() as work:
                group = RungGroup(turn.part.group)
                await encoders.make_again(work, job.package_id, group, turn.hardware.name)
            await self.encode_part(run, job)

    async def _make(self, run: Run, job: EncodePart, turn: Turn) -> None:
        async with run.work() as work:
            package = await Packages(work).get(job.package_id)
            asset = await Assets(work).find(AssetId(package.asset_id))
            opened = await keys.open_keys(work, self.workshop.key_safe, job.package_id)
        if asset is None:
            return
        recipe = Recipe.read(package.recipe)
        async with self.workshop.source_file(asset.source_key) as path:
            try:
                async with aclosing(self._encode(run, path, asset, recipe, turn)) as pieces:
                    protected = _protect(pieces, Protector(opened) if opened else None)
                    await self._announce(run, job, recipe, turn, protected)
            except MediaRefused as refusal:
                raise FileRefused(refusal.sentence, reason=refusal.code) from refusal
        decoded = await self._decode(run, job, recipe, opened)
        made_with = turn.encoder.name if turn.encoder else None
        async with run.work() as work:
            await packages.finish_part(
                work, job.package_id, job.part_number, decoded, made_with=made_with
            )

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
        self, run: Run, path: Path, asset: AssetRow, recipe: Recipe, turn: Turn
    ) -> AsyncGenerator[EncodedPiece]:
        part, facts = turn.part, read_facts(asset)
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
            encoder=turn.hardware,
            from_segment=part.next_segment,
            on_progress=_reporter(run, float(length_s)),
        )

    async def _announce(
        self,
        run: Run,
        job: EncodePart,
        recipe: Recipe,
        turn: Turn,
        pieces: AsyncIterator[EncodedPiece],
    ) -> None:
        """Store what comes and announce it, all renditions of a number together."""
        part = turn.part
        is_audio = part.kind == PartKind.AUDIO
        width = 1 if is_audio else len(recipe.groups[RungGroup(part.group)])
        gathered: dict[int, list[NewSegment]] = {}
        ready: list[NewSegment] = []
        announced_at = 0.0
        loop = asyncio.get_running_loop()
        async for piece in pieces:
            if isinstance(piece, EncodedInit) and turn.hardware:
                async with run.work() as work:
                    await packages.note_codec(work, job.package_id, piece.track, piece.init.codec)
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
