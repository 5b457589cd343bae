"""What is wrong with a stream, by what was measured of it lately, and how to mend it."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from streamverse.mediakit.live.health import Reading

KEYFRAMES_WANTED_S: Final = 2
KEYFRAMES_RARE_S: Final = 4.1
DROPPED_SHARE: Final = 0.02
LATE_MS: Final = 1500
OFFSET_MS: Final = 1000
RATE_FALLEN: Final = 0.5
HIGH_BPS: Final = 20_000_000
SILENT_DB: Final = -60.0
LOUD_DB: Final = -0.1
LOWEST_RATE: Final = 20.0
# So many readings are looked at together.
LOOKED_AT: Final = 5
USUAL_NEEDS: Final = 15


class Ailment(enum.StrEnum):
    """What can be wrong with a stream."""

    GONE = "gone"
    LINE_SLOW = "line_slow"
    BITRATE_FALLEN = "bitrate_fallen"
    BITRATE_HIGH = "bitrate_high"
    PICTURES_DROPPED = "pictures_dropped"
    PICTURES_MISSING = "pictures_missing"
    FRAME_RATE_LOW = "frame_rate_low"
    KEYFRAMES_RARE = "keyframes_rare"
    SIZE_OTHER = "size_other"
    REORDERED = "reordered"
    LADDER_SHORT = "ladder_short"
    SOUND_MISSING = "sound_missing"
    SOUND_SILENT = "sound_silent"
    SOUND_LOUD = "sound_loud"
    SOUND_APART = "sound_apart"


# Viewers see or hear these; the others are advice.
GRAVE: Final = frozenset(
    {
        Ailment.GONE,
        Ailment.LINE_SLOW,
        Ailment.PICTURES_DROPPED,
        Ailment.PICTURES_MISSING,
        Ailment.KEYFRAMES_RARE,
        Ailment.SOUND_MISSING,
        Ailment.SOUND_SILENT,
        Ailment.SOUND_APART,
    }
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that is wrong, in words that say how to mend it."""

    ailment: Ailment
    sentence: str

    @property
    def is_grave(self) -> bool:
        """Tell whether viewers suffer from it."""
        return self.ailment in GRAVE


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a stream is judged by: its last readings, the newest at the end, and what is known.

    ``level_db`` is the loudest instant of the sound of late, against full scale. A stream of sound
    alone has no pictures to complain of. ``left_out`` are renditions that are not made.
    """

    readings: Sequence[Reading]
    is_gone: bool = False
    height: int | None = None
    wanted_height: int | None = None
    level_db: float | None = None
    has_pictures: bool = True
    left_out: Collection[str] = ()


def find_complaints(outlook: Outlook) -> list[Complaint]:
    """Say all that is wrong with a stream, the gravest first."""
    if outlook.is_gone:
        return [_say(Ailment.GONE, "The encoder is gone: look at its line, and start it again.")]
    recent = outlook.readings[-LOOKED_AT:]
    if not recent:
        return []
    found = [
        *_look_at_line(outlook.readings, recent),
        *(_look_at_pictures(outlook, recent) if outlook.has_pictures else ()),
        *_look_at_sound(outlook, recent),
    ]
    return sorted(found, key=lambda one: not one.is_grave)


def _look_at_line(readings: Sequence[Reading], recent: Sequence[Reading]) -> Iterator[Complaint]:
    late = [one.late_ms for one in recent if one.late_ms is not None]
    if late and min(late[-2:]) > LATE_MS:
        seconds = late[-1] / 1000
        yield _say(
            Ailment.LINE_SLOW,
            f"What your encoder sends comes {seconds:.1f} s late: its line or its computer is too "
            "slow. Set a lower bitrate.",
        )
    rate = _rate(recent)
    usual = median([_rate([one]) for one in readings]) if len(readings) >= USUAL_NEEDS else rate
    if rate < RATE_FALLEN * usual:
        yield _say(
            Ailment.BITRATE_FALLEN,
            f"Your encoder sends {_mbps(rate)} where it sent {_mbps(usual)}: "
            "look at its line, or set a bitrate that the line always bears.",
        )
    if rate > HIGH_BPS:
        yield _say(
            Ailment.BITRATE_HIGH,
            f"Your encoder sends {_mbps(rate)}, which few viewers can follow; "
            f"set less than {_mbps(HIGH_BPS)}.",
        )


def _look_at_pictures(outlook: Outlook, recent: Sequence[Reading]) -> Iterator[Complaint]:
    pictures, dropped = sum(one.pictures for one in recent), sum(one.dropped for one in recent)
    if not pictures:
        yield _say(
            Ailment.PICTURES_MISSING,
            "Your encoder sends no pictures: look at its source and at its video settings.",
        )
        return
    newest = recent[-1]
    share = dropped / (pictures + dropped)
    if share > DROPPED_SHARE:
        yield _say(
            Ailment.PICTURES_DROPPED,
            f"Your encoder drops {share:.0%} of its pictures: set a lower bitrate or "
            "frame rate, or a faster preset.",
        )
    if newest.keyframe_s is not None and newest.keyframe_s > KEYFRAMES_RARE_S:
        yield _say(
            Ailment.KEYFRAMES_RARE,
            f"Your encoder sends a key frame every {newest.keyframe_s:.3g} s; "
            f"set it to {KEYFRAMES_WANTED_S}.",
        )
    if newest.frame_rate is not None and newest.frame_rate < LOWEST_RATE:
        yield _say(
            Ailment.FRAME_RATE_LOW,
            f"Your encoder sends {newest.frame_rate:.3g} pictures a second; set 25 or 30.",
        )
    if newest.is_reordered:
        yield _say(
            Ailment.REORDERED,
            "Your encoder uses B-frames, which cost time; set them to 0, or tune for zero latency.",
        )
    if outlook.left_out:
        yield _say(
            Ailment.LADDER_SHORT,
            f"This machine has no room to make {_and(outlook.left_out)} beside what you send: "
            "send a smaller picture, or leave smaller ones out in the settings of the stream.",
        )
    wanted = outlook.wanted_height
    if wanted is not None and outlook.height not in {None, wanted}:
        yield _say(
            Ailment.SIZE_OTHER,
            f"Your encoder sends {outlook.height} lines, and this stream is meant to have "
            f"{wanted}; set its output to {wanted}p.",
        )


def _look_at_sound(outlook: Outlook, recent: Sequence[Reading]) -> Iterator[Complaint]:
    if not any(one.audio_bps for one in recent):
        yield _say(
            Ailment.SOUND_MISSING,
            "Your encoder sends no sound: choose a microphone or another source in it.",
        )
        return
    offsets = [one.offset_ms for one in recent if one.offset_ms is not None]
    if offsets and min(map(abs, offsets)) > OFFSET_MS:
        apart = median(offsets)
        order = "before" if apart > 0 else "after"
        yield _say(
            Ailment.SOUND_APART,
            f"The sound is {abs(apart) / 1000:.1f} s {order} the pictures: "
            "restart the encoder, or set its audio delay to 0.",
        )
    level_db = outlook.level_db
    if level_db is not None and level_db < SILENT_DB:
        yield _say(
            Ailment.SOUND_SILENT,
            "The sound is silent: unmute the microphone, or choose another one in the encoder.",
        )
    if level_db is not None and level_db > LOUD_DB:
        yield _say(
            Ailment.SOUND_LOUD,
            "The sound is as loud as can be and may crackle: turn the microphone down.",
        )


def _and(names: Collection[str]) -> str:
    """List renditions as people name them: `720p and 480p`."""
    named = [f"{name.removeprefix('v').partition('-')[0]}p" for name in names]
    *others, last = dict.fromkeys(named)
    return f"{', '.join(others)} and {last}" if others else last


def _say(ailment: Ailment, sentence: str) -> Complaint:
    return Complaint(ailment, sentence)


def _rate(readings: Sequence[Reading]) -> float:
    seconds = sum(one.seconds for one in readings)
    return sum((one.video_bps + one.audio_bps) * one.seconds for one in readings) / seconds


def _mbps(bps: float) -> str:
    return f"{bps / 1_000_000:.3g} Mbit/s"


# --- what is told ---------------------------------------------------------------------------------

# What is wrong for less than this was a hiccup.
RAISED_AFTER: Final = timedelta(seconds=6)
LOWERED_AFTER: Final = timedelta(seconds=10)
# Whoever was told that a stream is unwell is told of nothing else so soon.
TOLD_EVERY: Final = timedelta(minutes=5)
WELL_AFTER: Final = timedelta(minutes=1)


class News(enum.StrEnum):
    """What is worth a notice."""

    UNWELL = "unwell"
    WELL = "well"


@dataclass(slots=True)
class Watch:
    """Follows complaints over time: what lasts is shown, what is grave and new is told."""

    _since: dict[Ailment, datetime] = field(default_factory=dict[Ailment, datetime])
    _seen: dict[Ailment, tuple[datetime, Complaint]] = field(
        default_factory=dict[Ailment, tuple[datetime, Complaint]]
    )
    _told: frozenset[Ailment] = frozenset()
    _told_at: datetime | None = None
    _grave_at: datetime | None = None

    def see(self, complaints: Collection[Complaint], now: datetime) -> list[Complaint]:
        """Take what is wrong now, and give what has lasted."""
        for one in complaints:
            self._since.setdefault(one.ailment, now)
            self._seen[one.ailment] = now, one
        for ailment, (seen_at, _) in list(self._seen.items()):
            if now - seen_at >= LOWERED_AFTER:
                del self._seen[ailment], self._since[ailment]
        lasting = [
            complaint
            for ailment, (_, complaint) in self._seen.items()
            if now - self._since[ailment] >= RAISED_AFTER
        ]
        return sorted(lasting, key=lambda one: not one.is_grave)

    def tell(self, lasting: Collection[Complaint], now: datetime) -> News | None:
        """Say whether somebody has to be told now, and of what; ask once for each look."""
        grave = frozenset(one.ailment for one in lasting if one.is_grave)
        if grave:
            self._grave_at = now
        if grave - self._told and (self._told_at is None or now - self._told_at >= TOLD_EVERY):
            self._told, self._told_at = grave | self._told, now
            return News.UNWELL
        is_over = self._grave_at is not None and now - self._grave_at >= WELL_AFTER
        if self._told and is_over:
            self._told = frozenset()
            return News.WELL
        return None
