"""Messages handed to real SMTP servers, and to some that behave badly."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from streamverse.kit.smtp import (
    MailRefused,
    MailServerUnavailable,
    Security,
    SmtpServer,
    SmtpTransport,
)
from tests.factories.mail_servers import (
    HOST,
    SECRET,
    USER,
    Mailbox,
    mail_server,
    rude_server,
    trusting_context,
)


def message(to: Address | None = None) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"] = Address("Kino für alle", "no-reply", "video.example.org")
    made["To"] = to or Address("", "ada", "example.org")
    made["Subject"] = "Größe, مرحبًا and 🎬"
    made.set_content("Hello\n")
    return made


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def transport(server: SmtpServer, answer_timeout_s: float = 30) -> SmtpTransport:
    return SmtpTransport(server, tls_context=trusting_context(), answer_timeout_s=answer_timeout_s)


# --- addresses of servers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail", SmtpServer("mail", 25, Security.NONE)),
        ("smtp+starttls://mail", SmtpServer("mail", 587, Security.STARTTLS)),
        ("smtps://mail/", SmtpServer("mail", 465, Security.TLS)),
        ("smtps://[::1]:26", SmtpServer("::1", 26, Security.TLS)),
        (
            "smtps://me%40example.org:p%40ss%3A%2F@mail:26",
            SmtpServer("mail", 26, Security.TLS, "me@example.org", "p@ss:/"),
        ),
    ],
)
def test_the_address_of_a_server_is_read(url: str, server: SmtpServer) -> None:
    assert SmtpServer.parse(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "http://mail",
        "mail:25",
        "smtp://",
        "smtp://mail:port",
        "smtp://mail:99999",
        "smtp://mail/folder",
        "smtp://mail?timeout=3",
        "smtp://me@mail",
        "smtp://:secret@mail",
    ],
)
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        SmtpServer.parse(url)


def test_a_server_is_named_without_its_secrets() -> None:
    server = SmtpServer.parse("smtps://me:hidden@mail")

    assert str(server) == "smtps://mail:465"
    assert "hidden" not in repr(server)
    assert str(SmtpServer("::1", 25, Security.NONE)) == "smtp://[::1]:25"


# --- delivering -----------------------------------------------------------------------------------


@pytest.mark.parametrize("security", list(Security))
@pytest.mark.parametrize("needs_login", [False, True])
async def test_a_message_arrives(
    mailbox: Mailbox, security: Security, *, needs_login: bool
) -> None:
    async with mail_server(mailbox, security, needs_login=needs_login) as server:
        await transport(server).deliver(message())

    [received] = mailbox.received
    assert received.sender == "no-reply@video.example.org"
    assert received.recipients == ["ada@example.org"]
    assert received.was_encrypted is (security is not Security.NONE)
    assert received.message["From"].addresses[0].display_name == "Kino für alle"
    assert received.message["Subject"] == "Größe, مرحبًا and 🎬"
    assert received.raw.isascii()


async def test_an_address_beyond_ascii_arrives_where_servers_know_such(mailbox: Mailbox) -> None:
    async with mail_server(mailbox) as server:
        await transport(server).deliver(message(Address("", "zoë", "example.org")))

    assert mailbox.received[0].recipients == ["zoë@example.org"]


async def test_a_server_that_knows_only_ascii_is_not_sent_more(mailbox: Mailbox) -> None:
    async with mail_server(mailbox, speaks_utf8=False) as server:
        with pytest.raises(MailServerUnavailable, match="SMTPUTF8"):
            await transport(server).deliver(message(Address("", "zoë", "example.org")))

    assert mailbox.received == []


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("550 No such person\x07 here", MailRefused),
        ("450 Busy, come back", MailServerUnavailable),
    ],
)
@pytest.mark.parametrize("stage", ["to_recipient", "to_message"])
async def test_an_answer_of_five_is_for_good_and_one_of_four_for_now(
    mailbox: Mailbox, stage: str, answer: str, problem: type[Exception]
) -> None:
    setattr(mailbox, stage, answer)
    async with mail_server(mailbox) as server:
        with pytest.raises(problem) as refused:
            await transport(server).deliver(message())

    sentence = str(refused.value)
    assert f"{server}" in sentence
    assert answer.replace("\x07", "")[:3] in sentence
    assert sentence.isprintable()
    assert mailbox.received == []


async def test_a_wrong_password_can_be_mended(mailbox: Mailbox) -> None:
    async with mail_server(mailbox, Security.STARTTLS, needs_login=True) as server:
        wrong = SmtpServer(HOST, server.port, server.security, USER, "wrong")
        with pytest.raises(MailServerUnavailable, match="535") as refused:
            await transport(wrong).deliver(message())

    assert "wrong" not in str(refused.value)
    assert SECRET not in str(refused.value)
    assert mailbox.received == []


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    mailbox: Mailbox, security: Security
) -> None:
    async with mail_server(mailbox, security) as server:
        with pytest.raises(MailServerUnavailable, match=r"(?i)certificate"):
            await SmtpTransport(server).deliver(message())

    assert mailbox.received == []


async def test_nothing_is_sent_in_the_clear_where_tls_was_asked_for(mailbox: Mailbox) -> None:
    async with mail_server(mailbox) as server:
        strict = SmtpServer(HOST, server.port, Security.STARTTLS)
        with pytest.raises(MailServerUnavailable, match="STARTTLS"):
            await transport(strict).deliver(message())

    assert mailbox.received == []


async def test_a_server_that_is_not_there_is_named() -> None:
    async with rude_server() as server:
        pass
    with pytest.raises(MailServerUnavailable, match=f"{HOST}:{server.port} did not take"):
        await transport(server).deliver(message())


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (b"220 Hello",),
        (b"220 Hello", b"250 OK", b"250 OK"),
        (b"220 Hello", b"250 OK", b"250 OK", b"250 OK", b"354 Go"),
        (b"554 Go away",),
        (b"what is this",),
    ],
)
async def test_a_server_that_hangs_up_is_tried_again(lines: tuple[bytes, ...]) -> None:
    async with rude_server(*lines) as server:
        with pytest.raises(MailServerUnavailable):
            await transport(server).deliver(message())


async def test_a_server_that_says_nothing_is_not_waited_for_long() -> None:
    async with rude_server(b"220 Hello", stays=True) as server:
        with pytest.raises(MailServerUnavailable, match="in time"):
            await transport(server, answer_timeout_s=0.05).deliver(message())


async def test_a_message_that_was_taken_is_sent_once_though_the_server_hangs_up(
    mailbox: Mailbox,
) -> None:
    mailbox.hangs_up_when_left = True
    async with mail_server(mailbox) as server:
        await transport(server).deliver(message())

    assert len(mailbox.received) == 1


# --- greeting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", list(Security))
async def test_a_greeting_logs_in_and_sends_nothing(mailbox: Mailbox, security: Security) -> None:
    async with mail_server(mailbox, security, needs_login=True) as server:
        await transport(server).greet("video.example.org")

        wrong = SmtpServer(HOST, server.port, server.security, USER, "wrong")
        with pytest.raises(MailServerUnavailable, match="535"):
            await transport(wrong).greet("video.example.org")

    assert mailbox.received == []
