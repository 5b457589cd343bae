"""Subtitles: read from anything, safe for pages, on time, and refused when they are no text."""

import gzip
import io
import signal
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.frames import FrameRate, SegmentPlan
from streamverse.mediakit.probe import probe
from streamverse.mediakit.subtitles import (
    MOST_BYTES,
    Cue,
    Subtitles,
    SubtitlesRefused,
    cut_webvtt,
    extract_subtitles,
    read_subtitles,
    write_webvtt,
)
from streamverse.mediakit.subtitles.cues import TAGS, Place
from tests.factories.media import MediaFactory, picture

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\nWorld\n"
ASS_HEAD = (
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n"
    "Format: Name, Fontname, Italic, Alignment\n"
    "Style: Default,Arial,0,2\nStyle: Above,Arial,-1,8\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


def ass(*lines: str) -> str:
    return ASS_HEAD + "".join(f"Dialogue: 0,0:00:01.00,0:00:02.00,{line}\n" for line in lines)


def srt(words: str, times: str = "00:00:01,000 --> 00:00:02,000") -> str:
    return f"1\n{times}\n{words}\n"


def vtt(words: str, settings: str = "") -> str:
    return f"WEBVTT\n\n00:01.000 --> 00:02.000{settings}\n{words}\n"


def texts(found: Subtitles) -> list[str]:
    return [cue.text for cue in found.cues]


def codes(found: Subtitles) -> list[str]:
    return [notice.code for notice in found.notices]


class Page(HTMLParser):
    """What a careless page would make of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


# --- formats --------------------------------------------------------------------------------------


def test_subrip_is_read():
    found = read_subtitles(SRT.encode())

    assert found == Subtitles("srt", (Cue(1000, 2500, "Hello"), Cue(3000, 4000, "World")))


def test_webvtt_is_read_with_hours_names_comments_and_places():
    text = (
        "\ufeffWEBVTT A title\nKind: captions\n\nNOTE\nNothing to see\n\n"
        "intro\n00:01.000 --> 00:02.000 line:0 align:start\n<v Bob>Up <b>there</b></v>\n\n"
        "01:00:00.000 --> 01:00:01.500 line:90%\nTom &amp; Jerry &lt;3\n"
    )

    assert read_subtitles(text.encode()).cues == (
        Cue(1000, 2000, "Up <b>there</b>", Place.TOP),
        Cue(3_600_000, 3_601_500, "Tom &amp; Jerry &lt;3"),
    )


def test_ass_is_read_with_its_stress_lines_and_places():
    found = read_subtitles(
        ass(
            "Default,,0,0,0,,Well, {\\i1}yes{\\i0}\\Nor no",
            "Above,,0,0,0,,A sign",
            "Default,,0,0,0,,{\\an8}High {\\b700}and bold",
        ).encode()
    )

    assert found == Subtitles(
        "ass",
        (
            Cue(1000, 2000, "Well, <i>yes</i>\nor no"),
            Cue(1000, 2000, "<i>A sign</i>", Place.TOP),
            Cue(1000, 2000, "High <b>and bold</b>", Place.TOP),
        ),
    )


def test_the_elder_ssa_has_places_of_its_own():
    head = (
        "[Script Info]\n[V4 Styles]\nFormat: Name, Alignment\nStyle: *Default,6\n[Events]\n"
        "Format: Marked, Start, End, Style, Text\n"
    )
    found = read_subtitles(f"{head}Dialogue: Marked=0,0:00:01.00,0:00:02.00,*Default,Hi\n".encode())

    assert found.cues == (Cue(1000, 2000, "Hi", Place.TOP),)


def test_drawings_and_effects_go_and_that_is_said():
    found = read_subtitles(
        ass(
            "Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}",
            "Default,,0,0,0,,{\\pos(10,20)\\c&H0000FF&}Red",
            "Default,,0,0,0,,Plain{a comment}",
        ).encode()
    )

    assert (texts(found), codes(found)) == (["Red", "Plain"], ["styles_dropped"])


@pytest.mark.parametrize(
    ("encoding", "notice"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("utf-16", []),
        ("utf-16-le", []),
        ("utf-16-be", []),
        ("cp1251", ["encoding_guessed"]),
        ("koi8-r", ["encoding_guessed"]),
    ],
)
def test_cyrillic_is_read_in_every_encoding(encoding: str, notice: list[str]):
    words = "Привет, куда идут люди?"

    found = read_subtitles(srt(words).encode(encoding))

    assert (texts(found), codes(found)) == ([words], notice)


def test_western_letters_are_read_and_it_is_said_how():
    found = read_subtitles(srt("Ça va très bien, “déjà” cet été").encode("cp1252"))

    assert texts(found) == ["Ça va très bien, “déjà” cet été"]
    assert found.notices[0].detail == (
        "The file is not in UTF-8; it was read as Windows-1252 (Western European). "
        "If letters look wrong, save it in UTF-8 and upload it again."
    )


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_in_every_way(ending: str):
    assert texts(read_subtitles(SRT.replace("\n", ending).encode())) == ["Hello", "World"]


# --- hostile words --------------------------------------------------------------------------------

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<b onmouseover="alert(1)">bold</b>',
    "<i style='background:url(//evil)'>x</i>",
    "<svg/onload=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "<<b>script>alert(1)<</b>/script>",
    "<scr<i>ipt>alert(1)</scr</i>ipt>",
    "<a href=javascript:alert(1)>x</a>",
    "]]><![CDATA[<script>",
    "<!--<script>-->",
    "<b\n>x</b\n>",
    "{\\an8}<iframe src=//evil>",
    "words --> 00:00:09.000",
]


@pytest.mark.parametrize("words", ATTACKS)
@pytest.mark.parametrize(
    "wrap", [srt, vtt, lambda words: ass(f"Default,,0,0,0,,{words}".replace("\n", "\\N"))]
)
def test_no_code_comes_through(wrap: object, words: str):
    assert callable(wrap)
    found = Subtitles("", ())
    with suppress(SubtitlesRefused):
        found = read_subtitles(wrap(words).encode())
    written = write_webvtt(found.cues)

    page = Page()
    page.feed(written)
    assert page.tags <= TAGS
    assert page.attributes == []
    assert written.count("-->") == len(found.cues)


@given(st.text(), st.sampled_from(["srt", "vtt", "ass"]))
def test_whatever_is_said_is_safe_and_read_again_alike(words: str, form: str):
    text = {"srt": srt, "vtt": vtt, "ass": lambda w: ass(f"Default,,0,0,0,,{w}")}[form](words)
    try:
        found = read_subtitles(text.encode("utf-8", errors="surrogatepass"))
    except SubtitlesRefused:
        return
    written = write_webvtt(found.cues)

    page = Page()
    page.feed(written)
    assert page.tags <= TAGS
    assert page.attributes == []
    again = read_subtitles(written.encode())
    assert again.cues == found.cues


def test_style_sheets_of_strangers_are_left_out():
    found = read_subtitles(
        b"WEBVTT\n\nSTYLE\n::cue{background:url(//evil)}\n\nREGION\nid:a\n\n"
        b"00:01.000 --> 00:02.000 region:a\nHi\n"
    )

    assert (texts(found), codes(found)) == (["Hi"], ["styles_dropped"])
    assert "url" not in write_webvtt(found.cues)


# --- hostile times and sizes ----------------------------------------------------------------------


def test_impossible_times_are_left_out_and_sloppy_ones_mended():
    text = (
        "1\n-00:00:01,000 --> 00:00:01,000\nFrom before\n\n"
        "2\n00:00:05,000 --> 00:00:04,000\nBackwards\n\n"
        "3\n999999:00:00,000 --> 999999:00:01,000\nIn a century\n\n"
        "4\n00:00:10,000 --> 00:00:12,100\nA little long\n\n"
        "5\n00:00:12,000 --> 00:00:20,000\nTwo at once\n\n"
        "6\n00:00:13,000 --> 00:00:14,000\nTwo at once\n"
    )

    found = read_subtitles(text.encode())

    assert found.cues == (
        Cue(0, 1000, "From before"),
        Cue(10_000, 12_000, "A little long"),
        Cue(12_000, 20_000, "Two at once"),
        Cue(13_000, 14_000, "Two at once"),
    )
    assert [notice.detail for notice in found.notices] == [
        "Left out for impossible times: 2 subtitles.",
        "Ended a little earlier to make room for the next: 1 subtitle.",
    ]


def test_what_comes_after_the_end_is_left_out():
    found = read_subtitles(SRT.encode()).within(2000)

    assert found.cues == (Cue(1000, 2000, "Hello"),)
    assert codes(found) == ["after_the_end"]


def _zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("film.srt", SRT * 100_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_subtitles"),
        (b"Just some words.\n" * 100, "not_subtitles"),
        (b"#EXTM3U\n#EXTINF:4,\nfile:///etc/passwd\n", "not_subtitles"),
        (bytes(range(256)) * 100, "not_text"),
        (gzip.compress(SRT.encode() * 1000), "not_text"),
        (_zip_bomb(), "not_text"),
        (b"WEBVTT\n\n", "no_cues"),
        (SRT.encode() + b" " * MOST_BYTES, "too_large"),
        (srt("x").encode() * 30_001, "too_many_cues"),
        (ASS_HEAD.encode(), "no_cues"),
    ],
)
def test_what_is_no_subtitle_is_refused_in_a_sentence(content: bytes, code: str):
    with pytest.raises(SubtitlesRefused) as refused:
        read_subtitles(content)

    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")


def test_a_cue_without_end_is_left_out():
    found = read_subtitles((srt("x" * 5000) + SRT).encode())

    assert (texts(found), codes(found)) == (["Hello", "World"], ["too_long"])


@pytest.fixture
def limited_processor_time() -> Iterator[None]:
    """End what would take hours if it took more than linear time."""

    def end(*_: object) -> None:
        raise TimeoutError("This took more than a minute of processor time.")

    previous = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, 60)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, previous)


@pytest.mark.parametrize(
    "content",
    [
        b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<" * (9 << 20),
        b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<b" * (4 << 20),
        b"1\n00:00:01,000 --> 00:00:02,000\n" + b"{\\" * (4 << 20),
        b"1\n00:00:01,000 --> 00:00:02,000\nHi" + b" " * (9 << 20),
        b"1\n00:00:01,000 --> 00:00:02,000\nHi" + b"\n1" * (4 << 20),
        b"WEBVTT\n\n" + b"\n \n" * (3 << 20),
        b"WEBVTT\n\n00:01.000 --> 00:02.000 " + b"line:" * (1 << 20) + b"\nHi\n",
        ASS_HEAD.encode() + b"Dialogue: " + b"{\\b" * (3 << 20),
        b"[Events]\n" + b"0:" * (4 << 20),
    ],
)
@pytest.mark.usefixtures("limited_processor_time")
def test_no_file_takes_more_than_linear_time(content: bytes):
    with suppress(SubtitlesRefused):
        read_subtitles(content)


# --- writing --------------------------------------------------------------------------------------


def test_each_segment_has_every_cue_that_shows_during_it():
    plan = SegmentPlan(FrameRate(25), 300)
    cues = (
        Cue(1000, 2000, "First"),
        Cue(3500, 9000, "Long", Place.TOP),
        Cue(11_900, 14_000, "Last"),
    )

    found = list(cut_webvtt(cues, plan))

    head = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"
    long = "00:00:03.500 --> 00:00:09.000 line:0\nLong\n"
    assert found == [
        f"{head}\n00:00:01.000 --> 00:00:02.000\nFirst\n",
        f"{head}\n{long}",
        f"{head}\n{long}",
        f"{head}\n{long}\n00:00:11.900 --> 00:00:14.000\nLast\n",
    ]


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 9000)), max_size=20))
def test_no_cue_is_lost_between_segments(times: list[tuple[int, int]]):
    plan = SegmentPlan(FrameRate(30000, 1001), 500)
    cues = tuple(
        Cue(start, start + length, f"n{number}")
        for number, (start, length) in enumerate(sorted(times))
    )

    cut = list(cut_webvtt(cues, plan))

    assert len(cut) == plan.segment_count
    for cue in cues:
        assert any(f"\n{cue.text}\n" in text for text in cut)
    for frames, text in zip(plan.segments(), cut, strict=True):
        start_ms, stop_ms = (plan.frame_rate.seconds(f) * 1000 for f in (frames.start, frames.stop))
        is_last = frames.stop == 500
        expected = {
            cue.text
            for cue in cues
            if cue.end_ms > start_ms and (cue.start_ms < stop_ms or is_last)
        }
        assert {line for line in text.split("\n") if line.startswith("n")} == expected


# --- inside films ---------------------------------------------------------------------------------


@pytest.fixture
def film(media: MediaFactory, tmp_path: Path) -> Path:
    """Make a film with subtitles in three formats."""
    (tmp_path / "a.srt").write_text(srt("Hello <i>you</i>\nand {\\an8}them") + "\n")
    (tmp_path / "b.ass").write_text(ass("Above,,0,0,0,,Oben"))
    (tmp_path / "c.vtt").write_text(vtt("Là-bas"))
    inputs = [part for name in ("a.srt", "b.ass", "c.vtt") for part in ("-i", str(tmp_path / name))]
    path = tmp_path / "film.mkv"
    media.write(
        path,
        *("-f", "lavfi", "-i", picture(seconds=3), *inputs),
        *("-map", "0", "-map", "1", "-map", "2", "-map", "3", "-c:v", "libx264"),
        *("-preset", "ultrafast", "-c:s", "copy", "-metadata:s:s:0", "language=eng"),
    )
    return path


async def test_words_are_taken_out_of_a_film(media: MediaFactory, film: Path):
    facts = await probe(film, media.tools)

    found = await extract_subtitles(film, facts, media.tools)

    assert [track.codec for track in found] == ["subrip", "ass", "webvtt"]
    assert [read_subtitles(text).cues for text in found.values()] == [
        (Cue(1000, 2000, "Hello <i>you</i>\nand them", Place.TOP),),
        (Cue(1000, 2000, "<i>Oben</i>", Place.TOP),),
        (Cue(1000, 2000, "Là-bas"),),
    ]


async def test_the_words_of_an_mp4_are_taken_out(media: MediaFactory, film: Path, tmp_path: Path):
    path = tmp_path / "film.mp4"
    media.write(
        path, "-i", str(film), *("-map", "0:v", "-map", "0:s:0", "-c:v", "copy"), "-c:s", "mov_text"
    )
    facts = await probe(path, media.tools)

    (text,) = (await extract_subtitles(path, facts, media.tools)).values()

    assert read_subtitles(text).cues[0].text == "Hello <i>you</i>\nand them"


async def test_a_film_without_words_gives_none(media: MediaFactory):
    path = media.make("pattern")

    assert await extract_subtitles(path, await probe(path, media.tools), media.tools) == {}
