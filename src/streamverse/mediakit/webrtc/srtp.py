"""SRTP (RFC 3711, RFC 7714): media encrypted for one peer, and what it sends opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pylibsrtp import Error, Policy, Session

if TYPE_CHECKING:
    from streamverse.mediakit.webrtc.dtls import SrtpKeys

# The library does not say of which types its constants are.
_GCM: Final = cast("int", Policy.SRTP_PROFILE_AEAD_AES_128_GCM)  # pyright: ignore[reportUnknownMemberType]
_CM: Final = cast("int", Policy.SRTP_PROFILE_AES128_CM_SHA1_80)  # pyright: ignore[reportUnknownMemberType]
_OUT: Final = cast("int", Policy.SSRC_ANY_OUTBOUND)  # pyright: ignore[reportUnknownMemberType]
_IN: Final = cast("int", Policy.SSRC_ANY_INBOUND)  # pyright: ignore[reportUnknownMemberType]
PROFILES: Final = {b"SRTP_AEAD_AES_128_GCM": _GCM, b"SRTP_AES128_CM_SHA1_80": _CM}
# What was lost may be sent again from so far back.
WINDOW: Final = 8192


class SrtpRefused(ValueError):
    """A packet that the peer did not write, or that was here before."""


class SrtpLine:
    """Both directions to a peer."""

    def __init__(self, keys: SrtpKeys) -> None:
        self._out = _session(keys.profile, keys.ours, _OUT)
        self._in = _session(keys.profile, keys.theirs, _IN)
        self.protect = self._out.protect
        self.protect_reports = self._out.protect_rtcp

    def open(self, data: bytes) -> bytes:
        """Open a packet of media."""
        try:
            return self._in.unprotect(data)
        except (Error, ValueError) as error:
            raise SrtpRefused(str(error)) from error

    def open_reports(self, data: bytes) -> bytes:
        """Open reports."""
        try:
            return self._in.unprotect_rtcp(data)
        except (Error, ValueError) as error:
            raise SrtpRefused(str(error)) from error


def _session(profile: bytes, key: bytes, direction: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=PROFILES[profile])
    policy.allow_repeat_tx = direction == _OUT
    policy.window_size = WINDOW
    return Session(policy)
