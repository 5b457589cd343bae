"""Media made for tests: a counted picture with a flash and a beep each second, and its faults.

Every frame of the picture carries its own number: sixteen squares along the top, black for 0 and
white for 1, the lowest bit to the left. Each second begins with a white flash in the lower half
and a beep of 50 ms.
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from streamverse.mediakit.ffmpeg import Tools, find_tools

BITS = 16
_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "30")
_AAC = ("-c:a", "aac", "-b:a", "64k")
# As HDR10 films say of the screen they were graded on: P3 primaries, from 0.0001 to 1000 cd/m².
MASTERING = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
_BEEP = "sin(2*PI*1000*t)*0.5*lt(mod(t\\,1)\\,0.05)"


def picture(width: int = 320, height: int = 180, rate: str = "30", seconds: float = 6) -> str:
    """Describe a picture as an input of ffmpeg's lavfi."""
    cell = width // BITS // 2 * 2
    bits = ",".join(
        f"drawbox=x={index * cell}:y=0:w={cell}:h={height // 4}:t=fill:color=white"
        f":enable='mod(floor(n/{2**index}),2)'"
        for index in range(BITS)
    )
    return (
        f"color=c=black:s={width}x{height}:r={rate}:d={seconds},"
        f"drawbox=x=0:y={height // 2}:w={width}:h={height // 4}:t=fill:color=white"
        f":enable='lt(mod(t,1),0.05)',{bits}"
    )


def beep(seconds: float = 6, channels: str = "stereo") -> str:
    """Describe a sound as an input of ffmpeg's lavfi."""
    return f"aevalsrc=exprs={_BEEP}:s=48000:d={seconds},aformat=channel_layouts={channels}"


def frame_numbers(path: Path, tools: Tools) -> list[int]:
    """Read the numbers that the frames of a picture carry."""
    filters = f"crop=iw:ih/8:0:0,scale={BITS}:1:flags=area,format=gray"
    raw = _decode(path, tools, "-vf", filters, "-fps_mode", "passthrough", "-f", "rawvideo")
    frames = [raw[start : start + BITS] for start in range(0, len(raw), BITS)]
    return [sum(1 << bit for bit in range(BITS) if frame[bit] > 127) for frame in frames]


def beep_starts_ms(path: Path, tools: Tools) -> list[int]:
    """Find when each beep begins, in whole milliseconds of what a decoder puts out."""
    raw = _decode(path, tools, "-ac", "1", "-ar", "48000", "-f", "s16le")
    samples = memoryview(raw).cast("h")
    loud = [index for index, sample in enumerate(samples) if abs(sample) > 1500]
    starts = [at for before, at in zip([-9600, *loud], loud, strict=False) if at - before > 4800]
    return [at * 1000 // 48000 for at in starts]


def _decode(path: Path, tools: Tools, *arguments: str) -> bytes:
    command = [str(tools.ffmpeg), "-v", "error", "-nostdin", "-i", str(path), *arguments, "-"]
    return subprocess.run(command, check=True, capture_output=True, timeout=240).stdout


@dataclass(frozen=True)
class MediaFactory:
    """Makes each kind of file once, in a folder that lasts as long as the tests."""

    folder: Path
    tools: Tools

    @classmethod
    def in_folder(cls, folder: Path) -> "MediaFactory":
        return cls(folder, find_tools())

    def make(self, kind: str) -> Path:
        """Give a file of a kind that this module describes."""
        folder = self.folder / kind
        if not folder.exists():
            folder.mkdir()
            _KINDS[kind](self, folder)
        (path,) = (entry for entry in folder.iterdir() if entry.name.startswith("film"))
        return path

    def write(self, path: Path, *arguments: str) -> None:
        """Have ffmpeg write a file."""
        command = [str(self.tools.ffmpeg), "-v", "error", "-nostdin", "-y", *arguments, str(path)]
        subprocess.run(command, check=True, timeout=240)

    def lavfi(self, path: Path, *sources: str, options: tuple[str, ...] = (*_X264, *_AAC)) -> None:
        """Have ffmpeg write what lavfi describes."""
        inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
        self.write(path, *inputs, *options)


def _film(
    name: str, *sources: str, options: tuple[str, ...] = ()
) -> Callable[[MediaFactory, Path], None]:
    def make(factory: MediaFactory, folder: Path) -> None:
        factory.lavfi(folder / name, *sources, options=(*_X264, *_AAC, *options))

    return make


def _rotated(factory: MediaFactory, folder: Path) -> None:
    source = str(factory.make("pattern"))
    factory.write(folder / "film.mp4", "-display_rotation:v:0", "-90", "-i", source, "-c", "copy")


def _vfr(factory: MediaFactory, folder: Path) -> None:
    # Two of every three frames are left out during odd seconds.
    chosen = "select='not(mod(floor(t),2))+not(mod(n,3))'"
    factory.lavfi(
        folder / "film.mp4",
        f"{picture()},{chosen}",
        beep(),
        options=("-fps_mode", "vfr", *_X264, *_AAC),
    )


def _slides(factory: MediaFactory, folder: Path) -> None:
    # A picture each four seconds, not a multiple of what a segment lasts.
    factory.lavfi(
        folder / "film.mkv",
        f"{picture(seconds=21)},select='not(mod(n,120))'",
        options=("-fps_mode", "vfr", *_X264),
    )


def _languages(factory: MediaFactory, folder: Path) -> None:
    factory.lavfi(
        folder / "film.mkv",
        *(picture(), beep(), beep()),
        options=(
            *("-map", "0", "-map", "1", "-map", "2", *_X264, *_AAC),
            *("-metadata:s:a:0", "language=deu", "-metadata:s:a:0", "title=Deutsch"),
            *("-metadata:s:a:1", "language=fra", "-disposition:a:1", "0"),
        ),
    )


def _chapters(factory: MediaFactory, folder: Path) -> None:
    script = folder / "chapters.txt"
    script.write_text(
        ";FFMETADATA1\ntitle=A \x07film\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=Beginning\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=6000\ntitle=End\n"
    )
    subtitles = folder / "words.srt"
    subtitles.write_text("1\n00:00:01,000 --> 00:00:02,000\nWords\n")
    factory.write(
        folder / "film.mkv",
        *("-i", str(factory.make("pattern")), "-i", str(script), "-i", str(subtitles)),
        *("-map", "0", "-map", "2", "-map_metadata", "1", "-c", "copy", "-c:s", "subrip"),
        *("-metadata:s:s:0", "language=eng", "-disposition:s:0", "forced"),
    )


def _bright(transfer: str, brightness: str = "") -> Callable[[MediaFactory, Path], None]:
    """Make a picture of high dynamic range, which may say how bright it is."""

    def make(factory: MediaFactory, folder: Path) -> None:
        factory.lavfi(
            folder / "film.mp4",
            f"{picture(seconds=2)},zscale=tin=709:min=709:pin=709:t={transfer}:m=2020_ncl:p=2020"
            ":npl=1000,format=yuv420p10le",
            options=(
                *("-c:v", "libx265", "-preset", "ultrafast"),
                *("-x265-params", f"log-level=error{brightness}"),
            ),
        )

    return make


def _edited(factory: MediaFactory, folder: Path) -> None:
    """Leave out the first second and a half by an edit list, though the pictures are there."""
    source = str(factory.make("silent"))
    factory.write(folder / "film.mp4", "-ss", "1.5", "-i", source, "-c", "copy")


def _covered(factory: MediaFactory, folder: Path) -> None:
    """Put the picture of an album beside its sound."""
    cover = folder / "cover.jpg"
    factory.write(cover, "-f", "lavfi", "-i", "color=c=red:s=300x300", "-frames:v", "1")
    factory.write(
        folder / "film.m4a",
        *("-i", str(factory.make("sound")), "-i", str(cover), "-map", "0:a", "-map", "1:v"),
        *("-c", "copy", "-disposition:v:0", "attached_pic"),
    )


def _late_sound(factory: MediaFactory, folder: Path) -> None:
    # The first beep is left out and the sound begins before the second.
    options = (*_X264, *_AAC, "-af", "atrim=start=0.5")
    factory.lavfi(folder / "film.mp4", picture(), beep(), options=options)


def _resized(factory: MediaFactory, folder: Path) -> None:
    """Join two streams of unlike size, as a recorded broadcast holds them."""
    small, large = folder / "small.ts", folder / "large.ts"
    factory.lavfi(small, picture(seconds=3), options=_X264)
    factory.lavfi(large, picture(640, 360, seconds=3), options=("-output_ts_offset", "3", *_X264))
    (folder / "film.ts").write_bytes(small.read_bytes() + large.read_bytes())


def _browser(factory: MediaFactory, folder: Path) -> None:
    """Write as browsers record: without index and duration."""
    factory.lavfi(
        folder / "film.webm",
        *(picture(), beep()),
        options=(
            *("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "-8", "-c:a", "libopus"),
            *("-f", "webm", "-live", "1"),
        ),
    )


def _cut(kind: str, share: float) -> Callable[[MediaFactory, Path], None]:
    def make(factory: MediaFactory, folder: Path) -> None:
        whole = factory.make(kind)
        data = whole.read_bytes()
        (folder / whole.name).write_bytes(data[: int(len(data) * share)])

    return make


def _damaged(share: float) -> Callable[[MediaFactory, Path], None]:
    """Overwrite a share of the media at the end, leaving the structure whole."""

    def make(factory: MediaFactory, folder: Path) -> None:
        data = bytearray(factory.make("faststart").read_bytes())
        media_bytes = len(data) - data.index(b"mdat") - 4
        damaged_bytes = int(media_bytes * share)
        data[-damaged_bytes:] = b"\xa5" * damaged_bytes
        (folder / "film.mp4").write_bytes(data)

    return make


def _protected(factory: MediaFactory, folder: Path) -> None:
    """Name the coding of the picture as films that are sold with protection do."""
    data = bytearray(factory.make("silent").read_bytes())
    entry = data.rindex(b"avc1")
    data[entry : entry + 4] = b"drmi"
    (folder / "film.mp4").write_bytes(data)


def _words_only(factory: MediaFactory, folder: Path) -> None:
    factory.write(
        folder / "film.mkv", "-i", str(factory.make("chapters")), "-map", "0:s", "-c", "copy"
    )


def _only_a_head(factory: MediaFactory, folder: Path) -> None:
    head = factory.make("matroska").read_bytes()[:45]
    (folder / "film.mkv").write_bytes(head + b"\xa5" * 10_000)


def _bytes(name: str, content: bytes) -> Callable[[MediaFactory, Path], None]:
    def make(_: MediaFactory, folder: Path) -> None:
        (folder / name).write_bytes(content)

    return make


_SECRET = "/etc/passwd"  # what a crafted file tries to show
_MASTER = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{_SECRET}\n#EXT-X-ENDLIST\n"
_KINDS: dict[str, Callable[[MediaFactory, Path], None]] = {
    "pattern": _film("film.mp4", picture(), beep()),
    "short": _film("film.mp4", picture(seconds=1), beep(1)),
    "faststart": _film("film.mp4", picture(), beep(), options=("-movflags", "+faststart")),
    "four_seconds": _film("film.mp4", picture(seconds=4)),
    "long": _film("film.mp4", picture(seconds=20.5), beep(20.5)),
    "high": _film("film.mp4", picture(1280, 720, rate="25", seconds=5)),
    # Hard to compress, so that segments are large.
    "noise": _film(
        "film.mp4",
        "nullsrc=s=320x180:r=30:d=20,format=gray,geq=random(1)*255",
        options=("-qp", "10"),
    ),
    "fading": _film("film.mp4", "color=c=white:s=320x180:r=30:d=8,fade=in:st=2:d=2"),
    "two_sizes": _film("film.mp4", picture(854, 480, rate="25", seconds=3), beep(3)),
    "portrait": _film("film.mp4", picture(192, 320), beep()),
    "rotated": _rotated,
    "vfr": _vfr,
    "slides": _slides,
    "ntsc": _film("film.mp4", picture(rate="30000/1001"), beep()),
    "surround": _film("film.mp4", picture(), beep(channels="5.1")),
    "languages": _languages,
    "silent": _film("film.mp4", picture()),
    "sound": _film("film.m4a", beep(seconds=5)),
    "one_frame": _film("film.mp4", picture(seconds=0.03)),
    "odd": _film("film.mkv", picture(321, 181), options=("-pix_fmt", "yuv444p")),
    "anamorphic": _film("film.mp4", f"{picture(256, 192)},setsar=4/3", beep()),
    "late_start": _film("film.ts", picture(), beep(), options=("-output_ts_offset", "10")),
    "late_sound": _late_sound,
    "interlaced": _film(
        "film.ts",
        f"{picture(rate='50')},interlace",
        options=("-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-q:v", "4"),
    ),
    "chapters": _chapters,
    "hdr": _bright("smpte2084"),
    "hdr10": _bright("smpte2084", f":hdr10=1:master-display={MASTERING}:max-cll=1000,400"),
    "hlg": _bright("arib-std-b67"),
    "deep": _film("film.mp4", picture(seconds=2), options=("-pix_fmt", "yuv420p10le")),
    "tiny": _film("film.mp4", picture(256, 144, seconds=2)),
    "uhd": _film("film.mp4", picture(3840, 2160, rate="5", seconds=1)),
    "half_rate": _film("film.mp4", picture(rate="25/2", seconds=5)),
    "high_rate": _film("film.mp4", picture(rate="60000/1001", seconds=4)),
    "twice_the_rate": _film("film.mp4", picture(rate="120", seconds=4)),
    "edited": _edited,
    "open_gop": _film(
        "film.ts",
        *(picture(seconds=9), beep(9)),
        options=("-preset", "veryfast", "-x264-params", "open-gop=1:bframes=3:scenecut=0"),
    ),
    "avi": _film(
        "film.avi", picture(), beep(), options=("-c:v", "mpeg4", "-c:a", "libmp3lame", "-g", "30")
    ),
    "covered": _covered,
    "long_surround": _film("film.mkv", picture(seconds=9), beep(9, channels="5.1")),
    "short_surround": _film("film.mkv", picture(seconds=3), beep(3, channels="5.1")),
    "busy_minute": _film("film.mp4", "testsrc2=s=854x480:r=5:d=62", beep(62)),
    "slow_minute": _film("film.mp4", picture(854, 480, rate="5", seconds=62), beep(62)),
    "resized": _resized,
    "browser": _browser,
    "matroska": _film("film.mkv", picture(), beep()),
    "mjpeg": _film("film.mov", picture(seconds=1), options=("-c:v", "mjpeg")),
    "huge": _film("film.mov", picture(20_000, 16, seconds=0.1), options=("-c:v", "mjpeg")),
    "unsupported": _film("film.mkv", picture(seconds=1), options=("-c:v", "magicyuv")),
    "index_missing": _cut("pattern", 0.6),
    "faststart_cut": _cut("faststart", 0.6),
    "matroska_cut": _cut("matroska", 0.6),
    "damaged": _damaged(0.5),
    "all_damaged": _damaged(1),
    "protected": _protected,
    "words_only": _words_only,
    "only_a_head": _only_a_head,
    "empty": _bytes("film.mp4", b""),
    "text": _bytes("film.mp4", b"This is a text.\n" * 100),
    "garbage": _bytes("film.mp4", bytes(range(128, 256)) * 100),
    "picture": _bytes("film.mp4", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "playlist": _bytes("film.mp4", _MASTER.encode()),
    "concat": _bytes("film.mp4", f"ffconcat version 1.0\nfile {_SECRET}\n".encode()),
}
