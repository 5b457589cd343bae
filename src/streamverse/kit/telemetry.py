"""Logs: lines for people or JSON for programs, without secrets."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

import msgspec

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_SECRET = re.compile(
    r"(?i)((?:password|secret|token|authorization|cookie|api[_-]?key)[\"']?\s*[=:]\s*[\"']?(?:bearer\s+)?)"
    r"[^\s\"'&,;]+"
)
_CREDENTIALS = re.compile(r"(\w+://[^\s:/@]*):[^\s@/]+@")


def without_secrets(text: str) -> str:
    """Blot out what looks like a secret.

    >>> without_secrets("GET /setup?token=abc, postgresql://me:pw@db/x")
    'GET /setup?token=***, postgresql://me:***@db/x'
    """
    return _CREDENTIALS.sub(r"\1:***@", _SECRET.sub(r"\1***", text))


def on_one_line(text: str) -> str:
    r"""Spell out what could begin a new line or command a terminal.

    >>> on_one_line("/x\n12:00:00 a lie")
    '/x\\n12:00:00 a lie'
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


class TextFormatter(logging.Formatter):
    """Lines for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Give the line, with what else is known behind it."""
        known = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        return without_secrets(f"{super().format(record)} {on_one_line(known)}".rstrip())

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the parent's name
        """Give the line without a trace, which alone may have several."""
        return on_one_line(super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: str(value) for name, value in _extra(record).items()},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return without_secrets(msgspec.json.encode(line).decode())


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def set_up_logging(level: str, style: str) -> None:
    """Send all logs to standard error in one style."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("alembic", "httpx", "httpcore", "_granian"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
