"""The stored names of events and jobs."""

from __future__ import annotations

import pytest

from streamverse.kit.naming import stored_name


@pytest.mark.parametrize(
    ("module", "name", "stored"),
    [
        ("streamverse.domains.catalog.contracts", "TitlePublished", "catalog.title_published"),
        ("streamverse.domains.media.service.uploads", "SweepUploads", "media.sweep_uploads"),
        ("streamverse.kit.housekeeping", "Sweep", "housekeeping.sweep"),
        ("__main__", "EncodeChunk", "__main__.encode_chunk"),
    ],
)
def test_a_name_says_whose_it_is_and_what(module: str, name: str, stored: str) -> None:
    declared = type(name, (), {"__module__": module})

    assert stored_name(declared) == stored
