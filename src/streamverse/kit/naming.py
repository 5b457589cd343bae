"""The stored names of events and jobs, made from where and how they are declared."""

from __future__ import annotations

import re

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def stored_name(declared: type) -> str:
    """Give ``catalog.title_published`` for ``domains.catalog.contracts.TitlePublished``."""
    parts = declared.__module__.split(".")
    owner = parts[parts.index("domains") + 1] if "domains" in parts else parts[-1]
    return f"{owner}.{_WORD.sub('_', declared.__name__).lower()}"
