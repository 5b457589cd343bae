"""Other people's players, run on a folder that is served over HTTP, and what they showed of it."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[2]
SHAKA = ROOT / "node_modules/shaka-player/dist/shaka-player.compiled.js"
DASH = "{urn:mpeg:dash:schema:mpd:2011}"
PATIENCE_S = 60

PAGE = """
<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<video muted playsinline></video>
<script src="/shaka.js"></script>
<script>
const tell = (told) => fetch("/report", { method: "POST", body: JSON.stringify(told) });
const video = document.querySelector("video");
const asked = new URLSearchParams(location.search);
const pictures = () => video.getVideoPlaybackQuality().totalVideoFrames;
const follow = async (player) => {
    await video.play();
    while (pictures() < 60) await new Promise((resolve) => setTimeout(resolve, 100));
    return { pictures: pictures(), seconds: player.getStats().liveLatency };
};
const play = async (manifest) => {
    const player = new shaka.Player();
    player.configure({ streaming: { lowLatencyMode: asked.has("live") } });
    await player.attach(video);
    try {
        await player.load(manifest);
        if (asked.has("live")) return await follow(player);
        video.playbackRate = 4;
        const ended = new Promise((resolve) => { video.onended = resolve; });
        await video.play();
        await ended;
        return { pictures: pictures(), seconds: video.currentTime };
    } finally {
        await player.destroy();
    }
};
(async () => {
    for (const manifest of asked.getAll("manifest")) {
        const refused = (problem) => ({ problem: String(problem.message || problem) });
        await tell(await play(manifest).catch(refused));
    }
})();
</script>
"""


@dataclass(frozen=True)
class Shown:
    """What a player says it did: how many pictures it decoded, and of what it complained."""

    pictures: int = 0
    problem: str = ""
    seconds: float = 0.0


class _Files(SimpleHTTPRequestHandler):
    """Serves a folder as the application does, the page for browsers, and takes their reports."""

    protocol_version = "HTTP/1.1"
    extensions_map: ClassVar[dict[str, str]] = {
        ".m3u8": "application/vnd.apple.mpegurl",
        ".mpd": "application/dash+xml",
        ".m4s": "video/mp4",
        ".mp4": "video/mp4",
    }

    def __init__(self, *given: Any, reports: Queue[dict[str, Any]], **named: Any) -> None:
        self.reports = reports
        super().__init__(*given, **named)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/play.html":
            self._answer("text/html", PAGE.encode())
        elif path == "/shaka.js":
            self._answer("text/javascript", SHAKA.read_bytes())
        else:
            super().do_GET()

    def do_POST(self) -> None:
        told = self.rfile.read(int(self.headers["Content-Length"]))
        self.reports.put(json.loads(told))
        self._answer("text/plain", b"")

    def _answer(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its parent's name
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let players hang up in the middle, as they do."""


@dataclass(frozen=True)
class Stage:
    """A folder that players can reach."""

    url: str
    reports: Queue[dict[str, Any]]
    scratch: Path


@contextmanager
def serve(folder: Path, scratch: Path) -> Iterator[Stage]:
    """Serve a folder while a test runs."""
    reports: Queue[dict[str, Any]] = Queue()
    server = _Server(
        ("127.0.0.1", 0), functools.partial(_Files, directory=str(folder), reports=reports)
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Stage(f"http://127.0.0.1:{server.server_port}", reports, scratch)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# --- choosing what is offered ---------------------------------------------------------------------


def only(folder: Path, manifest: str, family: str) -> str:
    """Write a manifest that offers one coding of pictures, with stereo, and give its name."""
    text = (folder / manifest).read_text()
    name = f"{family}-{manifest}"
    write = _only_hls if manifest.endswith(".m3u8") else _only_dash
    (folder / name).write_text(write(text, family))
    return name


def _only_hls(text: str, family: str) -> str:
    kept: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("#EXT-X-STREAM-INF:"):
            address = next(lines)
            if f'CODECS="{family}' in line and 'AUDIO="audio-0"' in line:
                kept += [line, address]
        elif "GROUP-ID" not in line or 'GROUP-ID="audio-0"' in line:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _only_dash(text: str, family: str) -> str:
    ET.register_namespace("", DASH.strip("{}"))
    mpd = ET.fromstring(text)  # noqa: S314 - our own
    for period in mpd.iter(f"{DASH}Period"):
        for adaptation_set in list(period):
            codecs = adaptation_set.find(f"{DASH}Representation")
            assert codecs is not None
            if not codecs.attrib["codecs"].startswith((family, "mp4a")):
                period.remove(adaptation_set)
    return ET.tostring(mpd, encoding="unicode")


# --- players --------------------------------------------------------------------------------------


def ffmpeg(program: Path, stage: Stage, manifest: str) -> Shown:
    """Decode every picture and all sound with the ffmpeg that comes with us."""
    command = [str(program), "-nostdin", "-v", "error", "-xerror", "-i", f"{stage.url}/{manifest}"]
    done = _run([*command, "-map", "0", *_COUNTED], stage)
    found = re.findall(r"^frame=(\d+)", done.stdout, re.MULTILINE)
    return Shown(int(found[-1]) if found else 0, done.stderr)


_COUNTED = ("-fps_mode", "passthrough", "-progress", "-", "-f", "null", os.devnull)


def mpv(stage: Stage, manifest: str) -> Shown:
    """Play in mpv, faster than the clock, and count the pictures that a filter sees."""
    pictures = stage.scratch / "mpv"
    pictures.mkdir(exist_ok=True)
    done = _run(
        [
            *("mpv", "--no-config", "--untimed", "--msg-level=all=warn"),
            *("--ao=pcm", f"--ao-pcm-file={os.devnull}", "--vo=image", "--vo-image-format=jpg"),
            *(f"--vo-image-outdir={pictures}", f"{stage.url}/{manifest}"),
        ],
        stage,
    )
    return _count(pictures, done)


def vlc(stage: Stage, manifest: str) -> Shown:
    """Play in VLC, faster than the clock, and count every fifth picture that it shows."""
    pictures = stage.scratch / "vlc"
    pictures.mkdir(exist_ok=True)
    pictures.chmod(0o777)
    done = _run(
        [
            *("vlc", "-I", "dummy", "--no-video-title-show", "--vout", "vdummy"),
            *("--aout", "adummy", "--play-and-exit", "--rate", "2", "--video-filter", "scene"),
            *("--scene-format", "jpg", "--scene-ratio", "5", "--scene-path", str(pictures)),
            f"{stage.url}/{manifest}",
        ],
        stage,
        # It refuses to run as root.
        user="nobody" if os.geteuid() == 0 else None,
    )
    return _count(pictures, done, every=5)


def gstreamer(stage: Stage, manifest: str) -> Shown:
    """Play in GStreamer as fast as it goes, and count what arrives at its sink."""
    sink = "fakesink name=pictures sync=false silent=false"
    done = _run(
        [
            *("gst-launch-1.0", "-v", "playbin", f"uri={stage.url}/{manifest}"),
            # Told how fast its line is, it does not change between codings while it plays.
            *(f"video-sink={sink}", "audio-sink=fakesink sync=false", "connection-speed=100000"),
        ],
        stage,
    )
    arrived = [line for line in done.stdout.splitlines() if "(pictures:sink)" in line]
    shown = sum("chain" in line for line in arrived)
    return Shown(shown, done.stderr if done.returncode else "")


def chromium(stage: Stage, manifests: Sequence[str], *, is_live: bool = False) -> list[Shown]:
    """Play in Chromium by our player library, one film after another."""
    program = os.environ.get("CHROMIUM") or "chromium"
    profile = stage.scratch / "chromium"
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run")
    command = [program, *flags, f"--user-data-dir={profile}"]
    return _browse(stage, manifests, command, is_live=is_live)


def firefox(stage: Stage, manifests: Sequence[str], *, is_live: bool = False) -> list[Shown]:
    """Play in Firefox by our player library, one film after another."""
    profile = stage.scratch / "firefox"
    profile.mkdir()
    flags = ("--headless", "--no-remote", "--profile", str(profile))
    return _browse(stage, manifests, ["firefox-esr", *flags], is_live=is_live)


def _browse(
    stage: Stage, manifests: Sequence[str], command: list[str], *, is_live: bool
) -> list[Shown]:
    """Open the page that plays, and wait for what it reports."""
    query = "&".join(f"manifest={manifest}" for manifest in manifests) + "&live" * is_live
    with subprocess.Popen(
        [*command, f"{stage.url}/play.html?{query}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "HOME": str(stage.scratch)},
    ) as browser:
        try:
            told = [stage.reports.get(timeout=PATIENCE_S) for _ in manifests]
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
    return [Shown(**report) for report in told]


# --- what goes on and on --------------------------------------------------------------------------


def follow_gstreamer(stage: Stage, address: str, count: int) -> int:
    """Play in GStreamer until so many pictures have arrived at its sink."""
    sink = "fakesink name=pictures sync=false silent=false"
    command = ["gst-launch-1.0", "-v", "playbin3", f"uri={address}", f"video-sink={sink}"]
    arrived = 0
    with _running([*command, "audio-sink=fakesink sync=false"], stage) as player:
        for line in player.stdout or ():
            arrived += "chain   *******" in line and "(pictures:sink)" in line
            if arrived >= count:
                break
    return arrived


def follow_vlc(stage: Stage, address: str, count: int) -> int:
    """Play in VLC until it has shown so many pictures, of which it writes down every fifth."""
    # Not below the folder of the test, which nobody else may enter.
    pictures = Path(tempfile.mkdtemp())
    pictures.chmod(0o777)
    command = ["vlc", "-I", "dummy", "--no-video-title-show", "--vout", "vdummy"]
    command += ["--aout", "adummy", "--video-filter", "scene", "--scene-format", "jpg"]
    command += ["--scene-ratio", "5", "--scene-path", str(pictures), address]
    # It refuses to run as root.
    with _running(command, stage, user="nobody" if os.geteuid() == 0 else None) as player:
        while len(list(pictures.iterdir())) * 5 < count and player.poll() is None:
            time.sleep(0.1)
    shown = len(list(pictures.iterdir())) * 5
    shutil.rmtree(pictures)
    return shown


@contextmanager
def _running(
    command: Sequence[str], stage: Stage, user: str | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a player of what has no end, and end it: after a while even if it shows nothing."""
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE if command[0].startswith("gst") else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
        user=user,
        env={**os.environ, "HOME": str(stage.scratch)},
    ) as player:
        hanging = threading.Timer(PATIENCE_S, player.kill)
        hanging.start()
        try:
            yield player
        finally:
            hanging.cancel()
            if player.poll() is None:
                os.killpg(player.pid, signal.SIGKILL)


def _count(folder: Path, done: subprocess.CompletedProcess[str], every: int = 1) -> Shown:
    shown = len(list(folder.iterdir())) * every
    shutil.rmtree(folder)
    return Shown(shown, done.stderr if done.returncode else "")


def _run(
    command: list[str], stage: Stage, user: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        user=user,
        env={**os.environ, "HOME": str(stage.scratch)},
    )
