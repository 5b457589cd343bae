"""What streams are sent on to, and the key of a second encoder, in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from streamverse.domains.live.contracts import (
    Comeback,
    TargetState,
)
from streamverse.domains.live.errors import TargetInvalid
from streamverse.domains.live.rules.targets import read_destination
from streamverse.domains.live.service.targets import NewTarget, TargetChange

if TYPE_CHECKING:
    from streamverse.domains.live.service.backups import BackupView
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.domains.live.service.targets import TargetView

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
_Key = Annotated[str, msgspec.Meta(max_length=1000)]
_Passphrase = Annotated[str, msgspec.Meta(max_length=100)]
_Address = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class LiveTargetIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A service to send a stream on to.

    ``key`` is the stream key of RTMP, which may stand at the end of the address instead, or the
    stream id of SRT.
    """

    name: _Name
    address: _Address
    key: _Key = ""
    passphrase: _Passphrase | None = None
    is_on: bool = True

    def to_target(self) -> NewTarget:
        """Give what is asked for."""
        destination = read_destination(self.address, self.key, self.passphrase or None)
        return NewTarget(self.name, destination, self.is_on)


class LiveTargetChangeIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What shall be otherwise; what is left out stays.

    An address is given whole, with its key and passphrase beside it, because nobody is shown the
    old ones.
    """

    name: _Name | UnsetType = UNSET
    address: _Address | UnsetType = UNSET
    key: _Key = ""
    passphrase: _Passphrase | None = None
    is_on: bool | UnsetType = UNSET

    def to_change(self) -> TargetChange:
        """Give what is asked for."""
        destination = None
        if self.address is not UNSET:
            destination = read_destination(self.address, self.key, self.passphrase or None)
        elif self.key or self.passphrase:
            raise TargetInvalid("address", "Enter the address as well: the old one is not shown.")
        return TargetChange(
            name=None if self.name is UNSET else self.name,
            destination=destination,
            is_on=None if self.is_on is UNSET else self.is_on,
        )


class LiveTargetOut(msgspec.Struct, kw_only=True):
    """A service that a stream is sent on to, and how that goes.

    Of the address the server is shown, of the key its last characters if it is long. ``since`` is
    when it began to be in its ``state``; ``problem`` says why the last try failed, until one does
    not.
    """

    id: UUID
    name: str
    server: str
    key_end: str | None
    has_passphrase: bool
    is_on: bool
    state: TargetState
    since: datetime | None
    bitrate_bps: int
    dropped_pictures: int
    problem: str | None

    @classmethod
    def of(cls, view: TargetView) -> LiveTargetOut:
        """Show a target."""
        row, reading = view.row, view.reading if view.row.is_on else None
        idle = TargetState.WAITING if row.is_on else TargetState.OFF
        return cls(
            id=row.id,
            name=row.name,
            server=view.destination.server,
            key_end=view.destination.key_end,
            has_passphrase=view.destination.passphrase is not None,
            is_on=row.is_on,
            state=reading.state if reading else idle,
            since=reading.since if reading else None,
            bitrate_bps=reading.bitrate_bps if reading else 0,
            dropped_pictures=reading.dropped if reading else 0,
            problem=reading.error if reading else None,
        )


class LiveBackupIn(msgspec.Struct, forbid_unknown_fields=True):
    """What the main encoder does when it is back while the backup is on air."""

    comeback: Comeback


class LiveBackupOut(msgspec.Struct):
    """Where a backup encoder sends to, as far as encoders are taken here, and its key."""

    rtmp_url: str | None
    rtmps_url: str | None
    srt_url: str | None
    whip_url: str | None
    key: str
    comeback: Comeback

    @classmethod
    def of(cls, desk: LiveDesk, view: BackupView) -> LiveBackupOut:
        """Show a key."""
        urls = (
            desk.rtmp_url,
            desk.rtmps_url,
            desk.srt_url(view.key, view.passphrase),
            desk.whip_url,
        )
        return cls(*urls, view.key, view.comeback)


class LiveStandbyOut(msgspec.Struct):
    """The backup encoder that a stream may have, or null where it may have none."""

    backup: LiveBackupOut | None
