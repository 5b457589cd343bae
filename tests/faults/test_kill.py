"""Kill -9 at twenty random moments of upload and encoding: nothing acknowledged is lost."""

from __future__ import annotations

import base64
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import imageio_ffmpeg
import pytest

from tests.factories.processes import Process, owner_client
from tests.factories.records import Records, segment_hashes

KILLS_WHILE_UPLOADING = 8
KILLS_WHILE_ENCODING = 12
PIECE_BYTES = 32 << 10
TUS = {"Tus-Resumable": "1.0.0"}
READY_WITHIN_S = 240


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a film of two chunks and a bit, with enough noise in it to be a large file."""
    path = tmp_path_factory.mktemp("film") / "long.mp4"
    sources = (
        *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=130"),
        *("-f", "lavfi", "-i", "sine=frequency=440:duration=130"),
    )
    encode = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-c:a", "aac", "-b:a", "48k")
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([ffmpeg, "-v", "error", *sources, *encode, str(path)], check=True)
    return path


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[dict[str, Process]]:
    """Run the API and a worker apart, so that each can die alone."""
    settings = {"STREAMVERSE_JOB_LEASE_SECONDS": "5", "STREAMVERSE_WORKER_POLL_MS": "100"}
    data_dir = tmp_path / "data"
    running = {name: Process(name, data_dir, settings=settings) for name in ("api", "worker")}
    for process in running.values():
        process.start()
    yield running
    for process in running.values():
        process.stop()


def test_nothing_acknowledged_is_lost(
    processes: dict[str, Process], film: Path, tmp_path: Path
) -> None:
    """Upload and encode while the API and the worker are killed again and again."""
    dice = random.Random(20)
    records = Records(tmp_path / "data")
    with owner_client(processes["api"]) as client:
        location = create_upload(client, film)
        upload_through_kills(processes["api"], client, location, film, dice)
        encode_through_kills(processes, records, dice)
        title = wait_until_ready(client)
        wait_until_idle(records)

    [source] = (tmp_path / "data" / "store" / "assets").rglob("source")
    assert source.read_bytes() == film.read_bytes()
    assert title["state"] == "ready"
    assert abs(title["duration_ms"] - 130_000) <= 50
    assert_whole(records)
    assert records.query("SELECT count(*) FROM kit_job WHERE state = 'dead'") == [(0,)]


def create_upload(client: httpx.Client, film: Path) -> str:
    filename = base64.b64encode(film.name.encode()).decode()
    headers = {
        **TUS,
        "Upload-Length": str(film.stat().st_size),
        "Upload-Metadata": f"filename {filename}",
    }
    answer = client.post("/uploads", headers=headers)
    assert answer.status_code == 201
    return answer.headers["location"].removeprefix("/api/v1")


def upload_through_kills(
    api: Process, client: httpx.Client, location: str, film: Path, dice: random.Random
) -> None:
    content = film.read_bytes()
    pieces = -(-len(content) // PIECE_BYTES)
    fatal = set(dice.sample(range(pieces), KILLS_WHILE_UPLOADING))
    acknowledged, sent = 0, 0
    while acknowledged < len(content):
        piece = content[acknowledged : acknowledged + PIECE_BYTES]
        headers = {
            **TUS,
            "Upload-Offset": str(acknowledged),
            "Content-Type": "application/offset+octet-stream",
        }
        if sent in fatal:
            fatal.discard(sent)
            send_and_kill(api, client, location, headers, piece, dice)
            api.start()
            stands_at = int(client.head(location, headers=TUS).headers["upload-offset"])
            assert stands_at >= acknowledged
            acknowledged = stands_at
            continue
        answer = client.patch(location, headers=headers, content=piece)
        assert answer.status_code == 204, answer.text
        acknowledged = int(answer.headers["upload-offset"])
        sent += 1
    assert not fatal


def send_and_kill(
    api: Process,
    client: httpx.Client,
    location: str,
    headers: dict[str, str],
    piece: bytes,
    dice: random.Random,
) -> None:
    cut = dice.randrange(len(piece))

    def half_then_kill() -> Iterator[bytes]:
        yield piece[:cut]
        time.sleep(dice.uniform(0, 0.02))
        api.kill()
        yield piece[cut:]

    with pytest.raises(httpx.TransportError):
        client.patch(
            location,
            headers={**headers, "Content-Length": str(len(piece))},
            content=half_then_kill(),
        )


def encode_through_kills(
    processes: dict[str, Process], records: Records, dice: random.Random
) -> None:
    finished: dict[object, object] = {}
    announced: set[tuple[object, ...]] = set()
    data_dir = processes["worker"].data_dir
    hashes: dict[str, str] = {}
    for _ in range(KILLS_WHILE_ENCODING):
        victim = processes[dice.choice(["worker", "worker", "api"])]
        time.sleep(dice.uniform(0.5, 2.0))
        victim.kill()
        assert finished.items() <= records.finished_parts().items()
        assert announced <= records.announced()
        now = segment_hashes(data_dir)
        assert hashes.items() <= now.items()
        finished, announced, hashes = records.finished_parts(), records.announced(), now
        victim.start()


def wait_until_ready(client: httpx.Client) -> dict[str, object]:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        items = client.get("/titles").json()["items"]
        if items and items[0]["state"] in ("ready", "failed"):
            return items[0]
        time.sleep(0.25)
    raise TimeoutError(client.get("/processing").text)


def wait_until_idle(records: Records) -> None:
    """Wait for the pictures, which are made when the film is ready."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        active = "SELECT count(*) FROM kit_job WHERE subject_id IS NOT NULL AND state IN "
        if records.query(f"{active} ('queued', 'running')") == [(0,)]:
            return
        time.sleep(0.25)
    raise TimeoutError("The jobs about the film did not end.")


def assert_whole(records: Records) -> None:
    """Every track has every segment once, from 0 on, and no job failed."""
    rows = records.query(
        "SELECT track_id, count(*), min(number), max(number) FROM media_segment GROUP BY track_id"
    )
    assert len(rows) == 2
    assert {(count, first, last) for _, count, first, last in rows} == {(34, 0, 33)}
    assert records.query(
        "SELECT count(*) FROM kit_job WHERE subject_id IS NOT NULL AND state <> 'done'"
    ) == [(0,)]
