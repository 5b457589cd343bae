"""Writes that a client may repeat: the first answer is kept with what it did, and given again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self
from uuid import UUID

from sqlalchemy import LargeBinary, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject
from streamverse.kit.errors import Conflict, Invalid
from streamverse.kit.work import Actor, Work, Workshop

KEPT_FOR = timedelta(hours=24)
KEY_LIMIT = 200


class IdempotencyKeyReused(Conflict):
    """The key was used for another request."""

    code = "kit.idempotency_key_reused"
    title = "This Idempotency-Key belongs to another request"


class RequestUnderWay(Conflict):
    """Two requests with one key came at the same time; this one did nothing."""

    code = "kit.request_under_way"
    title = "The same request is being carried out"


class IdempotencyRow(Base):
    """The answer that a repeated request gets again."""

    __tablename__ = "kit_idempotency"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int]
    headers: Mapped[JsonObject]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class RepeatableRequest:
    """A request under a key: the same account may send it again and is told the same."""

    account_id: UUID
    key: str
    request_hash: str

    @classmethod
    def of(cls, account_id: UUID, key: str, method: str, path: str, body: bytes) -> Self:
        """Recognise a request by everything that says what it wants."""
        if len(key) > KEY_LIMIT:
            raise Invalid(f"An Idempotency-Key has at most {KEY_LIMIT} characters.")
        return cls(account_id, key, sha256(f"{method} {path}\n".encode() + body).hexdigest())


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client was told."""

    status: int
    headers: dict[str, str]
    body: bytes


async def find_answer(
    workshop: Workshop, actor: Actor, repeatable: RepeatableRequest
) -> Answer | None:
    """Find what the account was told under the key, if it asked the same thing."""
    async with workshop.reading(actor) as work:
        row = await work.session.get(
            IdempotencyRow, (actor.tenant_id, repeatable.account_id, repeatable.key)
        )
        if row is None or row.expires_at < work.now:
            return None
    if row.request_hash != repeatable.request_hash:
        raise IdempotencyKeyReused(
            "This Idempotency-Key was used for a different request. "
            "Use a new key for a new request."
        )
    return Answer(row.status, row.headers, row.body)


async def keep_answer(work: Work, repeatable: RepeatableRequest, answer: Answer) -> None:
    """Keep an answer, if and only if this Work is committed; of two at once, one is refused."""
    key = {
        "tenant_id": work.actor.tenant_id,
        "account_id": repeatable.account_id,
        "key": repeatable.key,
    }
    row = {
        **key,
        "request_hash": repeatable.request_hash,
        "status": answer.status,
        "headers": answer.headers,
        "body": answer.body,
        "expires_at": work.now + KEPT_FOR,
    }
    await work.session.flush()
    is_expired = IdempotencyRow.expires_at < work.now
    await work.session.execute(delete(IdempotencyRow).filter_by(**key).where(is_expired))
    try:
        await work.session.execute(insert(IdempotencyRow), [row])
    except IntegrityError as twin:
        raise RequestUnderWay(
            "The same request is being carried out right now. Wait a moment, then repeat it."
        ) from twin
