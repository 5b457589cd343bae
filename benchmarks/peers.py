"""The programs of others that we measure with or against."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from benchmarks.bench import Bench
from benchmarks.figures import CannotMeasure

_VERSION = re.compile(r"\d+(?:\.\d+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A program of the system, the package that brings it, and how it is asked its version."""

    name: str
    package: str
    version_argument: str


NGINX = Peer(name="nginx", package="nginx-light", version_argument="-v")
WRK = Peer(name="wrk", package="wrk", version_argument="-v")
CHROMIUM = Peer(name="chromium", package="chromium", version_argument="--version")


def find_peer(bench: Bench, peer: Peer) -> str:
    """Give the path of a program and note its version, or say how to get it.

    A variable called like it, such as ``CHROMIUM``, may name another executable.
    """
    # Debian keeps servers out of the path of ordinary users.
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
    found = os.environ.get(peer.name.upper()) or shutil.which(peer.name, path=path)
    if found is None:
        raise CannotMeasure(
            f"{peer.name} is not installed: on Debian and Ubuntu, apt install {peer.package}."
        )
    bench.peers[peer.name] = _version(found, peer.version_argument)
    return found


def _version(program: str, argument: str) -> str:
    # Not checked: wrk tells its version as an error.
    answer = subprocess.run(
        [program, argument], capture_output=True, check=False, text=True, timeout=30
    )
    found = _VERSION.search(answer.stdout) or _VERSION.search(answer.stderr)
    return found[0] if found else "unknown"
