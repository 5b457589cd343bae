"""SMTP: hands a message to the server that delivers it, and tells what may be tried again."""

from __future__ import annotations

import asyncio
import enum
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTP

from streamverse.kit.errors import Problem, Unavailable

ANSWER_TIMEOUT_S = 20.0
SENDING_TIMEOUT_S = 60.0
SHOWN_ANSWER_LENGTH = 300
FIRST_PERMANENT_FAILURE = 500


class MailRefused(Problem):
    """The mail server will never take this message."""

    code = "kit.mail_refused"
    title = "The mail was refused"


class MailServerUnavailable(Unavailable):
    """The mail server does not take messages now."""

    code = "kit.mail_server_unavailable"
    title = "The mail server cannot be used"


class Security(enum.StrEnum):
    """How the way to the mail server is protected: the schemes of its address."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read ``smtp+starttls://user:password@host:port``, or raise ValueError."""
        parts = urlsplit(url)
        security = Security(parts.scheme)
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(f"{parts.scheme}:// must be followed by a host, and by nothing more")
        if bool(parts.username) != bool(parts.password):
            raise ValueError("A user needs a password, and a password a user")
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[security],
            security=security,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    def __str__(self) -> str:
        """Name the server without its secrets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.security}://{host}:{self.port}"


class Transport(Protocol):
    """What delivers messages."""

    async def deliver(self, message: EmailMessage) -> None:
        """Hand a message over, or raise MailRefused or MailServerUnavailable."""
        ...


class SmtpTransport:
    """Delivers messages through one server, on a connection of its own for each."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        tls_context: ssl.SSLContext | None = None,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> None:
        self.server = server
        self._tls_context = tls_context
        self._answer_timeout_s = answer_timeout_s

    async def deliver(self, message: EmailMessage) -> None:
        """Hand a message over, or raise MailRefused or MailServerUnavailable."""
        async with self._connection(_domain_of(message)) as client:
            await client.send_message(message)

    async def greet(self, own_name: str) -> None:
        """Log in and leave, to see whether the server can be used, or raise as ``deliver`` does."""
        async with self._connection(own_name):
            pass

    @asynccontextmanager
    async def _connection(self, own_name: str) -> AsyncGenerator[SMTP]:
        client = self._client(own_name)
        try:
            async with asyncio.timeout(SENDING_TIMEOUT_S):
                await client.connect()
                yield client
        except (aiosmtplib.SMTPException, OSError, ValueError) as failure:
            raise self._explain(failure) from failure
        else:
            # The message has been taken: whatever happens now must not send it a second time.
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=1)
        finally:
            client.close()

    def _client(self, own_name: str) -> SMTP:
        server = self.server
        if server.security is not Security.NONE and self._tls_context is None:
            self._tls_context = ssl.create_default_context()
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=self._tls_context if server.security is not Security.NONE else None,
            timeout=self._answer_timeout_s,
            local_hostname=own_name,
        )

    def _explain(self, failure: Exception) -> Problem:
        answer = _answer_in(failure)
        if _is_permanent(failure):
            return MailRefused(f"{self.server} refused the mail: {answer}")
        return MailServerUnavailable(f"{self.server} did not take the mail: {answer}")


def _domain_of(message: EmailMessage) -> str:
    sender: Address = message["From"].addresses[0]
    return sender.domain


def _is_permanent(failure: Exception) -> bool:
    match failure:
        case aiosmtplib.SMTPRecipientsRefused(recipients=refused):
            return all(_is_permanent(each) for each in refused)
        case (
            aiosmtplib.SMTPRecipientRefused(code=code)
            | aiosmtplib.SMTPSenderRefused(code=code)
            | aiosmtplib.SMTPDataError(code=code)
        ):
            return code >= FIRST_PERMANENT_FAILURE
        case OSError() | aiosmtplib.SMTPException():
            # A wrong password, an untrusted certificate: the operator can mend these.
            return False
        case _:
            return True


def _answer_in(failure: Exception) -> str:
    match failure:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[first, *_]):
            return _answer_in(first)
        case aiosmtplib.SMTPResponseException(code=code, message=message):
            text = f"{code} {message}"
        case TimeoutError():
            text = "it did not answer in time"
        case _:
            text = str(failure) or type(failure).__name__
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:SHOWN_ANSWER_LENGTH]
