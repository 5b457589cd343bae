"""A real decoder plays what our manifests list: every picture once, with its sound."""

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import imageio_ffmpeg
import pytest

from streamverse.mediakit.cmaf import Fragment, FragmentReader, InitSegment, cut_samples
from streamverse.mediakit.dash import render_mpd
from streamverse.mediakit.frames import AudioPlan, FrameRate, SegmentPlan
from streamverse.mediakit.hls import render_master, render_media
from streamverse.mediakit.timeline import Package, Segment, Timeline, Track, TrackKind
from tests.factories.timelines import STARTED_AT, make_timeline

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
PLAN = SegmentPlan(FrameRate(30000, 1001), 260)
TICKS = PLAN.frame_rate.ticks_per_frame
FLAGS = "+cmaf+frag_keyframe+empty_moov+default_base_moof+delay_moov+skip_trailer"
GOP = ["-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-bf", "3", "-flags", "+cgop"]
VIDEO = [
    *("-f", "lavfi", "-i", "testsrc=s=128x72:r=30000/1001", "-pix_fmt", "yuv420p"),
    *("-frames:v", "260", "-c:v", "libx264", "-preset", "ultrafast", *GOP),
    *("-video_track_timescale", "30000"),
]
AUDIO = ["-f", "lavfi", "-i", "sine=r=48000", "-t", "8.675", "-ac", "2", "-c:a", "aac"]


@dataclass(frozen=True)
class Folder:
    """Addresses of files beside the manifest."""

    path: Path

    def media_playlist(self, track_name: str) -> str:
        return f"{track_name}.m3u8"

    def init(self, package_id: str, track_name: str) -> str:
        return f"{package_id}-{track_name}-init.mp4"

    def segment(self, package_id: str, track_name: str, number: int) -> str:
        return f"{package_id}-{track_name}-{number}.m4s"

    def subtitles(self, package_id: str, track_name: str) -> str:
        return f"{package_id}-{track_name}.vtt"

    def subtitles_segment(self, package_id: str, track_name: str, number: int) -> str:
        return f"{package_id}-{track_name}-{number}.vtt"

    def segment_template(self, package_id: str, track_name: str) -> str:
        return f"{package_id}-{track_name}-$Number$.m4s"

    def license(self, package_id: str) -> str:
        raise AssertionError(f"Nothing of {package_id} is encrypted.")

    def write(self, timeline: Timeline) -> None:
        (self.path / "master.m3u8").write_text(render_master(timeline, self))
        (self.path / "manifest.mpd").write_text(render_mpd(timeline, self, STARTED_AT))
        for track in ("v360", "a0"):
            (self.path / f"{track}.m3u8").write_text(render_media(timeline, track, self))

    def write_track(
        self, name: str, init: InitSegment, segments: list[Fragment], track: Track
    ) -> Track:
        (self.path / self.init("film", name)).write_bytes(bytes(init))
        for number, fragment in enumerate(segments):
            (self.path / self.segment("film", name, number)).write_bytes(bytes(fragment))
        index = [
            Segment(number, fragment.duration_ticks, len(bytes(fragment)))
            for number, fragment in enumerate(segments)
        ]
        return replace(track, name=name, segments=index)


def encode(*arguments: str) -> tuple[InitSegment, list[Fragment]]:
    command = [FFMPEG, "-loglevel", "error", *arguments, "-movflags", FLAGS, "-f", "mp4", "pipe:1"]
    reader = FragmentReader()
    parts = reader.feed(subprocess.run(command, capture_output=True, check=True).stdout)
    reader.finish()
    assert reader.init is not None
    return reader.init, [part for part in parts if isinstance(part, Fragment)]


def cut(pieces: list[Fragment], frames: range, ticks: int, number: int) -> Fragment:
    samples = [piece for fragment in pieces for piece in fragment.pieces()]
    return cut_samples(
        1,
        samples[frames.start : frames.stop],
        decode_time_ticks=frames.start * ticks,
        number=number,
    )


def played(manifest: Path) -> dict[str, list[float]]:
    """Decode a manifest and list when each picture and each frame of sound is shown."""
    command = [FFMPEG, "-loglevel", "error", "-copyts", "-i", manifest.name]
    command += ["-map", "0:v:0", "-map", "0:a:0", "-fps_mode", "passthrough"]
    command += ["-c:a", "copy", "-enc_time_base", "1:90000", "-f", "framecrc", "-"]
    answer = subprocess.run(
        command, capture_output=True, check=True, text=True, cwd=manifest.parent
    )
    assert answer.stderr == ""
    instants: dict[str, list[float]] = {"0": [], "1": []}
    clocks: dict[str, float] = {}
    for line in answer.stdout.splitlines():
        if line.startswith("#tb"):
            _, stream, clock = line.replace(":", "").split()
            clocks[stream] = 1 / int(clock.split("/")[1])
        elif not line.startswith("#"):
            stream, _, instant, *_ = line.split(",")
            instants[stream].append(int(instant) * clocks[stream])
    return instants


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("film"))


@pytest.fixture(scope="module")
def film(folder: Folder) -> Package:
    init, fragments = encode(*VIDEO)
    pictures = [
        cut(fragments, frames, TICKS, number) for number, frames in enumerate(PLAN.segments())
    ]
    track = Track(
        name="",
        kind=TrackKind.VIDEO,
        codec=init.codec,
        timescale=init.timescale,
        width=init.width,
        height=init.height,
        frame_rate=PLAN.frame_rate,
        target_bitrate_bps=100_000,
        segments=(),
    )
    video = folder.write_track("v360", init, pictures, track)
    init, fragments = encode(*AUDIO)
    fragments[0] = cut(fragments[:1], range(1, len(fragments[0].samples)), 1024, 0)
    total_frames = sum(len(fragment.samples) for fragment in fragments)
    sound = [
        cut(fragments, frames, 1024, number)
        for number, frames in enumerate(AudioPlan(PLAN).segments(total_frames))
    ]
    track = Track(
        name="",
        kind=TrackKind.AUDIO,
        codec=init.codec,
        timescale=48000,
        channels=init.channels,
        sample_rate_hz=init.sample_rate_hz,
        target_bitrate_bps=128_000,
        segments=(),
    )
    audio = folder.write_track("a0", init.without_priming(), sound, track)
    return Package(id="film", tracks=(video, audio), is_complete=True)


@pytest.mark.parametrize("manifest", ["master.m3u8", "manifest.mpd"])
@pytest.mark.parametrize(("start", "stop"), [(0, None), (1, 3)])
def test_every_picture_is_shown_once(
    folder: Folder, film: Package, manifest: str, start: int, stop: int | None
):
    timeline = make_timeline(film).slice(start, stop)
    folder.write(timeline)
    numbers = timeline.spans[0].numbers
    frames = range(PLAN.segment(numbers[0]).start, PLAN.segment(numbers[-1]).stop)
    shown = played(folder.path / manifest)
    origin = shown["0"][0]
    seconds = [float(PLAN.frame_rate.seconds(frame - frames.start)) for frame in frames]
    assert [instant - origin for instant in shown["0"]] == pytest.approx(seconds, abs=0.001)
    assert 0 <= shown["1"][0] - origin < 1024 / 48000 + 0.001
    steps = [b - a for a, b in zip(shown["1"], shown["1"][1:], strict=False)]
    assert steps == pytest.approx([1024 / 48000] * len(steps), abs=0.001)
    assert shown["1"][-1] - origin == pytest.approx(len(frames) * TICKS / 30000, abs=0.05)
