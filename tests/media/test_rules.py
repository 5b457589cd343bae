"""Media's decisions, without I/O: the words of tus, names, and what a package consists of."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.media.errors import (
    ChecksumUnsupported,
    TusRequestInvalid,
    TusVersionUnsupported,
)
from streamverse.domains.media.models import PartRow
from streamverse.domains.media.rules import names, tus
from streamverse.domains.media.rules.checks import Decoded, join_decoded, store_decoded
from streamverse.domains.media.rules.effort import SOUND, efforts, encode_progress
from streamverse.domains.media.rules.origins import parse_buckets
from streamverse.domains.media.rules.packages import (
    EncodingPolicy,
    Recipe,
    RungGroup,
    SoundTrack,
    choose_recipe,
    decoded_tracks,
    init_key,
    plan_group,
    plan_package,
    plan_sounds,
    playable_segments,
    reference_track,
    segment_key,
    shown_tracks,
    source_key,
    whole_tracks,
)
from streamverse.domains.media.rules.pictures import picture_key
from streamverse.domains.media.rules.states import PartKind
from streamverse.domains.media.rules.subtitles import subtitles_key
from streamverse.kit.storage.objects import checked_key
from streamverse.mediakit.checks import Loudness, Sound
from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.ladder import CodecFamily, DynamicRange, LadderPolicy, choose_rungs
from streamverse.mediakit.probe import MediaFacts, probe
from streamverse.mediakit.sound import SoundKind
from streamverse.mediakit.timeline import TrackKind
from tests.factories.media import MediaFactory

NOW = datetime(2030, 1, 1, tzinfo=UTC)
UPLOAD = "/api/v1/uploads"
FIRST, SECOND = UUID(int=1), UUID(int=2)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


# --- tus ------------------------------------------------------------------------------------------


@given(st.integers(0, 10**18 - 1))
def test_numbers_are_read_back(number: int):
    assert tus.parse_number("Upload-Length", str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1.0", "0x10", "1e3", "1 ", " 1", "1_000", "\u0661", "9" * 19, "1\n"]
)
def test_what_is_no_number_of_bytes_is_refused(text: str):
    with pytest.raises(TusRequestInvalid, match=r"Upload-Offset must be a whole number of bytes"):
        tus.parse_number("Upload-Offset", text)


def test_a_missing_number_is_asked_for():
    with pytest.raises(TusRequestInvalid, match=r"Upload-Length is missing") as refusal:
        tus.parse_number("Upload-Length", None)
    assert refusal.value.status == 400


KEYS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=","),
    min_size=1,
    max_size=20,
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=50)


@given(st.dictionaries(KEYS, TEXTS, max_size=8))
def test_metadata_is_read_back(pairs: dict[str, str]):
    header = ",".join(f"{key} {encoded(text)}".rstrip() for key, text in pairs.items())
    assert tus.parse_metadata(header) == pairs


@given(st.text(max_size=100))
def test_metadata_is_read_or_refused(header: str):
    try:
        found = tus.parse_metadata(header)
    except TusRequestInvalid:
        return
    assert all(key.isascii() and key for key in found)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, {}),
        ("", {}),
        ("  ", {}),
        ("is_private", {"is_private": ""}),
        (
            f"filename {encoded('a.mp4')}, year {encoded('2008')}",
            {"filename": "a.mp4", "year": "2008"},
        ),
        (f"filename {encoded('Füchse 日本.mp4')}", {"filename": "Füchse 日本.mp4"}),
    ],
)
def test_metadata(header: str | None, found: dict[str, str]):
    assert tus.parse_metadata(header) == found


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("a YQ==,a YQ==", "each key once"),
        (",", "each key once"),
        ("a YQ==,", "each key once"),
        ("ключ YQ==", "each key once"),
        ("a YQ", "Base64"),
        ("a Y Q==", "Base64"),
        ("a " + base64.b64encode(b"\xff\xfe").decode(), "Base64"),
        ("a " + "Y" * 9000, "shorten it"),
    ],
)
def test_metadata_that_is_refused(header: str, sentence: str):
    with pytest.raises(TusRequestInvalid, match=sentence):
        tus.parse_metadata(header)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_checksums(algorithm: str):
    digest = hashlib.new(algorithm, b"a film", usedforsecurity=False).digest()
    checksum = tus.parse_checksum(f"{algorithm} {base64.b64encode(digest).decode()}")
    assert checksum is not None
    summed = checksum.start()
    summed.update(b"a ")
    summed.update(b"film")
    assert summed.digest() == checksum.expected


@pytest.mark.parametrize("header", ["crc32 AAAA", "SHA1 AAAA", "", "   ", "../etc/passwd"])
def test_other_checksums_are_refused(header: str):
    with pytest.raises(ChecksumUnsupported, match=r"use sha1, sha256 or md5"):
        tus.parse_checksum(header)


def test_a_checksum_must_be_base64():
    with pytest.raises(TusRequestInvalid, match="Base64"):
        tus.parse_checksum("sha1 not-base64!")
    assert tus.parse_checksum(None) is None


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        (None, None),
        ("partial", tus.Partial()),
        (f"final;{UPLOAD}/{FIRST}", tus.Final((FIRST,))),
        (f"final;{UPLOAD}/{FIRST} {UPLOAD}/{SECOND}/", tus.Final((FIRST, SECOND))),
        (f"final;https://video.example.org{UPLOAD}/{SECOND}", tus.Final((SECOND,))),
    ],
)
def test_concatenation(header: str | None, meaning: object):
    assert tus.parse_concat(header) == meaning


@pytest.mark.parametrize(
    "header",
    [
        "Partial",
        "final",
        "final;",
        "final; ",
        f"partial;{UPLOAD}/{FIRST}",
        f"final;{UPLOAD}/{FIRST} {UPLOAD}/{FIRST}",
        "final;/api/v1/uploads/1",
        f"final;/elsewhere/{FIRST}",
        f"final;{UPLOAD}/../{FIRST}",
        f"final;file:///{UPLOAD}/{FIRST}",
        "final;" + " ".join(f"{UPLOAD}/{UUID(int=n)}" for n in range(1001)),
    ],
)
def test_concatenations_that_are_refused(header: str):
    with pytest.raises(TusRequestInvalid):
        tus.parse_concat(header)


@pytest.mark.parametrize("headers", [{}, {"tus-resumable": "0.2.2"}, {"tus-resumable": ""}])
def test_another_version_is_refused_and_told_ours(headers: dict[str, str]):
    with pytest.raises(TusVersionUnsupported) as refusal:
        tus.check_version(headers)
    assert refusal.value.status == 412
    assert refusal.value.headers() == {"Tus-Version": "1.0.0"}
    tus.check_version({"tus-resumable": "1.0.0"})


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("film.mp4", "film.mp4"),
        (None, "untitled"),
        ("", "untitled"),
        ("   ", "untitled"),
        ("..", "untitled"),
        ("folder/", "untitled"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\x00b\x1b[31m.mp4", "ab[31m.mp4"),
        ("one\ntwo\tthree.mp4", "one two three.mp4"),
        ("photo\u202egpj.mp4", "photogpj.mp4"),
        ("\u2066\u200f\ufeff", "untitled"),
        ("e\u0301te\u0301.mp4", "été.mp4"),
        ("日本語 👍.mkv", "日本語 👍.mkv"),
        ("x" * 300 + ".mp4", "x" * 251 + ".mp4"),
        ("x" * 300, "x" * 255),
        (".mp4", ".mp4"),
    ],
)
def test_file_names(given_name: str | None, shown: str):
    assert names.clean_filename(given_name) == shown


@given(st.text(max_size=400))
def test_file_names_are_always_fit_to_show(given_name: str):
    shown = names.clean_filename(given_name)
    assert 0 < len(shown) <= 255
    assert shown.isprintable()
    assert "/" not in shown
    assert "\\" not in shown
    assert shown not in {".", ".."}
    assert names.clean_filename(shown) == shown


@pytest.mark.parametrize(
    ("filename", "given_title", "title"),
    [
        ("big_buck.bunny_1080p.mp4", None, "big buck bunny 1080p"),
        ("film.mp4", "  My\u202e film\x00 ", "My film"),
        ("film.mp4", "\x00", "film"),
        (".mp4", "", "Untitled"),
        ("___.mp4", None, "Untitled"),
        ("film.mp4", "x" * 300, "x" * 200),
        ("No extension here", None, "No extension here"),
        ("v1.2 of the film.mkv", None, "v1 2 of the film"),
    ],
)
def test_titles(filename: str, given_title: str | None, title: str):
    assert names.title_from(filename, given_title) == title


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("", None),
        (" \x00\u202e ", None),
        ("One line.", "One line."),
        ("First\x00 line.\r\n\r\n  Second   line.\x1b[0m\n\n", "First line.\n\nSecond line.[0m"),
        ("x" * 30, "x" * 20),
        ("x" * 19 + " y", "x" * 19),
    ],
)
def test_words_about_a_film(words: str, kept: str | None):
    assert names.clean_words(words, 20 if "x" in words else 500) == kept


@pytest.mark.parametrize(
    ("given_year", "year"),
    [
        *[("2008", 2008), ("1870", 1870), ("1869", None), ("9999", None), ("", None)],
        *[("12", None), ("+2008", None), ("20 08", None), ("²008", None), ("0x7d", None)],
    ],
)
def test_years(given_year: str, year: int | None):
    assert names.year_from(given_year) == year


# --- packages -------------------------------------------------------------------------------------


def part(
    number: int,
    kind: PartKind,
    first: int,
    count: int,
    *,
    done: int = 0,
    group: str,
    track: str | None = None,
    is_finished: bool = False,
) -> PartRow:
    return PartRow(
        package_id=FIRST,
        number=number,
        kind=kind,
        group=group,
        track_name=track,
        first_segment=first,
        segment_count=count,
        next_segment=first + done,
        finished_at=NOW if is_finished else None,
    )


def pictures(
    number: int, first: int, count: int, done: int, group: RungGroup = RungGroup.H264
) -> PartRow:
    is_finished = done == count
    return part(
        number, PartKind.VIDEO, first, count, done=done, group=group, is_finished=is_finished
    )


def preview(number: int, first: int, count: int, done: int) -> PartRow:
    return pictures(number, first, count, done, RungGroup.PREVIEW)


def sound(number: int, track: str, done: int, *, is_finished: bool = False) -> PartRow:
    kind = SoundKind.SURROUND if track.endswith("-surround") else SoundKind.STEREO
    return part(
        *(number, PartKind.AUDIO, 0, 60),
        done=done,
        group=kind,
        track=track,
        is_finished=is_finished,
    )


@pytest.mark.parametrize(
    ("parts", "count"),
    [
        ([], 0),
        ([pictures(0, 0, 31, 0)], 0),
        ([pictures(0, 0, 31, 5)], 5),
        # A later run may be ahead of an earlier one that is not finished.
        ([pictures(0, 0, 31, 5), pictures(1, 31, 29, 20)], 5),
        ([pictures(1, 31, 29, 20), pictures(0, 0, 31, 31)], 51),
        # Sound that is still made holds the pictures up; sound that is whole does not.
        ([sound(0, "a0", 2), pictures(1, 0, 31, 5)], 2),
        ([sound(0, "a0", 2, is_finished=True), pictures(1, 0, 31, 5)], 5),
        ([sound(0, "a0", 9), sound(1, "a1", 3), pictures(2, 0, 31, 5)], 3),
        # Without pictures, the first track of sound is what the rest is measured by.
        ([sound(0, "a0", 9)], 9),
        ([sound(0, "a0", 9, is_finished=True), sound(1, "a1", 3)], 3),
        ([sound(0, "a0", 3, is_finished=True), sound(1, "a1", 9)], 3),
        # Playing waits for the first group and for stereo, and for nothing else.
        ([preview(0, 0, 31, 9), pictures(1, 0, 31, 2)], 9),
        ([pictures(1, 0, 31, 31), preview(0, 0, 31, 9)], 9),
        ([sound(0, "a0", 9), sound(1, "a0-surround", 1), preview(2, 0, 31, 7)], 7),
    ],
)
def test_how_many_segments_can_be_played(parts: Sequence[PartRow], count: int):
    assert playable_segments(parts) == count


EVERY = LadderPolicy(tuple(CodecFamily))
RATE = FrameRate(25)
RECIPE = Recipe(
    frame_rate="25/1",
    total_frames=3000,
    groups={
        RungGroup.PREVIEW: choose_rungs(640, 360, RATE),
        RungGroup.H264: choose_rungs(1280, 720, RATE)[:2],
        RungGroup.AV1: choose_rungs(640, 360, RATE, EVERY)[2:],
    },
    sounds=(
        SoundTrack("a0", 0, SoundKind.STEREO, is_default=True),
        SoundTrack("a1", 1, SoundKind.STEREO),
        SoundTrack("a0-surround", 0, SoundKind.SURROUND),
    ),
)


@pytest.mark.parametrize(
    ("parts", "whole", "shown"),
    [
        (
            [sound(0, "a0", 2, is_finished=True), sound(1, "a1", 60), preview(2, 0, 31, 5)],
            {"a0"},
            {"a0", "a1", "v360"},
        ),
        # A group is whole when every run of it is.
        (
            [preview(0, 0, 31, 31), preview(1, 31, 29, 3), pictures(2, 0, 60, 9)],
            set[str](),
            {"v360"},
        ),
        (
            [preview(0, 0, 31, 5), pictures(1, 0, 31, 31), pictures(2, 31, 29, 29)],
            {"v720", "v480"},
            {"v360", "v720", "v480"},
        ),
        (
            [sound(0, "a0", 9), sound(1, "a0-surround", 5), pictures(2, 0, 60, 9)],
            set[str](),
            {"a0", "v720", "v480"},
        ),
        (
            [
                sound(0, "a0-surround", 5, is_finished=True),
                *(preview(1, 0, 60, 60), pictures(2, 0, 60, 9, RungGroup.AV1)),
            ],
            {"a0-surround", "v360"},
            {"a0-surround", "v360"},
        ),
    ],
)
def test_tracks_that_are_whole_and_those_that_are_shown(
    parts: Sequence[PartRow], whole: set[str], shown: set[str]
):
    assert whole_tracks(RECIPE, parts) == whole
    assert shown_tracks(RECIPE, parts) == shown


def test_a_package_is_measured_by_what_plays_first():
    assert reference_track(RECIPE) == "v360"
    assert reference_track(replace(RECIPE, groups={})) == "a0"
    assert reference_track(replace(RECIPE, groups={}, sounds=())) is None


@pytest.mark.parametrize(
    ("parts", "progress"),
    [
        ([], 1.0),
        ([sound(0, "a0", 0), pictures(1, 0, 60, 0)], 0.0),
        ([sound(0, "a0", 60, is_finished=True), pictures(1, 0, 60, 0)], 1 / 61),
        ([sound(0, "a0", 60, is_finished=True), pictures(1, 0, 60, 30)], 31 / 61),
        # Sound may end early, or outlast the pictures: either is done when it is done.
        ([sound(0, "a0", 2, is_finished=True), pictures(1, 0, 60, 60)], 1.0),
        ([sound(0, "a0", 70), pictures(1, 0, 60, 60)], 1.0),
        ([preview(0, 0, 60, 60), pictures(1, 0, 60, 0)], 12 / 72),
    ],
)
def test_progress(parts: Sequence[PartRow], progress: float):
    effort = {"preview": 12.0, "h264": 60.0, "stereo": 1.0}
    assert encode_progress(parts, effort) == pytest.approx(progress)


def test_the_effort_of_a_part_goes_by_what_there_is_to_encode():
    opened = 0.2 * 1280 * 720
    larger = sum(rung.width * rung.height for rung in RECIPE.groups[RungGroup.H264])
    assert efforts(RECIPE) == {
        SoundKind.STEREO: SOUND,
        SoundKind.SURROUND: SOUND,
        RungGroup.PREVIEW: pytest.approx(25 * (opened + 640 * 360)),
        RungGroup.H264: pytest.approx(25 * (opened + larger)),
        RungGroup.AV1: pytest.approx(25 * (opened + 1.75 * 640 * 360)),
    }


def test_what_is_awaited_is_some_times_what_was_made_before():
    recipe = replace(RECIPE, groups={RungGroup.PREVIEW: RECIPE.groups[RungGroup.PREVIEW]})
    effort = efforts(replace(recipe, awaits_groups=True))
    assert effort[RungGroup.H264] == 5 * effort[RungGroup.PREVIEW]


def test_the_smallest_of_each_codec_is_decoded_whole():
    [largest, *_] = RECIPE.groups[RungGroup.H264]
    names = [rung.track_name for rung in RECIPE.groups[RungGroup.H264]]
    assert largest.track_name == names[0]
    assert decoded_tracks(RECIPE, RungGroup.PREVIEW, is_full=False) == ("v360",)
    assert decoded_tracks(RECIPE, RungGroup.H264, is_full=False) == ()
    assert decoded_tracks(RECIPE, RungGroup.H264, is_full=True) == tuple(names)
    assert decoded_tracks(RECIPE, RungGroup.AV1, is_full=False) == ("v360-av1",)


def test_what_was_decoded_part_by_part_is_put_together():
    heard = Sound(60.0, Loudness(-20.0, 5.0, -1.0))
    parts = [
        sound(0, "a0", 60, is_finished=True),
        sound(1, "a1", 60, is_finished=True),
        preview(2, 0, 30, 30),
        preview(3, 30, 30, 30),
        pictures(4, 0, 30, 30),
        pictures(5, 30, 30, 30),
    ]
    for place, decoded in (
        (0, Decoded(track="a0", sound=heard)),
        (2, Decoded(track="v360", frame_count=700)),
        (3, Decoded(track="v360", frame_count=750)),
        # Half of it was made by a worker that did not look.
        (4, Decoded(track="v720", frame_count=750)),
    ):
        parts[place].decoded = store_decoded([decoded])
    assert join_decoded(parts) == {
        "a0": Decoded(track="a0", sound=heard),
        "v360": Decoded(track="v360", frame_count=1450),
    }


async def facts_of(media: MediaFactory, kind: str) -> MediaFacts:
    return await probe(media.make(kind), media.tools)


async def test_a_film_becomes_renditions_and_sound(media: MediaFactory):
    facts = await facts_of(media, "languages")
    recipe = choose_recipe(facts)
    assert (recipe.frame_rate, recipe.total_frames) == ("30/1", 180)
    plan = plan_package(recipe, facts)
    assert [(track.name, track.kind, track.codec, track.channels) for track in plan.tracks] == [
        ("v360", TrackKind.VIDEO, "avc1.64001e", None),
        ("a0", TrackKind.AUDIO, "mp4a.40.2", 2),
        ("a1", TrackKind.AUDIO, "mp4a.40.2", 2),
    ]
    assert [(track.language, track.label) for track in plan.tracks[1:]] == [
        ("deu", "Deutsch"),
        ("fra", None),
    ]
    assert [sound.is_default for sound in recipe.sounds] == [True, False]
    assert [
        (part.kind, part.group, part.track_name, part.segment_count) for part in plan.parts
    ] == [
        (PartKind.AUDIO, "stereo", "a0", 3),
        (PartKind.AUDIO, "stereo", "a1", 3),
        (PartKind.VIDEO, "h264", None, 3),
    ]


async def test_sound_alone_and_pictures_alone(media: MediaFactory):
    radio_facts = await facts_of(media, "sound")
    radio = choose_recipe(radio_facts)
    assert (radio.rungs, [sound.name for sound in radio.sounds]) == ((), ["a0"])
    assert [part.kind for part in plan_package(radio, radio_facts).parts] == [PartKind.AUDIO]
    silent_facts = await facts_of(media, "silent")
    silent = choose_recipe(silent_facts)
    assert ([rung.track_name for rung in silent.rungs], silent.sounds) == (["v360"], ())
    assert [part.kind for part in plan_package(silent, silent_facts).parts] == [PartKind.VIDEO]


async def test_every_codec_and_every_form_of_sound(media: MediaFactory):
    facts = await facts_of(media, "surround")
    policy = EncodingPolicy(tuple(CodecFamily))
    recipe = choose_recipe(facts, policy)
    assert recipe.ordered_groups == (RungGroup.H264, RungGroup.HEVC, RungGroup.AV1)
    assert [track.name for track in plan_package(recipe, facts).tracks] == [
        *("v360", "v360-hevc", "v360-av1", "a0", "a0-surround", "a0-opus"),
    ]
    assert [
        (track.codec, track.channels, track.target_bitrate_bps)
        for track in plan_sounds(recipe, facts).tracks
    ] == [("mp4a.40.2", 2, 128_000), ("ec-3", 6, 384_000), ("Opus", 2, 96_000)]


async def test_what_plays_early_is_one_low_rung_that_is_not_made_twice(media: MediaFactory):
    facts = await facts_of(media, "high")
    policy = EncodingPolicy(tuple(CodecFamily), preview_from_ms=facts.duration_ms)
    recipe = choose_recipe(facts, policy)
    names = {group: [rung.track_name for rung in rungs] for group, rungs in recipe.groups.items()}
    assert names == {
        RungGroup.PREVIEW: ["v360"],
        RungGroup.H264: ["v720", "v480", "v270", "v180"],
        RungGroup.HEVC: [f"v{height}-hevc" for height in (720, 480, 360, 270, 180)],
        RungGroup.AV1: [f"v{height}-av1" for height in (720, 480, 360, 270, 180)],
    }
    assert [rung.track_name for rung in recipe.rungs[:3]] == ["v720", "v480", "v360"]
    assert [part.group for part in plan_package(recipe, facts).parts] == list(names)
    short = choose_recipe(facts, replace(policy, preview_from_ms=facts.duration_ms + 1))
    assert (recipe.has_preview, short.has_preview) == (True, False)
    assert (recipe.plan.short_segments, short.plan.short_segments) == (2, 6)
    assert Recipe.read(short.stored()) == short


async def test_a_film_of_one_rung_is_its_own_preview(media: MediaFactory):
    recipe = choose_recipe(await facts_of(media, "pattern"), EncodingPolicy(preview_from_ms=0))
    assert recipe.ordered_groups == (RungGroup.H264,)


async def test_high_dynamic_range_is_kept_where_the_codec_can(media: MediaFactory):
    recipe = choose_recipe(await facts_of(media, "hdr"), EncodingPolicy(tuple(CodecFamily)))
    assert [(rung.track_name, rung.bit_depth, rung.dynamic_range) for rung in recipe.rungs] == [
        ("v360", 8, DynamicRange.SDR),
        ("v360-hevc", 10, DynamicRange.PQ),
        ("v360-av1", 10, DynamicRange.PQ),
    ]


def test_measured_rungs_take_the_place_of_fixed_ones():
    rungs = choose_rungs(640, 360, RATE)
    changed = RECIPE.with_rungs(RungGroup.H264, rungs)
    assert changed.groups == {**RECIPE.groups, RungGroup.H264: rungs}
    assert RECIPE.with_rungs(RungGroup.AV1, ()).ordered_groups == (
        *(RungGroup.PREVIEW, RungGroup.H264),
    )


async def test_a_recipe_is_kept_as_json(media: MediaFactory):
    recipe = choose_recipe(await facts_of(media, "ntsc"))
    kept = msgspec.json.decode(msgspec.json.encode(recipe.stored()))
    assert Recipe.read(kept) == recipe
    assert recipe.plan.frame_rate.per_second == Fraction(30000, 1001)


@given(st.integers(1, 500_000))
def test_parts_hold_every_segment_once(total_frames: int):
    rungs = choose_rungs(640, 360, FrameRate(25))
    recipe = Recipe("25/1", total_frames, {RungGroup.H264: rungs}, sounds=())
    video = plan_group(recipe, RungGroup.H264).parts
    every = range(recipe.plan.segment_count)
    numbers = [part.first_segment + index for part in video for index in range(part.segment_count)]
    assert numbers == list(every)


def test_objects_are_named_by_ids_alone():
    package_id = uuid4()
    keys = [
        init_key(package_id, "v360"),
        segment_key(package_id, "a0", 12),
        picture_key(package_id, package_id, "320.avif"),
        subtitles_key(package_id, "t1", "all.vtt"),
        source_key(package_id),
    ]
    assert [checked_key(key) for key in keys] == [
        f"packages/{package_id}/v360/init.mp4",
        f"packages/{package_id}/a0/12.m4s",
        f"packages/{package_id}/pictures/{package_id}/320.avif",
        f"packages/{package_id}/t1/all.vtt",
        f"assets/{package_id}/source",
    ]


# --- origins --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[{}]",
        '[{"bucket": "NO"}]',
        '[{"bucket": "films", "password": "x"}]',
        '[{"bucket": "films"}, {"bucket": "films"}]',
    ],
)
def test_buckets_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="bucket"):
        parse_buckets(text)
