"""How manifests say that tracks are encrypted, and where players get the keys."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement

from streamverse.mediakit.cenc import COMMON_SYSTEM, SCHEME, write_pssh

if TYPE_CHECKING:
    from streamverse.mediakit.timeline import Package, Timeline, Track

CLEARKEY_SYSTEM: Final = UUID("e2719d58-a985-b3c9-781a-b030af78d30e")
MP4_PROTECTION: Final = "urn:mpeg:dash:mp4protection:2011"
NAMESPACES: Final = {
    "xmlns:cenc": "urn:mpeg:cenc:2013",
    "xmlns:dashif": "https://dashif.org/CPS",
}
UNPROTECTED: Final = "METHOD=NONE"


def key_ids(package: Package) -> list[UUID]:
    """List the keys of a package, as its init segments do."""
    return sorted({track.key_id for track in package.tracks if track.key_id is not None})


def is_protected(timeline: Timeline) -> bool:
    """Tell whether any of it is encrypted."""
    return any(key_ids(span.package) for span in timeline.spans)


def hls_key(package: Package, track: Track) -> str:
    """Write the attributes of `EXT-X-KEY` for a track of a package."""
    if track.key_id is None:
        return UNPROTECTED
    return write_hls_key(track.key_id, key_ids(package))


def write_hls_key(key_id: UUID, ids: Sequence[UUID]) -> str:
    """Write the attributes of `EXT-X-KEY` (RFC 8216, 4.3.2.4).

    The key is not at an address: W3C's form names it, and a player asks its licence server.
    """
    return ",".join(
        (
            "METHOD=SAMPLE-AES",
            f'URI="data:text/plain;base64,{_pssh(ids)}"',
            f"KEYID=0x{key_id.hex.upper()}",
            f'KEYFORMAT="urn:uuid:{COMMON_SYSTEM}"',
            'KEYFORMATVERSIONS="1"',
        )
    )


def hls_session_keys(timeline: Timeline) -> Iterator[str]:
    """Write `EXT-X-SESSION-KEY` for every key, so that players may ask before they need it."""
    found = dict.fromkeys(
        hls_key(span.package, track)
        for span in timeline.spans
        for track in span.package.tracks
        if track.key_id is not None
    )
    return (f"#EXT-X-SESSION-KEY:{attributes}" for attributes in found)


def add_content_protection(
    parent: Element, key_id: UUID, ids: Sequence[UUID], license_url: str | None = None
) -> None:
    """Say in DASH how a track is encrypted (ISO/IEC 23001-7, 11).

    Where each viewer has another address for licences, a player is told its own beside this.
    """
    scheme = {"schemeIdUri": MP4_PROTECTION, "value": SCHEME}
    SubElement(parent, "ContentProtection", {**scheme, "cenc:default_KID": str(key_id)})
    common = {"schemeIdUri": f"urn:uuid:{COMMON_SYSTEM}"}
    clear_key = {"schemeIdUri": f"urn:uuid:{CLEARKEY_SYSTEM}", "value": "ClearKey1.0"}
    # Some players know Clear Key by one of these names, some by the other, and some by both.
    for system in (common, clear_key):
        element = SubElement(parent, "ContentProtection", system)
        SubElement(element, "cenc:pssh").text = _pssh(ids)
        if license_url is not None:
            SubElement(element, "dashif:Laurl", licenseType="EME-1.0").text = license_url


def _pssh(ids: Sequence[UUID]) -> str:
    return base64.b64encode(write_pssh(ids)).decode()
