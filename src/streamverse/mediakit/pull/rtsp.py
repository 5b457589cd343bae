"""The client's side of RTSP 1.0 without I/O: bytes in; bytes, formats and samples out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from streamverse.mediakit.ingest.elementary import Heard
from streamverse.mediakit.ingest.samples import Kind
from streamverse.mediakit.pull.rtp_media import RtpReader, reader_of
from streamverse.mediakit.pull.rtsp_messages import (
    AGENT,
    Answer,
    Challenge,
    Interleaved,
    Request,
    Splitter,
)
from streamverse.mediakit.pull.sources import Credentials, PullFailed
from streamverse.mediakit.webrtc.clocks import SourceClock
from streamverse.mediakit.webrtc.rtcp import (
    Bye,
    ReceiverReport,
    SenderReport,
    parse_compound,
)
from streamverse.mediakit.webrtc.rtp import RtpBroken, RtpPacket
from streamverse.mediakit.webrtc.sdp import MediaDescription, SdpRefused, SessionDescription

UNAUTHORIZED, FIRST_REDIRECT, FIRST_FAILURE = 401, 300, 400
SESSION_S: Final = 60.0
SHORTEST_SESSION_S: Final = 4.0
REPORT_EVERY_S: Final = 5.0
OUR_SOURCE: Final = 0x5354524D
NUMBERS: Final = 1 << 16
BROKEN_AT_MOST: Final = 50


@dataclass(slots=True)
class _Medium:
    """A medium of the source: where it is controlled, and who reads it."""

    kind: Kind
    address: str
    payload_type: int
    reader: RtpReader
    clock: SourceClock
    channel: int = 0
    next_number: int | None = None
    ssrc: int | None = None


class RtspSession:
    """One playing of one address."""

    def __init__(self, address: str, who: Credentials | None) -> None:
        self.left_out: list[str] = []
        self.is_playing = False
        self._address = self._base = address
        self._who = who
        self._splitter = Splitter()
        self._outgoing: list[bytes] = []
        self._sequence = 0
        self._asked: tuple[Request, Callable[[Answer], None]] | None = None
        self._challenge: Challenge | None = None
        self._is_proven = False
        self._session: str | None = None
        self._lasts_s = SESSION_S
        self._keeps_by = "OPTIONS"
        self._media: list[_Medium] = []
        self._kept_s = self._reported_s = 0.0
        self._broken = 0
        self._ask("OPTIONS", address, self._take_options)

    def take_outgoing(self) -> bytes:
        """Give what is to be sent now."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data

    def feed(self, data: bytes, now_s: float) -> Iterator[Heard]:
        """Take bytes, cut anywhere, and go through what they complete."""
        for one in self._splitter.feed(data):
            if isinstance(one, Interleaved):
                yield from self._take_packet(one, now_s)
            elif isinstance(one, Answer):
                self._take_answer(one)
            else:
                self._refuse(one)

    def tick(self, now_s: float) -> None:
        """Keep the session alive."""
        if not self.is_playing:
            self._kept_s = self._reported_s = now_s
            return
        if now_s - self._kept_s >= self._lasts_s / 2 and self._asked is None:
            self._kept_s = now_s
            self._ask(self._keeps_by, self._base, lambda _answer: None)
        if now_s - self._reported_s >= REPORT_EVERY_S:
            self._reported_s = now_s
            for medium in self._media:
                report = bytes(ReceiverReport(OUR_SOURCE))
                self._outgoing.append(bytes(Interleaved(medium.channel + 1, report)))

    def end(self) -> bytes:
        """Give the farewell."""
        if self._session is None:
            return b""
        self._ask("TEARDOWN", self._base, lambda _answer: None)
        return self.take_outgoing()

    # --- requests ---------------------------------------------------------------------------------

    def _ask(
        self,
        method: str,
        address: str,
        then: Callable[[Answer], None],
        **headers: str,
    ) -> None:
        self._sequence += 1
        said = {"CSeq": str(self._sequence), "User-Agent": AGENT}
        if self._session is not None:
            said["Session"] = self._session
        said |= headers
        if self._challenge is not None and self._who is not None:
            said["Authorization"] = self._challenge.answer(self._who, method, address)
        request = Request(method, address, said)
        self._asked = request, then
        self._outgoing.append(bytes(request))

    def _take_answer(self, answer: Answer) -> None:
        if self._asked is None or answer.sequence != self._sequence:
            return
        if answer.status < 200:  # noqa: PLR2004 - the final answer follows
            return
        (request, then), self._asked = self._asked, None
        if answer.status == UNAUTHORIZED:
            self._prove(request, then, answer)
            return
        self._is_proven = self._challenge is not None
        if request.method in {"OPTIONS", self._keeps_by} and answer.status >= FIRST_FAILURE:
            # Some cameras know none of these, and play all the same.
            answer = Answer(200, "", {})
        if answer.status >= FIRST_FAILURE:
            raise PullFailed(_failure(request.method, answer))
        if answer.status >= FIRST_REDIRECT:
            place = answer.find("location") or "nowhere"
            raise PullFailed(f"The camera sends elsewhere: use the address {place} itself.")
        then(answer)

    def _prove(self, request: Request, then: Callable[[Answer], None], answer: Answer) -> None:
        """Ask once more, and say who asks."""
        if self._who is None:
            raise PullFailed("The camera asks who fetches: give its user and password.")
        found = Challenge.of(answer)
        if found is None:
            raise PullFailed(
                "The camera asks for a way to log in that is not known here: set Digest or Basic."
            )
        was_refused = self._challenge is not None and not found.is_stale and not self._is_proven
        if was_refused:
            raise PullFailed("The camera refuses the user and the password: check both.")
        self._challenge, self._is_proven = found, False
        headers = {
            name: value
            for name, value in request.headers.items()
            if name not in {"CSeq", "User-Agent", "Session", "Authorization"}
        }
        self._ask(request.method, request.address, then, **headers)

    def _refuse(self, request: Request) -> None:
        """Tell a server that asks us that this is nothing we do."""
        number = request.headers.get("cseq", "0")
        status = "200 OK" if request.method == "OPTIONS" else "501 Not Implemented"
        if number.isdecimal():
            self._outgoing.append(f"RTSP/1.0 {status}\r\nCSeq: {number}\r\n\r\n".encode())

    # --- from the first request to playing --------------------------------------------------------

    def _take_options(self, answer: Answer) -> None:
        public = answer.find("public") or ""
        if "GET_PARAMETER" in public:
            self._keeps_by = "GET_PARAMETER"
        self._ask("DESCRIBE", self._address, self._take_description, Accept="application/sdp")

    def _take_description(self, answer: Answer) -> None:
        base = answer.find("content-base") or answer.find("content-location") or self._address
        try:
            description = SessionDescription.parse(answer.body)
        except SdpRefused as refusal:
            raise PullFailed("The camera describes its stream in a broken way.") from refusal
        control = description.find(MediaDescription("", 0, ()), "control")
        self._base = self._address if control in {None, "", "*"} else _under(base, control or "")
        for media in description.media:
            self._choose(media, base)
        if not self._media:
            named = ", ".join(self.left_out) or "nothing"
            raise PullFailed(
                f"The camera sends {named}, of which nothing is taken: set H.264 or HEVC in it."
            )
        for number, medium in enumerate(self._media):
            medium.channel = 2 * number
        self._set_up(0)

    def _choose(self, media: MediaDescription, base: str) -> None:
        kind: Kind = "video" if media.kind == "video" else "audio"
        if media.kind != kind or any(one.kind == kind for one in self._media):
            return
        for coding in media.codings():
            reader = reader_of(kind, coding)
            if reader is not None:
                address = _under(base, media.find("control") or "")
                clock = SourceClock(coding.clock_hz)
                self._media.append(_Medium(kind, address, coding.payload_type, reader, clock))
                return
        names = [one.name for one in media.codings()] or [f"type {'/'.join(media.formats)}"]
        self.left_out.append(f"{kind} in {'/'.join(names)}")

    def _set_up(self, number: int) -> None:
        medium = self._media[number]

        def take(answer: Answer) -> None:
            self._take_session(answer)
            medium.channel = _channel_of(answer, medium.channel)
            if number + 1 < len(self._media):
                self._set_up(number + 1)
            else:
                self._ask("PLAY", self._base, self._take_play, Range="npt=0.000-")

        channels = f"{medium.channel}-{medium.channel + 1}"
        transport = f"RTP/AVP/TCP;unicast;interleaved={channels}"
        self._ask("SETUP", medium.address, take, Transport=transport)

    def _take_session(self, answer: Answer) -> None:
        found = answer.find("session")
        if found is None:
            raise PullFailed("The camera names no session, so that nothing can be played.")
        name, _, rest = found.partition(";")
        self._session = name.strip()
        lasts = rest.strip().partition("timeout=")[2].partition(";")[0]
        if lasts.isdecimal() and len(lasts) < 6:  # noqa: PLR2004
            self._lasts_s = max(SHORTEST_SESSION_S, float(lasts))

    def _take_play(self, answer: Answer) -> None:
        del answer
        self.is_playing = True

    # --- media ------------------------------------------------------------------------------------

    def _take_packet(self, packet: Interleaved, now_s: float) -> Iterator[Heard]:
        for medium in self._media:
            try:
                if packet.channel == medium.channel:
                    yield from self._take_media(medium, packet.payload, now_s)
                elif packet.channel == medium.channel + 1:
                    self._take_reports(medium, packet.payload)
            except RtpBroken as broken:
                self._broken += 1
                if self._broken > BROKEN_AT_MOST:
                    raise PullFailed("The camera sends packets that are none of RTP.") from broken

    def _take_media(self, medium: _Medium, data: bytes, now_s: float) -> Iterator[Heard]:
        packet = RtpPacket.parse(data)
        if packet.payload_type != medium.payload_type:
            return
        if medium.next_number not in {None, packet.sequence}:
            medium.reader.lose()
        medium.next_number = (packet.sequence + 1) % NUMBERS
        medium.ssrc = packet.source
        ticks = medium.clock.place(packet.timestamp, now_s)
        yield from medium.reader.read(packet, ticks)

    def _take_reports(self, medium: _Medium, data: bytes) -> None:
        for said in parse_compound(data):
            if isinstance(said, Bye):
                raise PullFailed("The camera has ended its stream: it is fetched again by itself.")
            if isinstance(said, SenderReport):
                clocks: dict[str, SourceClock] = {one.kind: one.clock for one in self._media}
                medium.clock.take_report(said, clocks)


def _under(base: str, control: str) -> str:
    """Give the address of a part; many cameras mean ``control`` to be put behind theirs."""
    if control in {"", "*"}:
        return base
    if "://" in control:
        return control
    if control.startswith("/"):
        return urljoin(base.replace("rtsp", "http", 1), control).replace("http", "rtsp", 1)
    return f"{base.rstrip('/')}/{control}"


def _channel_of(answer: Answer, asked: int) -> int:
    """Read on which channel a medium comes, and that it comes over this connection."""
    said = answer.find("transport") or ""
    if said and "TCP" not in said.upper():
        raise PullFailed(
            "The camera sends by UDP alone: set RTP over RTSP (TCP, interleaved) in it."
        )
    found = said.partition("interleaved=")[2].partition(";")[0].partition("-")[0]
    return int(found) if found.isdecimal() and int(found) < 255 else asked  # noqa: PLR2004


def _failure(method: str, answer: Answer) -> str:
    if answer.status == 404:  # noqa: PLR2004
        return "The camera has no stream at this path: look it up in its manual."
    if answer.status == 403:  # noqa: PLR2004
        return "The camera forbids this user to watch: allow it in the camera."
    if answer.status == 461:  # noqa: PLR2004
        return "The camera sends by UDP alone: set RTP over RTSP (TCP, interleaved) in it."
    reason = "".join(one for one in answer.reason if one.isprintable())[:60]
    return f"The camera refuses to go on ({method}: {answer.status} {reason}): look at its log."
