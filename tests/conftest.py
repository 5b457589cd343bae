"""The world that tests of the domains take place in: real databases, a clock that stands still.

Everything runs on SQLite, and on PostgreSQL too if STREAMVERSE_TEST_POSTGRES_URL names a server and
a role that may make databases (``postgresql+asyncpg://role@host/name``; no superuser, because row
security does not bind one). The tables come from the migrations, once for each run; every test
begins without rows. What stands on the composition root imports it late, so that tests of the kits
start fast and do not need it.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import delete, make_url

from streamverse.domains.catalog.contracts import CatalogSettings
from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.live.contracts import LiveSettings
from streamverse.domains.live.public import Glimpses, LiveDesk
from streamverse.domains.media.public import MediaAddresses, UploadLimits
from streamverse.domains.playback.public import PlaybackDesk
from streamverse.domains.search.public import SearchDesk
from streamverse.kit.clock import FixedClock
from streamverse.kit.crypto import KEY_BYTES, Vault
from streamverse.kit.db import ALL_TENANTS, Base, Database
from streamverse.kit.events import Listener
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.mail import MailSender, Postbox
from streamverse.kit.regions import Regions
from streamverse.kit.storage import open_store
from streamverse.kit.tokens import Signer
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker, handlers_of
from streamverse.mediakit.ffmpeg import find_tools
from tests.factories.accounts import People, make_people, make_session
from tests.factories.engines import make_engine

if TYPE_CHECKING:
    from litestar import Litestar

    from streamverse.app.resources import Resources

POSTGRES_URL = os.environ.get("STREAMVERSE_TEST_POSTGRES_URL", "")
ORIGIN = "https://video.example.org"

# How long an example takes says something of the machine and nothing of the law.
settings.register_profile(
    "streamverse", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("streamverse")

ASGIApp = Callable[..., Awaitable[None]]
Visit = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


def pytest_configure() -> None:
    """Look for garbage less often: what thousands of tests keep is much to look through."""
    gc.set_threshold(50_000, 10, 10)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Ask no database for what it does not have, and leave the browser for the end.

    While the browser runs, its library keeps the thread's event loop.
    """
    too_much = [item for item in items if _asks_too_much(item)]
    config.hook.pytest_deselected(items=too_much)
    items[:] = [item for item in items if item not in too_much]
    items.sort(key=lambda item: "e2e" in item.path.parts)


def _asks_too_much(item: pytest.Item) -> bool:
    """Tell whether a test of what only PostgreSQL has would run on SQLite."""
    is_for_postgres = item.get_closest_marker("postgresql") is not None
    return is_for_postgres and item.callspec.params["database_url"] == "sqlite"


# --- databases ------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def statements_are_compiled_once() -> Iterator[None]:
    """Let the engines of all tests share what they have compiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streamverse.kit.db.create_async_engine", make_engine)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the tables once, in a file to copy."""
    path = tmp_path_factory.mktemp("template") / "streamverse.db"
    _run_aside(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Build the tables once, in a database of this run."""
    name = f"sv_test_{uuid4().hex}"
    _run_aside(_command_postgres(POSTGRES_URL, f"CREATE DATABASE {name}"))
    try:
        url = make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
        _run_aside(_migrate(url))
        yield url
    finally:
        _run_aside(_command_postgres(POSTGRES_URL, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES_URL else ["sqlite"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a database with all tables and no rows."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgres_url")
    # A copy of the database takes half a second, TRUNCATE a twelfth, this a thousandth.
    deletions = [delete(table) for table in reversed(Base.metadata.sorted_tables)]
    all_rows = f"SELECT set_config('streamverse.tenant_id', '{ALL_TENANTS}', true)"
    # Only whoever owns the tables can do this to the audit log, and only like this.
    open_, close = (
        [
            f"ALTER TABLE {log} {how} TRIGGER USER"
            for log in ("identity_audit", "identity_audit_head")
        ]
        for how in ("DISABLE", "ENABLE")
    )
    await _command_postgres(url, ";".join((all_rows, *open_, *map(str, deletions), *close)))
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """Open the test's database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


def _run_aside(call: Coroutine[object, object, None]) -> None:
    # The test's own loop may be running already.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, call).result()


async def _migrate(url: str) -> None:
    from streamverse import migrations  # noqa: PLC0415

    database = Database(url)
    await migrations.upgrade(database)
    await database.close()


async def _command_postgres(url: str, command: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(command)
    finally:
        await connection.close()


# --- works, people and jobs -----------------------------------------------------------------------


@pytest.fixture
def clock() -> FixedClock:
    """Give the clock of the test."""
    return FixedClock()


@pytest.fixture
def catalog_settings() -> CatalogSettings:
    """Give what the operator of the test decides about titles."""
    return CatalogSettings(is_publish_on_upload=True)


@pytest.fixture
def correspondence(identity_settings: IdentitySettings) -> Correspondence:
    """Keep the mails of the test instead of sending them."""
    sender = MailSender("no-reply@video.example.org", "StreamVerse")
    return Correspondence(Postbox(identity_settings.vault, sender, None), ORIGIN)


@pytest.fixture
def listeners(catalog_settings: CatalogSettings, correspondence: Correspondence) -> list[Listener]:
    """Give the reactions of all domains."""
    from streamverse.app import registry  # noqa: PLC0415

    return registry.listeners(catalog_settings, correspondence)


@pytest.fixture
def workshop(database: Database, clock: FixedClock, listeners: list[Listener]) -> Workshop:
    """Open Works that tell the listeners of all domains."""
    return Workshop(database, clock=clock, listeners=listeners)


@pytest.fixture
async def people(workshop: Workshop) -> People:
    """Settle the people of the test."""
    return await make_people(workshop)


@pytest.fixture
def deliver(workshop: Workshop, listeners: list[Listener]) -> Callable[[], Awaitable[None]]:
    """Deliver the events that are due to their listeners."""
    handlers = handlers_of([], listeners)
    worker = Worker(workshop, handlers, name="test", lanes={DEFAULT_LANE: 1})
    return worker.run_until_idle


# --- HTTP -----------------------------------------------------------------------------------------


@pytest.fixture
def identity_settings() -> IdentitySettings:
    """Give what the operator of the test decides about log-ins."""
    return IdentitySettings(
        setup_key=b"the key of the set-up link",
        vault=Vault([b"the key of identity's secrets...."[:KEY_BYTES]]),
        issuer=ORIGIN,
        is_secure=True,
    )


@pytest.fixture
def addresses() -> MediaAddresses:
    """Give the signer of media addresses."""
    return MediaAddresses(Signer([b"the key of media addresses"]), timedelta(hours=12))


@pytest.fixture(scope="session")
def api() -> Litestar:
    """Assemble the API once: its routes are the same in every test, and its state is not."""
    from streamverse.app.api import assemble_api  # noqa: PLC0415

    return assemble_api()


@pytest.fixture
def regions() -> Regions:
    """Know no countries, where a test knows none."""
    return Regions()


@pytest.fixture
async def resources(
    workshop: Workshop,
    tmp_path: Path,
    addresses: MediaAddresses,
    identity_settings: IdentitySettings,
    correspondence: Correspondence,
    catalog_settings: CatalogSettings,
    regions: Regions,
) -> AsyncGenerator[Resources]:
    """Give the world as the program sees it, around the test's database and clock."""
    from streamverse.app.resources import Resources  # noqa: PLC0415
    from streamverse.app.settings import load_settings  # noqa: PLC0415

    settings = load_settings({}, overrides={"data_dir": tmp_path})
    store = open_store(settings.store_url)
    yield Resources(
        settings=settings,
        database=workshop.database,
        workshop=workshop,
        store=store,
        tools=find_tools(),
        addresses=addresses,
        identity_settings=identity_settings,
        correspondence=correspondence,
        catalog_settings=catalog_settings,
        regions=regions,
        upload_limits=UploadLimits(
            max_bytes=1 << 30, expire_after=timedelta(hours=1), min_free_bytes=0
        ),
        search_desk=SearchDesk(workshop),
        playback_desk=PlaybackDesk(workshop, Signer([b"the key of player events"])),
        live_desk=LiveDesk(
            workshop,
            store,
            LiveSettings(identity_settings.vault),
            Glimpses(find_tools(), tmp_path / "scratch"),
        ),
    )
    await store.aclose()


@pytest.fixture
def application(resources: Resources, api: Litestar, tmp_path: Path) -> ASGIApp:
    """Put the real application together."""
    from streamverse.app.api import create_app  # noqa: PLC0415

    return create_app(resources, web_folder=tmp_path / "web", api=api)


@pytest.fixture
def visit(application: ASGIApp) -> Visit:
    """Let a test open clients of the API, one ``async with`` for each."""

    @asynccontextmanager
    async def open_client(**options: object) -> AsyncGenerator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(
            transport=transport, base_url=f"{ORIGIN}/api/v1", **options
        ) as client:
            yield client

    return open_client


@dataclass(frozen=True, slots=True)
class Clients:
    """A client for each of the people."""

    owner: httpx.AsyncClient
    viewer: httpx.AsyncClient
    nobody: httpx.AsyncClient
    stranger: httpx.AsyncClient

    def of(self, role: str) -> httpx.AsyncClient:
        """Give the client of a role by its name, for parametrised tests."""
        return getattr(self, role)


@pytest.fixture
async def clients(workshop: Workshop, people: People, visit: Visit) -> AsyncGenerator[Clients]:
    """Log everybody in."""
    async with AsyncExitStack() as stack:

        async def log_in(actor: Actor) -> httpx.AsyncClient:
            headers: dict[str, str] = {}
            if actor.account_id is not None:
                async with workshop.work(actor) as work:
                    headers["Authorization"] = f"Bearer {make_session(work, actor.account_id)}"
            return await stack.enter_async_context(visit(headers=headers))

        yield Clients(
            owner=await log_in(people.owner),
            viewer=await log_in(people.viewer),
            nobody=await log_in(people.nobody),
            stranger=await log_in(people.stranger),
        )
