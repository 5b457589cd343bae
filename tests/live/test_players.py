"""Other people's players follow a stream while it goes out: LL-HLS, plain HLS and LL-DASH."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx
import pytest

from streamverse.mediakit.ffmpeg import find_tools
from tests.factories.ingest import AAC, H264, sources
from tests.factories.players import (
    PATIENCE_S,
    Shown,
    Stage,
    chromium,
    firefox,
    follow_gstreamer,
    follow_vlc,
    serve,
)
from tests.factories.processes import Process, owner_client

TOOLS = find_tools()
MANIFESTS = ("master.m3u8", "plain.m3u8", "manifest.mpd")
PICTURES = 60
SEGMENTS = 3


class Browse(Protocol):
    """Plays in a browser."""

    def __call__(
        self, stage: Stage, manifests: Sequence[str], *, is_live: bool = False
    ) -> list[Shown]: ...


@dataclass(frozen=True)
class Channel:
    """A stream that goes out, as players reach it."""

    base: str
    stage: Stage


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Channel]:
    """Let a stream go out from a server of its own, at the speed of life."""
    folder = tmp_path_factory.mktemp("live")
    folder.chmod(0o777)
    process = Process("serve", folder / "data")
    process.start()
    try:
        with owner_client(process) as client, serve(folder, folder) as stage:
            stream_id = client.post("/live/streams", json={"name": "Channel"}).json()["id"]
            shown = client.get(f"/live/streams/{stream_id}/key").json()
            target = f"{shown['rtmp_url']}/{shown['key']}"
            coding = ("-re", *sources(600), *H264, "-g", "60", *AAC, "-f", "flv", target)
            encoder = subprocess.Popen([str(TOOLS.ffmpeg), "-v", "error", "-nostdin", *coding])
            try:
                base = process.url + _wait_for_edge(client, stream_id)
                yield Channel(base.removesuffix("master.m3u8"), stage)
            finally:
                encoder.kill()
                encoder.wait(timeout=60)
    finally:
        process.stop()


def _wait_for_edge(client: httpx.Client, stream_id: str) -> str:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        answer = client.post(f"/live/streams/{stream_id}/playback")
        if answer.status_code == httpx.codes.CREATED:
            return _wait_for_segments(str(answer.json()["hls_url"]), client)
        time.sleep(0.1)
    raise TimeoutError(answer.text)


def _wait_for_segments(master: str, client: httpx.Client) -> str:
    """Wait until there is what players begin with that know nothing of parts."""
    sound = master.replace("master", "plain-a")
    while client.get(f"{client.base_url.join('/')}{sound[1:]}").text.count("#EXTINF") < SEGMENTS:
        time.sleep(0.1)
    return master


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_ffmpeg_decodes_it(channel: Channel, manifest: str):
    done = subprocess.run(
        [
            *(str(TOOLS.ffmpeg), "-nostdin", "-v", "error", "-xerror"),
            *("-i", channel.base + manifest, "-map", "0:v:0", "-map", "0:a:0"),
            *("-frames:v", str(PICTURES), "-f", "null", "/dev/null"),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_gstreamer_decodes_it(channel: Channel, manifest: str):
    assert follow_gstreamer(channel.stage, channel.base + manifest, PICTURES) == PICTURES


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_mpv_decodes_it(channel: Channel, manifest: str):
    done = subprocess.run(
        [
            *("mpv", "--no-config", "--msg-level=all=warn", "--ao=null", "--vo=null"),
            *(f"--frames={PICTURES}", channel.base + manifest),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("manifest", ["plain.m3u8", "manifest.mpd"])
def test_vlc_shows_it(channel: Channel, manifest: str):
    assert follow_vlc(channel.stage, channel.base + manifest, PICTURES) >= PICTURES


@pytest.mark.parametrize("browse", [chromium, firefox])
def test_browsers_follow_it_by_dash_and_by_plain_hls(channel: Channel, browse: Browse):
    manifests = [channel.base + name for name in ("manifest.mpd", "plain.m3u8")]
    for shown in browse(channel.stage, manifests, is_live=True):
        assert (shown.problem, shown.pictures >= PICTURES) == ("", True)
