"""The waiting room: so many in all, fewer of one network, and room again when they leave."""

from __future__ import annotations

from streamverse.mediakit.ingest.waiting import WaitingRoom


def test_so_many_wait_in_all():
    room = WaitingRoom(2, 2)
    assert [room.enter(address) for address in ("192.0.2.1", "198.51.100.1", "203.0.113.1")] == [
        *(True, True, False),
    ]
    room.leave("192.0.2.1")
    assert room.enter("203.0.113.1")
    assert len(room) == 2


def test_fewer_wait_of_one_network():
    room = WaitingRoom(10, 1)
    assert room.enter("192.0.2.1")
    assert not room.enter("192.0.2.200")
    assert not room.enter("::ffff:192.0.2.7")
    assert room.enter("2001:db8::1")
    assert not room.enter("2001:db8:0:ffff::1")
    assert room.enter("2001:db8:1::1")
    assert room.enter("fe80::1%eth0")
    room.leave("192.0.2.1")
    assert room.enter("192.0.2.200")
    assert len(room) == 4
