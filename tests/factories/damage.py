"""A corpus of damaged and crafted files, made from a few tiny good ones, the same each time."""

from __future__ import annotations

import gzip
import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.factories.media import MediaFactory, beep, picture

SIZE, SECONDS = (64, 36), 1.2
CONTAINERS = frozenset(
    {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"udta", b"mvex"}
)
_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
_AAC = ("-c:a", "aac", "-b:a", "32k")
_VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
_GOOD: dict[str, tuple[bool, bool, tuple[str, ...]]] = {
    "mp4": (True, True, (*_X264, *_AAC)),
    "mov": (True, True, ("-c:v", "mjpeg", "-c:a", "pcm_s16le")),
    "mkv": (True, True, (*_X264, *_AAC)),
    "webm": (True, True, _VP8),
    "ts": (True, True, (*_X264, *_AAC)),
    "avi": (True, True, ("-c:v", "mpeg4", "-c:a", "mp3")),
    "mp3": (False, True, ("-c:a", "libmp3lame", "-b:a", "32k")),
    "wav": (False, True, ()),
    "flac": (False, True, ()),
    "ogg": (False, True, ("-c:a", "libvorbis")),
}


def good_files(media: MediaFactory, folder: Path) -> dict[str, bytes]:
    """Make one small file of each format."""
    for name, (has_picture, has_sound, options) in _GOOD.items():
        sources = [
            *([picture(*SIZE, rate="10", seconds=SECONDS)] if has_picture else []),
            *([beep(SECONDS)] if has_sound else []),
        ]
        media.lavfi(folder / f"good.{name}", *sources, options=options)
    return {name: (folder / f"good.{name}").read_bytes() for name in _GOOD}


def corpus(good: dict[str, bytes], secret: Path, port: int) -> dict[str, bytes]:
    """Give every file by name; crafted ones point at a file and at a port of this machine."""
    files: dict[str, bytes] = {}
    for source in (
        _truncated(good),
        _flipped(good),
        _absurd(good),
        _absurd_elsewhere(good),
        _nothing(),
        _packed(),
        _playlists(secret, port),
    ):
        for name, content in source:
            assert name not in files, name
            files[name] = content
    return files


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Go through the boxes of a file and those within: ``(kind, offset, size)``."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8:
            return
        yield kind, start, size
        if kind in CONTAINERS:
            yield from boxes(data, start + 8, min(start + size, end))
        start += size


def _truncated(good: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Cut at the beginning of every box and inside it; elsewhere at even distances."""
    for kind in ("mp4", "mov"):
        data = good[kind]
        cuts = {at for _, offset, size in boxes(data) for at in (offset, offset + min(12, size))}
        for at in sorted(cuts - {0}):
            yield f"truncated-{at}.{kind}", data[:at]
    for kind, data in good.items():
        if kind not in ("mp4", "mov"):
            for at in (1, 3, 4, 11, 16, 40, 100, *(len(data) * n // 7 for n in range(1, 7))):
                yield f"truncated-{at}.{kind}", data[:at]


def _flipped(good: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Turn bits over, alone and in bursts, in what describes the file and in its media."""
    dice = random.Random(4)
    for kind, data in good.items():
        for turn in range(5):
            header = bytearray(data)
            for _ in range(1 + turn * 3):
                header[dice.randrange(min(400, len(data)))] ^= 1 << dice.randrange(8)
            yield f"header-{turn}.{kind}", bytes(header)
        for turn in range(4):
            media = bytearray(data)
            at = dice.randrange(len(data) // 4, len(data) * 3 // 4)
            media[at : at + 8 << turn] = dice.randbytes(len(media[at : at + 8 << turn]))
            yield f"media-{turn}.{kind}", bytes(media)


def _absurd(good: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Claim sizes, counts, times and pictures that cannot be."""
    data = good["mp4"]
    # Of boxes that each track has, those of the first: the pictures.
    found = {kind: (offset, size) for kind, offset, size in reversed(list(boxes(data)))}
    for kind in (b"ftyp", b"moov", b"mvhd", b"trak", b"stbl", b"stsd", b"stsz", b"stts", b"mdat"):
        for size in (0, 1, 7, 0x7FFFFFFF, 0xFFFFFFFF):
            name = f"size-{kind.decode()}-{size}.mp4"
            yield name, _patched(data, found[kind][0], struct.pack(">I", size))
    # Counts of entries, far more than there are bytes.
    for kind, at in ((b"stsz", 16), (b"stts", 12), (b"stco", 12), (b"stsc", 12), (b"stsd", 12)):
        offset = found[kind][0] + at
        yield f"count-{kind.decode()}.mp4", _patched(data, offset, b"\xff\xff\xff\xff")
    # How long a second is, and how many of them there are.
    for scale, duration in ((0, 1), (1, 0xFFFFFFFE), (1, 400_000_000), (0xFFFFFFFF, 1)):
        for kind in (b"mvhd", b"mdhd"):
            name = f"time-{kind.decode()}-{scale}-{duration}.mp4"
            content = struct.pack(">II", scale, duration)
            yield name, _patched(data, found[kind][0] + 20, content)
    for delta in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF):
        content = struct.pack(">I", delta)
        yield f"delta-{delta}.mp4", _patched(data, found[b"stts"][0] + 20, content)
    entry = data.rindex(b"avc1") + 28
    for width, height in ((0, 0), (50_000, 50_000), (65_535, 1), (1, 65_535)):
        content = struct.pack(">HH", width, height)
        yield f"picture-{width}x{height}.mp4", _patched(data, entry, content)


def _absurd_elsewhere(good: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Claim the like in other formats."""
    wav = good["wav"]
    for size in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF):
        at = wav.index(b"data") + 4
        yield f"size-data-{size}.wav", _patched(wav, at, struct.pack("<I", size))
    for channels, rate in ((0, 48_000), (65_535, 48_000), (2, 0), (2, 0xFFFFFFFF)):
        content = struct.pack("<HI", channels, rate)
        yield f"sound-{channels}-{rate}.wav", _patched(wav, 22, content)
    mkv = good["mkv"]
    segment = mkv.index(b"\x18\x53\x80\x67") + 4
    for size in (b"\x01" + b"\xff" * 7, b"\x01" + bytes(7), b"\x01\x7f" + b"\xff" * 6):
        yield f"segment-{size.hex()}.mkv", _patched(mkv, segment, size)
    length = mkv.index(b"\x44\x89\x88") + 3  # as a number with a fraction
    for seconds in (1e300, -1.0, float("nan"), float("inf"), 1e12):
        content = _patched(mkv, length, struct.pack(">d", seconds))
        yield f"duration-{seconds}.mkv", content
        # The tags of the tracks, which say the same again, are made unreadable.
        yield f"only-duration-{seconds}.mkv", content.replace(b"DURATION", b"DURATIOX")
    # The frame headers of motion JPEG say how large each picture is.
    for side in (0, 50_000, 65_535):
        size = struct.pack(">HH", side, side)
        yield (
            f"frames-{side}.mov",
            re.sub(
                rb"(?<=\xff\xc0\0\x11\x08)....",
                lambda _, size=size: size,
                good["mov"],
                flags=re.DOTALL,
            ),
        )
    avi = good["avi"]
    header = avi.index(b"avih") + 8
    for at, value in ((0, 0), (16, 0xFFFFFFFF), (32, 50_000), (32, 0xFFFFFFFF)):
        yield f"header-{at}-{value}.avi", _patched(avi, header + at, struct.pack("<I", value))
    yield "picture-50000x50000.png", _huge_png(50_000)


def _patched(data: bytes, at: int, content: bytes) -> bytes:
    return data[:at] + content + data[at + len(content) :]


def _huge_png(side: int) -> bytes:
    """Write a picture of one colour, which is small until it is unpacked."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checked)

    rows = zlib.compress(bytes((side // 8 + 1) * 1000), 9)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _nothing() -> Iterator[tuple[str, bytes]]:
    """Fill files with one byte."""
    for size in (0, 1, 8, 1000, 1_000_000):
        yield f"zeros-{size}.mp4", bytes(size)
        yield f"ones-{size + 1}.mkv", b"\xff" * (size + 1)


def _packed() -> Iterator[tuple[str, bytes]]:
    """Pack a lot of subtitles into little, in every way that a reader might unpack."""
    cue = b"1\n00:00:01,000 --> 00:00:02,000\nWords\n\n"
    subtitles = cue * 100_000
    yield "bomb.srt", subtitles
    yield "bomb.vtt", b"WEBVTT\n\n" + subtitles
    yield "bomb.ass", b"[Script Info]\n[Events]\n" + b"Dialogue: 0,0:0:1.00,0:0:2.00,A\n" * 50_000
    yield "bomb.srt.gz", gzip.compress(subtitles, mtime=0)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("bomb.srt"), subtitles)
    yield "bomb.zip", packed.getvalue()
    yield "nested.gz", gzip.compress(gzip.compress(bytes(10_000_000), mtime=0), mtime=0)
    yield "long-line.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"x" * 5_000_000
    yield "tags.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<b>" * 500_000


def _playlists(secret: Path, port: int) -> Iterator[tuple[str, bytes]]:
    """Ask a reader to open a file of this machine, or to call somebody."""
    url = f"http://127.0.0.1:{port}/leak"
    for place, target in {"file": f"file://{secret}", "path": str(secret), "net": url}.items():
        body = f"#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n"
        texts = {
            "m3u8": f"#EXTM3U\n{body}",
            "bom.m3u8": f"\ufeff#EXTM3U\n{body}",
            "master.m3u8": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n",
            "key.m3u8": f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n{body}',
            "map.m3u8": f'#EXTM3U\n#EXT-X-MAP:URI="{target}"\n{body}',
            "ffconcat": f"ffconcat version 1.0\nfile '{target}'\n",
            "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns={target}\nc=IN IP4 127.0.0.1\nt=0 0\n"
            f"m=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
            "mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" '
            f'mediaPresentationDuration="PT1S"><BaseURL>{target}</BaseURL><Period/></MPD>',
            "smil": f'<smil><body><video src="{target}"/></body></smil>',
            "asx": f'<asx version="3.0"><entry><ref href="{target}"/></entry></asx>',
            "pls": f"[playlist]\nFile1={target}\nNumberOfEntries=1\n",
            "cue": f'FILE "{target}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
            "avs": f'DirectShowSource("{target}")\n',
            "xml": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{target}">]><x>&e;</x>',
            "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{target}"/></svg>',
            "srt": f"1\n00:00:01,000 --> 00:00:02,000\n<img src='{target}'>\n",
            "ass": f"[Script Info]\nVideo File: {target}\n[Events]\nDialogue: 0,0:0:1,0:0:2,A\n",
            "%03d.jpg": f"{target}\n",
        }
        for name, text in texts.items():
            yield f"{place}-{name}", text.encode()


def with_foreign_data(mp4: bytes, target: str) -> bytes:
    """Say that the media of a file lies elsewhere, as QuickTime allows."""
    at = mp4.index(b"url \0\0\0\1") - 4
    address = target.encode() + b"\0"
    entry = struct.pack(">I4sI", 12 + len(address), b"url ", 0) + address
    return grown(mp4, at, 12, entry)


def grown(data: bytes, at: int, size: int, content: bytes) -> bytes:
    """Replace a box by a longer one, and make all boxes around it so much longer."""
    longer = bytearray(data)
    for _, offset, length in boxes(data):
        if offset < at < offset + length:
            struct.pack_into(">I", longer, offset, length + len(content) - size)
    # `dref` holds boxes behind a count, so that the walk above does not go into it.
    return bytes(longer[:at]) + content + bytes(longer[at + size :])
