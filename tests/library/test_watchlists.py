"""Lists over HTTP: order, folders, tags, files and links, and what nobody may see through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.library.service import watchlists
from streamverse.kit.clock import new_id
from streamverse.kit.work import Workshop
from tests.factories.accounts import People
from tests.factories.titles import make_title

if TYPE_CHECKING:
    import httpx

    from streamverse.domains.media.public import MediaAddresses
    from tests.conftest import Clients
    from tests.library.conftest import Sofa


@dataclass(frozen=True, slots=True)
class Shelf:
    """The viewer's list, with three films to put on it."""

    client: httpx.AsyncClient
    path: str
    films: list[str]

    async def post(self, path: str, **body: object) -> httpx.Response:
        """Ask for something to be done."""
        return await self.client.post(f"{self.path}{path}", json=body)

    async def names(self) -> list[str]:
        """Give what is on the list, in its order."""
        return [item["title"]["name"] for item in (await self.get())["items"]]

    async def get(self) -> dict[str, Any]:
        """Give the whole list."""
        found: dict[str, Any] = (await self.client.get(self.path)).json()
        return found


@pytest.fixture
async def shelf(clients: Clients, workshop: Workshop, people: People) -> Shelf:
    """Put three films into the catalogue, and all of them on the list: C, B, A."""
    films: list[str] = []
    async with workshop.work(people.owner) as work:
        for name in ("A", "B", "C"):
            title_id = await make_title(work, f"Film {name}", year=2000 + len(films))
            films.append(str(title_id))
    profiles = (await clients.viewer.get("/users/me/profiles")).json()["items"]
    shelf = Shelf(clients.viewer, f"/users/{profiles[0]['id']}/watchlist", films)
    for film in films:
        assert (await shelf.post("", title_id=film)).json() == {"added": 1}
    return shelf


async def test_what_is_added_last_comes_first_and_once(shelf: Shelf) -> None:
    assert (await shelf.post("", title_id=shelf.films[0])).json() == {"added": 0}
    assert await shelf.names() == ["Film C", "Film B", "Film A"]


async def test_an_order_is_kept_and_what_it_does_not_name_follows(shelf: Shelf) -> None:
    moved = await shelf.post("/reorder", title_ids=[shelf.films[0], str(new_id())])
    assert moved.status_code == 204
    assert await shelf.names() == ["Film A", "Film C", "Film B"]


async def test_several_are_added_together_or_none(shelf: Shelf, clients: Clients) -> None:
    assert (await shelf.client.delete(f"{shelf.path}/clear")).status_code == 204
    refused = await shelf.post("/bulk-upload", title_ids=[*shelf.films, str(new_id())])
    assert (refused.status_code, refused.json()["code"]) == (404, "catalog.title_not_found")
    assert await shelf.names() == []
    added = await shelf.post("/bulk-upload", title_ids=shelf.films)
    assert added.json() == {"added": 3}
    assert await shelf.names() == ["Film A", "Film B", "Film C"]


async def test_folders_and_tags_sort_a_list(shelf: Shelf) -> None:
    folder = (await shelf.post("/folders", name="  For   later ")).json()
    assert folder["name"] == "For later"
    twin = await shelf.post("/folders", name="for LATER")
    assert (twin.status_code, twin.json()["code"]) == (409, "library.folder_exists")
    chosen = shelf.films[:2]
    await shelf.post("/bulk", title_ids=chosen, action="move", folder_id=folder["id"])
    await shelf.post("/bulk", title_ids=chosen, action="tag", added_tags=["rainy", " Long  one "])
    await shelf.post("/bulk", title_ids=chosen[:1], action="tag", removed_tags=["RAINY"])
    told = [(item["folder_id"], item["tags"]) for item in (await shelf.get())["items"]]
    assert told == [
        (None, []),
        (folder["id"], ["Long one", "rainy"]),
        (folder["id"], ["Long one"]),
    ]
    path = f"{shelf.path}/folders/{folder['id']}"
    assert (await shelf.client.patch(path, json={"name": "Soon"})).json()["name"] == "Soon"
    assert (await shelf.client.delete(path)).status_code == 204
    assert [item["folder_id"] for item in (await shelf.get())["items"]] == [None] * 3
    await shelf.post("/bulk", title_ids=shelf.films[1:], action="remove")
    assert await shelf.names() == ["Film A"]
    assert (await shelf.client.delete(f"{shelf.path}/{shelf.films[0]}")).status_code == 204
    assert await shelf.names() == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/folders", {"name": " "}, 422),
        ("/bulk", {"title_ids": [], "action": "burn"}, 422),
        ("/import", {"content": "no list"}, 422),
        ("/import", {"content": "a,b\n1,2", "form": "csv"}, 422),
        ("/import", {"content": "title,year\nFilm A,soon", "form": "csv"}, 422),
        ("/bulk", {"title_ids": [], "action": "move", "folder_id": str(new_id())}, 404),
    ],
)
async def test_nonsense_changes_nothing(
    shelf: Shelf, path: str, body: dict[str, Any], status: int
) -> None:
    before = await shelf.get()
    assert (await shelf.post(path, **body)).status_code == status
    assert await shelf.get() == before


@pytest.mark.parametrize("form", ["json", "csv"])
async def test_a_list_that_was_written_out_is_read_again(shelf: Shelf, form: str) -> None:
    folder = (await shelf.post("/folders", name="Later")).json()
    await shelf.post("/bulk", title_ids=shelf.films[:1], action="move", folder_id=folder["id"])
    await shelf.post("/bulk", title_ids=shelf.films[:1], action="tag", added_tags=["a", "b"])
    written = await shelf.client.get(f"{shelf.path}/export", params={"form": form})
    before = [(i["title"]["name"], i["folder_id"], i["tags"]) for i in (await shelf.get())["items"]]
    await shelf.client.delete(f"{shelf.path}/clear")
    read = await shelf.post("/import", content=written.text, form=form)
    assert read.json() == {"added": 3, "known": 0, "missing": []}
    after = [(i["title"]["name"], i["folder_id"], i["tags"]) for i in (await shelf.get())["items"]]
    assert after == before


async def test_a_list_from_elsewhere_is_read_by_name_and_tells_what_is_missing(
    shelf: Shelf,
) -> None:
    await shelf.client.delete(f"{shelf.path}/clear")
    content = "title,year\nfilm b,\nNobody knows,1999\nFILM A,2000\n"
    read = await shelf.post("/import", content=content, form="csv")
    missing = [{"line": 2, "title": "Nobody knows"}]
    assert read.json() == {"added": 2, "known": 0, "missing": missing}
    assert await shelf.names() == ["Film B", "Film A"]


async def test_a_link_shows_the_list_to_others_until_it_is_revoked(
    shelf: Shelf, clients: Clients
) -> None:
    link = (await shelf.post("/shares")).json()
    assert len(link["token"]) == 43
    assert (await shelf.post("/shares")).json() == link
    assert (await shelf.client.get(f"{shelf.path}/shares")).json() == {"items": [link]}
    path = f"/lists/{link['token']}"
    seen = (await clients.owner.get(path)).json()
    assert [title["name"] for title in seen["items"]] == ["Film C", "Film B", "Film A"]
    assert (await clients.stranger.get(path)).status_code == 404
    assert (await clients.nobody.get(path)).status_code == 401
    assert (await shelf.client.delete(f"{shelf.path}/shares/{link['id']}")).status_code == 204
    refused = await clients.owner.get(path)
    assert (refused.status_code, refused.json()["code"]) == (404, "library.share_not_found")


@pytest.mark.parametrize("role", ["owner", "stranger"])
async def test_other_families_lists_do_not_exist(shelf: Shelf, clients: Clients, role: str) -> None:
    client = clients.of(role)
    tried = [
        await client.get(shelf.path),
        await client.get(f"{shelf.path}/export"),
        await client.get(f"{shelf.path}/shares"),
        await client.post(shelf.path, json={"title_id": shelf.films[0]}),
        await client.post(f"{shelf.path}/reorder", json={"title_ids": shelf.films}),
        await client.post(f"{shelf.path}/import", json={"content": '{"items": []}'}),
        await client.delete(f"{shelf.path}/clear"),
    ]
    assert {answer.json()["code"] for answer in tried} == {"profiles.profile_not_found"}
    assert await shelf.names() == ["Film C", "Film B", "Film A"]


async def test_a_child_sees_nothing_on_lists_that_it_may_not(
    sofa: Sofa, addresses: MediaAddresses
) -> None:
    home = sofa.home
    cartoon = await sofa.film("Cartoon", minimum_age=0, effective_age=0)
    thriller = await sofa.film("Thriller", minimum_age=16, effective_age=16)
    both = [cartoon, thriller]
    async with sofa.workshop.work(home.sofa) as work:
        for profile_id in (home.first, home.child):
            await watchlists.add_titles(work, profile_id, both)
        token = (await watchlists.share_watchlist(work, home.first, None)).token
    await home.sit(home.child)
    async with sofa.workshop.reading(home.sofa) as work:
        own = await watchlists.get_watchlist(work, addresses, home.child)
        written = await watchlists.export_watchlist(work, home.child)
        shared = await watchlists.open_share(work, addresses, token)
    assert [listed.card.id for listed in own.items] == [cartoon]
    assert [entry["title_id"] for entry in written] == [cartoon]
    assert [card.id for card in shared.cards] == [cartoon]
    with pytest.raises(watchlists.catalog.TitleNotFound):
        async with sofa.workshop.work(home.sofa) as work:
            await watchlists.add_titles(work, home.child, [thriller])


async def test_a_purged_title_is_off_the_list(
    shelf: Shelf, workshop: Workshop, people: People
) -> None:
    async with workshop.work(people.owner) as work:
        row = await work.session.get(TitleRow, UUID(shelf.films[1]))
        await work.session.delete(row)
    assert await shelf.names() == ["Film C", "Film A"]
