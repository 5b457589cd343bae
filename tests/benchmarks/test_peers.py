"""The programs of others: found with their version, or named with how to get them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.bench import QUICK, Bench
from benchmarks.figures import CannotMeasure
from benchmarks.peers import Peer, find_peer

PEER = Peer(name="peer-of-tests", package="peers", version_argument="-v")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(QUICK, tmp_path)


@pytest.mark.parametrize("stream", ["1", "2"])
def test_a_program_is_found_and_its_version_noted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    program = bench.folder / PEER.name
    program.write_text(f"#!/bin/sh\necho peer/1.22.1 of 2026 >&{stream}\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(bench.folder))

    assert find_peer(bench, PEER) == str(program)
    assert bench.peers == {PEER.name: "1.22.1"}


def test_a_missing_program_is_named_with_its_package(bench: Bench) -> None:
    with pytest.raises(CannotMeasure) as lack:
        find_peer(bench, PEER)

    assert str(lack.value) == (
        "peer-of-tests is not installed: on Debian and Ubuntu, apt install peers."
    )
    assert bench.peers == {}
