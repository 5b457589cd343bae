"""Formats are known by their first bytes, and what is missing by the sizes that they declare."""

from pathlib import Path

import pytest

from streamverse.mediakit.containers import (
    MATROSKA,
    MP4,
    WAV,
    Container,
    find_matroska_end_ms,
    measure,
    sniff,
)
from tests.factories.media import MediaFactory


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def _packets(size: int, offset: int = 0) -> bytes:
    packet = bytearray(size)
    packet[offset] = 0x47
    return bytes(packet) * 10


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x00\x00\x00\x18ftypisom", "MP4"),
        (b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", "MP4"),
        (b"\x1a\x45\xdf\xa3\x9f", "Matroska"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "AVI"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "WAV"),
        (b"OggS\x00\x02", "Ogg"),
        (b"fLaC\x00", "FLAC"),
        (b"FLV\x01\x05", "FLV"),
        (b"ID3\x04\x00", "MP3"),
        (b"\xff\xfb\x90\x64", "MP3"),
        (b"\xff\xf1\x50\x80", "AAC"),
        (b"\x00\x00\x01\xba\x44", "MPEG-PS"),
        (_packets(188), "MPEG-TS"),
        (_packets(192, offset=4), "MPEG-TS"),
        (_packets(204), "MPEG-TS"),
    ],
)
def test_media_is_recognised(tmp_path: Path, content: bytes, name: str):
    found = sniff(_file(tmp_path, content))

    assert isinstance(found, Container)
    assert found.name == name


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x00\x00\x00\x18ftypheic", "a HEIF or AVIF picture"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a WebP picture"),
        (b"%PDF-1.7", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive"),
        ("Grüße\n".encode(), "a text"),
        (b"#!/bin/sh\n", "a text"),
        (b"\xff\xff\xff\xff", "of a kind that StreamVerse does not know"),
        (b"\x00", "of a kind that StreamVerse does not know"),
    ],
)
def test_what_is_no_media_is_named(tmp_path: Path, content: bytes, what: str):
    assert sniff(_file(tmp_path, content)) == what


def test_a_whole_file_is_whole(media: MediaFactory):
    for kind, container in (("pattern", MP4), ("faststart", MP4), ("matroska", MATROSKA)):
        path = media.make(kind)
        extent = measure(path, container)

        assert extent.declared_bytes == extent.size_bytes == path.stat().st_size
        assert not extent.is_cut_short


@pytest.mark.parametrize(
    ("kind", "container"),
    [("index_missing", MP4), ("faststart_cut", MP4), ("matroska_cut", MATROSKA)],
)
def test_a_file_cut_short_is_seen(media: MediaFactory, kind: str, container: Container):
    assert measure(media.make(kind), container).is_cut_short


def test_sizes_that_recorders_leave_open_say_nothing(media: MediaFactory, tmp_path: Path):
    assert measure(media.make("browser"), MATROSKA).declared_bytes is None
    for size in (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff"):
        recording = _file(tmp_path, b"RIFF" + size + b"WAVEfmt ")
        assert measure(recording, WAV).declared_bytes is None


def test_a_recording_of_sound_says_how_long_it_is(tmp_path: Path):
    extent = measure(_file(tmp_path, b"RIFF\x64\x00\x00\x00WAVEfmt "), WAV)

    assert (extent.size_bytes, extent.declared_bytes, extent.is_cut_short) == (16, 108, True)


def test_bytes_after_the_last_box_are_harmless(media: MediaFactory, tmp_path: Path):
    film = media.make("faststart").read_bytes()

    assert not measure(_file(tmp_path, film + b"\x00\x00\x00\x01rest"), MP4).is_cut_short


def test_a_box_of_64_bits_and_one_to_the_end_are_read(tmp_path: Path):
    index, large = b"\x00\x00\x00\x08moov", b"\x00\x00\x00\x01mdat" + (1000).to_bytes(8)
    to_the_end = b"\x00\x00\x00\x00mdat" + bytes(50)

    assert measure(_file(tmp_path, index + large), MP4).declared_bytes == 1008
    assert measure(_file(tmp_path, index + to_the_end), MP4).declared_bytes == 66


def test_the_end_of_a_matroska_file_is_found_in_its_last_cluster(media: MediaFactory):
    assert find_matroska_end_ms(media.make("matroska")) == pytest.approx(6000, abs=40)


def test_a_matroska_file_without_media_has_no_end(tmp_path: Path):
    assert find_matroska_end_ms(_file(tmp_path, b"\x1a\x45\xdf\xa3\x9f")) is None
