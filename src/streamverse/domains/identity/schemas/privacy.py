"""The JSON of consent, copies of one's data, and the end of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct

from streamverse.domains.identity.contracts import ConsentKind
from streamverse.domains.identity.models import ConsentRow, ExportRow
from streamverse.domains.identity.schemas.accounts import Text
from streamverse.domains.identity.service.exports import ExportState


class ReactivationIn(Struct):
    """The password of an account that sleeps, or the ticket of a log-in with another service."""

    email: Text = ""
    password: Text = ""
    ticket: Text | None = None


class DeletionOut(Struct):
    """When the account will be deleted, unless it is reactivated until then."""

    delete_at: datetime


class ExportOut(Struct):
    """A copy of what is kept about the account; ``download`` is its address once it is ready."""

    id: UUID
    state: ExportState
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime
    size_bytes: int | None
    download: str | None

    @classmethod
    def of(cls, row: ExportRow) -> Self:
        """Show a copy."""
        state = ExportState(row.state)
        address = f"/api/v1/auth/account/export/{row.id}/download"
        return cls(
            id=row.id,
            state=state,
            requested_at=row.requested_at,
            ready_at=row.ready_at,
            expires_at=row.expires_at,
            size_bytes=row.size_bytes,
            download=address if state is ExportState.READY else None,
        )


class ConsentOut(Struct):
    """What somebody last decided; without a time they were never asked.

    It ``is_current`` if it was decided about the terms of today.
    """

    kind: ConsentKind
    is_given: bool
    version: str | None
    at: datetime | None
    is_current: bool

    @classmethod
    def of(cls, kind: ConsentKind, row: ConsentRow | None, version: str) -> Self:
        """Show a decision."""
        if row is None:
            return cls(kind, is_given=False, version=None, at=None, is_current=False)
        return cls(kind, row.is_given, row.version, row.at, is_current=row.version == version)


class ConsentList(Struct):
    """What somebody agrees to, and the version of the terms of today."""

    version: str
    items: list[ConsentOut]

    @classmethod
    def of(cls, rows: Mapping[ConsentKind, ConsentRow | None], version: str) -> Self:
        """Show decisions."""
        return cls(version, [ConsentOut.of(kind, row, version) for kind, row in rows.items()])


class DecisionIn(Struct):
    """One decision."""

    kind: ConsentKind
    is_given: bool


class ConsentsIn(Struct):
    """What somebody decides about the terms that they have read; what is left out stays."""

    version: Text
    items: Annotated[list[DecisionIn], Meta(min_length=1, max_length=16)]
