"""The tables of what an account shows beside or instead of its password."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class FactorSetRow(TenantOwned, Base):
    """What all factors of an account have in common; it comes with the first of them.

    ``user_handle`` is the account in the words of its passkeys and tells nothing about it.
    ``backup_key_sealed`` is the key that its backup codes are hashed with. ``failures`` are the
    wrong codes since the last right one.
    """

    __tablename__ = "identity_factor_set"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_account.id", ondelete="CASCADE"), primary_key=True
    )
    user_handle: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    backup_key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None]
    reset_requested_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AuthenticatorAppRow(TenantOwned, Base):
    """The secret that an authenticator app makes codes from (RFC 6238).

    Until ``confirmed_at`` nobody has shown that an app has it. ``last_step`` is the latest step
    whose code was used.
    """

    __tablename__ = "identity_authenticator_app"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id", ondelete="CASCADE"))
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class BackupCodeRow(TenantOwned, Base):
    """A code on paper that is good once."""

    __tablename__ = "identity_backup_code"
    __table_args__ = (Index(None, "account_id", "code_hash", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id", ondelete="CASCADE"))
    code_hash: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyRow(TenantOwned, Base):
    """A key pair of which an account keeps the private half in a device (WebAuthn)."""

    __tablename__ = "identity_passkey"
    __table_args__ = (
        Index(None, "account_id"),
        Index("uq_identity_passkey_credential_id", "tenant_id", "credential_id", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str]
    transports: Mapped[str]
    is_synced: Mapped[bool]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
