"""Who waits to be admitted, counted in all and by network, so that nobody waits for everybody."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

# Wide enough that one household or one attacker's share of IPv6 is one network.
NETWORK_BITS: Final = {4: 24, 6: 48}


class WaitingRoom:
    """Lets so many wait at once, and fewer of them from one network."""

    def __init__(self, most: int, most_per_network: int) -> None:
        self._most = most
        self._most_per_network = most_per_network
        self._waiting: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._waiting.total()

    def enter(self, address: str) -> bool:
        """Take somebody in, unless there are too many."""
        network = _network_of(address)
        if len(self) >= self._most or self._waiting[network] >= self._most_per_network:
            return False
        self._waiting[network] += 1
        return True

    def leave(self, address: str) -> None:
        """Let somebody out who came in."""
        network = _network_of(address)
        self._waiting[network] -= 1
        if not self._waiting[network]:
            del self._waiting[network]


def _network_of(address: str) -> str:
    plain = ip_address(address.partition("%")[0])
    if isinstance(plain, IPv6Address) and plain.ipv4_mapped is not None:
        plain = plain.ipv4_mapped
    return str(ip_network((plain, NETWORK_BITS[plain.version]), strict=False))
