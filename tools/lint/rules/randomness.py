"""SV004: a domain gets its ids and its chance from the kit."""

from collections.abc import Iterator

from tools.lint.finding import Finding
from tools.lint.source import Source

CHANCE = (
    "os.getrandom",
    "os.urandom",
    "random.",
    "secrets.",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.uuid6",
    "uuid.uuid7",
)
CERTAIN = frozenset({"secrets.compare_digest"})


def check(source: Source) -> Iterator[Finding]:
    """Find randomness in domains."""
    if not source.is_in("domains"):
        return
    for node, name in source.references():
        if name.startswith(CHANCE) and name not in CERTAIN:
            yield source.finding(
                node.lineno,
                "SV004",
                f"Ask the kit for ids and random values instead of `{name}`, "
                "so that a test can fix them.",
            )
