"""SV003: only mediakit starts other programs."""

from collections.abc import Iterator

from tools.lint.finding import Finding
from tools.lint.source import Source

STARTERS = (
    "asyncio.create_subprocess_",
    "asyncio.subprocess.",
    "os.exec",
    "os.popen",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
    "pty.spawn",
    "subprocess.",
)


def check(source: Source) -> Iterator[Finding]:
    """Find subprocesses outside mediakit."""
    if not source.is_product() or source.is_in("mediakit"):
        return
    for node, name in source.references():
        if name.startswith(STARTERS):
            yield source.finding(
                node.lineno,
                "SV003",
                f"Run other programs through `mediakit.sandbox`, not by `{name}`.",
            )
