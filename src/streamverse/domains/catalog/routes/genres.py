"""Work on genres over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.catalog.errors import GenreNotFound
from streamverse.domains.catalog.schemas.pages import GenreDocumentOut, GenreIn
from streamverse.domains.catalog.service import genres
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import may, problems
from streamverse.kit.work import Work

EDITED = problems(Unauthenticated, Forbidden, GenreNotFound, Invalid)


@get("/admin/genres", guards=[may("titles.edit")], responses=EDITED)
async def list_all_genres(work: NamedDependency[Work]) -> list[GenreDocumentOut]:
    """List all genres, with titles or without."""
    return [GenreDocumentOut.of(row) for row in await genres.list_all(work)]


@put("/admin/genres/{genre_id:uuid}", guards=[may("titles.edit")], responses=EDITED)
async def change_genre(
    genre_id: FromPath[UUID], data: JSONBody[GenreIn], work: NamedDependency[Work]
) -> GenreDocumentOut:
    """Say everything about a genre anew."""
    row = await genres.change_genre(
        work, genre_id, name=data.name, names=data.names, parent_id=data.parent_id
    )
    return GenreDocumentOut.of(row)
