"""Which hosts may be reached for a user."""

from __future__ import annotations

import httpx
import pytest

from streamverse.kit.reach import AddressRefused, Reach, host_of, is_public, port_of

PRIVATE = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255
    127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255
    192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255
    198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1
    ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::7f00:1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
    100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1
    2002:7f00:1::1 2002:808:808::1 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1
    fe80::1%eth0 fec0::1 ff02::1
"""
PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255
    128.0.0.0 168.63.129.15 168.63.129.17 169.253.255.255 172.15.255.255 172.32.0.0
    192.0.1.1 192.167.255.255 198.17.255.255 198.20.0.0 223.255.255.255 2001:200::1
    2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450::1 3ffe::1
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_what_is_not_of_the_open_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_what_is_of_the_open_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["", "localhost", "1.2.3", "0x7f.1", "1.1.1.1:80", "[::1]"])
def test_what_is_no_network_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("https://example.org", "example.org", 443),
        ("HTTP://EXAMPLE.org/a?b=c#d", "example.org", 80),
        ("https://example.org:8443/", "example.org", 8443),
        ("http://[2606:4700::1]:8080/", "2606:4700::1", 8080),
        ("https://bücher.example/", "xn--bcher-kva.example", 443),
    ],
)
def test_addresses_are_read(address: str, host: str, port: int) -> None:
    url = Reach().parse(address)
    assert (host_of(url), port_of(url)) == (host, port)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "begins with https"),
        ("example.org/film.mp4", "begins with https"),
        ("//example.org/film.mp4", "begins with https"),
        ("file:///etc/passwd", "begins with https"),
        ("ftp://example.org/", "begins with https"),
        ("gopher://example.org:70/_x", "begins with https"),
        ("https://", "begins with https"),
        ("https:///path", "begins with https"),
        ("https://a" + "a" * 5000, "begins with https"),
        ("https://[half/", "is no name"),
        ("https://exa mple.org/", "is no name"),
        ("https://example.org\r\nHost: other/", "not an address"),
        ("https://example.org:port/", "not an address"),
        ("https://example.org:99999/", "Port 99999 is not used for the web"),
        ("https://user@example.org/", "Leave user and password out"),
        ("https://user:secret@example.org/", "Leave user and password out"),
        ("https://example.org:22/", "Port 22 is not used for the web"),
        ("http://example.org:6379/", "Port 6379 is not used for the web"),
        ("http://example.org:0/", "Port 0 is not used for the web"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(address: str, sentence: str) -> None:
    with pytest.raises(AddressRefused, match=sentence) as refused:
        Reach().parse(address)
    assert refused.value.status == 422
    assert "secret" not in refused.value.detail


def test_a_host_is_refused_if_any_of_its_addresses_is_private() -> None:
    url = httpx.URL("https://example.org/")
    Reach().require_public(url, ["1.1.1.1", "2606:4700::1"])
    with pytest.raises(AddressRefused, match=r"example\.org lies in a private network"):
        Reach().require_public(url, ["1.1.1.1", "127.0.0.1"])


def test_the_operator_may_allow_hosts_and_ports() -> None:
    reach = Reach.of(["Media.Intra", "127.0.0.1:9000", "[::1]:9001"])
    reach.require_public(reach.parse("http://media.intra/film.mp4"), ["10.0.0.7"])
    reach.require_public(reach.parse("http://127.0.0.1:9000/"), ["127.0.0.1"])
    reach.require_public(reach.parse("http://[::1]:9001/"), ["::1"])
    for address in ("http://media.intra:9000/", "http://127.0.0.1:9001/", "http://[::1]:22/"):
        with pytest.raises(AddressRefused, match="is not used for the web"):
            reach.parse(address)
    with pytest.raises(AddressRefused, match="private network"):
        reach.require_public(reach.parse("http://127.0.0.1:8080/"), ["127.0.0.1"])
    with pytest.raises(AddressRefused, match="private network"):
        reach.require_public(reach.parse("http://other.media.intra/"), ["10.0.0.7"])


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("rtsp://cam.example/stream1", "cam.example", 554),
        ("rtsps://cam.example/", "cam.example", 322),
        ("rtsp://cam.example:8554/a?b", "cam.example", 8554),
    ],
)
def test_addresses_of_cameras_are_read(address: str, host: str, port: int) -> None:
    url = Reach().parse_camera(address)
    assert (host_of(url), port_of(url)) == (host, port)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("https://cam.example/", "begins with rtsp"),
        ("rtsp://", "begins with rtsp"),
        ("rtsp://owner:s3cret@cam.example/", "Leave user and password out"),
        ("rtsp://cam.example:22/", "Port 22 is not used by cameras"),
    ],
)
def test_addresses_that_are_none_of_cameras(address: str, sentence: str) -> None:
    with pytest.raises(AddressRefused, match=sentence):
        Reach().parse_camera(address)


def test_a_camera_at_another_port_is_allowed_by_name() -> None:
    assert port_of(Reach.of(["cam.example:7447"]).parse_camera("rtsp://cam.example:7447/")) == 7447
