"""What waits for a slow line, and what of it is lost."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.ingest.groups import LONGEST_TICKS, MOST_BYTES, GroupQueue
from streamverse.mediakit.ingest.samples import CLOCK_HZ, AudioFormat, Sample, VideoFormat

VIDEO = VideoFormat("h264", b"", 320, 180)
OTHER = VideoFormat("h264", b"other", 640, 360)
AUDIO = AudioFormat("aac", b"", 48_000, 2)
FRAME = CLOCK_HZ // 30


def picture(number: int, every: int = 30, size: int = 1) -> Sample:
    ticks = number * FRAME
    return Sample("video", ticks, ticks, number % every == 0, bytes(size))


def sound(ticks: int) -> Sample:
    return Sample("audio", ticks, ticks, is_keyframe=True, payload=b"s")


def waiting(queue: GroupQueue) -> list[Sample]:
    found: list[Sample] = []
    while (coded := queue.next()) is not None:
        found.append(coded.sample)
    return found


def queue_of(*formats: VideoFormat | AudioFormat) -> GroupQueue:
    queue = GroupQueue()
    for media in formats:
        queue.take_format(media)
    return queue


def test_it_begins_with_a_keyframe():
    queue = queue_of(VIDEO, AUDIO)
    for sample in (sound(0), picture(29), picture(30), sound(31 * FRAME), picture(31)):
        queue.put(sample)
    assert waiting(queue) == [picture(30), sound(31 * FRAME), picture(31)]
    assert queue.dropped == 0


def test_sound_alone_begins_with_any():
    queue = queue_of(AUDIO)
    queue.put(sound(7))
    assert waiting(queue) == [sound(7)]


def test_who_falls_behind_goes_on_with_the_newest_keyframe():
    queue = queue_of(VIDEO)
    for number in range(152):
        queue.put(picture(number))
    assert waiting(queue) == [picture(150), picture(151)]
    assert queue.dropped == 150


def test_a_group_without_an_end_is_lost_up_to_the_next_keyframe():
    queue = queue_of(VIDEO, AUDIO)
    for number in range(160):
        queue.put(picture(number, every=400))
        queue.put(sound(number * FRAME))
    assert waiting(queue) == []
    # Sound is lost with the pictures beside it, and not counted.
    assert queue.dropped == 152
    queue.put(picture(400, every=400))
    queue.put(sound(400 * FRAME))
    assert waiting(queue) == [picture(400, every=400), sound(400 * FRAME)]


def test_many_bytes_are_too_much_as_well():
    queue = queue_of(VIDEO)
    queue.put(picture(0, size=MOST_BYTES))
    queue.put(picture(30))
    assert waiting(queue) == [picture(30)]
    assert queue.dropped == 1


def test_each_sample_knows_how_it_is_coded():
    queue = queue_of(VIDEO, AUDIO)
    queue.put(picture(0))
    queue.take_format(OTHER)
    queue.put(picture(30))
    first, second = queue.next(), queue.next()
    assert first is not None
    assert second is not None
    assert first.formats == (VIDEO, AUDIO)
    assert second.formats == (OTHER, AUDIO)


def test_starting_over_forgets_what_waits_and_counts_it_not():
    queue = queue_of(VIDEO)
    queue.put(picture(0))
    queue.start_over()
    queue.put(picture(1))
    assert (waiting(queue), queue.is_empty, queue.dropped) == ([], True, 0)


async def test_whoever_waits_is_woken_by_a_sample_and_by_a_ring():
    queue = queue_of(VIDEO)
    for wake in (lambda: queue.put(picture(0)), queue.ring):
        task = asyncio.create_task(queue.wait())
        await asyncio.sleep(0)
        assert not task.done()
        wake()
        async with asyncio.timeout(60):
            await task
        waiting(queue)


@given(st.lists(st.booleans(), max_size=400), st.integers(1, 60))
def test_it_is_never_longer_than_five_seconds_and_begins_with_a_keyframe(
    taken: list[bool], every: int
):
    queue = queue_of(VIDEO)
    out: list[Sample] = []
    for number, is_taken in enumerate(taken):
        queue.put(picture(number, every))
        if is_taken:
            coded = queue.next()
            out += [coded.sample] if coded is not None else []
    out += waiting(queue)
    assert not out or out[0].is_keyframe
    # Wherever something is missing, it goes on with a keyframe.
    for before, after in pairwise(out):
        assert after.decode_ticks == before.decode_ticks + FRAME or after.is_keyframe
    assert len(out) + queue.dropped <= len(taken)
    assert LONGEST_TICKS == 5 * CLOCK_HZ
