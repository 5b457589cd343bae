"""The command line, run as a person runs it: every command in a process of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import httpx
import imageio_ffmpeg
import pytest

from tests.factories.processes import OWNER, Process, owner_client

COMMANDS = (
    "serve",
    "api",
    "worker",
    "migrate",
    "import",
    "probe",
    "jobs",
    "storage",
    "audit",
    "openapi",
    "doctor",
)


def run(
    *arguments: str, data_dir: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    folder = ["--data-dir", str(data_dir)] if data_dir else []
    return subprocess.run(
        [sys.executable, "-m", "streamverse", *folder, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "STREAMVERSE_IS_DEMO_FILM_ENABLED": "false", **settings},
    )


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a film of five seconds."""
    path = tmp_path_factory.mktemp("film") / "Holiday_at.the sea.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=5")
    tone = ("-f", "lavfi", "-i", "sine=duration=5")
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, *tone, str(path)], check=True
    )
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    shown = run(command, "--help")
    assert shown.returncode == 0
    assert f"usage: streamverse {command}" in shown.stdout
    assert "--data-dir FOLDER" in shown.stdout


def test_the_list_of_commands_is_whole() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    assert [name for name in COMMANDS if f"    {name} " not in shown.stdout] == []


def test_an_unknown_command_is_wrong_input() -> None:
    assert run("sing").returncode == 2


def test_a_setting_that_does_not_fit_is_named(tmp_path: Path) -> None:
    refused = run("migrate", data_dir=tmp_path, STREAMVERSE_PORT="eighty")
    assert refused.returncode == 2
    assert "STREAMVERSE_PORT" in refused.stderr
    assert "eighty" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_import_that_waits_prints_addresses_that_play(film: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    done = run("import", str(film), "--title", "At the sea", "--wait", data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert set(printed) == {"title_id", "watch_url", "hls_url", "dash_url"}
    assert printed["watch_url"].endswith(f"/watch/{printed['title_id']}")

    process = Process("api", data_dir)
    process.start()
    try:
        for kind in ("hls_url", "dash_url"):
            path = httpx.URL(printed[kind]).raw_path.decode()
            answer = httpx.get(f"{process.url}{path}")
            assert answer.status_code == 200, answer.text
        with owner_client(process) as client:
            title = client.get(f"/titles/{printed['title_id']}").json()
    finally:
        process.stop()
    assert (title["name"], title["state"], title["is_published"]) == ("At the sea", "ready", True)

    listed = run("jobs", "--json", "--limit", "100", data_dir=data_dir)
    states = {job["name"]: job["state"] for job in json.loads(listed.stdout)}
    needed = ("check_upload", "encode_part", "finish_package")
    assert [states[f"media.{name}"] for name in needed] == ["done"] * 3
    assert "media.encode_part" in run("jobs", "--limit", "100", data_dir=data_dir).stdout
    assert run("jobs", "--state", "dead", data_dir=data_dir).stdout == ""


def test_an_import_says_whether_the_film_is_encrypted(film: Path, tmp_path: Path) -> None:
    for option in ((), ("--protect",)):
        assert run("import", str(film), *option, data_dir=tmp_path).returncode == 0
    database = sqlite3.connect(tmp_path / "streamverse.db")
    found = database.execute("SELECT protection FROM media_upload ORDER BY id").fetchall()
    database.close()
    assert found == [(None,), ("clearkey",)]


def test_an_import_without_waiting_leaves_the_work_to_a_worker(film: Path, tmp_path: Path) -> None:
    queued = run("import", str(film), data_dir=tmp_path)
    assert queued.returncode == 0, queued.stderr
    assert json.loads(queued.stdout)["state"] == "checking"
    [job] = json.loads(run("jobs", "--json", data_dir=tmp_path).stdout)
    assert (job["name"], job["state"]) == ("media.check_upload", "queued")


def test_jobs_are_cancelled_and_tried_again(film: Path, tmp_path: Path) -> None:
    assert run("import", str(film), "--batch", data_dir=tmp_path).returncode == 0
    [job] = json.loads(run("jobs", "--json", data_dir=tmp_path).stdout)
    refused = run("jobs", "retry", job["id"], data_dir=tmp_path)
    assert (refused.returncode, "only one that failed can be retried" in refused.stderr) == (
        1,
        True,
    )
    assert run("jobs", "cancel", data_dir=tmp_path).stderr == (
        "Say which job: `streamverse jobs cancel JOB`.\n"
    )
    unknown = run("jobs", "cancel", str(UUID(int=7)), data_dir=tmp_path)
    assert unknown.stderr == "There is no such job, or it is no longer kept.\n"

    cancelled = run("jobs", "cancel", job["id"], data_dir=tmp_path)
    assert cancelled.stdout == f"{job['id']} ends within seconds.\n"
    with sqlite3.connect(tmp_path / "streamverse.db") as records:
        [(asked,)] = records.execute("SELECT cancel_requested_at IS NOT NULL FROM kit_job")
        [(priority,)] = records.execute("SELECT priority FROM kit_job")
        records.execute("UPDATE kit_job SET state = 'dead', cancel_requested_at = NULL")
    assert (asked, priority) == (1, 90)

    again = run("jobs", "retry", data_dir=tmp_path)
    assert again.stdout == f"{job['id']} is tried again: media.check_upload\n"
    [job] = json.loads(run("jobs", "--json", data_dir=tmp_path).stdout)
    assert job["state"] == "queued"
    assert run("jobs", "retry", data_dir=tmp_path).stdout == ""


def test_a_worker_says_what_it_cannot_do(tmp_path: Path) -> None:
    for option, words in (
        ("--codecs=vp9", "h264, hevc, av1"),
        ("--lanes=fast", "default, encode, sound"),
        ("--threads=-1", "at least 0"),
    ):
        refused = run("worker", option, data_dir=tmp_path)
        assert refused.returncode == 2
        assert words in refused.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty: choose one with a film in it."),
        (b"Dear diary, " * 100, "This file is a text, not a film or a recording"),
    ],
)
def test_an_import_of_no_film_says_why(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "no film.mp4"
    path.write_bytes(content)
    refused = run("import", str(path), "--wait", data_dir=tmp_path / "data")
    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    store = tmp_path / "data" / "store"
    assert [file for file in store.rglob("*") if file.is_file()] == []


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for command in ("import", "probe"):
        refused = run(command, str(tmp_path / "lost.mp4"), data_dir=tmp_path)
        assert refused.returncode == 2
        assert "lost.mp4" in refused.stderr


def test_probe_tells_what_a_file_holds(film: Path) -> None:
    shown = run("probe", str(film))
    assert shown.returncode == 0
    facts = json.loads(shown.stdout)
    assert (facts["duration_ms"], facts["videos"][0]["width"], facts["audios"][0]["codec"]) == (
        5000,
        320,
        "aac",
    )


def test_openapi_lists_the_routes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    shown = run("openapi", data_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert shown.returncode == 0
    document = json.loads(shown.stdout)
    assert document["info"]["title"] == "StreamVerse"
    assert "/api/v1/home/rails" in document["paths"]


def test_the_audit_log_is_verified(tmp_path: Path) -> None:
    assert run("audit", "sing", data_dir=tmp_path).returncode == 2
    empty = run("audit", "verify", data_dir=tmp_path)
    assert (empty.returncode, empty.stdout) == (
        0,
        "The audit log of StreamVerse is whole: it has no entries yet.\n",
    )
    database = sqlite3.connect(tmp_path / "streamverse.db")
    database.execute(
        "INSERT INTO identity_audit (tenant_id, seq, at, place, action, subject, facts, "
        "previous_hash, hash) SELECT id, 1, created_at, '', 'a.b', 'c', '{}', '', '' "
        "FROM identity_tenant"
    )
    database.commit()
    database.close()
    forged = run("audit", "verify", data_dir=tmp_path)
    assert forged.returncode == 1
    assert forged.stdout == (
        "The audit log of StreamVerse does not hold: entry 1 does not say what was written. "
        "Compare it with a backup.\n"
    )


def test_the_doctor_names_what_is_wrong_and_how_to_mend_it(tmp_path: Path) -> None:
    healthy = run("doctor", data_dir=tmp_path)
    assert "MEND" not in "".join(
        line for line in healthy.stdout.splitlines() if "Web app" not in line and "Port" not in line
    )
    sick = run(
        "doctor", data_dir=tmp_path, STREAMVERSE_DATABASE_URL="postgresql://127.0.0.1:1/none"
    )
    assert sick.returncode == 1
    assert "MEND  Database and store" in sick.stdout
    assert "→ Check STREAMVERSE_DATABASE_URL" in sick.stdout


def test_serve_stops_when_it_is_told_to_and_starts_again(tmp_path: Path) -> None:
    process = Process("serve", tmp_path / "data")
    process.start()
    with owner_client(process) as client:
        assert client.get("/auth/me").json()["email"] == OWNER["email"]
    assert process.stop() == 0
    process.start()
    try:
        needs_owner = httpx.get(f"{process.url}/api/v1/setup").json()["needs_owner"]
    finally:
        assert process.stop() == 0
    assert needs_owner is False
    assert process.log_file.read_text().count("/setup#token=") == 1


def test_serve_says_when_its_port_is_taken(tmp_path: Path) -> None:
    first = Process("api", tmp_path / "one")
    first.start()
    try:
        second = run("api", "--port", str(first.port), data_dir=tmp_path / "two")
    finally:
        first.stop()
    assert second.returncode == 1
    assert str(first.port) in second.stderr
    assert "Traceback" not in second.stderr
