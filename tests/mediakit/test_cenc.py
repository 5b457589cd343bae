"""Our encryption beside Shaka Packager's, byte by byte, and through ffmpeg's decryption."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from streamverse.mediakit import cenc
from streamverse.mediakit.boxes import Box, StreamMalformed, boxes_in, write_box, write_full_box
from streamverse.mediakit.cenc import ContentKey, Protector
from streamverse.mediakit.ffmpeg import find_tools
from streamverse.mediakit.timeline import TrackKind

TOOLS = find_tools()
PACKAGER = TOOLS.ffprobe.with_name(TOOLS.ffprobe.name.replace("ffprobe", "packager"))
KEY = ContentKey(
    UUID("00112233-4455-6677-8899-aabbccddeeff"), bytes(range(16)), bytes(range(15, -1, -1))
)
OTHER = ContentKey(UUID("ffeeddcc-bbaa-9988-7766-554433221100"), b"\xaa" * 16, b"\x55" * 16)
FRAGMENTED = "+cmaf+frag_keyframe+empty_moov+default_base_moof+delay_moov+skip_trailer"
# Noise makes slices long, and a fade makes encoders weigh their references.
PICTURE = "testsrc2=s=320x180:r=25:d=1.2,noise=alls=20:allf=t,fade=t=in:d=0.5"
X264 = ("-c:v", "libx264", "-g", "25", "-bf", "3", "-flags", "+cgop")
CODECS = {
    "avc": (*X264, "-pix_fmt", "yuv420p"),
    "avc_fields": (
        *("-vf", "interlace", *X264, "-flags", "+cgop+ildct", "-pix_fmt", "yuv420p"),
        *("-x264-params", "tff=1:slices=3:cabac=0:deblock=0,0"),
    ),
    "hevc": (
        *("-c:v", "libx265", "-tag:v", "hvc1", "-pix_fmt", "yuv420p10le", "-preset", "fast"),
        *("-x265-params", "log-level=error:keyint=25:open-gop=0:slices=2:wpp=1:weightb=1"),
    ),
    "av1": ("-c:v", "libsvtav1", "-preset", "10", "-g", "25", "-pix_fmt", "yuv420p10le"),
    "av1_tiles": (
        *("-c:v", "libaom-av1", "-cpu-used", "8", "-g", "25", "-pix_fmt", "yuv420p"),
        *("-tiles", "2x2", "-usage", "good", "-lag-in-frames", "10", "-b:v", "300k"),
    ),
    "aac": ("-c:a", "aac", "-ac", "2"),
}


@dataclass(frozen=True)
class Film:
    """One track in the clear, as a file and in its two parts."""

    path: Path
    init: bytes
    segment: bytes

    @property
    def kind(self) -> str:
        return "audio" if self.path.stem == "aac" else "video"


@pytest.fixture(scope="module", params=CODECS)
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Encode a short film with each codec."""
    path = tmp_path_factory.mktemp("cenc") / f"{request.param}.mp4"
    source = "sine=r=48000:d=1" if request.param == "aac" else PICTURE
    command = [
        *(str(TOOLS.ffmpeg), "-v", "error", "-f", "lavfi", "-i", source),
        *(*CODECS[request.param], "-movflags", FRAGMENTED, str(path)),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return Film(path, pick(path, b"ftyp", b"moov"), pick(path, b"moof", b"mdat"))


def pick(path: Path, *kinds: bytes) -> bytes:
    """Give the boxes of some kinds of a file, one after another."""
    found = boxes_in(memoryview(path.read_bytes()))
    return b"".join(write_box(box.kind, bytes(box.content)) for box in found if box.kind in kinds)


def protect(film: Film, key: ContentKey = KEY) -> tuple[bytes, bytes]:
    protector = Protector({TrackKind.VIDEO: key, TrackKind.AUDIO: key})
    return protector.init("track", film.init), protector.segment("track", film.segment)


def sample_description(init: bytes) -> tuple[bytes, bytes]:
    moov = {box.kind: box for box in boxes_in(memoryview(init))}[b"moov"]
    table = moov.only(b"trak").only(b"mdia").only(b"minf").only(b"stbl")
    return bytes(table.only(b"stsd").content), bytes(moov.only(b"pssh").content)


def fragments(segment: bytes) -> list[tuple[Box, bytes]]:
    boxes = list(boxes_in(memoryview(segment)))
    return [(a, bytes(b.content)) for a, b in zip(boxes[::2], boxes[1::2], strict=True)]


def content(head: Box, kind: bytes) -> bytes | None:
    found = head.only(b"traf").find(kind)
    return None if found is None else bytes(found.content)


def decoded(path: Path, *options: str) -> str:
    command = [str(TOOLS.ffmpeg), "-v", "quiet", *options, "-i", str(path), "-f", "md5", "-"]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=240).stdout


def test_it_is_what_shaka_packager_makes(film: Film, tmp_path: Path):
    stream = (
        f"in={film.path},stream={film.kind},init_segment={tmp_path}/init.mp4,"
        f"segment_template={tmp_path}/$Number$.m4s,drm_label=L"
    )
    subprocess.run(
        [
            *(str(PACKAGER), stream, "--segment_duration", "60", "--clear_lead", "0"),
            *("--protection_scheme", "cbcs", "--protection_systems", "CommonSystem"),
            *("--enable_raw_key_encryption", "--iv", KEY.constant_iv.hex()),
            *("--keys", f"label=L:key_id={KEY.id.hex}:key={KEY.secret.hex()}"),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    theirs_init = (tmp_path / "init.mp4").read_bytes()
    theirs = pick(tmp_path / "1.m4s", b"moof", b"mdat")
    plain = Film(
        film.path,
        cenc.decrypt_init(theirs_init),
        cenc.decrypt_segment(theirs_init, theirs, KEY),
    )
    init, segment = protect(plain)
    assert sample_description(init) == sample_description(theirs_init)
    pairs = list(zip(fragments(segment), fragments(theirs), strict=True))
    assert pairs
    for (head, media), (their_head, their_media) in pairs:
        assert media == their_media
        if film.kind == "video":
            assert content(head, b"senc") == content(their_head, b"senc")
            assert content(head, b"saiz") == content(their_head, b"saiz")


def test_ffmpeg_plays_it_with_the_key_and_not_without(film: Film, tmp_path: Path):
    path = tmp_path / "encrypted.mp4"
    path.write_bytes(b"".join(protect(film)))
    expected = decoded(film.path)
    assert expected.startswith("MD5=")
    assert decoded(path, "-decryption_key", KEY.secret.hex()) == expected
    assert decoded(path, "-decryption_key", OTHER.secret.hex()) != expected
    assert decoded(path) != expected


def test_decryption_gives_the_same_bytes_back(film: Film):
    init, segment = protect(film)
    assert init != film.init
    assert segment != film.segment
    assert cenc.decrypt_init(init) == film.init
    assert cenc.decrypt_segment(init, segment, KEY) == film.segment
    assert cenc.decrypt_segment(init, segment, OTHER) != film.segment


def test_the_same_segment_is_encrypted_the_same_again(film: Film):
    assert protect(film) == protect(film)
    assert protect(film)[1] != protect(film, OTHER)[1]


def test_only_a_tenth_of_the_pictures_is_encrypted_and_all_of_the_sound(film: Film):
    changed = total = 0
    for (_, before), (_, after) in zip(
        fragments(film.segment), fragments(protect(film)[1]), strict=True
    ):
        changed += sum(a != b for a, b in zip(before, after, strict=True))
        total += len(before)
    share = changed / total
    assert (0.04 < share < 0.12) if film.kind == "video" else share > 0.9


def test_all_keys_of_a_package_are_named_in_each_track(film: Film):
    init = Protector({TrackKind.VIDEO: KEY, TrackKind.AUDIO: OTHER}).init("track", film.init)
    _, named = sample_description(init)
    assert cenc.write_pssh([KEY.id, OTHER.id])[8:] == named
    own = KEY if film.kind == "video" else OTHER
    other = OTHER if film.kind == "video" else KEY
    assert own.id.bytes in sample_description(init)[0]
    assert other.id.bytes not in sample_description(init)[0]


def test_a_long_stretch_in_the_clear_is_told_in_pieces():
    mapped = cenc.map_sample([range(150_000, 150_100)], 150_150)
    assert mapped == [(0xFFFF, 0), (0xFFFF, 0), (150_000 - 2 * 0xFFFF, 100), (50, 0)]
    assert cenc.map_sample([], 20) == [(20, 0)]
    assert cenc.map_sample([range(20)], 20) == [(0, 20)]


def test_a_key_does_not_show_itself():
    assert KEY.secret.hex() not in repr(KEY)
    assert repr(KEY.secret) not in repr(KEY)
    assert repr(KEY.secret) not in repr(Protector({TrackKind.VIDEO: KEY}))


def test_what_cannot_be_encrypted_is_refused(film: Film):
    protector = Protector({TrackKind.VIDEO: KEY, TrackKind.AUDIO: KEY})
    protector.init("track", film.init)
    refused = {
        "in turn": film.segment + write_box(b"mdat"),
        "do not fill": film.segment[: film.segment.rindex(b"mdat") - 4] + write_box(b"mdat", b"x"),
    }
    for words, segment in refused.items():
        with pytest.raises(StreamMalformed, match=words):
            protector.segment("track", segment)
    with pytest.raises(StreamMalformed, match="holds the box 'moov'"):
        protector.init("track", write_full_box(b"ftyp", 0, 0))
    with pytest.raises(StreamMalformed, match="Tracks of the kind b'text'"):
        protector.init("track", film.init.replace(b"vide", b"text").replace(b"soun", b"text"))
    if film.kind == "video":
        configuration = next(name for name in (b"avcC", b"hvcC", b"av1C") if name in film.init)
        protector.init("track", film.init.replace(configuration, b"vpcC"))
        with pytest.raises(StreamMalformed, match="Pictures of the codec"):
            protector.segment("track", film.segment)
