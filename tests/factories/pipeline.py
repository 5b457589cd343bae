"""Files that go all the way: sent by tus, checked and encoded by real workers, fetched by players.

A ``conftest.py`` that imports the fixtures of this module gets the world they stand on: the
application and the workers share one store, beside the database and the clock of the test.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from litestar import Litestar

from streamverse.app import registry
from streamverse.app.api import create_app
from streamverse.app.resources import Resources
from streamverse.app.settings import load_settings
from streamverse.app.worker import open_worker
from streamverse.domains.catalog.contracts import CatalogSettings
from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.live.contracts import LiveSettings
from streamverse.domains.live.public import Glimpses, LiveDesk
from streamverse.domains.media.public import MediaAddresses, UploadLimits
from streamverse.domains.playback.public import PlaybackDesk
from streamverse.domains.search.public import SearchDesk
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.regions import Regions
from streamverse.kit.storage import DiskStore, ObjectStore, PutResult, open_store
from streamverse.kit.tokens import Signer
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker
from tests.factories.accounts import make_session
from tests.factories.media import MediaFactory

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = {**TUS, "Content-Type": "application/offset+octet-stream"}
EXPIRE_AFTER = timedelta(hours=1)
MAX_UPLOAD_BYTES = 1 << 30

WorkOff = Callable[[], Awaitable[None]]
Json = dict[str, Any]
T = TypeVar("T")


# --- the world ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> MediaFactory:
    """Make media on demand, once for all tests."""
    return MediaFactory.in_folder(tmp_path_factory.mktemp("media"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[ObjectStore]:
    """Keep media in a folder of the test."""
    opened = open_store((tmp_path / "store").as_uri())
    yield opened
    await opened.aclose()


@pytest.fixture
def upload_limits() -> UploadLimits:
    """Give what the operator of the test decides about uploads."""
    return UploadLimits(max_bytes=MAX_UPLOAD_BYTES, expire_after=EXPIRE_AFTER, min_free_bytes=0)


@pytest.fixture
def resources(
    workshop: Workshop,
    store: ObjectStore,
    tmp_path: Path,
    media: MediaFactory,
    addresses: MediaAddresses,
    identity_settings: IdentitySettings,
    correspondence: Correspondence,
    catalog_settings: CatalogSettings,
    upload_limits: UploadLimits,
) -> Resources:
    """Give the world as the program sees it."""
    return Resources(
        # Measuring takes seconds; who wants it asks for it.
        settings=load_settings({}, overrides={"data_dir": tmp_path, "ladder": "fixed"}),
        database=workshop.database,
        workshop=workshop,
        store=store,
        tools=media.tools,
        addresses=addresses,
        identity_settings=identity_settings,
        correspondence=correspondence,
        catalog_settings=catalog_settings,
        regions=Regions(),
        upload_limits=upload_limits,
        search_desk=SearchDesk(workshop),
        playback_desk=PlaybackDesk(workshop, Signer([b"the key of player events"])),
        live_desk=LiveDesk(
            workshop,
            store,
            LiveSettings(identity_settings.vault),
            Glimpses(media.tools, tmp_path / "scratch"),
        ),
    )


@pytest.fixture
def application(resources: Resources, api: Litestar, tmp_path: Path) -> Any:
    """Put the real application together."""
    return create_app(resources, web_folder=tmp_path / "web", api=api)


@pytest.fixture
def work_off(resources: Resources) -> WorkOff:
    """Give what does all jobs that are due, with a real worker."""

    async def work() -> None:
        async with open_worker(resources) as worker:
            await worker.run_until_idle()

    return work


class HeldStore(DiskStore):
    """A folder that holds the first writer of one object back until it is told to go on."""

    def __init__(self, root: Path, held: str) -> None:
        super().__init__(root)
        self._held = held
        self.is_reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def put(
        self, key: str, content: bytes | AsyncIterable[bytes], *, is_create_only: bool = False
    ) -> PutResult:
        """Store an object, the held one later."""
        if key.endswith(self._held) and not self.is_reached.is_set():
            self.is_reached.set()
            await self.go_on.wait()
        return await super().put(key, content, is_create_only=is_create_only)


@asynccontextmanager
async def held_worker(resources: Resources, held: str) -> AsyncGenerator[HeldStore]:
    """Run a worker beside the test that stops before it stores a certain object."""
    store = HeldStore(resources.scratch.parent / "store", held)
    async with open_worker(replace(resources, store=store)) as worker:
        running = asyncio.create_task(worker.run())
        try:
            reaching = asyncio.create_task(store.is_reached.wait())
            async with asyncio.timeout(60):
                await asyncio.wait([running, reaching], return_when=asyncio.FIRST_COMPLETED)
            assert reaching.done(), running
            yield store
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await store.aclose()


async def check_only(resources: Resources) -> None:
    """Do what is due but for the encoding."""
    handlers = registry.handlers_by_name(resources)
    worker = Worker(resources.workshop, handlers, name="checks", lanes={DEFAULT_LANE: 1})
    await worker.run_until_idle()


async def eventually(ask: Callable[[], Awaitable[T]], *, within_s: float = 120) -> T:
    """Ask again and again until the answer is something, while workers run beside the test."""
    async with asyncio.timeout(within_s):
        while not (answer := await ask()):
            await asyncio.sleep(0.02)
        return answer


# --- what clients do ------------------------------------------------------------------------------


def metadata_header(pairs: Mapping[str, str]) -> str:
    """Write ``Upload-Metadata``."""
    return ",".join(
        f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in pairs.items()
    )


async def start_upload(
    client: httpx.AsyncClient,
    size_bytes: int,
    headers: Mapping[str, str] | None = None,
    **said: str,
) -> str:
    """Create an upload and give its path below the API."""
    said = {"filename": "film.mp4", **said}
    answer = await client.post(
        "/uploads",
        headers={
            **TUS,
            "Upload-Length": str(size_bytes),
            "Upload-Metadata": metadata_header(said),
            **(headers or {}),
        },
    )
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"].removeprefix("/api/v1")


async def send_bytes(
    client: httpx.AsyncClient,
    path: str,
    content: bytes,
    offset: int = 0,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Send the next bytes of an upload."""
    given = {**OCTETS, "Upload-Offset": str(offset), **(headers or {})}
    return await client.patch(path, headers=given, content=content)


async def upload(client: httpx.AsyncClient, content: bytes, **said: str) -> str:
    """Send a whole file and give the path of its upload."""
    path = await start_upload(client, len(content), **said)
    answer = await send_bytes(client, path, content)
    assert answer.status_code == 204, answer.text
    return path


async def upload_row(client: httpx.AsyncClient, path: str) -> Json:
    """Find an upload in the list of its owner."""
    items = (await client.get("/uploads", params={"limit": 100})).json()["items"]
    return next(item for item in items if item["id"] == path.rsplit("/", 1)[-1])


async def make_film(client: httpx.AsyncClient, work_off: WorkOff, file: Path, **said: str) -> str:
    """Upload a file, do all the work, and give the id of the title that is ready now."""
    path = await upload(client, file.read_bytes(), **{"filename": file.name, **said})
    await work_off()
    row = await upload_row(client, path)
    assert row["state"] == "accepted", row["problem"]
    return row["title_id"]


async def remove_film(client: httpx.AsyncClient, title_id: str) -> None:
    """Delete a title, and let it go for good."""
    for path in (f"/titles/{title_id}", f"/admin/titles/{title_id}/permanently"):
        assert (await client.delete(path)).status_code == 204


async def play(client: httpx.AsyncClient, title_id: str) -> Json:
    """Start playback."""
    answer = await client.post(f"/titles/{title_id}/playback")
    assert answer.status_code == 200, answer.text
    return answer.json()


@asynccontextmanager
async def logged_in_often(
    workshop: Workshop,
    actor: Actor,
    visit: Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]],
    count: int,
) -> AsyncGenerator[list[httpx.AsyncClient]]:
    """Log one person in so many times, each with a client."""
    assert actor.account_id is not None
    async with AsyncExitStack() as stack:
        clients: list[httpx.AsyncClient] = []
        for _ in range(count):
            async with workshop.work(actor) as work:
                secret = make_session(work, actor.account_id)
            headers = {"Authorization": f"Bearer {secret}"}
            clients.append(await stack.enter_async_context(visit(headers=headers)))
        yield clients


async def play_growing(client: httpx.AsyncClient, title_id: str, playable_ms: int) -> Json:
    """Start playback when so much of a title that still grows can be played."""

    async def started() -> Json | None:
        answer = await play(client, title_id)
        return answer if answer["playable_ms"] >= playable_ms else None

    answer = await eventually(started)
    assert (answer["is_growing"], answer["playable_ms"]) == (True, playable_ms)
    return answer


async def fetch(client: httpx.AsyncClient, url: str, **headers: str) -> httpx.Response:
    """Fetch what a player fetches: without cookie or token, from beside the API."""
    bare = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(
        transport=client._transport,  # noqa: SLF001 - the same application, nobody logged in
        base_url=str(client.base_url.join("/")),
        headers=bare,
    ) as player:
        return await player.get(url)


def stored_files(folder: Path) -> list[str]:
    """List every file of a store in a folder, the hidden ones too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
