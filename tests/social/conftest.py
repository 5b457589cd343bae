"""What the tests of social take place in: a film, and people who each watch as a profile."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.kit.work import Actor, Role, Workshop
from tests.factories.accounts import People, make_account, make_session
from tests.factories.titles import make_title

if TYPE_CHECKING:
    import httpx

    from tests.conftest import Visit


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who watches as a profile."""

    client: httpx.AsyncClient
    film: TitleId
    profile_id: str

    async def ask(self, method: str, path: str, **body: Any) -> httpx.Response:
        """Ask for something to be done."""
        return await self.client.request(method, path, json=body)

    async def write(self, rating: int, text: str = "", **more: Any) -> dict[str, Any]:
        """Write a review of the film."""
        body = {"rating": rating, "text": text, **more}
        written = await self.client.post(f"/titles/{self.film}/reviews", json=body)
        assert written.status_code == 201, written.text
        found: dict[str, Any] = written.json()
        return found

    async def board(self, **query: Any) -> dict[str, Any]:
        """Look what is thought of the film."""
        answer = await self.client.get(f"/titles/{self.film}/reviews", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def vote(self, review: dict[str, Any], vote: str | None) -> dict[str, Any]:
        """Vote on a review."""
        answer = await self.ask("POST", f"/reviews/{review['id']}/vote", vote=vote)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


Arrive = Callable[..., Any]


@pytest.fixture
async def film(workshop: Workshop, people: People) -> TitleId:
    """Let there be a film for those of twelve and older."""
    async with workshop.work(people.owner) as work:
        return await make_title(work, "Sintel", minimum_age=12, effective_age=12)


@pytest.fixture
async def arrive(workshop: Workshop, visit: Visit, film: TitleId) -> AsyncGenerator[Arrive]:
    """Let people come who have an account each, and have chosen who they are."""
    async with AsyncExitStack() as stack:

        async def come(name: str, role: Role = Role.VIEWER, **profile: Any) -> Reviewer:
            async with workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
                account = await make_account(
                    work, f"{name.lower()}@example.org", role=role, display_name=name
                )
                secret = make_session(work, account.id)
            headers = {"Authorization": f"Bearer {secret}"}
            client = await stack.enter_async_context(visit(headers=headers))
            chosen = (await client.get("/users/me/profiles")).json()["items"][0]
            if profile:
                body = {"name": name, **profile}
                chosen = (await client.post("/users/me/profiles", json=body)).json()
            switched = await client.post(f"/users/me/profiles/{chosen['id']}/switch", json={})
            assert switched.status_code == 200, switched.text
            return Reviewer(client, film, chosen["id"])

        yield come
