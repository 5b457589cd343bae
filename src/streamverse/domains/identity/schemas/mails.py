"""The JSON of mails that were sent, or kept."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from msgspec import Struct, structs

from streamverse.domains.identity.service.mails import SeenMail
from streamverse.kit.mail import MailState
from streamverse.kit.paging import Page


class MailOut(Struct, kw_only=True):
    """A mail, without what it says; to whom and about what is forgotten after a while."""

    id: UUID
    state: MailState
    to: str | None
    subject: str | None
    locale: str | None
    attempts: int
    problem: str | None
    created_at: datetime
    sent_at: datetime | None
    is_readable: bool

    @classmethod
    def of(cls, seen: SeenMail) -> Self:
        """Show a mail."""
        row, mail = seen.row, seen.mail
        return cls(
            id=row.id,
            state=MailState(row.state),
            to=mail.to if mail else None,
            subject=mail.subject if mail else None,
            locale=mail.locale if mail else None,
            attempts=row.attempts,
            problem=row.problem,
            created_at=row.created_at,
            sent_at=row.sent_at,
            is_readable=seen.readable is not None,
        )


class MailPage(Struct):
    """Some mails, the cursor to the next ones, and whether mails are sent at all."""

    items: list[MailOut]
    next_cursor: str | None
    is_sending: bool

    @classmethod
    def of(cls, page: Page[SeenMail], *, is_sending: bool) -> Self:
        """Show a page."""
        return cls([MailOut.of(seen) for seen in page.items], page.next_cursor, is_sending)


class MailBodyOut(MailOut, kw_only=True):
    """A mail with what it says, where mails are kept to be read."""

    text: str | None
    html: str | None

    @classmethod
    def of(cls, seen: SeenMail) -> Self:
        """Show a mail and what it says."""
        readable = seen.readable
        return cls(
            **structs.asdict(MailOut.of(seen)),
            text=readable.text if readable else None,
            html=readable.html if readable else None,
        )


class MailRequestedOut(Struct):
    """What to do next; the same whether or not a mail was sent."""

    detail: str
