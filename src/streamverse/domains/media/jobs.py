"""The durable work of the media domain. Every job here may run twice."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from streamverse.domains.media.contracts import (
    AssetId,
    CheckUpload,
    DeleteFiles,
    EncodePart,
    EncodeSound,
    ExpireUploads,
    FinishPackage,
    MakePoster,
    ProblemView,
)
from streamverse.domains.media.errors import FileLost, FileRefused, PreparationFailed
from streamverse.domains.media.repository import Assets, Packages, Uploads
from streamverse.domains.media.rules.packages import (
    Recipe,
    init_key,
    poster_key,
    segment_key,
    source_key,
)
from streamverse.domains.media.rules.states import PartKind, UploadState
from streamverse.domains.media.service import assets, packages, uploads
from streamverse.domains.media.service.packages import NewSegment
from streamverse.kit.jobs import JobHandlers
from streamverse.kit.storage import ObjectNotFound, ObjectStore
from streamverse.kit.worker import JobCrashed
from streamverse.mediakit import artwork, probe
from streamverse.mediakit.encode import EncodedInit, EncodedPiece, encode_audio, encode_chunk
from streamverse.mediakit.frames import AudioPlan
from streamverse.mediakit.probe import MediaFacts, MediaRefused

if TYPE_CHECKING:
    from streamverse.domains.media.models import AssetRow, PartRow, UploadRow
    from streamverse.kit.errors import Problem
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run
    from streamverse.mediakit.encode import OnProgress
    from streamverse.mediakit.ffmpeg import Progress, Tools

POSTER_WIDTH = 1280
POSTER_AT = 0.35
ANNOUNCE_EVERY_S = 0.5
EXPIRE_EVERY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class MediaJobs:
    """The jobs, with what they need of the world: the store, the tools, a folder for copies."""

    store: ObjectStore
    tools: Tools
    scratch: Path

    def handlers(self) -> JobHandlers:
        """Declare them."""
        declared = JobHandlers()
        declared.lengthy(CheckUpload, self.check_upload, ending=self.upload_unchecked)
        declared.lengthy(EncodePart, self.encode_part, ending=self.part_unencoded)
        declared.lengthy(EncodeSound, self.encode_part, ending=self.part_unencoded)
        declared.lengthy(MakePoster, self.make_poster, ending=self.poster_unmade)
        declared.lengthy(DeleteFiles, self.delete_files)
        declared.brief(FinishPackage, self.finish_package, ending=self.package_unfinished)
        declared.brief(ExpireUploads, self.expire_uploads)
        declared.every(EXPIRE_EVERY, ExpireUploads())
        return declared

    # --- checking -----------------------------------------------------------------------------

    async def check_upload(self, run: Run, job: CheckUpload) -> None:
        """Make the received bytes a file, read its facts, take it in or refuse it."""
        async with run.reading() as work:
            row = await Uploads(work).get(job.upload_id)
        if row.state != UploadState.CHECKING or row.asset_id is None:
            return
        target = source_key(row.asset_id)
        try:
            await self._gather(row, target)
        except ObjectNotFound as lost:
            raise FileLost from lost
        async with self._source_file(target) as path:
            try:
                facts = await probe.probe(path, self.tools)
            except MediaRefused as refusal:
                problem = ProblemView(f"media.{refusal.code}", refusal.sentence)
                async with run.work() as work:
                    await assets.refuse_upload(work, job.upload_id, problem)
                return
        async with run.work() as work:
            await assets.accept_upload(work, job.upload_id, facts)

    async def _gather(self, row: UploadRow, target: str) -> None:
        """Make one whole object of what was received; what a crash left of it is mended."""
        if row.part_ids is None:
            await self.store.seal(uploads.upload_key(row.id), target)
            return
        joining = uploads.joining_prefix(row.id)
        if await self.store.head(target) is None:
            parts = [f"{joining}/{part_id}" for part_id in row.part_ids["ids"]]
            for part_id, part in zip(row.part_ids["ids"], parts, strict=True):
                await self.store.seal(uploads.upload_key(part_id), part)
            await self.store.concatenate(parts, target)
        await self.store.delete_prefix(joining)

    async def upload_unchecked(self, work: Work, job: CheckUpload, problem: Problem) -> None:
        """Tell the uploader that the check itself failed."""
        await assets.refuse_upload(work, job.upload_id, _view(problem))

    # --- encoding -----------------------------------------------------------------------------

    async def encode_part(self, run: Run, job: EncodePart) -> None:
        """Encode what is still missing of a part, announcing segments as they are stored."""
        async with run.work() as work:
            part = await packages.start_part(work, job.package_id, job.part_number)
            package = await Packages(work).get(job.package_id)
            asset = await Assets(work).find(AssetId(package.asset_id))
        if part.finished_at is not None or asset is None:
            return
        recipe = Recipe.read(package.recipe)
        async with self._source_file(asset.source_key) as path:
            try:
                async with aclosing(self._encode(run, path, asset, recipe, part)) as pieces:
                    await self._announce(run, job, recipe, part, pieces)
            except MediaRefused as refusal:
                raise FileRefused(refusal.sentence, reason=refusal.code) from refusal
        async with run.work() as work:
            await packages.finish_part(work, job.package_id, job.part_number)

    def _encode(
        self, run: Run, path: Path, asset: AssetRow, recipe: Recipe, part: PartRow
    ) -> AsyncGenerator[EncodedPiece]:
        facts = _read_facts(asset)
        if part.kind == PartKind.AUDIO:
            position = recipe.audios.index(part.track_name or "")
            run.report(0.0, f"sound {position + 1} of {len(recipe.audios)}")
            return encode_audio(
                path,
                facts,
                facts.audios[position],
                AudioPlan(recipe.plan),
                tools=self.tools,
                track=part.track_name or "",
                from_segment=part.next_segment,
                on_progress=_reporter(run, asset.duration_ms / 1000),
            )
        chunk = recipe.plan.chunk(part.chunk_number or 0)
        run.report(0.0, f"pictures, part {chunk.number + 1} of {recipe.plan.chunk_count}")
        length_s = recipe.plan.frame_rate.seconds(len(chunk.frames))
        return encode_chunk(
            path,
            facts,
            recipe.rungs,
            recipe.plan,
            chunk,
            tools=self.tools,
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
        width = 1 if is_audio else len(recipe.rungs)
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
            key = init_key(job.package_id, piece.track)
            await self.store.put(key, piece.payload, is_create_only=True)
            return None
        key = segment_key(job.package_id, piece.track, piece.number)
        put = await self.store.put(key, piece.payload, is_create_only=True)
        size_bytes = len(piece.payload)
        if not put.was_created:
            size_bytes = await self.store.head(key) or size_bytes
        return NewSegment(piece.track, piece.number, piece.duration_ticks, size_bytes)

    async def part_unencoded(self, work: Work, job: EncodePart, problem: Problem) -> None:
        """Remove an asset whose file is at fault; keep one that can be tried again."""
        package = await Packages(work).find(job.package_id)
        if package is None:
            assets.delete_remains(work, job.package_id)
        elif isinstance(problem, FileRefused):
            view = ProblemView(f"media.{problem.facts['reason']}", problem.detail)
            await assets.refuse_asset(work, AssetId(package.asset_id), view)
        else:
            await assets.fail_encoding(work, AssetId(package.asset_id), _view(problem))

    # --- finishing ----------------------------------------------------------------------------

    async def make_poster(self, run: Run, job: MakePoster) -> None:
        """Take a good frame from the first half."""
        async with run.reading() as work:
            package = await Packages(work).find(job.package_id)
            asset = await Assets(work).find(AssetId(package.asset_id)) if package else None
        if asset is None:
            return
        facts = _read_facts(asset)
        async with self._source_file(asset.source_key) as path:
            picture = await artwork.poster(
                path,
                facts,
                at_ms=int(facts.duration_ms * POSTER_AT),
                width=POSTER_WIDTH,
                tools=self.tools,
            )
        await self.store.put(poster_key(job.package_id), picture)
        async with run.work() as work:
            await packages.note_poster(work, job.package_id)

    async def poster_unmade(self, work: Work, job: MakePoster, _problem: Problem) -> None:
        """Do without a poster; leave nothing of one whose package is gone."""
        if await Packages(work).find(job.package_id) is None:
            assets.delete_remains(work, job.package_id)

    async def finish_package(self, work: Work, job: FinishPackage) -> None:
        """Check the whole package and declare it ready."""
        await packages.finish_package(work, job.package_id)

    async def package_unfinished(self, work: Work, job: FinishPackage, problem: Problem) -> None:
        """Keep a package that did not pass its checks away from viewers."""
        package = await Packages(work).find(job.package_id)
        if package is not None:
            await assets.fail_encoding(work, AssetId(package.asset_id), _view(problem))

    async def delete_files(self, _run: Run, job: DeleteFiles) -> None:
        """Remove what nobody needs any more."""
        for prefix in job.prefixes:
            await self.store.discard(prefix)
            await self.store.delete_prefix(prefix)

    async def expire_uploads(self, work: Work, _job: ExpireUploads) -> None:
        """Give up what nobody has continued."""
        await uploads.expire_uploads(work)

    @asynccontextmanager
    async def _source_file(self, key: str) -> AsyncGenerator[Path]:
        self.scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            async with self.store.local_copy(key, folder) as path:
                yield path
        except ObjectNotFound as lost:
            raise FileLost from lost
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _read_facts(asset: AssetRow) -> MediaFacts:
    return msgspec.convert(asset.facts, MediaFacts, dec_hook=_read_fraction)


def _read_fraction(_kind: type, text: str) -> Fraction:
    return Fraction(text)


def _view(problem: Problem) -> ProblemView:
    """Put a failure into words for people; what crashed, and how, is for the log."""
    if isinstance(problem, JobCrashed):
        problem = PreparationFailed(
            "Something failed on our side while this film was prepared: try it again. "
            "The log tells more."
        )
    return ProblemView(problem.code, problem.detail)


def _reporter(run: Run, total_s: float) -> OnProgress:
    def report(progress: Progress) -> None:
        run.report(progress.seconds / total_s if total_s else 0.0)

    return report
