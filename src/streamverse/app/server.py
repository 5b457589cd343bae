"""The processes: the API alone, or all of it in one."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from granian.constants import Interfaces, SSLProtocols
from granian.server.embed import Server

from streamverse.app.api import create_app
from streamverse.app.beside import run_beside, watch_parent
from streamverse.app.demo import import_demo_film
from streamverse.app.resources import open_resources
from streamverse.app.worker import run_worker
from streamverse.domains.identity.public import find_setup_token
from streamverse.kit.errors import Unavailable
from streamverse.kit.work import Actor

if TYPE_CHECKING:
    from litestar.types import ASGIApp

    from streamverse.app.certificates import Certificate
    from streamverse.app.resources import Resources
    from streamverse.app.settings import Settings

# Held playlist requests and sockets are many and cheap; the server's default of 1,024 starves them.
MOST_IN_FLIGHT = 65_536

Part = Coroutine[Any, Any, None]


async def serve(settings: Settings, *, has_api: bool = True, has_worker: bool = True) -> None:
    """Run the chosen parts in this process until SIGINT or SIGTERM."""
    stop = _stop_on(signal.SIGINT, signal.SIGTERM)
    if has_api:
        for port in _ports(settings):
            _require_free_port(settings.host, port)
    settings = _with_internal_port(settings)
    takes_streams = has_api and settings.is_live_taken
    async with open_resources(settings, takes_streams=takes_streams) as resources:
        parts = _api_parts(resources, stop) if has_api else []
        if has_api:
            parts.append(resources.live_desk.run())
        if has_worker:
            parts.append(run_worker(resources, is_alone=not has_api))
        if has_api and settings.api_processes > 1:
            parts.append(run_beside(settings))
        await _run(resources, parts, stop, greet=has_api)


async def serve_live(settings: Settings) -> None:
    """Take live streams and answer what is asked about them, until SIGINT or SIGTERM."""
    stop = _stop_on(signal.SIGINT, signal.SIGTERM)
    # Its memory holds the streams, so that it is one process.
    settings = replace(settings, api_processes=1)
    for port in _ports(settings):
        _require_free_port(settings.host, port)
    async with open_resources(settings) as resources:
        parts: list[Part] = [_run_api(resources, stop, is_live_alone=True)]
        parts += [resources.live_desk.run(), resources.playback_desk.run()]
        await _run(resources, parts, stop, greet=False)


async def serve_beside(settings: Settings) -> None:
    """Answer requests beside the process that started this one, for as long as it runs."""
    # Who presses Ctrl-C means the first process, which ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop = _stop_on(signal.SIGTERM)
    watch_parent(stop)
    async with open_resources(settings, takes_streams=False) as resources:
        parts = [*_api_parts(resources, stop), resources.live_desk.run()]
        await _run(resources, parts, stop, greet=False)


def _stop_on(*numbers: signal.Signals) -> asyncio.Event:
    stop = asyncio.Event()
    for number in numbers:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _api_parts(resources: Resources, stop: asyncio.Event) -> list[Part]:
    return [
        _run_api(resources, stop),
        resources.search_desk.run(),
        resources.playback_desk.run(),
    ]


async def _run(
    resources: Resources, parts: list[Part], stop: asyncio.Event, *, greet: bool
) -> None:
    if not resources.database.is_sqlite:
        dsn = resources.settings.database_url.replace("+asyncpg", "")
        parts.append(resources.workshop.wake.listen(dsn))
    running = [asyncio.create_task(part) for part in parts]
    if greet:
        await _greet(resources)
    # All that was made so far stays: walking through it would stop every full collection, and
    # everybody with it, for a tenth of a second and more.
    gc.freeze()
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([waiting, *running], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await _end(running, waiting)


class PortTaken(Unavailable):
    """Another program listens on the port."""

    code = "app.port_taken"
    title = "The port is taken"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"Port {port} on {host} cannot be used ({reason}). If StreamVerse runs already, all is "
            "well; otherwise choose another one with --port.",
        )


def _ports(settings: Settings) -> list[int]:
    return [settings.port, *([settings.tls_port] if settings.tls_certificate else [])]


def _with_internal_port(settings: Settings) -> Settings:
    """Choose a port for the other processes, where this one shares its own with them."""
    if urlsplit(settings.internal_url).port != 0:
        return settings
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return replace(settings, internal_url=f"http://127.0.0.1:{port}")


def _require_free_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as taken:
            raise PortTaken(host, port, taken.strerror or str(taken)) from taken


async def _end(running: list[asyncio.Task[None]], waiting: asyncio.Task[bool]) -> None:
    waiting.cancel()
    for task in running:
        if task.done() and not task.cancelled():
            task.result()
    for task in running:
        task.cancel()
    await asyncio.wait([*running, waiting])


async def _run_api(
    resources: Resources, stop: asyncio.Event, *, is_live_alone: bool = False
) -> None:
    """Answer at the plain port, and by TLS where there is a certificate."""
    settings, app = resources.settings, create_app(resources, is_live_alone=is_live_alone)
    servers = [_server_of(app, settings.host, settings.port, Interfaces.ASGI)]
    internal = urlsplit(settings.internal_url)
    is_shared = settings.api_processes > 1 and resources.live_desk.settings.takes_streams
    if is_shared and internal.port is not None:
        # One application for both, which begins and ends once.
        within = "127.0.0.1" if internal.hostname == "127.0.0.1" else settings.host
        servers.append(_server_of(app, within, internal.port, Interfaces.ASGINL))
    if resources.certificate is not None:
        # Both have one application, which begins and ends once.
        shown = resources.certificate
        servers.append(_server_of(app, settings.host, settings.tls_port, Interfaces.ASGINL, shown))
    serving = [asyncio.create_task(server.serve()) for server in servers]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([*serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for server in servers:
            server.stop()
        stopping.cancel()
        await asyncio.wait(serving, timeout=5)


def _server_of(
    app: ASGIApp, host: str, port: int, interface: Interfaces, shown: Certificate | None = None
) -> Server:
    return Server(
        app,
        address=host,
        port=port,
        interface=interface,
        backlog=4096,
        backpressure=MOST_IN_FLIGHT,
        # They read the files that are served; more of them only get in each other's way.
        runtime_blocking_threads=2,
        log_enabled=False,
        ssl_protocol_min=SSLProtocols.tls12,
        ssl_cert=shown.chain if shown else None,
        ssl_key=shown.key if shown else None,
    )


async def _wait_until_answering(settings: Settings) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(settings.host, settings.port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        return


async def _greet(resources: Resources) -> None:
    settings = resources.settings
    await _wait_until_answering(settings)
    async with resources.workshop.reading(Actor.system()) as work:
        token = await find_setup_token(work, resources.identity_settings)
    print(f"StreamVerse is ready at {settings.public_url}", flush=True)  # noqa: T201
    if token is not None:
        link = f"{settings.public_url}/setup#token={token}"
        print(f"Open this link to make the owner's account: {link}", flush=True)  # noqa: T201
    if settings.is_demo_film_enabled:
        await import_demo_film(resources)
