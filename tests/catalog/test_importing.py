"""Files of metadata: read with distrust, shown before they are applied, applied whole or not."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from streamverse.domains.catalog.contracts import (
    CreditLine,
    MarkerKind,
    MarkerLine,
    RelatedLine,
    RelationKind,
    TitleId,
    TitleKind,
    TitlePatch,
    WindowLine,
    Words,
)
from streamverse.domains.catalog.rules.sheets import (
    LINES_LIMIT,
    SHEET_LIMIT_BYTES,
    decode,
    read_sheet,
    write_csv,
)
from streamverse.domains.catalog.service import editing, lifecycle
from streamverse.kit.clock import new_id
from tests.factories.titles import make_title

if TYPE_CHECKING:
    import httpx

    from streamverse.kit.work import Workshop
    from tests.conftest import Clients
    from tests.factories.accounts import People

EVERYTHING = TitlePatch(
    name="=Sintel; or | the \\ dragon",
    original_name="Sintel",
    tagline="-A search",
    description="One line,\nand “another”.",
    credit="© Somebody",
    year=2010,
    number=None,
    released_on=date(2010, 9, 27),
    original_language="en",
    countries=["NL", "DE"],
    minimum_age=12,
    certifications={"DE": "12", "US": "PG"},
    advisories=["violence"],
    external_ids={"tmdb": "45745", "imdb": "tt1727587"},
    genres=["Fantasy", "Drama; slow"],
    tags=["dragon", "open"],
    studios=["Harbour | Film"],
    credits=[
        CreditLine("Mila Torvald", "actor", "Sintel"),
        CreditLine("Ben Ode", "director"),
        CreditLine("Cara Lind", "actor", "The old; man"),
    ],
    translations={"de": Words("Die Suche", "", "Ein Satz.\nNoch einer."), "ja": Words("シンテル")},
    windows=[
        WindowLine("DE", datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)),
        WindowLine("FR", is_barring=True),
        WindowLine(),
    ],
    markers=[
        MarkerLine(MarkerKind.INTRO, 0, 5_000),
        MarkerLine(MarkerKind.CHAPTER, 5_000, 9_000, "Two"),
    ],
)


@dataclass(frozen=True, slots=True)
class Desk:
    """An operator with a catalogue and files."""

    client: httpx.AsyncClient
    workshop: Workshop
    people: People

    async def film(self, patch: TitlePatch, kind: TitleKind = TitleKind.MOVIE) -> TitleId:
        """Put a title into the catalogue."""
        async with self.workshop.work(self.people.owner) as work:
            row = await lifecycle.create_title(work, kind, "Made")
            await editing.edit_titles(work, [TitleId(row.id)], patch, "made")
            return TitleId(row.id)

    async def preview(self, content: str | bytes, form: str = "csv") -> dict[str, Any]:
        """Look what a file would do."""
        answer = await self.client.post(
            "/admin/titles/import/preview", params={"form": form}, content=content
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refusal(self, content: str | bytes, form: str = "csv") -> str:
        """Give a file that is none, and hear why."""
        answer = await self.client.post(
            "/admin/titles/import/preview", params={"form": form}, content=content
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "kit.invalid"), answer.text
        said: str = answer.json()["detail"]
        return said

    async def apply(
        self, content: str | bytes, fingerprint: str, form: str = "csv"
    ) -> httpx.Response:
        """Apply a file."""
        params = {"form": form, "fingerprint": fingerprint}
        return await self.client.post("/admin/titles/import", params=params, content=content)

    async def export(self, form: str = "csv") -> bytes:
        """Write everything out."""
        answer = await self.client.get("/admin/titles/export", params={"form": form})
        assert answer.status_code == 200
        return answer.content

    async def said(self, title_id: TitleId | str) -> dict[str, Any]:
        """Give what is said about a title."""
        found: dict[str, Any] = (await self.client.get(f"/admin/titles/{title_id}")).json()
        return found["said"]


@pytest.fixture
def desk(clients: Clients, workshop: Workshop, people: People) -> Desk:
    """Give the operator's desk."""
    return Desk(clients.owner, workshop, people)


def outcomes(plan: dict[str, Any]) -> list[str]:
    return [line["outcome"] for line in plan["lines"]]


def problems(plan: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [
        (line["line"], one["field"], one["problem"])
        for line in plan["lines"]
        for one in line["problems"]
    ]


# --- reading --------------------------------------------------------------------------------------

TEXT = "name,year\nL'été — 夏,1999\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "with a mark", "utf-16", "little-endian", "big-endian"],
)
def test_the_encoding_is_found(content: bytes) -> None:
    assert decode(content) == TEXT


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_of_any_country_are_read(delimiter: str) -> None:
    text = delimiter.join(["name", "tagline"]) + "\r\n" + delimiter.join(["Sintel", '"a, b; c"'])
    [line] = read_sheet(text.encode(), is_csv=True)
    assert line.patch == TitlePatch(name="Sintel", tagline="a, b; c")


def test_lines_are_numbered_as_an_editor_shows_them() -> None:
    text = 'name,description\nA,"one\ntwo\nthree"\n,\nB,x\n'
    assert [line.line for line in read_sheet(text.encode(), is_csv=True)] == [2, 6]


def test_what_is_written_is_read_again() -> None:
    identity = {"id": UUID(int=7), "kind": "movie", "parent_id": None}
    related = [RelatedLine(UUID(int=8), RelationKind.SEQUEL)]
    patch = TitlePatch(**{**_fields(EVERYTHING), "related": related, "plans": [UUID(int=9)]})
    [line] = read_sheet(write_csv([(identity, patch)]).encode(), is_csv=True)
    assert line.problems == ()
    assert (line.id, line.kind, line.parent_id) == (UUID(int=7), TitleKind.MOVIE, None)
    assert line.patch == patch


def _fields(patch: TitlePatch) -> dict[str, Any]:
    return {name: getattr(patch, name) for name in TitlePatch.__struct_fields__}


def test_a_spreadsheet_runs_nothing() -> None:
    identity = {"id": None, "kind": "movie", "parent_id": None}
    written = write_csv([(identity, TitlePatch(name="=1+1", tagline="-x"))])
    header, row = csv.reader(io.StringIO(written))
    cells = dict(zip(header, row, strict=True))
    assert (cells["name"], cells["tagline"]) == ("'=1+1", "'-x")


@pytest.mark.parametrize(
    ("content", "form", "said"),
    [
        (b"", "csv", "Give a column id, external_ids or name"),
        (b"name\n", "csv", "There are no titles in this file."),
        (b"name,name\nA,B\n", "csv", "There are two columns 'name'"),
        (b"name,colour\nA,red\n", "csv", "Nobody knows the column 'colour'."),
        (b"year\n1999\n", "csv", "Give a column id, external_ids or name"),
        (b"name\nA\n\xe9t\xe9\n", "csv", "Line 3 is no UTF-8 text (byte 0xE9)"),
        (b'name\n"A\n', "csv", "Line 2 is no CSV"),
        (b"name\n" + b"A\n" * (LINES_LIMIT + 1), "csv", "The file has 1,001 titles"),
        (b"n" * (SHEET_LIMIT_BYTES + 1), "csv", "The file is larger than 5 MB"),
        (b"{", "json", "This is no JSON of titles"),
        (b"[]", "json", "This is no JSON of titles"),
        (b'{"titles": [7]}', "json", "This is no JSON of titles"),
        (b'{"titles": []}', "json", "There are no titles in this file."),
    ],
)
async def test_a_file_that_is_none_is_refused(
    desk: Desk, content: bytes, form: str, said: str
) -> None:
    assert said in await desk.refusal(content, form)


# --- looking --------------------------------------------------------------------------------------


async def test_what_a_file_would_change_is_shown_line_by_line_and_not_done(desk: Desk) -> None:
    film = await desk.film(TitlePatch(name="Sintel", year=2010, genres=["Fantasy"]))
    content = f"id,name,year,genres\n{film},Sintel,2011,Fantasy; Drama\n,Brand new,2026,Drama\n"
    before = await desk.export()
    plan = await desk.preview(content)
    assert plan["counts"] == {"new": 1, "changed": 1, "unchanged": 0, "wrong": 0}
    assert [(line["line"], line["name"], line["title_id"]) for line in plan["lines"]] == [
        (2, "Sintel", str(film)),
        (3, "Brand new", None),
    ]
    assert plan["lines"][0]["changes"] == [
        {"field": "year", "before": "2010", "after": "2011"},
        {"field": "genres", "before": "Fantasy", "after": "Fantasy; Drama"},
    ]
    assert plan["lines"][1]["changes"] == [
        {"field": "name", "before": "", "after": "Brand new"},
        {"field": "year", "before": "", "after": "2026"},
        {"field": "genres", "before": "", "after": "Drama"},
    ]
    assert await desk.export() == before


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_what_was_written_out_changes_nothing(desk: Desk, form: str) -> None:
    first = await desk.film(EVERYTHING)
    await desk.film(TitlePatch(related=[RelatedLine(first, RelationKind.SEQUEL)]))
    series = await desk.film(TitlePatch(name="A series"), TitleKind.SERIES)
    async with desk.workshop.work(desk.people.owner) as work:
        await lifecycle.create_title(work, TitleKind.SEASON, "Season 1", parent_id=series)
    plan = await desk.preview(await desk.export(form), form)
    assert (outcomes(plan), problems(plan)) == (["unchanged"] * 4, [])


async def test_a_title_is_known_by_the_number_of_others_and_by_name_and_year(desk: Desk) -> None:
    first = await desk.film(TitlePatch(name="Twins", year=1988, external_ids={"tmdb": "9493"}))
    second = await desk.film(TitlePatch(name="Twins", year=2011))
    found = await desk.preview("name,year\ntwins,2011\n")
    assert found["lines"][0]["title_id"] == str(second)
    found = await desk.preview("external_ids,tagline\ntmdb | 9493,Double\n")
    assert found["lines"][0]["title_id"] == str(first)
    assert outcomes(await desk.preview("name,year\nTwins,1950\n")) == ["new"]
    unclear = await desk.preview("name\nTwins\n")
    assert problems(unclear) == [(2, "name", "2 titles may be meant: give the id of one.")]


async def test_wrong_lines_say_what_is_wrong_with_them(desk: Desk) -> None:
    film = await desk.film(TitlePatch(name="Sintel", external_ids={"tmdb": "1"}))
    missing = new_id()
    content = "\n".join(
        [
            "id,kind,name,year,countries,external_ids",
            f"{film},,Sintel,,,tmdb | 1",
            f"{film},,Sintel again,,,",
            f"{missing},,Gone,,,",
            f"{film},series,,,,",
            ",,A,soon,Germany,tmdb",
            ",,Twin,2000,,",
            ",,twin,2000,,",
            ",episode,Pilot,,,",
            "one cell",
            "7,,B,,,",
            ",play,C,1200,Germany,",
        ]
    )
    assert problems(await desk.preview(content)) == [
        (3, "id", "Line 2 is about the same title: keep one of them."),
        (4, "id", f"There is no title with the number {missing}."),
        (5, "id", "Line 2 is about the same title: keep one of them."),
        (5, "name", "Enter a name."),
        (5, "kind", "Its kind is movie: change that in the editor."),
        (6, "year", "'soon' is no whole number."),
        (6, "external_ids", "Write pairs between semicolons, like tmdb | 603; imdb | tt0133093."),
        (6, "countries", "'GERMANY' is not a country: write its two letters, like DE."),
        (8, "id", "Line 7 is about the same title: keep one of them."),
        (9, "kind", "What is of the kind episode cannot stand by itself: give its parent_id."),
        (10, "", "There are 1 cells under 6 columns."),
        (10, "name", "A new title needs a name."),
        (11, "id", "'7' is no number of a title."),
        (12, "kind", "'play' is no kind: choose from movie, series, season, episode, clip, event."),
        (12, "year", "Enter a year from 1870 to 2200."),
        (12, "countries", "'GERMANY' is not a country: write its two letters, like DE."),
    ]


async def test_wrong_entries_of_json_say_what_is_wrong_with_them(desk: Desk) -> None:
    content = b'{"titles": [{"name": "A", "colour": 1, "year": "soon"}, {"name": "B"}]}'
    plan = await desk.preview(content, "json")
    assert outcomes(plan) == ["wrong", "new"]
    assert [(line, field) for line, field, _ in problems(plan)] == [(1, "colour"), (1, "year")]


async def test_a_title_of_another_tenant_is_unknown(
    desk: Desk, clients: Clients, workshop: Workshop, people: People
) -> None:
    film = await desk.film(TitlePatch(name="Sintel", external_ids={"tmdb": "1"}))
    theirs = Desk(clients.stranger, workshop, people)
    plan = await theirs.preview(f"id,name\n{film},Mine\n")
    assert problems(plan) == [(2, "id", f"There is no title with the number {film}.")]
    assert outcomes(await theirs.preview("name,external_ids\nSintel,tmdb | 1\n")) == ["new"]


# --- applying -------------------------------------------------------------------------------------


async def test_a_file_is_applied_and_undone(desk: Desk) -> None:
    film = await desk.film(TitlePatch(name="Sintel", year=2010, genres=["Fantasy"]))
    content = f"id,name,year,genres\n{film},Sintel,2011,Drama\n,Brand new,2026,Drama\n"
    plan = await desk.preview(content)
    applied = await desk.apply(content, plan["fingerprint"])
    assert (applied.status_code, applied.json()) == (200, plan)
    said = await desk.said(film)
    assert (said["year"], said["genres"]) == (2011, ["Drama"])
    again = await desk.preview(content)
    assert outcomes(again) == ["unchanged", "unchanged"]
    new = again["lines"][1]["title_id"]
    document = (await desk.client.get(f"/admin/titles/{new}")).json()
    assert (document["published_at"], document["said"]["year"]) == (None, 2026)

    [edit, *_] = (await desk.client.get("/admin/titles/edits")).json()["items"]
    assert (edit["what"], list(edit["after"])) == ("imported", [str(film)])
    undone = await desk.client.post(f"/admin/titles/edits/{edit['id']}/undo")
    assert undone.status_code == 204
    said = await desk.said(film)
    assert (said["year"], said["genres"]) == (2010, ["Fantasy"])


async def test_everything_that_can_be_said_arrives(desk: Desk) -> None:
    identity = {"id": None, "kind": "movie", "parent_id": None}
    content = write_csv([(identity, EVERYTHING)])
    plan = await desk.preview(content)
    assert (await desk.apply(content, plan["fingerprint"])).status_code == 200
    assert outcomes(await desk.preview(content)) == ["unchanged"]


async def test_episodes_come_beneath_their_series(desk: Desk) -> None:
    series = await desk.film(TitlePatch(name="A series"), TitleKind.SERIES)
    content = f"kind,parent_id,number,name\nseason,{series},1,Season 1\n"
    plan = await desk.preview(content)
    assert (await desk.apply(content, plan["fingerprint"])).status_code == 200
    children = (await desk.client.get(f"/titles/{series}/children")).json()
    assert [(child["kind"], child["number"]) for child in children] == [("season", 1)]
    assert outcomes(await desk.preview(content)) == ["unchanged"]


async def test_empty_cells_empty_a_field_and_missing_columns_leave_it(desk: Desk) -> None:
    film = await desk.film(TitlePatch(name="Sintel", year=2010, tagline="A", genres=["Drama"]))
    content = f"id,year,genres\n{film},,\n"
    plan = await desk.preview(content)
    assert (await desk.apply(content, plan["fingerprint"])).status_code == 200
    said = await desk.said(film)
    assert (said["year"], said["genres"], said["tagline"]) == (None, [], "A")


async def test_nothing_is_applied_where_a_line_is_wrong(desk: Desk) -> None:
    film = await desk.film(TitlePatch(name="Sintel", year=2010))
    content = f"id,name,year\n{film},Sintel,2011\n,New,soon\n"
    plan = await desk.preview(content)
    refused = await desk.apply(content, plan["fingerprint"])
    assert (refused.status_code, refused.json()["code"]) == (409, "catalog.import_not_clean")
    assert refused.json()["facts"] == {"wrong": 1}
    assert (await desk.preview(content)) == plan


async def test_nothing_is_applied_where_what_it_touches_has_changed(desk: Desk) -> None:
    film = await desk.film(TitlePatch(name="Sintel", year=2010, tagline="A"))
    content = f"id,year\n{film},2011\n"
    plan = await desk.preview(content)
    other = await desk.apply(f"id,year\n{film},1999\n", plan["fingerprint"])
    assert (other.status_code, other.json()["code"]) == (409, "catalog.import_outdated")
    await desk.client.patch(f"/admin/titles/{film}", json={"year": 2012})
    refused = await desk.apply(content, plan["fingerprint"])
    assert (refused.status_code, refused.json()["code"]) == (409, "catalog.import_outdated")
    assert (await desk.said(film))["year"] == 2012

    # What the file does not touch may change.
    plan = await desk.preview(content)
    await desk.client.patch(f"/admin/titles/{film}", json={"tagline": "B"})
    assert (await desk.apply(content, plan["fingerprint"])).status_code == 200
    said = await desk.said(film)
    assert (said["year"], said["tagline"]) == (2011, "B")


async def test_a_deleted_title_is_made_anew(desk: Desk) -> None:
    film = await desk.film(TitlePatch(name="Sintel"))
    assert (await desk.client.delete(f"/titles/{film}")).status_code == 204
    assert outcomes(await desk.preview("name\nSintel\n")) == ["new"]


async def test_titles_are_written_out_file_by_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamverse.domains.catalog.service.importing.EXPORT_LIMIT", 2)
    async with desk.workshop.work(desk.people.owner) as work:
        for number in range(3):
            await make_title(work, f"Film {number}")
    path = "/admin/titles/export"
    first = await desk.client.get(path)
    after = {"after": first.headers["x-next-after"]}
    second = await desk.client.get(path, params=after)
    assert "x-next-after" not in second.headers
    names = [
        row["name"]
        for answer in (first, second)
        for row in csv.DictReader(io.StringIO(answer.text))
    ]
    assert names == ["Film 0", "Film 1", "Film 2"]
