"""Offers of publishers and viewers answered: what we take of them, and under which numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from streamverse.mediakit.webrtc import arrivals
from streamverse.mediakit.webrtc.sdp import (
    Attribute,
    Coding,
    MediaDescription,
    SdpRefused,
    SessionDescription,
)

Role = Literal["client", "server"]
Kind = Literal["video", "audio"]

CANDIDATE_PRIORITY: Final = 2_130_706_431
HIGHEST_PREFERENCE: Final = 65_535
FEEDBACK: Final = ("nack", "nack pli", "ccm fir", "transport-cc")
OPUS_PARAMETERS: Final = "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1"
NO_H264: Final = "WebRTC is taken with H.264 only: choose H.264 in the encoder or another browser."
NO_H264_VIEWER: Final = "This browser plays no H.264 by WebRTC: watch by HLS instead."


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the checks of ICE are signed with."""

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class OurSide:
    """What we say of ourselves in an answer."""

    credentials: Credentials
    fingerprint: str
    addresses: Sequence[tuple[str, int]]
    session_id: int


@dataclass(frozen=True, slots=True)
class TheirSide:
    """What a peer says of itself."""

    credentials: Credentials
    fingerprint: str
    # Which end of DTLS we are.
    our_role: Role


@dataclass(frozen=True, slots=True)
class Track:
    """A medium that was agreed on."""

    kind: Kind
    name: str
    coding: Coding
    arrivals_extension: int | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both sides have agreed on."""

    peer: TheirSide
    tracks: tuple[Track, ...]
    answer: SessionDescription

    def track(self, kind: Kind) -> Track | None:
        """Give the track of a kind, if there is one."""
        return next((track for track in self.tracks if track.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Sources:
    """What a viewer is sent: the numbers of its sources, and whether each is there."""

    video: int | None
    audio: int | None
    h264_profile: int = 0x42
    name: str = "streamverse"

    def of(self, kind: Kind) -> int | None:
        """Give the source of a kind."""
        return self.video if kind == "video" else self.audio


def answer_publisher(offer: SessionDescription, ours: OurSide) -> Agreement:
    """Take the first picture and the first sound that are offered."""
    kinds = _first_of_each(offer, ("sendonly", "sendrecv"))
    video = kinds.get("video")
    if video is None:
        raise SdpRefused("The offer sends no pictures: switch a camera or a screen on.")
    tracks: dict[int, Track] = {}
    for kind, place in kinds.items():
        media = offer.media[place]
        coding = _choose_video(media, 0) if kind == "video" else _choose_opus(media)
        if coding is not None:
            number = media.extension(arrivals.URI)
            tracks[place] = Track(kind, media.name, coding, number)
    if video not in tracks:
        raise SdpRefused(NO_H264)
    return _agree(offer, ours, tracks, lambda _: [("recvonly", "")])


def answer_viewer(offer: SessionDescription, ours: OurSide, sources: Sources) -> Agreement:
    """Send pictures and sound to whoever asks for them, as far as they are there."""
    tracks: dict[int, Track] = {}
    kinds = _first_of_each(offer, ("recvonly", "sendrecv"))
    for kind, place in kinds.items():
        media = offer.media[place]
        if sources.of(kind) is None:
            continue
        is_video = kind == "video"
        coding = _choose_video(media, sources.h264_profile) if is_video else _choose_opus(media)
        if coding is not None:
            tracks[place] = Track(kind, media.name, coding)
    if sources.video is not None and not any(track.kind == "video" for track in tracks.values()):
        raise SdpRefused(NO_H264_VIEWER)
    if not tracks:
        raise SdpRefused("The offer asks for nothing that the stream has.")

    def describe(track: Track) -> list[Attribute]:
        source = sources.of(track.kind)
        name = f"{sources.name} {track.kind}"
        return [("sendonly", ""), ("msid", name), ("ssrc", f"{source} cname:{sources.name}")]

    return _agree(offer, ours, tracks, describe)


def _agree(
    offer: SessionDescription,
    ours: OurSide,
    tracks: dict[int, Track],
    describe: Callable[[Track], list[Attribute]],
) -> Agreement:
    first = offer.media[min(tracks)]
    peer = _their_side(offer, first)
    media = tuple(
        _section(tracks[place], ours, peer, describe) if place in tracks else _refused(section)
        for place, section in enumerate(offer.media)
    )
    names = " ".join(track.name for _, track in sorted(tracks.items()))
    said: tuple[Attribute, ...] = (
        ("group", f"BUNDLE {names}"),
        ("ice-lite", ""),
        ("msid-semantic", "WMS *"),
    )
    answer = SessionDescription(media, said, ours.session_id)
    return Agreement(peer, tuple(tracks.values()), answer)


def _first_of_each(offer: SessionDescription, directions: Sequence[str]) -> dict[Kind, int]:
    """Find the first section of each kind that goes the right way."""
    bundled = next((v.split()[1:] for k, v in offer.attributes if k == "group"), None)
    found: dict[Kind, int] = {}
    for place, media in enumerate(offer.media):
        if media.direction not in directions or media.kind not in {"video", "audio"}:
            continue
        if bundled is not None and media.name in bundled:
            found.setdefault("video" if media.kind == "video" else "audio", place)
    if bundled is None and offer.media:
        raise SdpRefused("The offer has to send all of its media over one way (BUNDLE).")
    return found


def _choose_video(media: MediaDescription, profile: int) -> Coding | None:
    """Prefer the profile that the stream has; pictures in several packets are a must."""
    codings = [
        coding
        for coding in media.codings()
        if coding.name.upper() == "H264" and coding.parameter("packetization-mode") == "1"
    ]
    same = (one for one in codings if _profile_of(one) == profile)
    chosen = next(same, codings[0] if codings else None)
    return None if chosen is None else _with_feedback(chosen)


def _profile_of(coding: Coding) -> int:
    try:
        return int((coding.parameter("profile-level-id") or "42001f")[:2], 16)
    except ValueError:
        return 0


def _with_feedback(coding: Coding) -> Coding:
    taken = tuple(kind for kind in FEEDBACK if kind in coding.feedback)
    return Coding(
        *(coding.payload_type, coding.name, coding.clock_hz, coding.channels),
        *(coding.parameters, taken),
    )


def _choose_opus(media: MediaDescription) -> Coding | None:
    found = (coding for coding in media.codings() if coding.name.lower() == "opus")
    coding = next(found, None)
    if coding is None:
        return None
    taken = tuple(kind for kind in ("transport-cc",) if kind in coding.feedback)
    return Coding(coding.payload_type, "opus", coding.clock_hz, 2, OPUS_PARAMETERS, taken)


def _their_side(offer: SessionDescription, media: MediaDescription) -> TheirSide:
    name, password = offer.find(media, "ice-ufrag"), offer.find(media, "ice-pwd")
    kind, _, fingerprint = (offer.find(media, "fingerprint") or "").partition(" ")
    if not name or not password or kind.lower() != "sha-256":
        raise SdpRefused("The offer lacks ice-ufrag, ice-pwd or a sha-256 fingerprint.")
    # Whoever leaves it to us (actpass) calls first.
    setup = offer.find(media, "setup")
    role: Role = "client" if setup == "passive" else "server"
    return TheirSide(Credentials(name, password), fingerprint.strip().upper(), role)


def _section(
    track: Track, ours: OurSide, peer: TheirSide, describe: Callable[[Track], list[Attribute]]
) -> MediaDescription:
    extension = track.arrivals_extension
    attributes: list[Attribute] = [
        ("mid", track.name),
        ("ice-ufrag", ours.credentials.name),
        ("ice-pwd", ours.credentials.password),
        ("fingerprint", f"sha-256 {ours.fingerprint}"),
        ("setup", "active" if peer.our_role == "client" else "passive"),
        ("rtcp-mux", ""),
        ("rtcp-rsize", ""),
        *describe(track),
        *track.coding.attributes(),
        *([] if extension is None else [("extmap", f"{extension} {arrivals.URI}")]),
        *candidates(ours.addresses),
        ("end-of-candidates", ""),
    ]
    number = str(track.coding.payload_type)
    return MediaDescription(track.kind, 9, (number,), tuple(attributes))


def candidates(addresses: Sequence[tuple[str, int]]) -> Iterator[Attribute]:
    """Say where we are reached, the dearest first."""
    for place, (host, port) in enumerate(addresses):
        priority = CANDIDATE_PRIORITY - (place << 8)
        yield "candidate", f"{place + 1} 1 udp {priority} {host} {port} typ host"


def _refused(media: MediaDescription) -> MediaDescription:
    said: tuple[Attribute, ...] = (("mid", media.name), ("inactive", ""))
    return MediaDescription(media.kind, 0, media.formats, said, media.protocol)


def read_restart(fragment: bytes) -> Credentials | None:
    """Read a fragment of trickle ICE (RFC 8840): other credentials are another beginning."""
    lines = fragment.decode("utf-8", "replace").splitlines()
    name, password = (
        next((line[len(start) :] for line in lines if line.startswith(start)), None)
        for start in ("a=ice-ufrag:", "a=ice-pwd:")
    )
    return Credentials(name, password) if name and password else None


def write_fragment(ours: OurSide, name: str) -> str:
    """Write our side of a restart as a fragment."""
    said: list[Attribute] = [
        ("ice-lite", ""),
        ("ice-ufrag", ours.credentials.name),
        ("ice-pwd", ours.credentials.password),
    ]
    listed: list[Attribute] = [
        ("mid", name),
        *candidates(ours.addresses),
        ("end-of-candidates", ""),
    ]
    lines = [f"a={key}:{value}" if value else f"a={key}" for key, value in said]
    lines += ["m=audio 9 UDP/TLS/RTP/SAVPF 0"]
    lines += [f"a={key}:{value}" if value else f"a={key}" for key, value in listed]
    return "\r\n".join((*lines, ""))
