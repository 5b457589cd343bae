"""Which country a network address is in, by a database file of the operator (MaxMind DB)."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import maxminddb
from maxminddb.errors import InvalidDatabaseError

from streamverse.kit.errors import Invalid


class Regions:
    """Countries by address; without a database every address is somewhere unknown."""

    def __init__(self, reader: maxminddb.Reader | None = None) -> None:
        self._reader = reader

    @classmethod
    def open(cls, path: Path | None) -> Regions:
        """Open a database, or fail with a sentence for whoever named it in the settings."""
        if path is None:
            return cls()
        try:
            return cls(maxminddb.Reader(path))
        except (OSError, ValueError, InvalidDatabaseError) as error:
            raise Invalid(
                f"The region database {path} cannot be read: give a file in the MaxMind format, "
                "such as GeoLite2-Country.mmdb."
            ) from error

    def find(self, address: str) -> str | None:
        """Find the country of an address, as two letters of ISO 3166-1."""
        if self._reader is None:
            return None
        try:
            parsed = ip_address(address)
            address_in_file = getattr(parsed, "ipv4_mapped", None) or parsed
            return _country(cast("object", self._reader.get(address_in_file)))  # pyright: ignore[reportUnknownMemberType]
        except ValueError:
            return None

    def close(self) -> None:
        """Let the file go."""
        if self._reader is not None:
            self._reader.close()


def _country(record: object) -> str | None:
    fields = cast("dict[str, Any]", record) if isinstance(record, dict) else {}
    for kind in ("country", "registered_country"):
        code = fields.get(kind, {}).get("iso_code")
        if isinstance(code, str):
            return code.upper()
    return None
