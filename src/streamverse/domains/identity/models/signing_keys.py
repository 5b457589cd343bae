"""The table of the keys that access tokens are signed with."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject


class SigningKeyRow(Base):
    """A key of the installation: published first, then signing, then only verifying, then gone."""

    __tablename__ = "identity_signing_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    public_jwk: Mapped[JsonObject]
    private_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    signs_from: Mapped[datetime]
    verifies_until: Mapped[datetime | None]
