"""Mail: kept with the transaction that asks for it, sealed, and sent by a job.

Where no mail server is set, mails are kept for the owner to read. A mail that was ever meant for a
server is not shown to anybody: whoever could read its link could take its reader's account.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

import idna
import msgspec
from sqlalchemy import Index, LargeBinary, SmallInteger, select, update
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.clock import new_id
from streamverse.kit.crypto import Vault
from streamverse.kit.db import Base, TenantOwned
from streamverse.kit.errors import Conflict, NotFound
from streamverse.kit.jobs import HIGH, Job, JobHandlers
from streamverse.kit.smtp import MailRefused, MailServerUnavailable, Transport
from streamverse.kit.work import Work
from streamverse.kit.worker import Run

KEPT_FOR = timedelta(days=30)
# From the first failure on; after the last pause a mail is given up.
PAUSES = (
    timedelta(seconds=20),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
# What a command or a header of SMTP must never see (RFC 5321 §4.1.2, RFC 5322 §2.2).
_ADDRESS = re.compile(r'[^\s<>"(),:;\\@\[\]]+@[^\s<>"(),:;\\@\[\]]+')


def may_be_mailed(address: str) -> bool:
    """Tell whether an address can be written to; quoted local parts and literals cannot."""
    return address.isprintable() and _ADDRESS.fullmatch(address) is not None


class MailState(enum.StrEnum):
    """Where a mail is in its life."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    KEPT = "kept"


class MailRow(TenantOwned, Base):
    """A mail as it is kept: who it is for and what it says only sealed, and only for a while."""

    __tablename__ = "kit_mail"
    __table_args__ = (Index(None, "created_at"), Index(None, "tenant_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    was_for_server: Mapped[bool]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    problem: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class MailNotFound(NotFound):
    """There is no such mail."""

    code = "kit.mail_not_found"
    title = "No such mail"

    def __init__(self, mail_id: UUID) -> None:
        super().__init__("There is no such mail.", mail_id=str(mail_id))


class MailNotSendable(Conflict):
    """The mail cannot be sent, or not again."""

    code = "kit.mail_not_sendable"
    title = "This mail cannot be sent"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, ready to be sent."""

    to: str
    subject: str
    text: str
    html: str
    locale: str


@dataclass(frozen=True, slots=True)
class MailSender:
    """In whose name mails are sent."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class SendMail(Job):
    """Hand a mail over to the mail server."""

    mail_id: UUID


@dataclass(frozen=True, slots=True)
class ForgetMails(Job):
    """Forget what old mails said."""


class Mails:
    """The mails of the tenant."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: MailRow) -> None:
        """Add a mail."""
        self._work.session.add(row)

    async def find(self, mail_id: UUID) -> MailRow | None:
        """Find a mail."""
        return await self._work.session.scalar(select(MailRow).where(MailRow.id == mail_id))

    async def get(self, mail_id: UUID) -> MailRow:
        """Get a mail, or fail with ``MailNotFound``."""
        row = await self.find(mail_id)
        if row is None:
            raise MailNotFound(mail_id)
        return row

    async def lock(self, mail_id: UUID) -> MailRow:
        """Get a mail for change."""
        row = await self._work.session.scalar(
            select(MailRow).where(MailRow.id == mail_id).with_for_update()
        )
        if row is None:
            raise MailNotFound(mail_id)
        return row

    async def page(self, *, before: UUID | None, limit: int) -> Sequence[MailRow]:
        """List mails, newest first, from below an id."""
        query = select(MailRow).order_by(MailRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(MailRow.id < before)
        return (await self._work.session.scalars(query)).all()

    async def forget(self, before: datetime) -> None:
        """Forget what mails said that are older."""
        await self._work.session.execute(
            update(MailRow)
            .where(MailRow.created_at < before, MailRow.sealed.is_not(None))
            .values(sealed=None)
        )


class Postbox:
    """Takes mails for sending; without a transport it keeps them."""

    def __init__(self, vault: Vault, sender: MailSender, transport: Transport | None) -> None:
        self.sender = sender
        self.transport = transport
        self._vault = vault

    def post(self, work: Work, mail: Mail) -> UUID:
        """Send a mail, if and only if the Work is committed."""
        mail_id = new_id()
        is_for_server = self.transport is not None
        row = MailRow(
            id=mail_id,
            state=MailState.WAITING if is_for_server else MailState.KEPT,
            was_for_server=is_for_server,
            sealed=self._vault.encrypt(msgspec.json.encode(mail), _belongs_to(mail_id)),
            created_at=work.now,
        )
        Mails(work).add(row)
        if is_for_server:
            work.enqueue(SendMail(mail_id), priority=HIGH, subject_id=mail_id)
        return mail_id

    def post_again(self, work: Work, row: MailRow) -> None:
        """Send a mail once more that was sent, given up or kept."""
        if self.transport is None:
            raise MailNotSendable(
                "No mail server is set, so that nothing can be sent: "
                "set STREAMVERSE_SMTP_URL and restart."
            )
        if row.state == MailState.WAITING:
            raise MailNotSendable("This mail is waiting to be sent already.")
        if row.sealed is None:
            raise MailNotSendable(
                f"This mail is older than {KEPT_FOR.days} days, so that what it said is forgotten."
            )
        row.state, row.was_for_server = MailState.WAITING, True
        row.attempts, row.problem = 0, None
        work.enqueue(SendMail(row.id), priority=HIGH, subject_id=row.id)

    def open(self, row: MailRow) -> Mail | None:
        """Unseal a mail, unless what it said is forgotten."""
        if row.sealed is None:
            return None
        return msgspec.json.decode(self._vault.decrypt(row.sealed, _belongs_to(row.id)), type=Mail)

    def message_of(self, row: MailRow, mail: Mail) -> EmailMessage:
        """Set a mail as a message whose id stays the same however often it is sent.

        Raises ValueError where an address or the subject could become more than one.
        """
        if not may_be_mailed(mail.to):
            raise ValueError("the address is not a plain one such as name@example.org")
        message = EmailMessage(policy=SMTP)
        sender = _address(self.sender.address, self.sender.name)
        message["From"] = sender
        message["To"] = _address(mail.to)
        message["Subject"] = mail.subject
        message["Date"] = row.created_at
        message["Message-ID"] = f"<{row.id}@{sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: nobody's robot shall answer
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        message["Content-Language"] = mail.locale  # setting content drops what is called Content-*
        return message


@dataclass(frozen=True, slots=True)
class MailJobs:
    """The jobs of mail."""

    postbox: Postbox

    def handlers(self) -> JobHandlers:
        """Declare them."""
        declared = JobHandlers()
        declared.lengthy(SendMail, self.send_mail)
        declared.brief(ForgetMails, self.forget_mails)
        declared.every(timedelta(days=1), ForgetMails())
        return declared

    async def send_mail(self, run: Run, job: SendMail) -> None:
        """Hand the mail over without a transaction open, then write down how it went.

        A worker that dies in between sends it again, under the same Message-ID.
        """
        async with run.reading() as work:
            row = await Mails(work).find(job.mail_id)
        if row is None or row.state != MailState.WAITING:
            return
        problem = await self._deliver(row)
        async with run.work() as work:
            _note_attempt(work, await Mails(work).lock(job.mail_id), problem)

    async def forget_mails(self, work: Work, _job: ForgetMails) -> None:
        """Run by schedule."""
        await Mails(work).forget(work.now - KEPT_FOR)

    async def _deliver(self, row: MailRow) -> MailRefused | MailServerUnavailable | None:
        postbox, mail = self.postbox, self.postbox.open(row)
        if mail is None:
            return MailRefused("What this mail said is forgotten.")
        if postbox.transport is None:
            return MailServerUnavailable("No mail server is set any more: set it again.")
        try:
            message = postbox.message_of(row, mail)
        except ValueError as unfit:
            return MailRefused(f"No mail can be made of this: {unfit}")
        try:
            await postbox.transport.deliver(message)
        except (MailRefused, MailServerUnavailable) as problem:
            return problem
        return None


def _note_attempt(
    work: Work, row: MailRow, problem: MailRefused | MailServerUnavailable | None
) -> None:
    row.attempts += 1
    if problem is None:
        row.state, row.sent_at, row.problem = MailState.SENT, work.now, None
        return
    row.problem = problem.detail
    if isinstance(problem, MailRefused) or row.attempts > len(PAUSES):
        row.state = MailState.FAILED
        return
    # An order of its own, because a mail server may be away for longer than a job is tried.
    run_at = work.now + PAUSES[row.attempts - 1]
    work.enqueue(SendMail(row.id), run_at=run_at, priority=HIGH, subject_id=row.id)


def _address(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, local, idna.encode(domain, uts46=True).decode())


def _belongs_to(mail_id: UUID) -> bytes:
    return b"mail " + mail_id.bytes
