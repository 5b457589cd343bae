"""Real SMTP servers for tests: polite ones, refusing ones, and ones that hang up."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache, partial
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from streamverse.kit.smtp import Security, SmtpServer

HOST = "127.0.0.1"
USER, SECRET = "mailer@example.org", "p@ss: wörd/#?"


@dataclass(slots=True)
class Received:
    """A message as the server got it."""

    sender: str
    recipients: list[str]
    raw: bytes
    was_encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """Read the message as a mail program does."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def body(self, kind: str) -> str:
        """Give the plain or the HTML part, with the ends of lines that Python has."""
        part = self.message.get_body((kind,))
        assert part is not None
        return part.get_content().replace("\r\n", "\n")


@dataclass(slots=True)
class Mailbox:
    """What arrives, and what the server says instead of yes."""

    received: list[Received] = field(default_factory=list)
    to_recipient: str | None = None
    to_message: str | None = None
    hangs_up_when_left: bool = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient or refuse it."""
        if self.to_recipient is not None:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take a message or refuse it."""
        if self.to_message is not None:
            return self.to_message
        assert envelope.mail_from is not None
        assert isinstance(envelope.content, bytes)
        is_encrypted = server.transport.get_extra_info("cipher") is not None
        self.received.append(
            Received(envelope.mail_from, list(envelope.rcpt_tos), envelope.content, is_encrypted)
        )
        return "250 Taken"

    async def handle_QUIT(self, server: SMTP, _session: Any, _envelope: Envelope) -> str:  # noqa: N802
        """Say good-bye, or leave without it."""
        if self.hangs_up_when_left:
            server.transport.abort()
        return "221 Bye"


@asynccontextmanager
async def mail_server(
    mailbox: Mailbox,
    security: Security = Security.NONE,
    *,
    needs_login: bool = False,
    speaks_utf8: bool = True,
) -> AsyncGenerator[SmtpServer]:
    """Run a server in the test's own loop; whoever logs in must be ``USER``."""
    context = server_context() if security is not Security.NONE else None
    opened: list[SMTP] = []

    def make() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a log-in without TLS is no good idea
            opened.append(make_one())
        return opened[-1]

    make_one = partial(
        SMTP,
        mailbox,
        hostname="mail.example.org",
        enable_SMTPUTF8=speaks_utf8,
        tls_context=context if security is Security.STARTTLS else None,
        require_starttls=security is Security.STARTTLS,
        auth_required=needs_login,
        auth_require_tls=security is Security.STARTTLS,
        authenticator=_authenticate,
        loop=asyncio.get_running_loop(),
    )
    listening = await asyncio.get_running_loop().create_server(
        make, HOST, 0, ssl=context if security is Security.TLS else None
    )
    try:
        port = listening.sockets[0].getsockname()[1]
        login = (USER, SECRET) if needs_login else (None, None)
        yield SmtpServer(HOST, port, security, *login)
    finally:
        listening.close()
        for each in opened:
            await _hang_up(each)
        await listening.wait_closed()


async def _hang_up(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.abort()
    serving = server._handler_coroutine  # noqa: SLF001 - aiosmtpd waits for it nowhere
    if serving is not None:
        serving.cancel()
        await asyncio.wait([serving])


@asynccontextmanager
async def rude_server(*lines: bytes, stays: bool = False) -> AsyncGenerator[SmtpServer]:
    """Run a server that answers with these lines, one for each command, and then hangs up.

    One that stays says nothing more and keeps the connection instead.
    """
    ends: list[asyncio.Event] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends.append(asyncio.Event())
        try:
            await talk(reader, writer)
        finally:
            writer.close()
            ends[-1].set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in lines:
            writer.write(line + b"\r\n")
            if not await reader.readline():
                break
        if stays:
            await reader.read()

    listening = await asyncio.start_server(serve, HOST, 0)
    try:
        yield SmtpServer(HOST, listening.sockets[0].getsockname()[1], Security.NONE)
    finally:
        listening.close()
        await asyncio.gather(*(end.wait() for end in ends))
        await listening.wait_closed()


def _authenticate(
    _server: SMTP, _session: Any, _envelope: Envelope, _mechanism: str, given: Any
) -> AuthResult:
    is_known = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(),
        SECRET.encode(),
    )
    return AuthResult(success=is_known, handled=False)


@cache
def _certificate() -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False
        )
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM), secret


def server_context() -> ssl.SSLContext:
    """Make the context of a server with a certificate of this run."""
    certificate, secret = _certificate()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "both.pem"
        path.write_bytes(certificate + secret)
        context.load_cert_chain(path)
    return context


def trusting_context() -> ssl.SSLContext:
    """Make the context of a client that trusts that certificate alone."""
    certificate, _ = _certificate()
    return ssl.create_default_context(cadata=certificate.decode())
