"""Which hosts may be reached for a user: public ones, on the ports of the web and of streams."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from streamverse.kit.errors import FieldProblem, Invalid

WEB_PORTS = {"http": 80, "https": 443}
CAMERA_PORTS = {"rtsp": 554, "rtsps": 322}
PORTS = frozenset({80, 443, 8080, 8443})
OPEN_CAMERA_PORTS = frozenset({322, 554, 8322, 8554})
# Streams go to the ports of the web, and to those that any program may take.
FIRST_FREE_PORT = 1024
ADDRESS_LIMIT = 4096

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+(%\w+)?", re.ASCII)

# The special-purpose registries of IANA; `is_global` says another thing in each version of Python.
_CLOSED_IPV4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # what machines of Azure ask for their secrets
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
        ),
    )
)
# Everything public is within it; IPv4 mapped, translated (NAT64) and compatible is not.
_OPEN_IPV6 = IPv6Network("2000::/3")
_CLOSED_IPV6 = tuple(
    map(
        ip_network,
        (
            "2001::/23",  # Teredo hides an IPv4 address
            "2001:db8::/32",
            "2002::/16",  # and so does 6to4
            "3fff::/20",
        ),
    )
)


class AddressRefused(Invalid):
    """This program does not go to that address for a user."""

    code = "kit.address_refused"
    title = "This address cannot be used"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields=(FieldProblem("url", sentence),))


def is_public(address: str) -> bool:
    """Tell whether a network address is one of the open internet."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _CLOSED_IPV4)
    return _is_public_ipv6(parsed)


def _is_public_ipv6(address: IPv6Address) -> bool:
    return address in _OPEN_IPV6 and not any(address in network for network in _CLOSED_IPV6)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far requests for users may go.

    ``allowed_hosts`` are the operator's exceptions: a ``host`` may lie in a private network, and a
    ``host:port`` may use that port as well.
    """

    allowed_hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, hosts: Iterable[str]) -> Reach:
        """Read the exceptions of the settings."""
        return cls(frozenset(host.lower() for host in hosts))

    def parse(self, address: str) -> httpx.URL:
        """Read an address that may be asked as far as its text tells, or raise AddressRefused."""
        url = _read(address)
        if url.scheme not in WEB_PORTS or not url.host:
            raise AddressRefused("An address begins with https:// or http:// and names a host.")
        self._require_host(url)
        port = _with_port(host_of(url), port_of(url))
        if port_of(url) not in PORTS and port not in self.allowed_hosts:
            raise AddressRefused(
                f"Port {port_of(url)} is not used for the web: take 80, 443, 8080 or 8443, or have "
                f"{port} allowed by whoever runs this service."
            )
        return url

    def parse_camera(self, address: str) -> httpx.URL:
        """Read an address that streams are played from by RTSP, or raise AddressRefused."""
        url = _read(address)
        if url.scheme not in CAMERA_PORTS or not url.host:
            raise AddressRefused("The address of a camera begins with rtsp:// and names a host.")
        self._require_host(url)
        port = _with_port(host_of(url), port_of(url))
        if port_of(url) not in OPEN_CAMERA_PORTS and port not in self.allowed_hosts:
            raise AddressRefused(
                f"Port {port_of(url)} is not used by cameras: take 554, or have {port} allowed by "
                "whoever runs this service."
            )
        return url

    @staticmethod
    def _require_host(url: httpx.URL) -> None:
        if url.userinfo:
            raise AddressRefused("Leave user and password out of the address: they would be kept.")
        if _HOST.fullmatch(host_of(url)) is None:
            raise AddressRefused("The host of this address is no name: check what you typed.")

    def require_stream_host(self, host: str, port: int) -> None:
        """Refuse what is no host, and ports at which other services listen than those of media."""
        if len(host) > ADDRESS_LIMIT or _HOST.fullmatch(host) is None:
            raise AddressRefused("The host of this address is no name: check what you typed.")
        is_usual = port in PORTS or port >= FIRST_FREE_PORT
        if not is_usual and _with_port(host, port) not in self.allowed_hosts:
            raise AddressRefused(
                f"Port {port} is not used for streams: check the address, or have "
                f"{_with_port(host, port)} allowed by whoever runs this service."
            )

    def require_public(self, url: httpx.URL, addresses: Iterable[str]) -> None:
        """Refuse a host of which any address lies in no public network, unless it is allowed."""
        self.require_public_host(host_of(url), port_of(url), addresses)

    def require_public_host(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """Refuse a host of which any address lies in no public network, unless it is allowed."""
        if not self.allowed_hosts.isdisjoint({host, _with_port(host, port)}):
            return
        if not all(map(is_public, addresses)):
            raise AddressRefused(
                f"{host} lies in a private network, from which nothing is fetched: use an address "
                "on the internet, or have the host allowed by whoever runs this service."
            )


def _read(address: str) -> httpx.URL:
    try:
        return httpx.URL(address if len(address) <= ADDRESS_LIMIT else "")
    except (httpx.InvalidURL, UnicodeError) as malformed:
        raise AddressRefused("This is not an address: check what you typed.") from malformed


def host_of(url: httpx.URL) -> str:
    """Give the host as it is looked up: in ASCII, an IPv6 address without brackets."""
    return url.raw_host.decode("ascii").lower()


def port_of(url: httpx.URL) -> int:
    """Give the port, that of the scheme if none is named."""
    return (WEB_PORTS | CAMERA_PORTS)[url.scheme] if url.port is None else url.port


def _with_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
