"""SV007: every domain is made of the same files."""

from collections.abc import Iterator

from tools.lint.finding import Finding
from tools.lint.source import Source

DOMAIN_MODULES = (
    "contracts",
    "public",
    "models",
    "repository",
    "rules",
    "service",
    "schemas",
    "routes",
    "jobs",
    "listeners",
    "errors",
)


def check(source: Source) -> Iterator[Finding]:
    """Find domain files that no domain has."""
    match source.place:
        case ("domains", file) if file != "__init__.py":
            yield source.finding(
                1, "SV007", f"A domain is a package: make `{file}` a folder of its files."
            )
        case ("domains", domain, file, *_) if file != "__init__.py":
            if file.removesuffix(".py") not in DOMAIN_MODULES:
                yield source.finding(
                    1,
                    "SV007",
                    f"`{file}` is no part of a domain: `{domain}` may have "
                    f"{', '.join(DOMAIN_MODULES)}, each a module or a package.",
                )
        case _:
            pass
