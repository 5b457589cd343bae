"""The program as its users run it: real processes on a real port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

START_TIMEOUT_S = 60
# Access tokens live for fifteen minutes.
TOKEN_RENEWED_AFTER_S = 300


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Process:
    """One process of the program: ``serve``, ``api`` or ``worker``."""

    command: str
    data_dir: Path
    port: int = field(default_factory=free_port)
    host: str = "127.0.0.1"
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    _child: subprocess.Popen[bytes] | None = None

    @property
    def is_started(self) -> bool:
        """Whether it was ever started."""
        return self._child is not None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.host}:{self.port}"

    @property
    def log_file(self) -> Path:
        """What it prints."""
        return self.data_dir.parent / f"{self.command}.log"

    @property
    def pid(self) -> int:
        """The process's number."""
        assert self._child is not None
        return self._child.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {
            **os.environ,
            "STREAMVERSE_IS_DEMO_FILM_ENABLED": "false",
            "STREAMVERSE_HOST": self.host,
            "STREAMVERSE_PORT": str(self.port),
            # Pages that a test closes cannot say that they go, and keep their place for a while.
            "STREAMVERSE_STREAMS_AT_ONCE": "20",
            "STREAMVERSE_RTMP_PORT": "0",
            "STREAMVERSE_SRT_PORT": "0",
            "STREAMVERSE_WEBRTC_PORT": "0",
            **self.settings,
        }
        arguments = [sys.executable, "-m", "streamverse", "--data-dir", str(self.data_dir)]
        with self.log_file.open("ab") as log:
            self._child = subprocess.Popen(
                [*arguments, self.command], env=environment, stdout=log, stderr=log
            )
        if self.command != "worker":
            self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            assert self._child is not None
            assert self._child.poll() is None, self.log_file.read_text()
            try:
                httpx.get(f"{self.url}/api/v1/ops/health", timeout=20)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(self.log_file.read_text())

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end, and give its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        assert self._child is not None
        self._child.send_signal(number)
        return self._child.wait(timeout=120)

    def setup_token(self) -> str:
        """Read the one-time token from what it printed."""
        marker = "/setup#token="
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if marker in (text := self.log_file.read_text()):
                return text.split(marker, 1)[1].split()[0]
            time.sleep(0.05)
        raise TimeoutError(self.log_file.read_text())


OWNER = {
    "email": "owner@example.org",
    "password": "a long enough password",
    "display_name": "Owner",
}
_KNOWN = {"email": OWNER["email"], "password": OWNER["password"]}


@contextmanager
def owner_client(process: Process) -> Iterator[httpx.Client]:
    """Set a new installation up and lend its owner's client."""
    with httpx.Client(base_url=f"{process.url}/api/v1", timeout=120) as client:
        answer = client.post("/setup", json={**OWNER, "token": process.setup_token()})
        answer.raise_for_status()
        client.auth = renewing = _Renewing(client)
        renewing.keep(client.post("/auth/token", json=_KNOWN, auth=httpx.Auth()))
        yield client


class _Renewing(httpx.Auth):
    """Gets a client another token before its own runs out, as programs do."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._until = 0.0

    def keep(self, answer: httpx.Response) -> None:
        """Use a token from now on."""
        answer.raise_for_status()
        self._client.cookies.clear()
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self._until = time.monotonic() + TOKEN_RENEWED_AFTER_S

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Log in anew where the token is old, then ask."""
        if time.monotonic() > self._until:
            answer = yield self._client.build_request("POST", "/auth/token", json=_KNOWN)
            answer.read()
            self.keep(answer)
            request.headers["Authorization"] = self._client.headers["Authorization"]
        yield request
