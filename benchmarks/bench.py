"""What every benchmark is given: how much to measure, and a folder that is gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured."""

    is_quick: bool
    encode_rounds: int
    playable_rounds: int
    chunked_film_loops: int
    long_film_loops: int
    players_film_loops: int
    first_frame_rounds: int
    trace_count: int
    trace_steps: int | None
    load_rounds: int
    load_seconds: int
    title_count: int
    found_title_count: int
    typo_count: int
    home_title_count: int
    history_count: int
    home_seconds: int
    viewer_count: int
    scanned_file_count: int
    job_count: int
    worker_rounds: int
    chunks_film_s: int
    kills: int
    start_rounds: int
    idle_seconds: float
    clip_seconds: int
    clip_height: int
    live_seconds: int
    live_publishers: int
    live_publishing_s: int
    live_viewers: int
    live_audience: int
    live_watching_s: int
    webrtc_viewers: int
    soak_minutes: float
    soak_look_every_s: float


FULL = Scale(
    is_quick=False,
    encode_rounds=3,
    playable_rounds=3,
    chunked_film_loops=5,
    long_film_loops=20,
    players_film_loops=5,
    first_frame_rounds=20,
    trace_count=5,
    trace_steps=None,
    load_rounds=3,
    load_seconds=4,
    title_count=10_000,
    found_title_count=100_000,
    typo_count=500,
    home_title_count=100_000,
    history_count=1_000_000,
    home_seconds=10,
    viewer_count=2_000,
    scanned_file_count=5_000,
    job_count=2_000,
    worker_rounds=3,
    chunks_film_s=480,
    kills=20,
    start_rounds=5,
    idle_seconds=5,
    clip_seconds=42,
    clip_height=1080,
    live_seconds=600,
    live_publishers=20,
    live_publishing_s=30,
    live_viewers=2_000,
    live_audience=500,
    live_watching_s=30,
    webrtc_viewers=100,
    soak_minutes=120,
    soak_look_every_s=30,
)

# Only shows that everything still runs: its figures mean nothing.
QUICK = Scale(
    is_quick=True,
    encode_rounds=1,
    playable_rounds=1,
    chunked_film_loops=2,
    long_film_loops=2,
    players_film_loops=2,
    first_frame_rounds=1,
    trace_count=1,
    trace_steps=3,
    load_rounds=1,
    load_seconds=1,
    title_count=50,
    found_title_count=300,
    typo_count=20,
    home_title_count=300,
    history_count=500,
    home_seconds=1,
    viewer_count=100,
    scanned_file_count=40,
    job_count=20,
    worker_rounds=1,
    chunks_film_s=8,
    kills=2,
    start_rounds=1,
    idle_seconds=0.1,
    clip_seconds=3,
    clip_height=480,
    live_seconds=2,
    live_publishers=2,
    live_publishing_s=1,
    live_viewers=20,
    live_audience=20,
    live_watching_s=4,
    webrtc_viewers=3,
    soak_minutes=0,
    soak_look_every_s=8,
)


@dataclass(frozen=True, slots=True)
class Bench:
    """The place that a benchmark works in, and what it has to say besides figures."""

    scale: Scale
    folder: Path
    # The versions of other people's programs that it met, by their names.
    peers: dict[str, str] = field(default_factory=dict[str, str])
    # What it had to leave out: a sentence for each, saying what to install.
    missing: list[str] = field(default_factory=list[str])

    @property
    def settings(self) -> Mapping[str, str]:
        """Give the environment of the programs: as people have it, and bytecode kept in here."""
        return {
            "STREAMVERSE_IS_DEMO_FILM_ENABLED": "false",
            "STREAMVERSE_LOG_LEVEL": "warning",
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
        }

    def new_folder(self, name: str) -> Path:
        """Make an empty folder."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
