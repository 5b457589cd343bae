"""In which country each log-in is used, by the operator's database of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from streamverse.kit.regions import Regions
from tests.factories.factors import Person


@pytest.fixture
def regions(tmp_path: Path) -> Iterator[Regions]:
    """Know that this very machine stands in Germany."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True)
    writer.insert_network(IPSet(["127.0.0.0/8"]), {"country": {"iso_code": "DE"}})
    path = tmp_path / "countries.mmdb"
    writer.to_db_file(str(path))
    regions = Regions.open(path)
    yield regions
    regions.close()


@pytest.mark.parametrize("path", ["/auth/sessions", "/users/me/devices/sessions"])
async def test_each_log_in_has_its_country(viewer: Person, path: str) -> None:
    answer = await viewer.client.get(path)

    assert [(one["ip"], one["place"]) for one in answer.json()["items"]] == [("127.0.0.1", "DE")]
