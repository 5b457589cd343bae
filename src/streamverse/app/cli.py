"""The commands, their options and their exit codes.

0: done. 1: it failed. 2: the command or its input is wrong. 130: interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import importlib
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

import streamverse
from streamverse.app.settings import Settings, load_settings, unknown_variables
from streamverse.kit.errors import Problem
from streamverse.kit.telemetry import set_up_logging

T = TypeVar("T")

INTERRUPTED = 130
NEEDS_API = frozenset({"serve", "api", "live", "worker", "openapi", "doctor"})

Command = Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]


class Commands(Protocol):
    """What argparse gives for adding commands to."""

    def add_parser(
        self,
        name: str,
        *,
        parents: Sequence[argparse.ArgumentParser],
        help: str,  # noqa: A002 - argparse's word
        description: str,
    ) -> argparse.ArgumentParser:
        """Add a command."""
        ...


def build_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="streamverse",
        description="A streaming platform that anyone can run.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted. "
        "Every setting can also be given as a STREAMVERSE_* variable.",
    )
    _add_common(parser, default=None)
    parser.add_argument("--version", action="version", version=streamverse.__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # Behind the command the same options stand without a default, which would undo those before it.
    common = argparse.ArgumentParser(add_help=False)
    _add_common(common, default=argparse.SUPPRESS)
    _add_processes(commands, common)
    _add_tools(commands, common)
    return parser


def _add_common(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--data-dir", metavar="FOLDER", default=default, help="where everything is kept"
    )
    parser.add_argument(
        "--config", metavar="FILE", type=Path, default=default, help="settings in TOML"
    )


def _add_processes(commands: Commands, common: argparse.ArgumentParser) -> None:
    for name, about in (
        ("serve", "run everything in one process: API, web app and worker"),
        ("api", "run the API and the web app without a worker"),
        ("live", "take live streams, here or on another machine with the same settings"),
    ):
        command = commands.add_parser(name, parents=[common], help=about, description=about)
        command.add_argument("--host", help="the network address to listen on")
        command.add_argument("--port", help="the port to listen on")
    about = "run a worker, here or on another machine with the same settings"
    command = commands.add_parser("worker", parents=[common], help=about, description=about)
    command.add_argument(
        "--codecs", dest="worker_codecs", metavar="LIST", help="what it encodes: h264,hevc,av1"
    )
    command.add_argument(
        "--threads", dest="worker_threads", metavar="N", help="how many processors it uses"
    )
    command.add_argument(
        "--lanes", dest="worker_lanes", metavar="LIST", help="what it does: default,encode,sound"
    )
    for name, about in (
        ("migrate", "bring the database's tables up to date"),
        ("openapi", "print the API's OpenAPI document"),
        ("doctor", "say what is missing and how to mend it"),
    ):
        commands.add_parser(name, parents=[common], help=about, description=about)


def _add_tools(commands: Commands, common: argparse.ArgumentParser) -> None:
    about = "import a film from this machine, from an address, or from a bucket of the settings"
    command = commands.add_parser("import", parents=[common], help=about, description=about)
    command.add_argument(
        "source", metavar="FILE|URL", help="a file, https://…, or s3://bucket/folder/film.mp4"
    )
    command.add_argument(
        "--sha256", metavar="DIGITS", default="", help="refuse a fetched film with another one"
    )
    command.add_argument(
        "--title", metavar="T", help="the title; made of the file's name if left out"
    )
    command.add_argument("--credit", help="whom to thank, shown with the film")
    command.add_argument(
        "--batch", action="store_true", help="let everything that somebody waits for go first"
    )
    command.add_argument(
        "--protect", action="store_true", help="encrypt it, so that only who may watch has the keys"
    )
    command.add_argument(
        "--wait",
        action="store_true",
        help="wait until it is ready, with a progress bar, and print its addresses as JSON",
    )
    about = "print what a media file holds, as JSON"
    command = commands.add_parser("probe", parents=[common], help=about, description=about)
    command.add_argument("file", metavar="FILE", type=Path)
    about = "list the latest jobs, try dead ones again, or cancel one"
    command = commands.add_parser("jobs", parents=[common], help=about, description=about)
    command.add_argument(
        "action",
        nargs="?",
        choices=["list", "retry", "cancel"],
        default="list",
        help="retry without JOB tries every dead one again",
    )
    command.add_argument("job", nargs="?", metavar="JOB", type=UUID, help="the job's id")
    command.add_argument(
        "--state", choices=["queued", "running", "done", "dead", "cancelled"], help="only these"
    )
    command.add_argument("--limit", type=int, default=20, help="how many (20)")
    command.add_argument("--json", action="store_true", help="print JSON")
    about = "tell what is in the store, or find what nothing refers to"
    command = commands.add_parser("storage", parents=[common], help=about, description=about)
    command.add_argument(
        "action",
        choices=["report", "orphans"],
        help="report: what each tenant has; orphans: what is older than a day and nobody's",
    )
    command.add_argument("--delete", action="store_true", help="delete the orphans that are found")
    about = "check that nobody removed, changed, reordered or cut off what staff did"
    command = commands.add_parser("audit", parents=[common], help=about, description=about)
    command.add_argument(
        "action", choices=["verify"], help="read the whole log; exit code 1 if it does not hold"
    )


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code."""
    given = build_parser().parse_args(arguments)
    try:
        settings = load_settings(config=given.config, overrides=_overrides(given))
        set_up_logging(settings.log_level, settings.log_format)
        for sentence in unknown_variables():
            print(sentence, file=sys.stderr)  # noqa: T201
        return run_async(_find(given.command)(settings, given))
    except Problem as problem:
        print(problem.detail, file=sys.stderr)  # noqa: T201
        return problem.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED


def _overrides(given: argparse.Namespace) -> dict[str, object]:
    named = ("data_dir", "host", "port", "worker_codecs", "worker_threads", "worker_lanes")
    found = {name: getattr(given, name, None) for name in named}
    return {name: value for name, value in found.items() if value is not None}


def run_async(command: Coroutine[Any, Any, T]) -> T:
    """Run a command on the fastest event loop that there is here."""
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415 - there is none on every system, and none is needed

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(command)
    return asyncio.run(command)


def _find(name: str) -> Command:
    """Load what a command needs and no more: `--help` and imports must not wait for the API."""
    module = "serving" if name in NEEDS_API else "commands"
    gc.disable()  # what modules make while they load stays: looking for garbage takes a sixth
    loaded = importlib.import_module(f"streamverse.app.{module}")
    gc.freeze()
    gc.enable()
    return getattr(loaded, f"run_{name}")
