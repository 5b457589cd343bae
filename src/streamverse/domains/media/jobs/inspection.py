"""Looks at a package as players will: fetches its segments, decodes them, compares them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from streamverse.domains.media.jobs.decoding import Stretch, decode, gather, naming, sentence_of
from streamverse.domains.media.rules.checks import CheckReport, Decoded, TrackReport
from streamverse.domains.media.rules.packages import package_prefix, segment_key
from streamverse.mediakit import checks
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
    # What whoever encoded the parts of a track has decoded of it.
    decoded: Mapping[str, Decoded] = field(default_factory=dict[str, Decoded])
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
            problem = sentence_of(_first_of(broken))
        return self._report(problem)

    async def compare_with_source(self, source: Path) -> CheckReport:
        """Measure what the best rendition of each codec is worth, on one of the samples."""
        problem: str | None = None
        try:
            for family in {_family(track) for track in self._videos()}:
                same = [track for track in self._videos() if _family(track) == family]
                await self._compare_with_source(max(same, key=_pixels), source)
        except OutputBroken as broken:
            problem = sentence_of(broken)
        return self._report(problem)

    async def _compare_with_source(self, track: Track, source: Path) -> None:
        samples = checks.choose_samples(self.package)
        number = samples[len(samples) // 2]
        frames = self.plan.segment(number)
        with naming(track.name):
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
            with naming(smallest.name):
                for number in checks.choose_samples(self.package):
                    await self._sample(smallest, range(number, number + 1))

    async def _inspect_in_turn(self, track: Track, places: asyncio.Semaphore) -> None:
        async with places:
            await self._inspect(track)

    async def _inspect(self, track: Track) -> None:
        with naming(track.name):
            if track.kind is TrackKind.AUDIO:
                await self._inspect_sound(track)
            else:
                await self._inspect_pictures(track)
        self._seen += 1
        self.on_progress(self._seen / (len(self._videos()) + len(self._sounds())))

    async def _inspect_sound(self, track: Track) -> None:
        for number in checks.choose_samples(self.package):
            # Sound may end before the pictures do.
            numbers = range(number, min(number + 1, len(track.segments)))
            if numbers:
                path = await self._gather(track, numbers)
                await checks.decode_sound(path, self.workshop.tools)
        sound = (await self._decode_whole(track)).sound
        if sound is None:
            raise OutputBroken("It cannot be heard")
        _refuse_missing(track, sound.duration_s, float(track.duration_s(_all_of(track))))
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
            whole = await self._decode_whole(track)
            self._refuse_missing_frames(track, _all_of(track), whole.frame_count)
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
            decoded_s = track.duration_s(_all_of(track))
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
            self._refuse_missing_frames(track, numbers, pictures.frame_count)
            if track is not self._smallest():
                return pictures
            self._shown[name] = pictures
        return self._shown[name]

    def _refuse_missing_frames(self, track: Track, numbers: range, found: int) -> None:
        if track.frame_rate is None:
            return
        seconds = track.duration_s(range(numbers.stop)) - track.duration_s(range(numbers.start))
        expected = round(seconds * track.frame_rate.per_second)
        if found != expected:
            raise OutputBroken(
                f"The track {track.name} shows {found} of {expected} pictures "
                f"from segment {numbers.start} on"
            )

    async def _decode_whole(self, track: Track) -> Decoded:
        """Take what its encoders have decoded, or decode it now: of a part made by an older one."""
        known = self.decoded.get(track.name)
        if known is not None:
            return known
        stretch = self._stretch(track, _all_of(track))
        return await decode(self.workshop, stretch, self.keys.get(track.kind))

    async def _gather(self, track: Track, numbers: range) -> Path:
        path = self.folder / f"{track.name}.mp4"
        stretch = self._stretch(track, numbers)
        await gather(self.workshop.store, stretch, path, self.keys.get(track.kind))
        return path

    def _stretch(self, track: Track, numbers: range) -> Stretch:
        begins_at = partial(checks.start_ticks, track)
        return Stretch(
            *(self.package.id, track.name, track.kind, track.timescale, numbers, begins_at)
        )

    # --- the report -------------------------------------------------------------------------------

    async def _begin(self, track: Track, decoded_s: float) -> TrackReport:
        first = await self.workshop.store.get(segment_key(self.package.id, track.name, 0))
        starts_at_ms = round(checks.decode_time_ticks(first) * 1000 / track.timescale)
        return TrackReport(
            name=track.name,
            duration_ms=round(track.duration_s(_all_of(track)) * 1000),
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


def _first_of(group: BaseExceptionGroup[OutputBroken]) -> BaseException:
    found = group.exceptions[0]
    return _first_of(found) if isinstance(found, BaseExceptionGroup) else found


def _all_of(track: Track) -> range:
    return range(len(track.segments))


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
