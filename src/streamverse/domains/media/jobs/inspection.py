"""Looks at a package as players will: fetches its segments, decodes them, compares them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from streamverse.domains.media.rules.checks import CheckReport, TrackReport
from streamverse.domains.media.rules.packages import init_key, package_prefix, segment_key
from streamverse.kit.storage import ObjectNotFound
from streamverse.mediakit import checks
from streamverse.mediakit.cenc import decrypt_init, decrypt_segment
from streamverse.mediakit.checks import OutputBroken, Pictures
from streamverse.mediakit.quality import measure_vmaf
from streamverse.mediakit.timeline import TrackKind

if TYPE_CHECKING:
    from streamverse.domains.media.jobs.workshop import Workshop
    from streamverse.mediakit.cenc import ContentKey
    from streamverse.mediakit.frames import SegmentPlan
    from streamverse.mediakit.probe import MediaFacts
    from streamverse.mediakit.timeline import Package, Track

# Starting a decoder takes one processor, and decoding a few pictures no more.
_AT_ONCE = 2


@dataclass(slots=True)
class Inspection:
    """The checks of one package; the first thing that is wrong ends them."""

    workshop: Workshop
    package: Package
    facts: MediaFacts
    plan: SegmentPlan
    folder: Path
    on_progress: Callable[[float], None]
    keys: Mapping[TrackKind, ContentKey] = field(default_factory=dict[TrackKind, "ContentKey"])
    _reports: dict[str, TrackReport] = field(default_factory=dict[str, TrackReport])
    _shown: dict[str, Pictures] = field(default_factory=dict[str, Pictures])
    _seen: int = 0

    async def make(self) -> CheckReport:
        """Measure everything, and say what is wrong if something is."""
        problem: str | None = None
        try:
            self._compare_index()
            await self._compare_sizes()
            await self._show_smallest()
            places = asyncio.Semaphore(_AT_ONCE)
            async with asyncio.TaskGroup() as group:
                for track in (*self._videos(), *self._sounds()):
                    group.create_task(self._inspect_in_turn(track, places))
        except* OutputBroken as broken:
            problem = _sentence(_first_of(broken))
        return self._report(problem)

    async def compare_with_source(self, source: Path) -> CheckReport:
        """Measure what the best rendition of each codec is worth, on one of the samples."""
        problem: str | None = None
        try:
            for family in {_family(track) for track in self._videos()}:
                same = [track for track in self._videos() if _family(track) == family]
                await self._compare_with_source(max(same, key=_pixels), source)
        except OutputBroken as broken:
            problem = _sentence(broken)
        return self._report(problem)

    async def _compare_with_source(self, track: Track, source: Path) -> None:
        samples = checks.choose_samples(self.package)
        number = samples[len(samples) // 2]
        frames = self.plan.segment(number)
        with _naming(track):
            score = await measure_vmaf(
                source,
                self.facts,
                await self._gather(track, range(number, number + 1)),
                at=frames[: self.plan.frame_rate.gop_frames],
                tools=self.workshop.tools,
                dynamic_range=track.dynamic_range,
            )
            if score.mean < checks.LEAST_VMAF:
                raise OutputBroken(
                    f"Segment {number} of the track {track.name} does not look like its source "
                    f"(VMAF {score.mean:.0f} of 100)"
                )
        report = self._reports[track.name]
        self._reports[track.name] = replace(report, vmaf=round(score.mean, 1))

    # --- the index --------------------------------------------------------------------------------

    def _compare_index(self) -> None:
        _refuse(checks.find_hole(self.package))
        for track in self.package.tracks:
            expected_s = self._expected_s(track)
            if expected_s is not None:
                _refuse(checks.find_wrong_length(track, expected_s))
        _refuse(checks.find_misalignment(self.package))

    def _expected_s(self, track: Track) -> Fraction | None:
        """Tell how long a track is to be, where the source says so reliably."""
        is_reference = track.kind is self.package.reference.kind
        if is_reference and self.package.expected_duration_ms is not None:
            return Fraction(self.package.expected_duration_ms, 1000)
        if track.kind is TrackKind.AUDIO and self.facts.container.has_exact_duration:
            # Every form of a stream of sound has its number: a1, a1-surround.
            audio = self.facts.audios[int(track.name.partition("-")[0].removeprefix("a"))]
            return Fraction(audio.start_ms + audio.duration_ms, 1000)
        return None

    async def _compare_sizes(self) -> None:
        prefix = package_prefix(self.package.id)  # type: ignore[arg-type]
        sizes = {one.key: one.size_bytes async for one in self.workshop.store.list(prefix)}
        for track in self.package.tracks:
            for segment in track.segments:
                found = sizes.get(segment_key(self.package.id, track.name, segment.number))
                if found != segment.size_bytes:
                    raise OutputBroken(
                        f"Segment {segment.number} of the track {track.name} has "
                        f"{found or 0} bytes, not {segment.size_bytes}"
                    )

    # --- the media --------------------------------------------------------------------------------

    async def _show_smallest(self) -> None:
        """Decode what the other renditions are compared with."""
        if self._videos():
            smallest = self._smallest()
            with _naming(smallest):
                for number in checks.choose_samples(self.package):
                    await self._sample(smallest, range(number, number + 1))

    async def _inspect_in_turn(self, track: Track, places: asyncio.Semaphore) -> None:
        async with places:
            await self._inspect(track)

    async def _inspect(self, track: Track) -> None:
        with _naming(track):
            if track.kind is TrackKind.AUDIO:
                await self._inspect_sound(track)
            else:
                await self._inspect_pictures(track)
        self._seen += 1
        self.on_progress(self._seen / (len(self._videos()) + len(self._sounds())))

    async def _inspect_sound(self, track: Track) -> None:
        path = await self._gather(track, range(len(track.segments)))
        sound = await checks.decode_sound(path, self.workshop.tools)
        path.unlink()
        whole_s = float(track.duration_s(range(len(track.segments))))
        _refuse_missing(track, sound.duration_s, whole_s)
        report = await self._begin(track, sound.duration_s)
        if (loudness := sound.loudness) is not None:
            report = replace(
                report,
                loudness_lufs=loudness.integrated_lufs,
                loudness_range_lu=loudness.range_lu,
                peak_dbfs=loudness.peak_dbfs,
            )
        self._reports[track.name] = report

    async def _inspect_pictures(self, track: Track) -> None:
        if self._is_decoded_whole(track):
            numbers = range(len(track.segments))
            path = await self._gather(track, numbers)
            whole = await checks.decode_pictures(path, self.workshop.tools, has_thumbnails=False)
            path.unlink()
            self._refuse_missing_frames(track, numbers, whole)
        decoded_s = Fraction(0)
        worst = 1.0
        for number in checks.choose_samples(self.package):
            numbers = range(number, number + 1)
            pictures = await self._sample(track, numbers)
            reference = await self._sample(self._smallest(), numbers)
            worst = min(worst, checks.likeness(reference.thumbnails, pictures.thumbnails))
            if worst < checks.LEAST_LIKENESS:
                raise OutputBroken(
                    f"Segment {number} of the track {track.name} does not show what the others show"
                )
            decoded_s += track.duration_s(range(number + 1)) - track.duration_s(range(number))
        if self._is_decoded_whole(track):
            decoded_s = track.duration_s(range(len(track.segments)))
        report = await self._begin(track, float(decoded_s))
        self._reports[track.name] = replace(report, likeness=round(worst, 3))

    def _is_decoded_whole(self, track: Track) -> bool:
        """Tell whether all of it is decoded, as the smallest rendition of each codec always is."""
        same = [other for other in self._videos() if _family(other) == _family(track)]
        return self.workshop.is_checked_fully or track is min(same, key=_pixels)

    def _smallest(self) -> Track:
        return min(self._videos(), key=_pixels)

    def _videos(self) -> Sequence[Track]:
        return self.package.tracks_of(TrackKind.VIDEO)

    def _sounds(self) -> Sequence[Track]:
        return self.package.tracks_of(TrackKind.AUDIO)

    async def _sample(self, track: Track, numbers: range) -> Pictures:
        """Decode some segments of a rendition, once for all that they are compared with."""
        name = f"{track.name}-{numbers.start}"
        if name not in self._shown:
            path = await self._gather(track, numbers)
            pictures = await checks.decode_pictures(path, self.workshop.tools)
            path.unlink()
            self._refuse_missing_frames(track, numbers, pictures)
            if track is not self._smallest():
                return pictures
            self._shown[name] = pictures
        return self._shown[name]

    def _refuse_missing_frames(self, track: Track, numbers: range, found: Pictures) -> None:
        if track.frame_rate is None:
            return
        seconds = track.duration_s(range(numbers.stop)) - track.duration_s(range(numbers.start))
        expected = round(seconds * track.frame_rate.per_second)
        if found.frame_count != expected:
            raise OutputBroken(
                f"The track {track.name} shows {found.frame_count} of {expected} pictures "
                f"from segment {numbers.start} on"
            )

    async def _gather(self, track: Track, numbers: range) -> Path:
        """Write the head of a track and some of its segments into one file, checking their place.

        Segments that nobody looks into are not fetched.
        """
        path = self.folder / f"{track.name}.mp4"
        init = await self.workshop.store.get(init_key(self.package.id, track.name))
        key = self.keys.get(track.kind)
        with path.open("wb") as file:
            file.write(decrypt_init(init) if key else init)
            for number in numbers:
                segment = await self.workshop.store.get(
                    segment_key(self.package.id, track.name, number)
                )
                self._refuse_misplaced(track, number, segment)
                file.write(decrypt_segment(init, segment, key) if key else segment)
        return path

    def _refuse_misplaced(self, track: Track, number: int, segment: bytes) -> None:
        found, expected = checks.decode_time_ticks(segment), checks.start_ticks(track, number)
        if found != expected:
            off_ms = round((found - expected) * 1000 / track.timescale)
            raise OutputBroken(
                f"Segment {number} of the track {track.name} is shown {abs(off_ms)} ms too "
                f"{'late' if off_ms > 0 else 'early'}"
            )

    # --- the report -------------------------------------------------------------------------------

    async def _begin(self, track: Track, decoded_s: float) -> TrackReport:
        first = await self.workshop.store.get(segment_key(self.package.id, track.name, 0))
        starts_at_ms = round(checks.decode_time_ticks(first) * 1000 / track.timescale)
        return TrackReport(
            name=track.name,
            duration_ms=round(track.duration_s(range(len(track.segments))) * 1000),
            starts_at_ms=starts_at_ms,
            decoded_ms=round(decoded_s * 1000),
        )

    def _report(self, problem: str | None) -> CheckReport:
        pictures = self._reports.get(self.package.reference.name)
        sounds = [self._reports[t.name] for t in self._sounds() if t.name in self._reports]
        offset_ms = drift_ms = None
        if pictures is not None and sounds and self._videos():
            offset_ms = sounds[0].starts_at_ms - pictures.starts_at_ms
            drift_ms = offset_ms + sounds[0].duration_ms - pictures.duration_ms
        return CheckReport(
            tracks=tuple(
                self._reports[track.name]
                for track in self.package.tracks
                if track.name in self._reports
            ),
            is_full=self.workshop.is_checked_fully,
            sound_offset_ms=offset_ms,
            sound_drift_ms=drift_ms,
            problem=problem,
        )


@contextmanager
def _naming(track: Track) -> Generator[None]:
    """Let what is wrong say of which track it is."""
    try:
        yield
    except ObjectNotFound as lost:
        raise OutputBroken("A part of the encoded film is no longer in the store") from lost
    except OutputBroken as broken:
        if track.name in str(broken):
            raise
        raise OutputBroken(f"The track {track.name} is damaged: {broken}") from broken


def _first_of(group: BaseExceptionGroup[OutputBroken]) -> BaseException:
    found = group.exceptions[0]
    return _first_of(found) if isinstance(found, BaseExceptionGroup) else found


def _sentence(broken: BaseException) -> str:
    return f"{broken}, so the film is not shown to anyone: try it again."


def _family(track: Track) -> str:
    return track.codec.partition(".")[0]


def _pixels(track: Track) -> int:
    return (track.width or 0) * (track.height or 0)


def _refuse(problem: str | None) -> None:
    if problem is not None:
        raise OutputBroken(problem)


def _refuse_missing(track: Track, decoded_s: float, expected_s: float) -> None:
    if abs(decoded_s - expected_s) > checks.ALIGNMENT_TOLERANCE_S:
        raise OutputBroken(
            f"The track {track.name} sounds for {decoded_s:.1f} s, not {expected_s:.1f} s"
        )
