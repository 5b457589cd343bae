"""The mails that were sent or kept, as the owner sees them, and when people get one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from streamverse.domains.identity.contracts import (
    AccountId,
    AccountPaused,
    BackupCodesMade,
    DeletionScheduled,
    DeviceAppeared,
    DeviceId,
    EmailVerificationRequested,
    IdentitySettings,
    PasskeyAdded,
    PasskeyRemoved,
    PasswordChanged,
    PasswordResetRequested,
    RegistrationRepeated,
    SecondFactorDisabled,
    SecondFactorEnabled,
)
from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.events import Event
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.mail import KEPT_FOR, ForgetMails, MailJobs, MailSender, Postbox
from streamverse.kit.smtp import SmtpTransport
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker, handlers_of
from tests.factories.accounts import People
from tests.factories.mail_servers import Mailbox, mail_server
from tests.factories.mails import read_mails

if TYPE_CHECKING:
    from tests.conftest import Clients

Deliver = Callable[[], Awaitable[None]]
AT = datetime(2030, 5, 6, 7, 8, tzinfo=UTC)


def assert_refused(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code)


async def write(workshop: Workshop, people: People, correspondence: Correspondence) -> None:
    async with workshop.work(people.viewer) as work:
        row = await work.session.get_one(AccountRow, people.viewer.account_id)
        correspondence.reset_password(work, row, "the-secret", work.now)


# --- reading --------------------------------------------------------------------------------------


async def test_the_owner_reads_mails_that_are_kept(
    clients: Clients,
    workshop: Workshop,
    people: People,
    correspondence: Correspondence,
    clock: FixedClock,
) -> None:
    await write(workshop, people, correspondence)

    listed = (await clients.owner.get("/mails")).json()
    [item] = listed["items"]
    assert item == {
        "id": item["id"],
        "state": "kept",
        "to": "viewer@example.org",
        "subject": "Choose a new password",
        "locale": "en",
        "attempts": 0,
        "problem": None,
        "created_at": clock.now().isoformat().replace("+00:00", "Z"),
        "sent_at": None,
        "is_readable": True,
    }
    assert (listed["next_cursor"], listed["is_sending"]) == (None, False)
    read = await clients.owner.get(f"/mails/{item['id']}")
    assert read.headers["cache-control"] == "no-store"
    body = read.json()
    assert "/reset-password#token=the-secret" in body.pop("text")
    assert "/reset-password#token=the-secret" in body.pop("html")
    assert body == item
    again = await clients.owner.post(f"/mails/{item['id']}/send-again")
    assert_refused(again, 409, "kit.mail_not_sendable")


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [
        ("nobody", 401, "kit.unauthenticated"),
        ("viewer", 403, "kit.forbidden"),
        ("stranger", 404, "kit.mail_not_found"),
    ],
)
async def test_nobody_else_reads_them(
    clients: Clients,
    workshop: Workshop,
    people: People,
    correspondence: Correspondence,
    *,
    role: str,
    status: int,
    code: str,
) -> None:
    await write(workshop, people, correspondence)
    mail_id = (await clients.owner.get("/mails")).json()["items"][0]["id"]
    client = clients.of(role)

    assert_refused(await client.get(f"/mails/{mail_id}"), status, code)
    assert_refused(await client.post(f"/mails/{mail_id}/send-again"), status, code)
    listed = await client.get("/mails")
    if role == "stranger":
        assert listed.json()["items"] == []
    else:
        assert_refused(listed, status, code)


async def test_mails_come_in_pages(
    clients: Clients, workshop: Workshop, people: People, correspondence: Correspondence
) -> None:
    for _ in range(3):
        await write(workshop, people, correspondence)

    first = (await clients.owner.get("/mails", params={"limit": 2})).json()
    second = (await clients.owner.get("/mails", params={"cursor": first["next_cursor"]})).json()

    ids = [item["id"] for item in (*first["items"], *second["items"])]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), second["next_cursor"]) == (3, None)


async def test_a_mail_that_is_not_there_is_not_found(clients: Clients) -> None:
    missing = await clients.owner.get(f"/mails/{uuid4()}")
    assert_refused(missing, 404, "kit.mail_not_found")


async def test_what_a_mail_said_is_forgotten(
    clients: Clients,
    workshop: Workshop,
    people: People,
    correspondence: Correspondence,
    clock: FixedClock,
) -> None:
    await write(workshop, people, correspondence)
    clock.advance(KEPT_FOR + timedelta(seconds=1))
    async with workshop.work(Actor.system()) as work:
        await MailJobs(correspondence.postbox).forget_mails(work, ForgetMails())

    [item] = (await clients.owner.get("/mails")).json()["items"]
    assert (item["to"], item["subject"], item["is_readable"]) == (None, None, False)
    body = (await clients.owner.get(f"/mails/{item['id']}")).json()
    assert (body["text"], body["html"]) == (None, None)


# --- sending --------------------------------------------------------------------------------------


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


class TestWithAMailServer:
    @pytest.fixture
    async def correspondence(
        self, identity_settings: IdentitySettings, mailbox: Mailbox
    ) -> Correspondence:
        """Send the mails of these tests."""
        async with mail_server(mailbox) as server:
            sender = MailSender("no-reply@video.example.org", "Kino")
            postbox = Postbox(identity_settings.vault, sender, SmtpTransport(server))
            yield Correspondence(postbox, "https://video.example.org")

    async def test_a_mail_is_sent_and_nobody_can_read_its_link(
        self,
        clients: Clients,
        workshop: Workshop,
        people: People,
        correspondence: Correspondence,
        mailbox: Mailbox,
    ) -> None:
        await write(workshop, people, correspondence)
        [item] = (await clients.owner.get("/mails")).json()["items"]
        assert (item["state"], item["is_readable"]) == ("waiting", False)
        waiting = await clients.owner.post(f"/mails/{item['id']}/send-again")
        assert_refused(waiting, 409, "kit.mail_not_sendable")
        handlers = handlers_of(MailJobs(correspondence.postbox).handlers(), [])
        worker = Worker(workshop, handlers, name="test", lanes={DEFAULT_LANE: 1})

        await worker.run_until_idle()

        [received] = mailbox.received
        assert "#token=the-secret" in received.body("plain")
        body = (await clients.owner.get(f"/mails/{item['id']}")).json()
        assert (body["state"], body["to"]) == ("sent", "viewer@example.org")
        assert (body["text"], body["html"], body["is_readable"]) == (None, None, False)
        again = await clients.owner.post(f"/mails/{item['id']}/send-again")
        assert (again.status_code, again.json()["state"]) == (202, "waiting")
        await worker.run_until_idle()
        assert len(mailbox.received) == 2


# --- who gets a mail ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "subject", "words"),
    [
        (RegistrationRepeated, "You already have an account", "/login"),
        (PasswordChanged, "Your password was changed", "/forgot-password"),
        (
            lambda own: DeviceAppeared(own, DeviceId(new_id()), "Kodi\r\n<b>", "192.0.2.7", AT),
            "New log-in to your account",
            "Device: Kodi <b>\nPlace: 192.0.2.7\nWhen: 6 May 2030, 07:08 UTC",
        ),
        (PasswordResetRequested, "Choose a new password", "/reset-password#token="),
        (SecondFactorEnabled, "Two-step log-in is on", "/account/security"),
        (SecondFactorDisabled, "Two-step log-in is off", "/account/security"),
        (BackupCodesMade, "You have new backup codes", "/account/security"),
        (
            lambda own: PasskeyAdded(own, "My <b>phone"),
            "A passkey was added",
            "Passkey: My <b>phone\nWhen: ",
        ),
        (
            lambda own: PasskeyRemoved(own, "My phone"),
            "A passkey was removed",
            "Passkey: My phone\nWhen: ",
        ),
        (AccountPaused, "Your account is deactivated", "/login"),
        (
            lambda own: DeletionScheduled(own, AT),
            "Your account will be deleted",
            "Deletion: 6 May 2030, 07:08 UTC",
        ),
    ],
)
async def test_what_happens_to_an_account_is_told_by_mail(
    workshop: Workshop,
    people: People,
    correspondence: Correspondence,
    deliver: Deliver,
    make: Callable[[AccountId], Event],
    subject: str,
    words: str,
) -> None:
    async with workshop.work(people.viewer) as work:
        work.emit(make(AccountId(people.viewer.account_id)))
    await deliver()

    [mail] = await read_mails(workshop, correspondence, people.viewer.tenant_id)
    assert (mail.to, mail.subject) == ("viewer@example.org", subject)
    assert words in mail.text
    assert "<b>" not in mail.html


@pytest.mark.parametrize(
    "make",
    [
        RegistrationRepeated,
        PasswordChanged,
        PasswordResetRequested,
        EmailVerificationRequested,
        SecondFactorEnabled,
        SecondFactorDisabled,
        BackupCodesMade,
        lambda own: PasskeyAdded(own, "My phone"),
        lambda own: PasskeyRemoved(own, "My phone"),
        AccountPaused,
        lambda own: DeletionScheduled(own, AT),
        lambda own: DeviceAppeared(own, DeviceId(new_id()), "Kodi", "192.0.2.7", AT),
        lambda _: PasswordResetRequested(None),
        lambda _: EmailVerificationRequested(None),
    ],
)
async def test_whoever_is_gone_gets_no_mail(
    workshop: Workshop,
    people: People,
    correspondence: Correspondence,
    deliver: Deliver,
    make: Callable[[AccountId], Event],
) -> None:
    async with workshop.work(people.viewer) as work:
        work.emit(make(AccountId(new_id())))
    await deliver()

    assert await read_mails(workshop, correspondence) == []


async def test_the_last_mail_is_written_before_the_account_goes(
    workshop: Workshop, people: People, correspondence: Correspondence
) -> None:
    async with workshop.work(people.viewer) as work:
        row = await work.session.get_one(AccountRow, people.viewer.account_id)
        correspondence.deletion_done(work, row)
        await work.session.delete(row)

    [mail] = await read_mails(workshop, correspondence)
    assert (mail.to, mail.subject) == ("viewer@example.org", "Your account is deleted")
