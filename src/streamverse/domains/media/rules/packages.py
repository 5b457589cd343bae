"""What a package consists of: decided before anything is encoded, and read back from its rows."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec

from streamverse.domains.media.models import PackageRow, PartRow, TrackRow
from streamverse.domains.media.rules.states import PackageState, PartKind
from streamverse.mediakit.frames import SHORT_SEGMENTS, FrameRate, SegmentPlan
from streamverse.mediakit.ladder import (
    CodecFamily,
    DynamicRange,
    LadderPolicy,
    Rung,
    choose_rungs,
)
from streamverse.mediakit.probe import AudioFacts, MediaFacts, VideoFacts
from streamverse.mediakit.sound import SAMPLE_RATE_HZ, SOUND_FORMATS, SoundKind
from streamverse.mediakit.timeline import Package, Segment, Track, TrackKind

MAX_AUDIO_TRACKS = 8
SURROUND_FROM_CHANNELS = 3
# Whoever watches what is made in many renditions at once waits for each segment: there are so many
# short ones before it is far enough ahead for long ones.
SHORT_WHILE_AWAITED = 6
# A rung of this name or a smaller one is small enough to be quick and large enough to watch.
PREVIEW_SHORT_SIDE = 360


class RungGroup(enum.StrEnum):
    """Renditions that one ffmpeg encodes together; they are encoded in this order."""

    PREVIEW = "preview"
    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"


GROUP_OF_FAMILY = {
    CodecFamily.H264: RungGroup.H264,
    CodecFamily.HEVC: RungGroup.HEVC,
    CodecFamily.AV1: RungGroup.AV1,
}
_CODEC_OF_GROUP = {
    RungGroup.PREVIEW: CodecFamily.H264,
    **{group: family for family, group in GROUP_OF_FAMILY.items()},
}


@dataclass(frozen=True, slots=True)
class EncodingPolicy:
    """What the operator wants made of films; H.264 is among the codecs, as everything plays it."""

    codecs: tuple[CodecFamily, ...] = (CodecFamily.H264,)
    has_previews: bool = True
    preview_from_ms: int = 60_000
    is_ladder_measured: bool = False
    target_vmaf: int = 94

    def previews(self, duration_ms: int) -> bool:
        """Tell whether a film takes so long that one low rendition of it is made first."""
        return self.has_previews and duration_ms >= self.preview_from_ms


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """A track of sound to make: in which form, and of which of the source's streams."""

    name: str
    source: int
    kind: SoundKind
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a package is made: enough to make the same one again. Kept with it as JSON.

    While it awaits groups, more of them are still to be chosen, and the package cannot be whole.
    """

    frame_rate: str
    total_frames: int
    groups: Mapping[RungGroup, tuple[Rung, ...]]
    sounds: tuple[SoundTrack, ...]
    awaits_groups: bool = False
    short_segments: int = SHORT_SEGMENTS

    @property
    def plan(self) -> SegmentPlan:
        """Where the segments begin and end."""
        return SegmentPlan(FrameRate.parse(self.frame_rate), self.total_frames, self.short_segments)

    @property
    def awaited_segments(self) -> int:
        """How many segments the groups that are still to be chosen will have."""
        return self.plan.segment_count if self.awaits_groups else 0

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """All renditions: codec by codec, from the best down."""
        every = [rung for group in RungGroup for rung in self.groups.get(group, ())]
        families = list(CodecFamily)
        every.sort(key=lambda rung: (families.index(rung.codec_family), -rung.max_bitrate_bps))
        return tuple(every)

    @property
    def ordered_groups(self) -> tuple[RungGroup, ...]:
        """The groups that there are, in the order in which they are encoded."""
        return tuple(group for group in RungGroup if self.groups.get(group))

    @property
    def has_preview(self) -> bool:
        """Whether one low rendition is made before all others, as of films that take long."""
        return bool(self.groups.get(RungGroup.PREVIEW))

    def find_sound(self, name: str) -> SoundTrack:
        """Find the track of sound of a name."""
        return next(sound for sound in self.sounds if sound.name == name)

    def with_rungs(self, group: RungGroup, rungs: Sequence[Rung]) -> Recipe:
        """Put other renditions into a group."""
        return replace(self, groups={**self.groups, group: tuple(rungs)})

    def stored(self) -> dict[str, Any]:
        """Give what is kept."""
        return msgspec.to_builtins(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Recipe:
        """Read what was kept."""
        return msgspec.convert(stored, cls)


@dataclass(frozen=True, slots=True)
class PlannedTrack:
    """A track before its first segment."""

    name: str
    kind: TrackKind
    codec: str
    timescale: int
    target_bitrate_bps: int
    width: int | None = None
    height: int | None = None
    frame_rate: str | None = None
    channels: int | None = None
    sample_rate_hz: int | None = None
    language: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A part before its job has run; parts of sound are grouped by the form of the sound."""

    kind: PartKind
    group: str
    track_name: str | None
    chunk_number: int | None
    first_segment: int
    segment_count: int


@dataclass(frozen=True, slots=True)
class PackagePlan:
    """Everything that is to be made for a package, or added to it."""

    tracks: tuple[PlannedTrack, ...]
    parts: tuple[PlannedPart, ...]


def choose_recipe(facts: MediaFacts, policy: EncodingPolicy | None = None) -> Recipe:
    """Choose renditions by the fixed ladder, and tracks of sound, for a file."""
    policy = policy or EncodingPolicy()
    plan, video = facts.plan(), facts.video
    groups: dict[RungGroup, tuple[Rung, ...]] = {}
    rungs: tuple[Rung, ...] = ()
    if video is not None:
        rungs = choose_rungs(
            *(video.width, video.height, plan.frame_rate, ladder_policy(video, policy))
        )
        groups = _group_rungs(rungs, is_previewed=policy.previews(facts.duration_ms))
    is_awaited = len(rungs) > 1 and RungGroup.PREVIEW not in groups
    return Recipe(
        frame_rate=str(plan.frame_rate),
        total_frames=plan.total_frames,
        groups=groups,
        sounds=tuple(_choose_sounds(facts, policy, has_lean=any(r.is_lean for r in rungs))),
        short_segments=SHORT_WHILE_AWAITED if is_awaited else SHORT_SEGMENTS,
    )


def ladder_policy(video: VideoFacts, policy: EncodingPolicy) -> LadderPolicy:
    """Say what the ladder of a picture may be made of."""
    return LadderPolicy(
        codecs=policy.codecs, dynamic_range=video.dynamic_range, bit_depth=video.bit_depth
    )


def _group_rungs(rungs: Sequence[Rung], *, is_previewed: bool) -> dict[RungGroup, tuple[Rung, ...]]:
    """Put one low rung of H.264 before the others, where there are others to wait for."""
    groups: dict[RungGroup, tuple[Rung, ...]] = {}
    for rung in rungs:
        group = GROUP_OF_FAMILY[rung.codec_family]
        groups[group] = (*groups.get(group, ()), rung)
    if is_previewed and len(rungs) > 1:
        preview, rest = _split_preview(groups[RungGroup.H264])
        groups |= {RungGroup.PREVIEW: (preview,), RungGroup.H264: rest}
    return {group: groups[group] for group in RungGroup if groups.get(group)}


def _split_preview(rungs: Sequence[Rung]) -> tuple[Rung, tuple[Rung, ...]]:
    small = (rung for rung in rungs if int(rung.name.removesuffix("p")) <= PREVIEW_SHORT_SIDE)
    preview = next(small, rungs[-1])
    return preview, tuple(rung for rung in rungs if rung is not preview)


def _choose_sounds(
    facts: MediaFacts, policy: EncodingPolicy, *, has_lean: bool
) -> Iterator[SoundTrack]:
    """Choose stereo for everybody first, then what only some players can use or lines need."""
    audios = facts.audios[:MAX_AUDIO_TRACKS]
    chosen = next((number for number, audio in enumerate(audios) if audio.is_default), 0)
    wanted = {
        SoundKind.STEREO: [True] * len(audios),
        SoundKind.SURROUND: [audio.channels >= SURROUND_FROM_CHANNELS for audio in audios],
        SoundKind.OPUS: [CodecFamily.AV1 in policy.codecs] * len(audios),
        SoundKind.LEAN: [has_lean] * len(audios),
    }
    for kind, is_wanted in wanted.items():
        suffix = "" if kind is SoundKind.STEREO else f"-{kind}"
        for number in (number for number, wish in enumerate(is_wanted) if wish):
            yield SoundTrack(f"a{number}{suffix}", number, kind, is_default=number == chosen)


def plan_package(recipe: Recipe, facts: MediaFacts) -> PackagePlan:
    """List all tracks and parts: sound first, as it is quick, then group by group."""
    sounds = plan_sounds(recipe, facts)
    groups = [plan_group(recipe, group) for group in recipe.ordered_groups]
    return PackagePlan(
        # Pictures stand before sound, as the others are measured by the first track.
        tracks=(*(track for group in groups for track in group.tracks), *sounds.tracks),
        parts=(*sounds.parts, *(part for group in groups for part in group.parts)),
    )


def plan_group(recipe: Recipe, group: RungGroup) -> PackagePlan:
    """List what one group adds: its renditions, and its runs of segments."""
    plan = recipe.plan
    return PackagePlan(
        tracks=tuple(_video_track(rung, plan.frame_rate) for rung in recipe.groups[group]),
        parts=tuple(
            PlannedPart(
                kind=PartKind.VIDEO,
                group=group,
                track_name=None,
                chunk_number=chunk.number,
                first_segment=chunk.segments.start,
                segment_count=len(chunk.segments),
            )
            for chunk in plan.chunks()
        ),
    )


def plan_sounds(recipe: Recipe, facts: MediaFacts) -> PackagePlan:
    """List the tracks of sound, each a part of its own, as joined pieces would be heard."""
    count = recipe.plan.segment_count
    return PackagePlan(
        tracks=tuple(_audio_track(sound, facts.audios[sound.source]) for sound in recipe.sounds),
        parts=tuple(
            PlannedPart(PartKind.AUDIO, sound.kind, sound.name, None, 0, count)
            for sound in recipe.sounds
        ),
    )


def _video_track(rung: Rung, rate: FrameRate) -> PlannedTrack:
    return PlannedTrack(
        name=rung.track_name,
        kind=TrackKind.VIDEO,
        codec=rung.codec,
        timescale=rate.timescale,
        target_bitrate_bps=rung.max_bitrate_bps,
        width=rung.width,
        height=rung.height,
        frame_rate=str(rate),
    )


def _audio_track(sound: SoundTrack, audio: AudioFacts) -> PlannedTrack:
    form = SOUND_FORMATS[sound.kind]
    return PlannedTrack(
        name=sound.name,
        kind=TrackKind.AUDIO,
        codec=form.codec,
        timescale=SAMPLE_RATE_HZ,
        target_bitrate_bps=form.bitrate_bps,
        channels=form.channels,
        sample_rate_hz=SAMPLE_RATE_HZ,
        language=audio.language,
        label=audio.title,
    )


def needed_codec(part: PartRow) -> str | None:
    """Name what a worker must be able to encode to do a part; sound any worker can do."""
    if part.kind == PartKind.AUDIO:
        return None
    return _CODEC_OF_GROUP[RungGroup(part.group)].value


def leading_parts(parts: Sequence[PartRow]) -> list[PartRow]:
    """Pick the parts that playing waits for: the first group of pictures, and stereo."""
    first: dict[str, str] = {}
    for part in sorted(parts, key=_number):
        first.setdefault(part.kind, part.group)
    return [part for part in parts if part.group == first[part.kind]]


def decoded_tracks(recipe: Recipe, group: RungGroup, *, is_full: bool) -> tuple[str, ...]:
    """Name the renditions of a group that are decoded whole: the smallest of each codec, or all."""
    smallest: dict[CodecFamily, Rung] = {}
    for rung in recipe.rungs:
        least = smallest.setdefault(rung.codec_family, rung)
        if rung.width * rung.height < least.width * least.height:
            smallest[rung.codec_family] = rung
    return tuple(
        rung.track_name
        for rung in recipe.groups[group]
        if is_full or rung == smallest[rung.codec_family]
    )


def whole_tracks(recipe: Recipe, parts: Sequence[PartRow]) -> set[str]:
    """Name the tracks that get no more segments."""
    growing = {part_key(part) for part in parts if part.finished_at is None}
    whole = {part_key(part) for part in parts} - growing
    return _names_of(recipe, whole)


def shown_tracks(recipe: Recipe, parts: Sequence[PartRow]) -> set[str]:
    """Name the tracks that manifests list while a package grows: those that lead or are whole."""
    leading = {part_key(part) for part in leading_parts(parts)}
    return _names_of(recipe, leading) | whole_tracks(recipe, parts)


def part_key(part: PartRow) -> str:
    """Name what grows together: one track of sound, or a group of renditions."""
    return part.track_name or part.group


def _names_of(recipe: Recipe, keys: set[str]) -> set[str]:
    groups = [recipe.groups[group] for group in recipe.ordered_groups if group in keys]
    sounds = {sound.name for sound in recipe.sounds if sound.name in keys}
    return sounds | {rung.track_name for rungs in groups for rung in rungs}


def reference_track(recipe: Recipe) -> str | None:
    """Name the track that the length of a growing package is measured by."""
    if recipe.ordered_groups:
        return recipe.groups[recipe.ordered_groups[0]][0].track_name
    return recipe.sounds[0].name if recipe.sounds else None


def playable_segments(parts: Sequence[PartRow]) -> int:
    """Count the segments from 0 on that every track that playing waits for has.

    A track that is whole holds nobody up.
    """
    runs: dict[str | None, int] = {}
    growing: set[str | None] = set()
    for part in sorted(leading_parts(parts), key=_first_segment):
        if part.track_name not in growing:
            runs[part.track_name] = part.next_segment
        if part.finished_at is None:
            growing.add(part.track_name)
    # Pictures are what the rest is measured by, and sound where there are none.
    reference = runs.get(None, next(iter(runs.values()), 0))
    return min([reference, *(runs[track] for track in growing)])


def _number(part: PartRow) -> int:
    return part.number


def _first_segment(part: PartRow) -> int:
    return part.first_segment


def to_package(
    row: PackageRow,
    tracks: Sequence[TrackRow],
    parts: Sequence[PartRow],
    index: Mapping[UUID, Sequence[tuple[int, int, int]]],
) -> Package:
    """Turn the rows of a package into what timelines are made of.

    While it grows, only what leads or is whole is in it, and what nobody encodes: subtitles.
    """
    recipe, is_ready = Recipe.read(row.recipe), row.state == PackageState.READY
    shown, whole = shown_tracks(recipe, parts), whole_tracks(recipe, parts)
    ranks = {rung.track_name: rank for rank, rung in enumerate(recipe.rungs)}
    ordered = sorted(tracks, key=lambda track: ranks.get(track.name, len(ranks)))
    return Package(
        id=str(row.id),
        tracks=tuple(
            _to_track(track, recipe, index.get(track.id, ()), is_complete=track.name in whole)
            for track in ordered
            if is_ready or track.kind == TrackKind.TEXT or track.name in shown
        ),
        is_complete=is_ready,
        expected_duration_ms=row.duration_ms,
        target_duration_s=recipe.plan.target_duration_s,
    )


def _to_track(
    row: TrackRow, recipe: Recipe, lines: Sequence[tuple[int, int, int]], *, is_complete: bool
) -> Track:
    ranges = {rung.track_name: rung.dynamic_range for rung in recipe.rungs}
    defaults = {sound.name for sound in recipe.sounds if sound.is_default}
    return Track(
        name=row.name,
        kind=TrackKind(row.kind),
        codec=row.codec,
        timescale=row.timescale,
        target_bitrate_bps=row.target_bitrate_bps,
        segments=tuple(Segment(*line) for line in lines),
        width=row.width,
        height=row.height,
        frame_rate=FrameRate.parse(row.frame_rate) if row.frame_rate else None,
        dynamic_range=ranges.get(row.name, DynamicRange.SDR),
        channels=row.channels,
        sample_rate_hz=row.sample_rate_hz,
        language=row.language,
        label=row.label,
        is_default=row.name in defaults,
        is_complete=is_complete,
    )


def package_prefix(package_id: UUID) -> str:
    """Name the folder of everything that players fetch of a package."""
    return f"packages/{package_id}"


def init_key(package_id: UUID | str, track: str) -> str:
    """Name the object of a track's initialisation segment."""
    return f"packages/{package_id}/{track}/init.mp4"


def segment_key(package_id: UUID | str, track: str, number: int) -> str:
    """Name the object of a media segment."""
    return f"packages/{package_id}/{track}/{number}.m4s"


def source_key(asset_id: UUID) -> str:
    """Name the object of a file as it was given to us."""
    return f"assets/{asset_id}/source"
