"""What plays what: HLS and DASH of several kinds of film in other people's players.

Every player is given each coding alone, which is what the table is about, and then manifests that
offer everything, of which it has to choose what it can play.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from streamverse.mediakit.ffmpeg import Tools
from tests.factories.players import (
    Shown,
    Stage,
    chromium,
    ffmpeg,
    firefox,
    gstreamer,
    mpv,
    only,
    serve,
    vlc,
)
from tests.factories.sites import EVERY_CODEC, H264, MakeSite

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Player = Callable[[Stage, Sequence[str]], list[Shown]]
MANIFESTS = ("master.m3u8", "manifest.mpd")
FAMILIES = {"H.264": "avc1", "HEVC": "hvc1", "AV1": "av01"}
# What each player plays as Debian and npm give it; whoever lacks one takes another coding.
PLAYS = {
    "ffmpeg": {"H.264", "HEVC", "AV1"},
    "mpv": {"H.264", "HEVC", "AV1"},
    "vlc": {"H.264", "HEVC", "AV1"},
    "gstreamer": {"H.264", "HEVC", "AV1"},
    "chromium": {"H.264", "AV1"},
    "firefox": {"H.264", "HEVC", "AV1"},
}
NOTHING_TO_PLAY = "Shaka Error 4032"  # no stream whose codec the browser has
# Films whose manifests are given whole: how the file is, and what is made of it.
KINDS = {
    "short_surround": (EVERY_CODEC, MANIFESTS),
    "hdr10": (EVERY_CODEC, MANIFESTS),
    "portrait": (H264, ("master.m3u8",)),
    "vfr": (H264, ("manifest.mpd",)),
    "sound": (H264, MANIFESTS),
}
SOUND_SECONDS = 5
# VLC 3 now and then shows nothing of HLS that offers several codings; it plays each of them alone.
NOT_TO_BE_RELIED_ON = {("vlc", "short_surround/master.m3u8"), ("vlc", "hdr10/master.m3u8")}


def one_by_one(play: Callable[[Stage, str], Shown]) -> Player:
    """Start a player anew for every film."""
    return lambda stage, manifests: [play(stage, manifest) for manifest in manifests]


def players(tools: Tools) -> dict[str, Player]:
    return {
        "ffmpeg": one_by_one(lambda stage, manifest: ffmpeg(tools.ffmpeg, stage, manifest)),
        "mpv": one_by_one(mpv),
        "vlc": one_by_one(vlc),
        "gstreamer": one_by_one(gstreamer),
        "chromium": chromium,
        "firefox": firefox,
    }


@pytest.mark.parametrize("name", PLAYS)
async def test_what_plays_what(make_site: MakeSite, tmp_path: Path, name: str):
    folder, scratch = tmp_path / "films", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    for parent in (scratch, *scratch.parents[:3]):
        parent.chmod(0o755)
    whole: dict[str, int] = {}
    for kind, (codecs, manifests) in KINDS.items():
        site = await make_site(kind, codecs)
        (folder / kind).symlink_to(site.folder)
        pictures = len(site.packets(site.whole(site.rungs[0]))) if site.rungs else 0
        whole |= {f"{kind}/{manifest}": pictures for manifest in manifests}
    alone = {
        f"short_surround/{only(folder / 'short_surround', manifest, family)}": coding
        for coding, family in FAMILIES.items()
        for manifest in MANIFESTS
    }
    with serve(folder, scratch) as stage:
        shown = players(site.tools)[name](stage, [*alone, *whole])
    expected = {**dict.fromkeys(alone, whole["short_surround/master.m3u8"]), **whole}
    for (manifest, pictures), told in zip(expected.items(), shown, strict=True):
        if (name, manifest) in NOT_TO_BE_RELIED_ON:
            continue
        if manifest in alone and alone[manifest] not in PLAYS[name]:
            assert told == Shown(problem=NOTHING_TO_PLAY), manifest
        else:
            assert told.problem == "", manifest
            # Who plays by the clock may drop a picture of a busy machine's.
            assert told.pictures == pytest.approx(pictures, abs=TOLERANCE.get(name, 0)), manifest
    for manifest, told in zip(expected, shown, strict=True):
        if manifest.startswith("sound/") and told.seconds:
            assert told.seconds == pytest.approx(SOUND_SECONDS, abs=0.1)


# VLC counts every fifth picture; browsers count those that they decode once more after a seek.
TOLERANCE = {"vlc": 20, "chromium": 8, "firefox": 8}
