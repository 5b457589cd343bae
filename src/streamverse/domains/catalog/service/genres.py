"""What staff says about genres: their names, and what they stand beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from streamverse.domains.catalog.errors import GenreNotFound
from streamverse.domains.catalog.models import GenreRow
from streamverse.domains.catalog.repository import Genres
from streamverse.domains.catalog.rules.genres import may_be_beneath
from streamverse.domains.catalog.rules.patches import LABEL_LIMIT, LANGUAGE
from streamverse.domains.catalog.rules.words import tidy_line
from streamverse.domains.identity import public as identity
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.work import Work


async def list_all(work: Work) -> Sequence[GenreRow]:
    """List all genres, with titles or without."""
    return await Genres(work).all()


async def change_genre(
    work: Work,
    genre_id: UUID,
    *,
    name: str,
    names: Mapping[str, str],
    parent_id: UUID | None,
) -> GenreRow:
    """Say everything about a genre anew; its address stays."""
    rows = {row.id: row for row in await Genres(work).all()}
    if genre_id not in rows:
        raise GenreNotFound
    tidied = tidy_line(name)
    if not 0 < len(tidied) <= LABEL_LIMIT:
        raise _refusal("name", f"Enter a name of 1 to {LABEL_LIMIT} characters.")
    for language, said in names.items():
        if not LANGUAGE.fullmatch(language) or not 0 < len(said) <= LABEL_LIMIT:
            raise _refusal("names", f"{language!r}: {said!r} is no language with a name.")
    parents = {row.id: row.parent_id for row in rows.values()}
    if parent_id is not None and parent_id not in rows:
        raise _refusal("parent_id", "There is no genre with this number to stand beneath.")
    if not may_be_beneath(parents, genre_id, parent_id):
        raise _refusal("parent_id", "A genre cannot stand beneath itself, or one of its own.")
    row = rows[genre_id]
    row.name, row.names, row.parent_id = tidied, dict(names), parent_id
    await identity.record_audit(
        work, "catalog.genre_changed", f"genre:{row.id}", {"name": row.name}
    )
    return row


def _refusal(name: str, problem: str) -> Invalid:
    return Invalid(problem, fields=(FieldProblem(name, problem),))
