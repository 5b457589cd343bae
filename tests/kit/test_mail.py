"""Mails are kept with what asked for them, sealed, sent by a job, and forgotten in time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.crypto import Undecryptable, Vault
from streamverse.kit.db import Database
from streamverse.kit.jobs import DEFAULT_LANE, JobRow, JobState
from streamverse.kit.mail import (
    KEPT_FOR,
    PAUSES,
    ForgetMails,
    Mail,
    MailJobs,
    MailNotFound,
    MailNotSendable,
    MailRow,
    Mails,
    MailSender,
    MailState,
    Postbox,
    may_be_mailed,
)
from streamverse.kit.smtp import SmtpServer, SmtpTransport
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker, handlers_of
from tests.factories.mail_servers import Mailbox, mail_server, rude_server
from tests.kit.library import ADA, BOB

ADAS, BOBS = Actor.system(ADA), Actor.system(BOB)
SENDER = MailSender("no-reply@kino.example.org", "Kino für alle")
VAULT = Vault([b"k" * 32])
MAIL = Mail(
    to="zoë@example.org",
    subject="مرحبًا, Zoë 🎬",
    text="Open https://kino.example.org/#token=hidden\n",
    html="<p>Öffne <a href='https://kino.example.org/#token=hidden'>das</a></p>\n",
    locale="de",
)


@pytest.fixture
def workshop(database: Database, clock: FixedClock) -> Workshop:
    return Workshop(database, clock=clock)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def postbox_for(server: SmtpServer | None, vault: Vault = VAULT) -> Postbox:
    return Postbox(vault, SENDER, SmtpTransport(server) if server else None)


def sending(workshop: Workshop, postbox: Postbox) -> Callable[[], Awaitable[None]]:
    handlers = handlers_of(MailJobs(postbox).handlers(), [])
    return Worker(workshop, handlers, name="test", lanes={DEFAULT_LANE: 1}).run_until_idle


async def post(workshop: Workshop, postbox: Postbox, mail: Mail = MAIL) -> UUID:
    async with workshop.work(ADAS) as work:
        return postbox.post(work, mail)


async def post_again(workshop: Workshop, postbox: Postbox, mail_id: UUID) -> None:
    async with workshop.work(ADAS) as work:
        postbox.post_again(work, await Mails(work).lock(mail_id))


async def find(workshop: Workshop, mail_id: UUID) -> MailRow:
    async with workshop.reading(ADAS) as work:
        return await Mails(work).get(mail_id)


async def waiting_jobs(workshop: Workshop) -> list[JobRow]:
    async with workshop.reading(ADAS) as work:
        found = await work.session.scalars(
            select(JobRow).where(JobRow.state == JobState.QUEUED).order_by(JobRow.id)
        )
        return list(found)


# --- sending --------------------------------------------------------------------------------------


async def test_a_mail_is_sent_once(workshop: Workshop, mailbox: Mailbox, clock: FixedClock) -> None:
    async with mail_server(mailbox) as server:
        postbox = postbox_for(server)
        mail_id = await post(workshop, postbox)
        assert (await find(workshop, mail_id)).state == MailState.WAITING

        await sending(workshop, postbox)()
        await sending(workshop, postbox)()

    [received] = mailbox.received
    message = received.message
    assert received.recipients == ["zoë@example.org"]
    assert message["From"] == "Kino für alle <no-reply@kino.example.org>"
    assert message["To"] == "zoë@example.org"
    assert message["Subject"] == MAIL.subject
    assert message["Date"].datetime == clock.now()
    assert message["Message-ID"] == f"<{mail_id}@kino.example.org>"
    assert message["Content-Language"] == "de"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert received.body("plain") == MAIL.text
    assert received.body("html") == MAIL.html
    row = await find(workshop, mail_id)
    assert (row.state, row.attempts, row.problem, row.sent_at) == (
        MailState.SENT,
        1,
        None,
        clock.now(),
    )


async def test_a_mail_of_a_work_that_fails_was_never_there(workshop: Workshop) -> None:
    with pytest.raises(ZeroDivisionError):
        async with workshop.work(ADAS) as work:
            mail_id = postbox_for(None).post(work, MAIL)
            raise ZeroDivisionError

    with pytest.raises(MailNotFound):
        await find(workshop, mail_id)


async def test_a_domain_in_other_letters_is_sent_as_dns_knows_it(
    workshop: Workshop, mailbox: Mailbox
) -> None:
    async with mail_server(mailbox, speaks_utf8=False) as server:
        postbox = postbox_for(server)
        await post(workshop, postbox, replace(MAIL, to="ada@bücher.example"))
        await sending(workshop, postbox)()

    assert mailbox.received[0].recipients == ["ada@xn--bcher-kva.example"]


async def test_a_server_that_is_away_is_asked_again_later_and_later(
    workshop: Workshop, mailbox: Mailbox, clock: FixedClock
) -> None:
    async with rude_server() as gone:
        pass
    postbox = postbox_for(gone)
    mail_id = await post(workshop, postbox)

    for number, pause in enumerate(PAUSES, start=1):
        await sending(workshop, postbox)()
        row = await find(workshop, mail_id)
        assert (row.state, row.attempts) == (MailState.WAITING, number)
        assert "did not take the mail" in (row.problem or "")
        [job] = await waiting_jobs(workshop)
        assert job.run_at - clock.now() == pause
        clock.advance(pause)
    await sending(workshop, postbox)()

    assert (await find(workshop, mail_id)).state == MailState.FAILED
    assert await waiting_jobs(workshop) == []
    async with mail_server(mailbox) as server:
        postbox = postbox_for(server)
        await post_again(workshop, postbox, mail_id)
        await sending(workshop, postbox)()
    row = await find(workshop, mail_id)
    assert (row.state, row.attempts, row.problem) == (MailState.SENT, 1, None)
    assert mailbox.received[0].message["Message-ID"] == f"<{mail_id}@kino.example.org>"


@pytest.mark.parametrize("stage", ["to_recipient", "to_message"])
async def test_a_refusal_for_good_is_not_tried_again(
    workshop: Workshop, mailbox: Mailbox, stage: str
) -> None:
    setattr(mailbox, stage, "550 No such person here")
    async with mail_server(mailbox) as server:
        postbox = postbox_for(server)
        mail_id = await post(workshop, postbox)
        await sending(workshop, postbox)()

    row = await find(workshop, mail_id)
    assert row.state == MailState.FAILED
    assert "550 No such person here" in (row.problem or "")
    assert await waiting_jobs(workshop) == []


async def test_a_refusal_for_now_is_tried_again(
    workshop: Workshop, mailbox: Mailbox, clock: FixedClock
) -> None:
    mailbox.to_message = "451 Come back later"
    async with mail_server(mailbox) as server:
        postbox = postbox_for(server)
        mail_id = await post(workshop, postbox)
        await sending(workshop, postbox)()
        mailbox.to_message = None
        clock.advance(PAUSES[0])
        await sending(workshop, postbox)()

    row = await find(workshop, mail_id)
    assert (row.state, row.attempts, row.problem) == (MailState.SENT, 2, None)
    assert len(mailbox.received) == 1


async def test_taking_the_mail_server_away_leaves_mails_waiting(workshop: Workshop) -> None:
    async with rude_server() as server:
        mail_id = await post(workshop, postbox_for(server))

    await sending(workshop, postbox_for(None))()

    row = await find(workshop, mail_id)
    assert row.state == MailState.WAITING
    assert row.problem == "No mail server is set any more: set it again."


# --- what must not get out ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to",
    [
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org\r\n\r\nMAIL FROM:<eve@example.org>",
        "ada@example.org, eve@example.org",
        "ada@example.org> SIZE=1",
        "<ada@example.org>",
        '"ada\r\nx"@example.org',
        "ada@example.org\0",
        "ada@[192.0.2.1]",
        "ada@@example.org",
        "ada",
        "",
        "ada\u202e@example.org",
    ],
)
async def test_an_address_that_is_more_than_one_is_never_sent_to(
    workshop: Workshop, mailbox: Mailbox, to: str
) -> None:
    assert not may_be_mailed(to)
    async with mail_server(mailbox) as server:
        postbox = postbox_for(server)
        mail_id = await post(workshop, postbox, replace(MAIL, to=to))
        await sending(workshop, postbox)()

    assert mailbox.received == []
    row = await find(workshop, mail_id)
    assert row.state == MailState.FAILED
    assert "not a plain one" in (row.problem or "")


@pytest.mark.parametrize(
    "subject", ["Hi\r\nBcc: eve@example.org", "Hi\n\n<script>", "Hi\rX-Spam: no"]
)
async def test_a_subject_that_is_more_than_a_line_is_never_sent(
    workshop: Workshop, mailbox: Mailbox, subject: str
) -> None:
    async with mail_server(mailbox) as server:
        postbox = postbox_for(server)
        mail_id = await post(workshop, postbox, replace(MAIL, subject=subject))
        await sending(workshop, postbox)()

    assert mailbox.received == []
    assert (await find(workshop, mail_id)).state == MailState.FAILED


async def test_a_text_cannot_end_the_message(workshop: Workshop, mailbox: Mailbox) -> None:
    text = "One\n.\nMAIL FROM:<eve@example.org>\n..\n" + "x" * 3000 + "\n"
    async with mail_server(mailbox) as server:
        postbox = postbox_for(server)
        await post(workshop, postbox, replace(MAIL, text=text))
        await sending(workshop, postbox)()

    [received] = mailbox.received
    assert received.body("plain") == text
    assert max(map(len, received.raw.splitlines())) < 1000


@pytest.mark.parametrize("address", ["ada@example.org", "zoë+x@bücher.example", "o'hara@a.b"])
def test_plain_addresses_may_be_mailed(address: str) -> None:
    assert may_be_mailed(address)


async def test_what_a_mail_says_is_sealed(workshop: Workshop) -> None:
    mail_id = await post(workshop, postbox_for(None))
    row = await find(workshop, mail_id)

    assert row.sealed is not None
    assert b"hidden" not in row.sealed
    assert b"example.org" not in row.sealed
    assert postbox_for(None).open(row) == MAIL
    with pytest.raises(Undecryptable):
        postbox_for(None, Vault([b"o" * 32])).open(row)


async def test_a_mail_cannot_be_passed_off_as_another(workshop: Workshop) -> None:
    rows = [await find(workshop, await post(workshop, postbox_for(None))) for _ in range(2)]
    rows[0].sealed = rows[1].sealed

    with pytest.raises(Undecryptable):
        postbox_for(None).open(rows[0])


async def test_another_tenant_sees_no_mail(workshop: Workshop) -> None:
    mail_id = await post(workshop, postbox_for(None))

    async with workshop.work(BOBS) as work:
        assert await Mails(work).page(before=None, limit=10) == []
        with pytest.raises(MailNotFound):
            await Mails(work).lock(mail_id)


# --- keeping and forgetting -----------------------------------------------------------------------


async def test_without_a_server_mails_are_kept(workshop: Workshop) -> None:
    mail_id = await post(workshop, postbox_for(None))

    row = await find(workshop, mail_id)
    assert (row.state, row.was_for_server, row.sent_at) == (MailState.KEPT, False, None)
    assert await waiting_jobs(workshop) == []
    with pytest.raises(MailNotSendable, match="STREAMVERSE_SMTP_URL"):
        await post_again(workshop, postbox_for(None), mail_id)


async def test_a_kept_mail_can_be_sent_when_there_is_a_server(
    workshop: Workshop, mailbox: Mailbox
) -> None:
    mail_id = await post(workshop, postbox_for(None))
    async with mail_server(mailbox) as server:
        postbox = postbox_for(server)
        await post_again(workshop, postbox, mail_id)
        with pytest.raises(MailNotSendable, match="waiting"):
            await post_again(workshop, postbox, mail_id)
        await sending(workshop, postbox)()

    assert len(mailbox.received) == 1
    row = await find(workshop, mail_id)
    assert (row.state, row.was_for_server) == (MailState.SENT, True)


async def test_old_mails_are_forgotten_and_the_others_are_not(
    workshop: Workshop, mailbox: Mailbox, clock: FixedClock
) -> None:
    async with mail_server(mailbox) as server:
        postbox = postbox_for(server)
        sent = await post(workshop, postbox)
        await sending(workshop, postbox)()
        kept = await post(workshop, postbox_for(None))
        clock.advance(KEPT_FOR)
        async with workshop.work(Actor.system()) as work:
            work.enqueue(ForgetMails())
        await sending(workshop, postbox)()
        assert (await find(workshop, kept)).sealed is not None

        clock.advance(timedelta(seconds=1))
        young = await post(workshop, postbox_for(None))
        async with workshop.work(Actor.system()) as work:
            work.enqueue(ForgetMails())
        await sending(workshop, postbox)()

        rows = [await find(workshop, mail_id) for mail_id in (sent, kept, young)]
        assert [row.sealed is None for row in rows] == [True, True, False]
        assert postbox.open(rows[0]) is None
        with pytest.raises(MailNotSendable, match="forgotten"):
            await post_again(workshop, postbox, sent)


async def test_the_job_of_a_mail_that_is_gone_does_nothing(workshop: Workshop) -> None:
    with pytest.raises(MailNotFound):
        await find(workshop, new_id())
    async with workshop.work(Actor.system()) as work:
        work.enqueue(ForgetMails())

    await sending(workshop, postbox_for(None))()

    assert await waiting_jobs(workshop) == []
