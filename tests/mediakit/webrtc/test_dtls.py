"""The handshake between two ends, and what its keys protect."""

from __future__ import annotations

import pytest

from streamverse.mediakit.webrtc.dtls import (
    MTU,
    DtlsEndpoint,
    DtlsFailed,
    Identity,
    SrtpKeys,
    is_dtls,
)
from streamverse.mediakit.webrtc.rtp import RtpPacket
from streamverse.mediakit.webrtc.srtp import SrtpLine, SrtpRefused

CAMERA, SERVER = Identity(), Identity()


def shake_hands(client: DtlsEndpoint, server: DtlsEndpoint) -> None:
    """Carry datagrams back and forth until nobody has anything to say."""
    client.start()
    while True:
        there, back = list(client.take_output()), list(server.take_output())
        if not there and not back:
            return
        for datagram in there:
            assert is_dtls(datagram)
            assert len(datagram) <= MTU
            server.receive(datagram)
        for datagram in back:
            client.receive(datagram)


def test_both_ends_have_each_others_keys_and_the_end_is_heard():
    client = DtlsEndpoint(CAMERA, "client", SERVER.fingerprint)
    server = DtlsEndpoint(SERVER, "server", CAMERA.fingerprint)
    shake_hands(client, server)
    assert client.keys is not None
    assert server.keys is not None
    assert client.keys.profile == b"SRTP_AEAD_AES_128_GCM"
    assert (client.keys.ours, client.keys.theirs) == (server.keys.theirs, server.keys.ours)
    client.close()
    for datagram in client.take_output():
        server.receive(datagram)
    assert server.is_closed


@pytest.mark.parametrize("who", ["client", "server"])
def test_a_certificate_that_nobody_named_is_refused(who: str):
    named = {"client": SERVER.fingerprint, "server": CAMERA.fingerprint, who: "AB:CD"}
    client = DtlsEndpoint(CAMERA, "client", named["client"])
    server = DtlsEndpoint(SERVER, "server", named["server"])
    with pytest.raises(DtlsFailed, match="not the one that the description names"):
        shake_hands(client, server)
    refused = client if who == "client" else server
    assert refused.keys is None


def test_what_is_no_handshake_is_passed_over():
    server = DtlsEndpoint(SERVER, "server", CAMERA.fingerprint)
    for garbage in (b"\x16" * 60, b"\x16\xfe\xfd" + bytes(60)):
        server.receive(garbage)
    assert server.keys is None
    assert list(server.take_output()) == []


@pytest.mark.parametrize(
    ("profile", "size"), [(b"SRTP_AEAD_AES_128_GCM", 28), (b"SRTP_AES128_CM_SHA1_80", 30)]
)
def test_what_is_encrypted_is_opened_once_and_by_nobody_else(profile: bytes, size: int):
    ours, theirs = bytes(range(size)), bytes(range(size, 2 * size))
    here, there = (SrtpLine(SrtpKeys(profile, *pair)) for pair in ((ours, theirs), (theirs, ours)))
    plain = bytes(RtpPacket(102, 1, 90_000, 7, b"picture"))
    sent = here.protect(plain)
    assert b"picture" not in sent
    assert there.open(sent) == plain
    for wrong in (sent, sent[:-1] + bytes([sent[-1] ^ 1]), b"\x80", bytes(2000)):
        with pytest.raises(SrtpRefused):
            there.open(wrong)
    # Sent again it is the same, so that it may be lost in between.
    assert here.protect(plain) == sent
