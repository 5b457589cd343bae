"""A line between two network namespaces, and the weather on it: slow, lossy, or gone."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

RULES = "inet weather"
CHAINS = {"arriving": "input", "leaving": "output"}


@dataclass(frozen=True)
class Line:
    """A line from this namespace to that of a viewer; packets are lost on their way there."""

    name: str
    here: str
    there: str

    def make_fair(self) -> None:
        """Let everything through, as fast as it can."""
        self._lose(None)
        for side in ([], ["ip", "netns", "exec", self.name]):
            with suppress(subprocess.CalledProcessError):  # it may have been fair before
                _run(*side, "tc", "qdisc", "del", "dev", self._device(bool(side)), "root")

    def make_bad(self, kilobits_per_second: int, loss_percent: int) -> None:
        """Let so much through each second, in either direction, and lose some of what comes."""
        shape = ("tbf", "rate", f"{kilobits_per_second}kbit", "burst", "4kb", "latency", "400ms")
        for side in ([], ["ip", "netns", "exec", self.name]):
            device = self._device(bool(side))
            _run(*side, "tc", "qdisc", "replace", "dev", device, "root", *shape)
        self._lose(f"numgen random mod 100 < {loss_percent} drop")

    def cut(self) -> None:
        """Lose everything, in either direction, without a word to either side."""
        self._lose("drop")
        self._in_namespace(f"add rule {RULES} leaving oifname {self._device(True)} drop")

    def reopen(self, loss_percent: int) -> None:
        """Lose as much as before it was cut."""
        self._lose(f"numgen random mod 100 < {loss_percent} drop")

    def write_launcher(self, folder: Path, program: str) -> Path:
        """Write a program that runs another at the far end of the line."""
        path = folder / "launch"
        path.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} "{program}" "$@"\n')
        path.chmod(0o755)
        return path

    def _lose(self, rule: str | None) -> None:
        for chain in CHAINS:
            self._in_namespace(f"flush chain {RULES} {chain}")
        if rule is not None:
            self._in_namespace(f"add rule {RULES} arriving iifname {self._device(True)} {rule}")

    def _in_namespace(self, command: str) -> None:
        _run("ip", "netns", "exec", self.name, "nft", command)

    def _device(self, is_there: bool) -> str:
        return f"{self.name}-{'b' if is_there else 'a'}"


@contextmanager
def lay_line() -> Generator[Line]:
    """Lay a line to a namespace of its own; it takes root, `ip`, `tc` and `nft`."""
    assert os.geteuid() == 0, "Run this test as root: it makes a network namespace."
    name, subnet = f"sv{secrets.token_hex(3)}", secrets.randbelow(250)
    line = Line(name, f"10.213.{subnet}.1", f"10.213.{subnet}.2")
    there = ("ip", "netns", "exec", name)
    _run("ip", "netns", "add", name)
    try:
        _run(*f"ip link add {name}-a type veth peer name {name}-b netns {name}".split())
        _run("ip", "address", "add", f"{line.here}/24", "dev", f"{name}-a")
        _run("ip", "link", "set", f"{name}-a", "up")
        _run(*there, "ip", "address", "add", f"{line.there}/24", "dev", f"{name}-b")
        _run(*there, "ip", "link", "set", f"{name}-b", "up")
        _run(*there, "ip", "link", "set", "lo", "up")
        _run(*there, "nft", f"add table {RULES}")
        for chain, hook in CHAINS.items():
            kind = f"{{ type filter hook {hook} priority 0; }}"
            _run(*there, "nft", f"add chain {RULES} {chain} {kind}")
        yield line
    finally:
        _run("ip", "netns", "delete", name)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
