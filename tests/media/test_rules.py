"""Media's decisions, without I/O: the words of tus, names, and what a package consists of."""

from __future__ import annotations

import base64
import hashlib
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
from streamverse.domains.media.rules import names, tus
from streamverse.domains.media.rules.origins import parse_buckets
from streamverse.domains.media.rules.packages import (
    EncodingPolicy,
    Recipe,
    RungGroup,
    choose_recipe,
    init_key,
    plan_group,
    plan_package,
    plan_sounds,
    segment_key,
    source_key,
)
from streamverse.domains.media.rules.pictures import picture_key
from streamverse.domains.media.rules.states import PartKind
from streamverse.domains.media.rules.subtitles import subtitles_key
from streamverse.kit.storage.objects import checked_key
from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.ladder import CodecFamily, DynamicRange, choose_rungs
from streamverse.mediakit.probe import MediaFacts, probe
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
    batch = choose_recipe(facts, replace(policy, has_previews=False))
    assert [recipe.has_preview, short.has_preview, batch.has_preview] == [True, False, False]
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
