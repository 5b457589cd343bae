"""Where a request comes from: proxies are believed only as far as they are trusted."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from streamverse.kit.networks import find_visitor

TRUSTED = tuple(map(ip_network, ("10.0.0.0/8", "fd00::/8", "127.0.0.1/32")))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "visitor"),
    [
        pytest.param("192.0.2.1", "", "192.0.2.1", id="no proxy"),
        pytest.param("192.0.2.1", "198.51.100.7", "192.0.2.1", id="a visitor who lies"),
        pytest.param("10.0.0.1", "192.0.2.1", "192.0.2.1", id="one proxy"),
        pytest.param(
            "10.0.0.1", "198.51.100.7, 192.0.2.1", "192.0.2.1", id="a lie before the proxy"
        ),
        pytest.param("10.0.0.1", "192.0.2.1, 10.0.0.2", "192.0.2.1", id="two proxies"),
        pytest.param(
            "10.0.0.1",
            "198.51.100.7,192.0.2.1,10.0.0.3,10.0.0.2",
            "192.0.2.1",
            id="a lie before three proxies",
        ),
        pytest.param("10.0.0.1", "", "10.0.0.1", id="a proxy that names nobody"),
        pytest.param("10.0.0.1", "10.9.9.9", "10.9.9.9", id="a visitor within the house"),
        pytest.param("10.0.0.1", "unknown", "10.0.0.1", id="a proxy that does not know"),
        pytest.param(
            "10.0.0.1", "192.0.2.1, evil, 10.0.0.2", "10.0.0.2", id="nothing beyond nonsense"
        ),
        pytest.param("10.0.0.1", " 192.0.2.1:4711 ", "192.0.2.1", id="a port"),
        pytest.param("fd00::1", "[2001:db8::7]:443", "2001:db8::7", id="a port of IPv6"),
        pytest.param("fd00::1", "2001:DB8:0::7", "2001:db8::7", id="IPv6"),
        pytest.param("::ffff:10.0.0.1", "::ffff:192.0.2.1", "192.0.2.1", id="IPv4 within IPv6"),
        pytest.param("", "192.0.2.1", "", id="a socket without an address"),
        pytest.param("testclient", "192.0.2.1", "testclient", id="a peer without a number"),
    ],
)
def test_who_the_visitor_is(peer: str, forwarded_for: str, visitor: str) -> None:
    assert find_visitor(peer, forwarded_for, TRUSTED) == visitor


def test_nobody_is_trusted_unless_named() -> None:
    assert find_visitor("10.0.0.1", "192.0.2.1", ()) == "10.0.0.1"
