"""Timelines of packages that were never encoded, with exact and readable figures."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from streamverse.mediakit.frames import AAC_FRAME_RATE, AudioPlan, FrameRate, SegmentPlan
from streamverse.mediakit.ladder import CodecFamily, DynamicRange, LadderPolicy, choose_rungs
from streamverse.mediakit.sound import SOUND_FORMATS, SoundKind
from streamverse.mediakit.timeline import Package, Segment, Span, Timeline, Track, TrackKind

KEYS = {TrackKind.VIDEO: UUID(int=0xF11A), TrackKind.AUDIO: UUID(int=0x50D)}
STARTED_AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Signed:
    """Addresses as a server gives them, with a signature and with what must be escaped."""

    def media_playlist(self, track_name: str) -> str:
        return f"{track_name}.m3u8?for=a b"

    def init(self, package_id: str, track_name: str) -> str:
        return f"/media/{package_id}/{track_name}/init.mp4?key=$1"

    def segment(self, package_id: str, track_name: str, number: int) -> str:
        return f"/media/{package_id}/{track_name}/{number}.m4s?key=1"

    def subtitles(self, package_id: str, track_name: str) -> str:
        return f"/media/{package_id}/{track_name}/all.vtt?key=1&for=2"

    def subtitles_segment(self, package_id: str, track_name: str, number: int) -> str:
        return f"/media/{package_id}/{track_name}/{number}.vtt?key=1"

    def segment_template(self, package_id: str, track_name: str) -> str:
        return f"/media/{package_id}/{track_name}/$Number$.m4s?key=1"

    def license(self, package_id: str) -> str:
        return f"/licenses/{package_id}?for=a&by=b"


def make_video_track(
    plan: SegmentPlan,
    size: tuple[int, int],
    known: int | None = None,
    policy: LadderPolicy | None = None,
) -> list[Track]:
    """Make the tracks of a ladder, with so many segments as are known."""
    rate = plan.frame_rate
    return [
        Track(
            name=rung.track_name,
            kind=TrackKind.VIDEO,
            codec=rung.codec,
            timescale=rate.timescale,
            width=rung.width,
            height=rung.height,
            frame_rate=rate,
            dynamic_range=rung.dynamic_range,
            target_bitrate_bps=rung.max_bitrate_bps,
            segments=make_segments(
                [len(frames) * rate.ticks_per_frame for frames in plan.segments()],
                rung.height * 1000,
                known,
            ),
        )
        for rung in choose_rungs(*size, rate, policy)
    ]


def make_audio_track(
    plan: SegmentPlan,
    name: str,
    language: str | None = None,
    label: str | None = None,
    known: int | None = None,
) -> Track:
    """Make a track of sound as long as the plan."""
    total_frames = AAC_FRAME_RATE.frames_within(plan.frame_rate.seconds(plan.total_frames))
    frames = AudioPlan(plan).segments(total_frames)
    return Track(
        name=name,
        kind=TrackKind.AUDIO,
        codec="mp4a.40.2",
        timescale=48000,
        channels=2,
        sample_rate_hz=48000,
        language=language,
        label=label,
        target_bitrate_bps=128_000,
        segments=make_segments([len(run) * 1024 for run in frames], 30_000, known),
    )


def make_text_track(plan: SegmentPlan, name: str, language: str) -> Track:
    """Make a track of subtitles."""
    ticks = [round(plan.frame_rate.seconds(len(run)) * 1000) for run in plan.segments()]
    return Track(
        name=name,
        kind=TrackKind.TEXT,
        codec="wvtt",
        timescale=1000,
        language=language,
        target_bitrate_bps=1000,
        segments=make_segments(ticks, 200),
    )


def make_segments(
    durations_ticks: Sequence[int], size_bytes: int, known: int | None = None
) -> tuple[Segment, ...]:
    """Make segments that grow heavier by a thousand bytes each."""
    return tuple(
        Segment(number, ticks, size_bytes + 1000 * number)
        for number, ticks in enumerate(durations_ticks[:known])
    )


def make_film(
    *,
    package_id: str = "film",
    frame_rate: FrameRate = FrameRate(25),  # noqa: B008
    total_frames: int = 410,
    size: tuple[int, int] = (854, 480),
    languages: Sequence[str | None] = ("en",),
    known: int | None = None,
    expected_duration_ms: int | None = None,
) -> Package:
    """Make a package of pictures and sound; it still grows if only some segments are known."""
    plan = SegmentPlan(frame_rate, total_frames)
    sound = [
        make_audio_track(plan, f"a{index}", language, known=known)
        for index, language in enumerate(languages)
    ]
    return Package(
        id=package_id,
        tracks=(*make_video_track(plan, size, known), *sound),
        is_complete=known is None,
        expected_duration_ms=expected_duration_ms,
        target_duration_s=plan.target_duration_s,
    )


def make_timeline(*packages: Package) -> Timeline:
    """Play packages whole, one after another."""
    return Timeline(tuple(Span(package) for package in packages), STARTED_AT)


def make_radio(
    *languages: str | None, labels: Sequence[str | None] = (), known: int | None = None
) -> Package:
    """Make a package of sound alone."""
    plan = SegmentPlan(AAC_FRAME_RATE, 500)
    every_label = [*labels, *[None] * len(languages)]
    tracks = tuple(
        make_audio_track(plan, f"a{index}", language, every_label[index], known)
        for index, language in enumerate(languages)
    )
    return Package(id="radio", tracks=tracks, is_complete=known is None)


def make_film_with_subtitles() -> Package:
    """Make a film with subtitles in two languages, forced ones, and some for the deaf."""
    film, plan = make_film(), SegmentPlan(FrameRate(25), 410)
    texts = (
        make_text_track(plan, "t0", "en"),
        make_text_track(plan, "t1", "de"),
        replace(make_text_track(plan, "t2", "de"), is_forced=True),
        replace(make_text_track(plan, "t3", "en"), is_sdh=True, label="English (SDH)"),
    )
    return replace(film, tracks=(*film.tracks, *texts))


def make_film_in_every_codec(dynamic_range: DynamicRange = DynamicRange.SDR) -> Package:
    """Make a film in every codec, with surround in one of its two languages."""
    plan = SegmentPlan(FrameRate(25), 410)
    policy = LadderPolicy(tuple(CodecFamily), dynamic_range)
    voices = [make_audio_track(plan, "a0", "en"), make_audio_track(plan, "a1", "de", "Deutsch")]
    voices[1] = replace(voices[1], is_default=True)
    more = replace_form(voices[0], SoundKind.SURROUND)
    tracks = (*make_video_track(plan, (640, 360), policy=policy), *voices, more)
    return Package(id="film", tracks=tracks, is_complete=True)


def make_film_for_slow_lines() -> Package:
    """Make a large film with lean sound in both of its languages and surround in one of them."""
    film = make_film(size=(1280, 720), languages=("en", "de"))
    voices = film.tracks_of(TrackKind.AUDIO)
    forms = {
        kind: [replace_form(voice, kind) for voice in voices]
        for kind in (SoundKind.SURROUND, SoundKind.LEAN)
    }
    more = (forms[SoundKind.SURROUND][0], *forms[SoundKind.LEAN])
    return replace(film, tracks=(*film.tracks, *more))


def replace_form(voice: Track, kind: SoundKind) -> Track:
    """Give the same voice in another form."""
    form = SOUND_FORMATS[kind]
    return replace(
        voice,
        name=f"{voice.name}-{kind}",
        codec=form.codec,
        channels=form.channels,
        target_bitrate_bps=form.bitrate_bps,
    )


def make_film_with_adverts() -> Timeline:
    """Make a film with an advert of one rung at another frame rate, and a silent one at the end."""
    advert = make_film(
        package_id="advert", frame_rate=FrameRate(30000, 1001), total_frames=100, size=(640, 360)
    )
    silent = make_film(package_id="silent", total_frames=60, languages=())
    return make_timeline(make_film()).insert(2, make_timeline(advert)) + make_timeline(silent)


def make_protected_film() -> Package:
    """Make a film of which pictures and sound are encrypted, each with a key of their own."""
    film = make_film()
    tracks = tuple(replace(track, key_id=KEYS.get(track.kind)) for track in film.tracks)
    return replace(film, tracks=tracks)


def make_protected_film_with_advert() -> Timeline:
    """Make an encrypted film with an advert in the clear, and a silent one at the end."""
    advert = make_film(package_id="advert", total_frames=100, size=(640, 360))
    silent = make_film(package_id="silent", total_frames=60, languages=())
    film = make_timeline(make_protected_film())
    return film.insert(2, make_timeline(advert)) + make_timeline(silent)


def make_voices() -> Package:
    """Make a film whose sound is labelled by someone who means no good."""
    film, plan = make_film(), SegmentPlan(FrameRate(25), 410)
    voices = (
        make_audio_track(plan, "a0", "en", 'Director\'s "cut"\r\n#EXT-X-ENDLIST'),
        make_audio_track(plan, "a1", 'en",URI="https://evil.example', "<&]]>\x00\x1b\ud800\u2028"),
        make_audio_track(plan, "a2", None, "Ünïcödé 日本"),
        make_audio_track(plan, "a3", "de"),
        make_audio_track(plan, "a4", "de", "   "),
        make_audio_track(plan, "a5"),
    )
    return replace(film, tracks=(*film.tracks[:1], *voices))


GOLDEN_TIMELINES = {
    "film": make_timeline(make_film()),
    "growing": make_timeline(make_film(known=3, expected_duration_ms=16_400)),
    "clip": make_timeline(make_film()).slice(1, 4),
    "silent": make_timeline(make_film(languages=())),
    "radio": make_timeline(make_radio(None)),
    "radio_languages": make_timeline(make_radio("en", "fr", labels=("English", "Français"))),
    "voices": make_timeline(make_voices()),
    "subtitles": make_timeline(make_film_with_subtitles()),
    "codecs": make_timeline(make_film_in_every_codec()),
    "bright": make_timeline(make_film_in_every_codec(DynamicRange.PQ)),
    "lean": make_timeline(make_film_for_slow_lines()),
    "adverts": make_film_with_adverts(),
    "protected": make_timeline(make_protected_film()),
    "protected_advert": make_protected_film_with_advert(),
}
