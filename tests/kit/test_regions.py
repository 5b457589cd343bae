"""Countries by network address, from a real file of the format."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from streamverse.kit.errors import Invalid
from streamverse.kit.regions import Regions


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Write a file in which some networks have a country."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True)
    writer.insert_network(IPSet(["192.0.2.0/24"]), {"country": {"iso_code": "DE"}})
    writer.insert_network(IPSet(["2001:db8::/32"]), {"country": {"iso_code": "fr"}})
    writer.insert_network(IPSet(["198.51.100.0/25"]), {"registered_country": {"iso_code": "JP"}})
    writer.insert_network(IPSet(["198.51.100.128/25"]), {"continent": {"code": "EU"}})
    path = tmp_path / "countries.mmdb"
    writer.to_db_file(str(path))
    return path


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("192.0.2.7", "DE"),
        ("::ffff:192.0.2.7", "DE"),
        ("2001:db8::1", "FR"),
        ("198.51.100.1", "JP"),
        ("198.51.100.200", None),
        ("203.0.113.1", None),
        ("127.0.0.1", None),
        ("", None),
        ("not an address", None),
    ],
)
def test_an_address_is_in_a_country(database: Path, address: str, region: str | None) -> None:
    regions = Regions.open(database)

    assert regions.find(address) == region

    regions.close()


def test_without_a_database_nobody_is_anywhere() -> None:
    regions = Regions.open(None)

    assert regions.find("192.0.2.7") is None

    regions.close()


@pytest.mark.parametrize("content", [None, b"", b"no database at all"])
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "countries.mmdb"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Invalid, match=r"countries\.mmdb cannot be read: give a file"):
        Regions.open(path)
