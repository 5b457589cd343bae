"""Fetches what sources hold, in one process, and hands it in by the door of publishers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

import msgspec

from streamverse.domains.live.contracts import PullState, SourceTimes, StreamId
from streamverse.domains.live.errors import SourceInvalid, TooManyTrials
from streamverse.domains.live.repository import Nodes, Slots, Sources
from streamverse.domains.live.rules.schedules import next_showing
from streamverse.domains.live.rules.sources import Source, is_time, pause_after
from streamverse.domains.live.service.leases import LEASE
from streamverse.domains.live.service.schedules import slot_of
from streamverse.domains.live.service.source_lines import SourceLine, fetch_for
from streamverse.kit.errors import Problem
from streamverse.kit.work import Actor
from streamverse.mediakit.ingest.samples import (
    MediaRefused,
    PublishRefused,
    PublishRequest,
    Receiver,
    Transport,
)
from streamverse.mediakit.ingest.srt_caller import Wish
from streamverse.mediakit.pull.hls_client import hear_hls
from streamverse.mediakit.pull.rtsp_client import hear_rtsp
from streamverse.mediakit.pull.sources import Credentials, Heard, PullFailed
from streamverse.mediakit.pull.srt_client import hear_srt
from streamverse.mediakit.pull.trial import Holding, Trial, try_source

if TYPE_CHECKING:
    from streamverse.domains.live.contracts import LiveSettings
    from streamverse.domains.live.models import SourceRow, StreamRow
    from streamverse.domains.live.service.nodes import LiveNode
    from streamverse.kit.crypto import Vault
    from streamverse.kit.work import Workshop

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
TRIALS_AT_ONCE = 4
TRIED_FOR_S = 10.0
TAKEN = "An encoder sends on this stream: the source is fetched when it has ended."
ELSEWHERE = "Several processes answer here, and none of them fetches streams yet."
FAILED = "The server failed to fetch the source: look at its log, or tell who runs it."
SLOW_TRIAL = (
    "Nothing that can be played came within 10 s: check the address, and that the source is on."
)


class Door(Protocol):
    """Where publishers come in."""

    async def admit(self, request: PublishRequest) -> Receiver:
        """Let somebody in, or refuse."""
        ...

    def has_publisher(self, stream_id: UUID) -> bool:
        """Tell whether somebody sends on a stream right now."""
        ...

    @property
    def node(self) -> LiveNode:
        """What holds streams for this process."""
        ...


@dataclass(slots=True)
class Pull:
    """What becomes of a source; ``problem`` is what went wrong last."""

    state: PullState = PullState.WAITING
    since: datetime | None = None
    problem: str | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A source that is to be fetched now; another one takes its place when it is changed."""

    stream_id: StreamId
    height: int | None
    sealed: bytes = field(repr=False)
    sealed_key: bytes = field(repr=False)

    @classmethod
    def of(cls, source: SourceRow, stream: StreamRow) -> Wanted:
        """Read it from its rows."""
        return cls(StreamId(stream.id), stream.height, source.sealed, stream.sealed_key)


class _Sealed(msgspec.Struct):
    address: str
    user: str
    password: str


def seal_source(vault: Vault, stream_id: UUID, source: Source) -> bytes:
    """Make address, user and password unreadable for whoever has the database alone."""
    plain = msgspec.json.encode(_Sealed(source.address, source.user, source.password))
    return vault.encrypt(plain, b"source" + stream_id.bytes)


def open_source(vault: Vault, stream_id: UUID, sealed: bytes) -> Source:
    """Read where a stream is fetched from."""
    plain = vault.decrypt(sealed, b"source" + stream_id.bytes)
    found = msgspec.json.decode(plain, type=_Sealed)
    return Source(found.address, found.user, found.password)


def _protocol_of(source: Source) -> Transport:
    if source.is_srt:
        return "srt"
    return "rtsp" if source.is_camera else "hls"


class PullDesk:
    """The sources that this process fetches, and how they do."""

    def __init__(self, workshop: Workshop, settings: LiveSettings, door: Door) -> None:
        self.fetcher = settings.fetcher
        # Whether sources are fetched here: by one of the processes that take streams.
        self.is_fetching = settings.takes_streams
        self._workshop = workshop
        self._settings = settings
        self._door = door
        self._pulls: dict[UUID, Pull] = {}
        self._tasks: dict[UUID, tuple[Wanted, asyncio.Task[None]]] = {}
        self._news = asyncio.Event()
        self._trials = 0

    def find(self, stream_id: UUID) -> Pull | None:
        """Find how the source of a stream does, if it is to be fetched now."""
        return self._pulls.get(stream_id)

    async def wake(self) -> None:
        """Look at once at what is to be fetched."""
        self._news.set()

    async def run(self) -> None:
        """Fetch what is to be fetched until cancelled."""
        try:
            while True:
                try:
                    await self._look()
                except Exception:
                    log.exception("The sources of live streams could not be looked at.")
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._news.wait()
                self._news.clear()
        finally:
            await self._end([task for _, task in self._tasks.values()])
            self._tasks.clear()
            self._pulls.clear()

    # --- what is to be fetched --------------------------------------------------------------------

    async def _look(self) -> None:
        wanted = await self._wanted()
        ended = [
            stream_id
            for stream_id, (before, _) in self._tasks.items()
            if wanted.get(stream_id) != before
        ]
        tasks = [self._tasks.pop(stream_id)[1] for stream_id in ended]
        await self._end(tasks)
        for stream_id in ended:
            del self._pulls[stream_id]
        for stream_id, one in wanted.items():
            if stream_id not in self._tasks:
                pull = self._pulls[stream_id] = Pull()
                self._tasks[stream_id] = one, asyncio.create_task(self._keep_on(one, pull))

    async def _wanted(self) -> Mapping[UUID, Wanted]:
        async with self._workshop.reading(Actor.system()) as work:
            nodes = await Nodes(work).alive(work.now - LEASE)
            self.is_fetching = not nodes or nodes[0].id == self._door.node.id
            if not self.is_fetching:
                return {}
            rows = await Sources(work).wanted()
            slots = await Slots(work).of([stream.id for _, stream in rows])
            now = work.now
        found: dict[UUID, Wanted] = {}
        for source, stream in rows:
            showing = next_showing(map(slot_of, slots.get(stream.id, ())), now)
            is_now = is_time(SourceTimes(source.times), showing, now)
            if is_now:
                found[stream.id] = Wanted.of(source, stream)
        return found

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    # --- one source -------------------------------------------------------------------------------

    async def _keep_on(self, wanted: Wanted, pull: Pull) -> None:
        """Fetch a source again and again, with pauses that grow while nothing comes."""
        failures = 0
        while True:
            pull.state, pull.retry_at = PullState.CONNECTING, None
            line = SourceLine(self._note_arrival(pull))
            problem = await self._fetch(wanted, line)
            failures = 1 if line.samples_received else failures + 1
            pause = pause_after(failures)
            pull.state, pull.since, pull.problem = PullState.WAITING, None, problem
            pull.retry_at = self._workshop.clock.now() + pause
            await asyncio.sleep(pause.total_seconds())

    def _note_arrival(self, pull: Pull) -> Callable[[], None]:
        def note() -> None:
            pull.state, pull.since = PullState.RECEIVING, self._workshop.clock.now()
            pull.problem = None

        return note

    async def _fetch(self, wanted: Wanted, line: SourceLine) -> str:
        """Fetch a source until it ends, and say why it did."""
        if self._door.has_publisher(wanted.stream_id):
            return TAKEN
        try:
            source = open_source(self._settings.vault, wanted.stream_id, wanted.sealed)
            key = self._settings.vault.decrypt(wanted.sealed_key, wanted.stream_id.bytes).decode()
            request = PublishRequest(
                *(key, _protocol_of(source), source.host, None, line), is_fetched=True
            )
            heard = self._hear(source, wanted.height)
            await line.carry(heard, partial(self._enter, wanted.stream_id, request))
        except (PullFailed, PublishRefused) as failure:
            return failure.sentence
        except MediaRefused as refusal:
            return str(refusal)
        except Problem as problem:
            return problem.detail
        except Exception:
            log.exception("The source of a live stream could not be fetched.")
            return FAILED
        return line.reason or FAILED

    async def _enter(self, stream_id: StreamId, request: PublishRequest) -> Receiver:
        """Ask to be let in, unless an encoder sends: nobody is pushed out by a source."""
        if self._door.has_publisher(stream_id):
            raise PublishRefused(TAKEN)
        return await self._door.admit(request)

    def _hear(
        self, source: Source, highest: int | None, *, is_paced: bool = True
    ) -> AsyncGenerator[Heard]:
        if source.is_srt:
            wish = Wish(source.stream_id, source.password or None)
            return hear_srt(partial(self._find_listener, source), wish)
        if not source.is_camera:
            fetch = fetch_for(self.fetcher, source)
            return hear_hls(source.address, fetch, highest=highest, is_paced=is_paced)
        who = Credentials(source.user, source.password) if source.user else None
        return hear_rtsp(source.address, self.fetcher.connect, who)

    async def _find_listener(self, source: Source) -> tuple[str, int]:
        found_at = await self.fetcher.find_stream_host(source.host, source.port)
        return found_at[0], source.port

    # --- before it is saved -----------------------------------------------------------------------

    async def check(self, source: Source) -> None:
        """Refuse an address that may never be asked."""
        try:
            if source.is_srt:
                await self._find_listener(source)
            elif source.is_camera:
                await self.fetcher.check_camera(source.address)
            else:
                await self.fetcher.check(source.address)
        except Problem as problem:
            raise SourceInvalid("address", problem.detail) from problem

    async def try_out(self, source: Source, highest: int | None) -> Holding:
        """Find out within some seconds what a source holds, or refuse it with the reason."""
        if self._trials >= TRIALS_AT_ONCE:
            raise TooManyTrials
        self._trials += 1
        trial = Trial()
        try:
            async with asyncio.timeout(TRIED_FOR_S):
                await try_source(self._hear(source, highest, is_paced=False), trial)
        except TimeoutError as late:
            if not trial.has_media:
                raise SourceInvalid("address", SLOW_TRIAL) from late
        except PullFailed as failure:
            raise SourceInvalid("address", failure.sentence) from failure
        except MediaRefused as refusal:
            raise SourceInvalid("address", str(refusal)) from refusal
        except Problem as problem:
            raise SourceInvalid("address", problem.detail) from problem
        finally:
            self._trials -= 1
        return trial.finish()
