"""Where a visitor is: their address behind proxies, and its network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

Network = IPv4Network | IPv6Network

IPV6 = 6
# Wide enough not to tell one household from its neighbours.
NETWORK_BITS = {4: 24, 6: 48}


@lru_cache(maxsize=1024)
def network_of(place: str) -> str:
    """Give the network of an address, or nothing where the address is not known.

    >>> network_of("192.0.2.77")
    '192.0.2.0/24'
    """
    try:
        address = ip_address(place)
    except ValueError:
        return ""
    return str(ip_network((address, NETWORK_BITS[address.version]), strict=False))


def find_place(scope: Mapping[str, Any], trusted: Sequence[Network]) -> str:
    """Give the network address of the visitor of an ASGI application beside the framework."""
    client = scope.get("client")
    named = b",".join(value for key, value in scope["headers"] if key == b"x-forwarded-for")
    return find_visitor(client[0] if client else "", named.decode("latin-1"), trusted)


def find_visitor(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Walk from the peer towards the visitor for as long as each hop is a trusted proxy.

    A visitor can write anything to the left of what the first proxy adds, so that the list is read
    from the right, and nothing beyond the first stranger is believed.
    """
    found = _plain_address(peer) or peer
    for hop in reversed(forwarded_for.split(",")):
        if not _is_within(found, trusted):
            break
        address = _plain_address(hop)
        if address is None:
            break
        found = address
    return found


def _is_within(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


@lru_cache(maxsize=1024)
def _plain_address(text: str) -> str | None:
    """Read an address with or without brackets and a port; IPv4 within IPv6 becomes IPv4 again."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if parsed.version == IPV6 else None
    return str(mapped or parsed)
