"""Uploads and imports in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec

from streamverse.domains.media.contracts import Protection
from streamverse.domains.media.rules.states import UploadState
from streamverse.domains.media.schemas.problems import ProblemBrief
from streamverse.domains.media.service.remote_imports import NewImport

if TYPE_CHECKING:
    from streamverse.domains.media.models import (
        UploadRow,
    )
    from streamverse.kit.storage import FoundObject

MAX_AT_ONCE = 100


class UploadOut(msgspec.Struct):
    """A file on its way to us, or arrived; the title made of it has the id of its asset.

    ``origin`` says where a file is fetched from; its size is 0 until that is known.
    """

    id: UUID
    filename: str
    title_name: str
    size_bytes: int
    offset_bytes: int
    state: str
    problem: ProblemBrief | None
    asset_id: UUID | None
    title_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    origin: str | None

    @classmethod
    def of(cls, row: UploadRow) -> UploadOut:
        """Show a row."""
        return cls(
            id=row.id,
            filename=row.filename,
            title_name=row.title_name,
            size_bytes=row.size_bytes,
            offset_bytes=row.offset_bytes,
            state=row.state,
            problem=ProblemBrief.of(row.problem),
            asset_id=row.asset_id,
            title_id=row.asset_id if row.state == UploadState.ACCEPTED else None,
            created_at=row.created_at,
            expires_at=row.expires_at,
            origin=row.origin,
        )


class UploadsOut(msgspec.Struct):
    """A page of uploads, and how films are protected whose uploader does not choose."""

    items: list[UploadOut]
    protection: Protection
    next_cursor: str | None


class ImportIn(msgspec.Struct, forbid_unknown_fields=True):
    """A file to be fetched: from ``https://…`` or ``s3://bucket/key``, and what it is."""

    url: str
    title: str = ""
    credit: str = ""
    description: str = ""
    year: int | None = None
    sha256: str = ""
    protection: Protection | None = None

    def to_import(self) -> NewImport:
        """Give what is asked for."""
        said = {
            "title": self.title,
            "credit": self.credit,
            "description": self.description,
            "year": str(self.year or ""),
            "protection": self.protection or "",
        }
        return NewImport(self.url, said, self.sha256)


class BucketImportIn(msgspec.Struct, forbid_unknown_fields=True):
    """Files of a bucket to be taken in, and whom to thank for them."""

    bucket: str
    keys: Annotated[list[str], msgspec.Meta(min_length=1, max_length=MAX_AT_ONCE)]
    credit: str = ""
    protection: Protection | None = None

    def to_imports(self) -> list[NewImport]:
        """Give what is asked for."""
        said = {"credit": self.credit, "protection": self.protection or ""}
        return [NewImport(f"s3://{self.bucket}/{key}", said) for key in self.keys]


class ImportsOut(msgspec.Struct):
    """The uploads that are being filled."""

    items: list[UploadOut]


class BucketsOut(msgspec.Struct):
    """The buckets that films may be taken from."""

    items: list[str]


class BucketObjectOut(msgspec.Struct):
    """A file in a bucket."""

    key: str
    size_bytes: int
    modified_at: datetime

    @classmethod
    def of(cls, found: FoundObject) -> BucketObjectOut:
        """Show what was found."""
        return cls(found.key, found.size_bytes, found.modified_at)


class BucketObjectsOut(msgspec.Struct):
    """A page of the files in a bucket."""

    items: list[BucketObjectOut]
    next_cursor: str | None
