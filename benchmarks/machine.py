"""The machine and the versions that figures depend on."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from streamverse.mediakit.ffmpeg import find_tools, read_version

LIBRARIES = ("granian", "litestar", "sqlalchemy", "asyncpg")


def describe() -> dict[str, str]:
    """Collect what somebody needs to know to compare figures with their own."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory_bytes() / (1 << 30):.0f} GiB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        "ffmpeg": ".".join(map(str, read_version(find_tools().ffmpeg))),
        **{name: version(name) for name in LIBRARIES},
    }


def _ticks() -> tuple[int, int] | None:
    """Give the ticks that were taken, and all of them (proc(5)); None where nobody tells."""
    try:
        line, _, _ = Path("/proc/stat").read_text(encoding="utf-8").partition("\n")
    except OSError:
        return None
    # What guests of this machine used is counted with what users did.
    ticks = [int(word) for word in line.split()[1:9]]
    return ticks[7], sum(ticks)


@dataclass
class Host:
    """What the host of a virtual machine takes of its processors, from the making of this on."""

    before: tuple[int, int] | None = field(default_factory=_ticks)

    def describe(self) -> dict[str, str]:
        """Tell the share of the time in which another machine ran instead of this one."""
        now = _ticks()
        if self.before is None or now is None or now[1] == self.before[1]:
            return {}
        share = (now[0] - self.before[0]) / (now[1] - self.before[1])
        return {"taken by the host": f"{share:.1%}"}


def _processor() -> str:
    facts = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in facts if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
