"""Soak: whether hours of live let memory grow, sound leave the picture, or viewers fall behind."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import httpx

from benchmarks.bench import Bench
from benchmarks.figures import CannotMeasure, Figure
from benchmarks.live import Clock, await_hint, await_playback, encoding, ended, make_stream
from benchmarks.programs import resident_bytes, running
from streamverse.mediakit.ffmpeg import Tools, find_tools
from tests.factories.media import BITS, beep_starts_ms, frame_numbers
from tests.factories.processes import Process, owner_client

RATE = 10
# The rewind window is full before the second tenth of two hours begins.
REWIND_MINUTES = 10
BYTES_IN_MB = 1_000_000
MOST_GROWTH, MOST_DRIFT_MS, MOST_CREEP_S = 1.1, 20.0, 0.25
# Enough for a beep and a flash in each look.
LOOKED_AT_SEGMENTS = 2
INIT = re.compile(r'#EXT-X-MAP:URI="([^"]+)"')
SEGMENT = re.compile(r"^[^#\s]+$", re.MULTILINE)
LASTING = re.compile(r"#EXTINF:([\d.]+)")
PART = re.compile(r"#EXT-X-PART:DURATION=([\d.]+)")


@dataclass(frozen=True, slots=True)
class Look:
    """How a stream was at one moment."""

    resident_bytes: int
    # How much later than the picture the sound comes: within half a second.
    sound_late_s: float
    # From a picture at the encoder to the playlist that names it.
    behind_s: float


def measure(bench: Bench) -> list[Figure]:
    """Send a picture and a beep that belong together for hours, and look again and again."""
    with running(bench, "serve") as server, owner_client(server) as client:
        looks = _looks(bench, server, client)
    tenth = max(1, len(looks) // 10)
    # The first tenth is that of caches and of the rewind window, which fill.
    early, late = looks[tenth : 2 * tenth] or looks, looks[-tenth:]
    grown = _middle([look.resident_bytes for look in late])
    held = _middle([look.resident_bytes for look in early])
    drift_s = [look.sound_late_s - looks[0].sound_late_s for look in looks]
    creep_s = _middle([one.behind_s for one in late]) - _middle([one.behind_s for one in early])
    return [
        Figure(name="memory, last tenth / second tenth", value=grown / held, at_most=MOST_GROWTH),
        Figure(
            name="sound against picture, largest drift",
            value=max(map(abs, drift_s)) * 1000,
            unit="ms",
            at_most=MOST_DRIFT_MS,
        ),
        Figure(
            name="from encoder to playlist, last tenth against the second",
            value=creep_s,
            unit="s",
            at_most=MOST_CREEP_S,
        ),
        Figure(name="memory in the last tenth", value=grown / BYTES_IN_MB, unit="MB"),
        Figure(name="minutes", value=bench.scale.soak_minutes, unit="min"),
    ]


def _middle(values: list[float] | list[int]) -> float:
    return sorted(values)[len(values) // 2]


def _looks(bench: Bench, server: Process, client: httpx.Client) -> list[Look]:
    stream_id, target = make_stream(client, "Soak", rewind_minutes=REWIND_MINUTES)
    clock, tools = Clock(RATE), find_tools()
    with encoding(target, clock, size=(320, 180)):
        master = f"{server.url}{await_playback(client, stream_id)}"
        # Players that know nothing of parts find nothing before the first whole segment.
        time.sleep(bench.scale.soak_look_every_s)
        with _watching(master, tools):
            until = time.monotonic() + bench.scale.soak_minutes * 60
            looks: list[Look] = []
            while not looks or time.monotonic() < until:
                looks.append(_look(bench, server, master, clock))
                time.sleep(bench.scale.soak_look_every_s)
    return looks


@contextmanager
def _watching(master: str, tools: Tools) -> Generator[None]:
    """Let somebody watch all the time, who only fetches."""
    player = subprocess.Popen(
        [
            str(tools.ffmpeg),
            "-v",
            "fatal",
            "-nostdin",
            "-i",
            master,
            "-c",
            "copy",
            "-f",
            "null",
            "-",
        ]
    )
    with ended(player):
        yield
        if player.poll() is not None:
            raise CannotMeasure("The player ended before the stream did.")


def _look(bench: Bench, server: Process, master: str, clock: Clock) -> Look:
    folder = bench.new_folder("look")
    with httpx.Client(timeout=30) as http:
        video = _await_part(http, master.replace("master", "v"))
        answered_at = time.time()
        audio = http.get(master.replace("master", "a")).raise_for_status().text
        pictures = _fetch(http, master.replace("master", "v"), video, folder / "v.mp4")
        sound = _fetch(http, master.replace("master", "a"), audio, folder / "a.mp4")
    tools = find_tools()
    number = frame_numbers(pictures, tools)[0]
    turns = round(((answered_at - clock.began_at) * RATE - number) / (1 << BITS))
    number += turns << BITS
    first_at_s = _starts_at_s(pictures, tools)
    ends_at_s = first_at_s + _named_s(video)
    shown_s = float(ends_at_s - first_at_s) + number / RATE
    beeps_at_s = _starts_at_s(sound, tools) + Fraction(beep_starts_ms(sound, tools)[0], 1000)
    late_s = (beeps_at_s - (first_at_s - Fraction(number, RATE)) + Fraction(1, 2)) % 1
    return Look(
        resident_bytes(server.pid),
        float(late_s) - 0.5,
        answered_at - clock.began_at - shown_s,
    )


def _await_part(http: httpx.Client, address: str) -> str:
    """Give the playlist of the moment at which its next part is there."""
    hint = await_hint(address)
    asked = {"_HLS_msn": hint[1], "_HLS_part": hint[2]}
    return http.get(address, params=asked).raise_for_status().text


def _segments(text: str) -> list[str]:
    return SEGMENT.findall(text)[-LOOKED_AT_SEGMENTS:]


def _fetch(http: httpx.Client, address: str, text: str, path: Path) -> Path:
    """Put the last whole segments behind what begins them."""
    head = INIT.findall(text)[-1]
    base = httpx.URL(address)
    parts = [
        http.get(base.join(one)).raise_for_status().content for one in (head, *_segments(text))
    ]
    path.write_bytes(b"".join(parts))
    return path


def _named_s(text: str) -> Fraction:
    """Tell how much a playlist names from the first fetched segment on."""
    durations = [Fraction(one) for one in LASTING.findall(text)[-LOOKED_AT_SEGMENTS:]]
    after = text[text.rindex("#EXTINF") :]
    return sum(durations, Fraction()) + sum(map(Fraction, PART.findall(after)), Fraction())


def _starts_at_s(path: Path, tools: Tools) -> Fraction:
    """Tell the time of the first thing shown or heard."""
    asked = ("-show_entries", "packet=pts", "-of", "csv=p=0")
    stamps = subprocess.run(
        [str(tools.ffprobe), "-v", "error", *asked, "-read_intervals", "%+#8", str(path)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    scale = subprocess.run(
        [
            *(str(tools.ffprobe), "-v", "error", "-show_entries", "stream=time_base"),
            *("-of", "csv=p=0", str(path)),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    return min(int(stamp.strip(",")) for stamp in stamps) * Fraction(scale.strip(","))
