"""Logs: lines for people or for programs, and no secrets in either."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from streamverse.kit.telemetry import (
    JsonFormatter,
    TextFormatter,
    set_up_logging,
    without_secrets,
)


@pytest.fixture
def loggers_restored() -> Iterator[None]:
    """Put the process's loggers back as they were."""
    noisy = [logging.getLogger(name) for name in ("alembic", "httpx", "httpcore", "_granian")]
    loggers = [logging.getLogger(), *noisy]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("streamverse.x", logging.WARNING, "x.py", 1, message, (), None)
    made.created = 1893499200.5  # 2030-01-01T12:00:00.5
    vars(made).update(extra)
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=hunter2 next", "password=*** next"),
        ('{"password": "hunter2", "a": 1}', '{"password": "***", "a": 1}'),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("Cookie: sv_session=abc", "Cookie: ***"),
        ("GET /x?api_key=1&b=2", "GET /x?api_key=***&b=2"),
        ("api-key: 1; secret='2'", "api-key: ***; secret='***'"),
        ("postgresql+asyncpg://me:pw@db:5432/x", "postgresql+asyncpg://me:***@db:5432/x"),
        ("postgresql://me@db/x", "postgresql://me@db/x"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_secrets_are_blotted_out(text: str, expected: str) -> None:
    assert without_secrets(text) == expected


def test_a_line_for_people() -> None:
    line = TextFormatter().format(record("it broke", job="j1", token="t"))

    assert line.split(" ", 1)[1] == "WARNING streamverse.x: it broke job=j1 token=***"


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_nobody_adds_a_line_to_the_log(formatter: logging.Formatter) -> None:
    line = formatter.format(record("no\r\nlie", path="/x\n12:00:00 ERROR lie\x1b[2J\u2028"))

    assert "\n" not in line
    assert "\x1b" not in line


def test_a_line_for_programs() -> None:
    line = json.loads(JsonFormatter().format(record("it broke", job=7)))

    assert line == {
        "at": "2030-01-01T12:00:00.500+00:00",
        "level": "warning",
        "logger": "streamverse.x",
        "message": "it broke",
        "job": "7",
    }


def test_a_line_for_programs_has_the_trace() -> None:
    broken = record("it broke")
    try:
        _ = 1 // 0
    except ZeroDivisionError:
        broken.exc_info = sys.exc_info()
    line = json.loads(JsonFormatter().format(broken))

    assert line["exception"].endswith("ZeroDivisionError: integer division or modulo by zero")


@pytest.mark.usefixtures("loggers_restored")
@pytest.mark.parametrize(("style", "first"), [("json", "{"), ("text", "1")])
def test_all_logs_go_to_standard_error_in_one_style(
    style: str, first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("warning", style)
    logging.getLogger("anything").warning("1 said")
    logging.getLogger("anything").info("not said")
    logging.getLogger("httpx").info("not said")

    out, error = capsys.readouterr()
    assert out == ""
    (line,) = error.splitlines()
    assert "1 said" in line
    assert line.startswith("{") is (first == "{")
