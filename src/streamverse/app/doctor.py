"""What this machine lacks, and how to mend it."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.app.api import WEB_FOLDER
from streamverse.app.resources import open_resources
from streamverse.kit import sqlite
from streamverse.kit.clock import new_id
from streamverse.kit.errors import Problem
from streamverse.kit.smtp import MailServerUnavailable, Security, SmtpServer, SmtpTransport
from streamverse.mediakit import hardware, sandbox
from streamverse.mediakit.ffmpeg import ToolMissing, find_tools, read_version

if TYPE_CHECKING:
    from streamverse.app.settings import Settings

OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 35, 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``remedy`` says what to do about a bad one."""

    subject: str
    detail: str
    is_good: bool = True
    remedy: str | None = None

    def line(self) -> str:
        """Give the finding as it is printed."""
        mark = "ok  " if self.is_good else "MEND"
        remedy = f"\n        → {self.remedy}" if self.remedy else ""
        return f"{mark}  {self.subject}: {self.detail}{remedy}"


def _bad(subject: str, detail: str, remedy: str) -> Finding:
    return Finding(subject, detail, is_good=False, remedy=remedy)


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything the program needs, and never stop at the first thing that is wrong."""
    looks: tuple[Callable[[Settings], Awaitable[Finding]], ...] = (
        _python,
        _sqlite,
        _tools,
        _sandbox,
        _hardware,
        _web_app,
        _mail,
        _disk,
        _records_and_store,
        _port,
    )
    return [await look(settings) for look in looks]


async def _python(_settings: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    is_good = sys.version_info[:2] >= OLDEST_PYTHON
    return Finding("Python", version, is_good, None if is_good else "Install Python 3.11 or newer.")


async def _sqlite(_settings: Settings) -> Finding:
    version = sqlite.library_version()
    is_good = version >= OLDEST_SQLITE
    remedy = None if is_good else "Use a Python with SQLite 3.35 or newer, or PostgreSQL."
    return Finding("SQLite", ".".join(map(str, version)), is_good, remedy)


async def _tools(_settings: Settings) -> Finding:
    try:
        tools = await asyncio.to_thread(find_tools)
        versions = [
            f"{tool.name.split('-')[0]} {'.'.join(map(str, read_version(tool)))}"
            for tool in (tools.ffmpeg, tools.ffprobe)
        ]
    except ToolMissing as missing:
        return _bad("Media tools", str(missing), "Run `make build` again.")
    return Finding("Media tools", ", ".join(versions))


async def _sandbox(_settings: Settings) -> Finding:
    try:
        found = await sandbox.capabilities()
    except sandbox.SandboxUnavailable as missing:
        return _bad("Sandbox", f"it cannot be set up: {missing}", "Use Linux on x86-64 or ARM64.")
    layers = [
        name
        for name, holds in (
            ("seccomp", found.seccomp),
            (f"Landlock {found.landlock_abi}", found.landlock_abi > 0),
            ("network namespace", found.network_namespace),
        )
        if holds
    ]
    detail = f"media files are read behind {', '.join(layers) or 'nothing'}"
    remedy = None
    if not found.is_complete:
        remedy = "Use Linux 5.13 or newer with Landlock, so that media tools reach no other files."
    return Finding("Sandbox", detail, found.is_complete, remedy)


async def _hardware(_settings: Settings) -> Finding:
    try:
        found = await hardware.detect(find_tools())
    except ToolMissing:
        return _bad("Hardware encoders", "nothing to try them with", "Run `make build` again.")
    names = [f"{encoder.name} on {encoder.device}" for encoder in found.encoders]
    if found.failures and not names:
        # Software does all of it, so this is no fault of the installation.
        remedy = "Install the driver's user libraries, and let this user open the device."
        detail = f"none works, so pictures are encoded in software ({found.failures[0]})"
        return Finding("Hardware encoders", detail, remedy=remedy)
    return Finding(
        "Hardware encoders", ", ".join(names) or "none; pictures are encoded in software"
    )


async def _web_app(_settings: Settings) -> Finding:
    is_good = (WEB_FOLDER / "index.html").is_file()
    if is_good:
        return Finding("Web app", "built")
    return _bad("Web app", "not built", "Run `make build` (it needs Node 20 or newer).")


async def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        return Finding("Mail", "not sent; the owner reads it on the page Mail")
    server, sender = SmtpServer.parse(settings.smtp_url), settings.mail_from
    try:
        await SmtpTransport(server).greet(sender.rpartition("@")[2])
    except MailServerUnavailable as problem:
        remedy = "Check STREAMVERSE_SMTP_URL, and that this machine may reach the server."
        return _bad("Mail", problem.detail, remedy)
    is_in_clear = server.security is Security.NONE and server.password is not None
    remedy = "Use smtp+starttls:// or smtps://: the password travels in the clear."
    detail = f"sent from {sender} through {server}"
    return _bad("Mail", detail, remedy) if is_in_clear else Finding("Mail", detail)


async def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    is_good = free > settings.min_free_bytes
    remedy = "Free some space, or choose another --data-dir." if not is_good else None
    return Finding("Disk", f"{free / 1e9:.1f} GB free for {settings.data_dir}", is_good, remedy)


async def _records_and_store(settings: Settings) -> Finding:
    try:
        async with open_resources(settings) as resources:
            key = f"doctor/{new_id()}"
            await resources.store.put(key, b"well?")
            await resources.store.delete(key)
            kind = "SQLite" if resources.database.is_sqlite else "PostgreSQL"
    except Problem as problem:
        return _bad("Database and store", problem.detail, "Check the settings named above.")
    except Exception as failure:  # noqa: BLE001 - whatever it is, the reader wants to see the rest
        detail = f"{type(failure).__name__}: {failure}".splitlines()[0]
        remedy = "Check STREAMVERSE_DATABASE_URL and STREAMVERSE_STORE_URL, and that both answer."
        return _bad("Database and store", detail, remedy)
    return Finding("Database and store", f"{kind}; both can be written")


async def _port(settings: Settings) -> Finding:
    try:
        server = await asyncio.start_server(_ignore, settings.host, settings.port)
    except OSError as taken:
        detail = f"{settings.port} on {settings.host} cannot be used: {taken.strerror}"
        remedy = "If StreamVerse runs already, all is well; otherwise choose another --port."
        return _bad("Port", detail, remedy)
    server.close()
    await server.wait_closed()
    return Finding("Port", f"{settings.port} is free")


def _ignore(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
