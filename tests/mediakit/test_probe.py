"""Facts of many kinds of files, and one sentence for each file that is refused."""

from fractions import Fraction
from pathlib import Path

import pytest

from streamverse.mediakit.frames import AAC_FRAME_RATE, FrameRate, SegmentPlan
from streamverse.mediakit.probe import Chapter, MediaFacts, MediaRefused, SubtitleFacts, probe
from tests.factories.media import MediaFactory


async def _probe(media: MediaFactory, kind: str) -> MediaFacts:
    return await probe(media.make(kind), media.tools)


async def _refusal(media: MediaFactory, kind: str) -> tuple[str, str]:
    with pytest.raises(MediaRefused) as refused:
        await _probe(media, kind)
    return refused.value.code, refused.value.sentence


async def test_a_plain_film(media: MediaFactory):
    path = media.make("pattern")
    facts = await probe(path, media.tools)

    assert facts.container.name == "MP4"
    assert (facts.size_bytes, facts.start_ms, facts.duration_ms) == (path.stat().st_size, 0, 6000)
    (video,), (audio,) = facts.videos, facts.audios
    assert (video.codec, video.width, video.height) == ("h264", 320, 180)
    assert (video.average_frame_rate, video.is_vfr, video.is_interlaced) == (30, False, False)
    assert (video.pixel_format, video.bit_depth, video.is_hdr) == ("yuv420p", 8, False)
    assert (audio.codec, audio.channels, audio.sample_rate_hz) == ("aac", 2, 48000)
    assert (audio.language, audio.title, audio.duration_ms) == (None, None, 6000)
    assert facts.plan() == SegmentPlan(FrameRate(30), 180)


@pytest.mark.parametrize(
    ("kind", "shown", "coded", "rotation", "shape"),
    [
        ("portrait", (192, 320), (192, 320), 0, Fraction(1)),
        ("rotated", (180, 320), (320, 180), 90, Fraction(1)),
        ("anamorphic", (341, 192), (256, 192), 0, Fraction(4, 3)),
        ("odd", (321, 181), (321, 181), 0, Fraction(1)),
    ],
)
async def test_the_size_is_what_a_viewer_sees(
    media: MediaFactory,
    kind: str,
    shown: tuple[int, int],
    coded: tuple[int, int],
    rotation: int,
    shape: Fraction,
):
    video = (await _probe(media, kind)).videos[0]

    assert (video.width, video.height) == shown
    assert (video.coded_width, video.coded_height) == coded
    assert (video.rotation_degrees, video.sample_aspect_ratio) == (rotation, shape)


@pytest.mark.parametrize(
    ("kind", "rate", "total_frames"),
    [
        ("ntsc", FrameRate(30000, 1001), 180),
        ("vfr", FrameRate(30), 178),
        ("interlaced", FrameRate(25), 150),
        ("one_frame", FrameRate(30), 1),
        ("late_start", FrameRate(30), 181),
        ("browser", FrameRate(30), 180),
        ("sound", AAC_FRAME_RATE, 234),
    ],
)
async def test_the_plan_follows_from_the_facts(
    media: MediaFactory, kind: str, rate: FrameRate, total_frames: int
):
    assert (await _probe(media, kind)).plan() == SegmentPlan(rate, total_frames)


async def test_a_variable_frame_rate_is_seen(media: MediaFactory):
    video = (await _probe(media, "vfr")).videos[0]

    assert video.is_vfr
    assert (video.average_frame_rate, video.real_frame_rate) == (Fraction(1800, 89), 30)


async def test_interlacing_is_seen(media: MediaFactory):
    video = (await _probe(media, "interlaced")).videos[0]

    assert (video.codec, video.is_interlaced, video.is_vfr) == ("mpeg2video", True, False)


async def test_high_dynamic_range_is_seen(media: MediaFactory):
    video = (await _probe(media, "hdr")).videos[0]

    assert (video.codec, video.bit_depth, video.is_hdr) == ("hevc", 10, True)
    assert (video.color_transfer, video.color_primaries) == ("smpte2084", "bt2020")


async def test_every_language_is_listed(media: MediaFactory):
    audios = (await _probe(media, "languages")).audios

    assert [(audio.language, audio.title) for audio in audios] == [
        ("deu", "Deutsch"),
        ("fra", None),
    ]


async def test_surround_sound(media: MediaFactory):
    (audio,) = (await _probe(media, "surround")).audios

    assert (audio.channels, audio.channel_layout) == (6, "5.1")


async def test_sound_alone_is_a_title_too(media: MediaFactory):
    facts = await _probe(media, "sound")

    assert (facts.has_video, facts.video, facts.duration_ms) == (False, None, 5000)


async def test_a_film_without_sound(media: MediaFactory):
    facts = await _probe(media, "silent")

    assert (facts.has_video, facts.audios) == (True, ())


async def test_times_count_from_the_common_start(media: MediaFactory):
    facts = await _probe(media, "late_start")

    assert (facts.container.name, facts.start_ms) == ("MPEG-TS", 11379)
    assert (facts.videos[0].start_ms, facts.audios[0].start_ms) == (21, 0)


async def test_chapters_subtitles_and_tags(media: MediaFactory):
    facts = await _probe(media, "chapters")

    assert facts.chapters == (Chapter(0, 2000, "Beginning"), Chapter(2000, 6000, "End"))
    assert facts.subtitles == (
        SubtitleFacts(2, "subrip", "eng", title=None, is_default=False, is_forced=True),
    )
    assert facts.tags["title"] == "A film"


async def test_a_recording_of_a_browser_lasts_though_it_does_not_say_so(media: MediaFactory):
    facts = await _probe(media, "browser")

    assert facts.duration_ms == pytest.approx(6000, abs=40)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("text", "a text"),
        ("garbage", "of a kind that StreamVerse does not know"),
        ("picture", "a PNG picture"),
        ("playlist", "a playlist"),
        ("concat", "a playlist"),
    ],
)
async def test_what_is_no_media_is_named(media: MediaFactory, kind: str, what: str):
    assert await _refusal(media, kind) == (
        "not_media",
        f"This file is {what}, not a film or a recording: choose a video or audio file.",
    )


UNPLAYABLE = {
    "empty": ("empty_file", "The file is empty: choose the file again."),
    "index_missing": (
        "truncated",
        (
            "The end of the file is missing, and with it the index that is needed to play it: "
            "upload it again."
        ),
    ),
    "huge": (
        "picture_too_large",
        "The picture is 20000x16 pixels, and no side may be longer than 16384: make it smaller.",
    ),
    "unsupported": (
        "unsupported_codec",
        (
            "A stream is coded as magicyuv, which StreamVerse does not read: "
            "convert it to H.264 and AAC."
        ),
    ),
    "protected": (
        "protected",
        "The file is protected against copying: upload one without protection (DRM).",
    ),
    "words_only": (
        "nothing_to_play",
        "The file holds neither picture nor sound: choose a video or audio file.",
    ),
    "only_a_head": (
        "not_readable",
        (
            "The file begins like Matroska, but its contents cannot be read: it is damaged. "
            "Export or copy it again and upload that."
        ),
    ),
}


@pytest.mark.parametrize("kind", UNPLAYABLE)
async def test_what_cannot_be_played_is_refused(media: MediaFactory, kind: str):
    assert await _refusal(media, kind) == UNPLAYABLE[kind]


@pytest.mark.parametrize("kind", ["faststart_cut", "matroska_cut"])
async def test_a_file_cut_short_says_where_it_ends(media: MediaFactory, kind: str):
    with pytest.raises(MediaRefused) as refused:
        await _probe(media, kind)

    assert refused.value.code == "truncated"
    end_ms = refused.value.facts["end_ms"]
    assert end_ms in range(3000, 4000)
    assert refused.value.sentence == (
        f"The file ends at {int(str(end_ms)) / 1000:.1f} s of 6.0 s: upload it again."
    )


async def test_a_few_missing_bytes_are_forgiven(media: MediaFactory, tmp_path: Path):
    cut = tmp_path / "film.mp4"
    cut.write_bytes(media.make("faststart").read_bytes()[:-40])

    assert (await probe(cut, media.tools)).duration_ms == 6000


async def test_a_name_is_never_an_option_or_an_address(media: MediaFactory, tmp_path: Path):
    named = tmp_path / "-i concat:x|y, %d 'film\n.mp4"
    named.write_bytes(media.make("pattern").read_bytes())

    assert (await probe(named, media.tools)).duration_ms == 6000
