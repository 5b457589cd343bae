"""What staff says about titles: one document for each, changed in part, kept so as to be undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, structs

from streamverse.domains.billing import public as billing
from streamverse.domains.catalog.contracts import TitleChanged, TitleId, TitlePatch
from streamverse.domains.catalog.errors import EditOvertaken
from streamverse.domains.catalog.models import EditRow, TitleRow
from streamverse.domains.catalog.repository import (
    Aspects,
    Edits,
    Genres,
    People,
    Studios,
    Titles,
)
from streamverse.domains.catalog.rules.patches import given_fields, tidy_patch
from streamverse.domains.catalog.rules.words import search_form
from streamverse.domains.catalog.service.standing import settle
from streamverse.domains.identity import public as identity
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import AssetId
from streamverse.kit.clock import new_id
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Work

EDITS = Listing("catalog.edits", tuple[UUID])
BULK_LIMIT = 500
# What stands in the title's own row; the rest are lists of their own.
_COLUMNS = (
    "name",
    "original_name",
    "tagline",
    "description",
    "credit",
    "year",
    "released_on",
    "original_language",
    "countries",
    "minimum_age",
    "certifications",
    "advisories",
    "external_ids",
    "number",
)
_LISTS = (
    "genres",
    "tags",
    "studios",
    "credits",
    "translations",
    "windows",
    "plans",
    "markers",
    "related",
)
_DECIDES_WHO_SEES_IT = frozenset({"minimum_age", "windows"})


async def describe(work: Work, rows: Sequence[TitleRow]) -> Mapping[UUID, TitlePatch]:
    """Give everything that is said about some titles."""
    aspects, ids = Aspects(work), [row.id for row in rows]
    lists: dict[str, Mapping[UUID, Any]] = {
        name: await getattr(aspects, name)(ids) for name in _LISTS
    }
    return {
        row.id: TitlePatch(
            **{column: getattr(row, column) for column in _COLUMNS},
            **{
                name: found.get(row.id, {} if name == "translations" else [])
                for name, found in lists.items()
            },
        )
        for row in rows
    }


async def edit_titles(
    work: Work, title_ids: Sequence[TitleId], patch: TitlePatch, what: str
) -> Sequence[TitleRow]:
    """Change some titles alike, in one go that can be undone; all of them or none."""
    if not 0 < len(title_ids) <= BULK_LIMIT:
        raise Invalid(f"Choose 1 to {BULK_LIMIT} titles to change together.")
    titles = Titles(work)
    rows = [await titles.lock(title_id) for title_id in dict.fromkeys(title_ids)]
    before = await describe(work, rows)
    for row in rows:
        tidied = tidy_patch(patch, duration_ms=row.duration_ms)
        await _apply(work, row, tidied)
    after = await describe(work, rows)
    await _keep(work, rows, before, after, what)
    return rows


async def edit_each(work: Work, patches: Mapping[TitleId, TitlePatch], what: str) -> None:
    """Change titles, each in its own way, in one go that can be undone; all of them or none."""
    rows = list((await Titles(work).of_ids(patches, is_locked=True)).values())
    before = await describe(work, rows)
    for row in rows:
        await _apply(work, row, tidy_patch(patches[TitleId(row.id)], duration_ms=row.duration_ms))
    await _keep(work, rows, before, await describe(work, rows), what)


async def write_first(work: Work, row: TitleRow, patch: TitlePatch) -> None:
    """Say something about a title that was made just now: there is nothing to go back to."""
    await _apply(work, row, tidy_patch(patch))


async def fill_title(
    work: Work, title_id: TitleId, patch: TitlePatch, *, is_only_empty: bool = False
) -> None:
    """Say of a title what others know of it, but for what staff has said itself."""
    await Titles(work).lock(title_id)
    await fill_titles(work, {title_id: patch}, only_empty={title_id} if is_only_empty else ())


async def fill_titles(
    work: Work,
    patches: Mapping[TitleId, TitlePatch],
    *,
    only_empty: Collection[UUID] = (),
    what: str | None = None,
) -> None:
    """Say of titles what others know of them, but for what staff has said itself.

    Numbers of other services and related titles are added to those that are known. Where it is
    called something, it stands among the edits under that and can be undone in one go.
    """
    rows = (await Titles(work).of_ids(patches, is_locked=True)).values()
    known = await describe(work, list(rows))
    changed: list[TitleRow] = []
    for row in rows:
        patch = _beside(known[row.id], patches[TitleId(row.id)])
        if row.id in only_empty:
            patch = _where_empty(known[row.id], patch)
        if await describe_anew(work, row, patch):
            changed.append(row)
    if what is None:
        for row in changed:
            work.emit(TitleChanged(TitleId(row.id)))
    elif changed:
        await _keep(work, changed, known, await describe(work, changed), what, is_by_staff=False)


def _where_empty(known: TitlePatch, patch: TitlePatch) -> TitlePatch:
    said = given_fields(known)
    left = {field: value for field, value in given_fields(patch).items() if not said[field]}
    return TitlePatch(**left)


def _beside(known: TitlePatch, patch: TitlePatch) -> TitlePatch:
    """Put what is new of some lists beside what is known of them."""
    if known.external_ids is not UNSET and patch.external_ids is not UNSET:
        ids = {**known.external_ids, **patch.external_ids}
        patch = structs.replace(patch, external_ids=ids)
    if known.related is not UNSET and patch.related is not UNSET:
        said = {line.title_id for line in known.related}
        new = [line for line in patch.related if line.title_id not in said]
        patch = structs.replace(patch, related=[*known.related, *new])
    return patch


async def describe_anew(work: Work, row: TitleRow, patch: TitlePatch) -> bool:
    """Write down what is not staff's own, and tell whether there was any of it."""
    tidied = given_fields(tidy_patch(patch, duration_ms=row.duration_ms))
    said = {field: value for field, value in tidied.items() if field not in row.edited_fields}
    if said:
        await _apply(work, row, TitlePatch(**said))
    return bool(said)


async def undo_edit(work: Work, edit_id: UUID) -> None:
    """Put back what an edit changed, unless it was changed again since. Twice is as once.

    What is put back counts as staff's own words: nothing else writes over it.
    """
    edit = await Edits(work).lock(edit_id)
    if edit.undone_at is not None:
        return
    edit.undone_at = work.now
    for key, stored in edit.before.items():
        row = await Titles(work).lock(TitleId(UUID(key)))
        now_said = _builtins((await describe(work, [row]))[row.id])
        if any(now_said.get(field) != value for field, value in edit.after[key].items()):
            raise EditOvertaken(row.name)
        await _apply(work, row, msgspec.convert(stored, TitlePatch))
        row.edited_fields = sorted({*row.edited_fields, *stored})
        work.emit(TitleChanged(TitleId(row.id)))
    await identity.record_audit(work, "catalog.edit_undone", f"edit:{edit.id}", {"what": edit.what})


async def list_edits(
    work: Work, *, cursor: str | None = None, limit: int | None = None
) -> Page[EditRow]:
    """List what was changed, the newest first."""
    request = EDITS.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await Edits(work).page(before=before, limit=request.fetch_limit)
    return request.page(rows, lambda row: (row.id,))


async def _apply(work: Work, row: TitleRow, patch: TitlePatch) -> None:
    given = given_fields(patch)
    for column in _COLUMNS:
        if column in given:
            setattr(row, column, given[column])
    if given.keys() & _LISTS:
        # The rows of lists stand beneath the title's, which may be new.
        await work.session.flush()
    for name in _LISTS:
        if name in given:
            await _WRITERS[name](work, row, given[name])
    if "name" in given:
        row.name_search = search_form(row.name)
        if row.asset_id is not None:
            await media.rename_asset(work, AssetId(row.asset_id), row.name)
    await work.session.flush()
    if _DECIDES_WHO_SEES_IT & given.keys():
        await settle(work, row)


async def _keep(
    work: Work,
    rows: Sequence[TitleRow],
    before: Mapping[UUID, TitlePatch],
    after: Mapping[UUID, TitlePatch],
    what: str,
    *,
    is_by_staff: bool = True,
) -> None:
    changes = {row.id: _difference(before[row.id], after[row.id]) for row in rows}
    changed = {title_id: change for title_id, change in changes.items() if change[1]}
    if not changed:
        return
    for row in rows:
        if row.id in changed:
            if is_by_staff:
                row.edited_fields = sorted({*row.edited_fields, *changes[row.id][1]})
            work.emit(TitleChanged(TitleId(row.id)))
    Edits(work).add(
        EditRow(
            id=new_id(),
            account_id=work.actor.account_id,
            what=what,
            before={str(title_id): old for title_id, (old, _) in changed.items()},
            after={str(title_id): new for title_id, (_, new) in changed.items()},
            created_at=work.now,
        )
    )


def _difference(before: TitlePatch, after: TitlePatch) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what two documents say differently, each in its words."""
    old, new = _builtins(before), _builtins(after)
    fields = [field for field in new if old.get(field) != new[field]]
    return {field: old.get(field) for field in fields}, {field: new[field] for field in fields}


def _builtins(patch: TitlePatch) -> dict[str, Any]:
    return msgspec.to_builtins(patch)


async def _write_genres(work: Work, row: TitleRow, names: Sequence[str]) -> None:
    ids = await Genres(work).ensure(names)
    await Aspects(work).replace_genres(row.id, ids.values())


async def _write_tags(work: Work, row: TitleRow, tags: Sequence[str]) -> None:
    await Aspects(work).replace_tags(row.id, tags)


async def _write_studios(work: Work, row: TitleRow, names: Sequence[str]) -> None:
    ids = await Studios(work).ensure(names)
    await Aspects(work).replace_studios(row.id, ids.values())


async def _write_credits(work: Work, row: TitleRow, lines: Sequence[Any]) -> None:
    people = People(work)
    known = await people.existing([line.person_id for line in lines if line.person_id])
    ids = await people.ensure([line.name for line in lines if line.person_id not in known])
    await Aspects(work).replace_credits(
        row.id,
        [(line.person_id if line.person_id in known else ids[line.name], line) for line in lines],
    )


async def _write_translations(work: Work, row: TitleRow, translations: Mapping[str, Any]) -> None:
    await Aspects(work).replace_translations(row.id, translations)


async def _write_windows(work: Work, row: TitleRow, lines: Sequence[Any]) -> None:
    if lines and row.id != row.root_id:
        problem = "Availability is set on the series, and holds for all of it."
        raise Invalid(problem, fields=(FieldProblem("windows", problem),))
    if row.id != row.root_id:
        return
    await Aspects(work).replace_windows(row.id, lines)
    for one in await Titles(work).lock_descent(row):
        one.has_windows = bool(lines)


async def _write_plans(work: Work, row: TitleRow, plan_ids: Sequence[UUID]) -> None:
    if plan_ids and row.id != row.root_id:
        problem = "Plans are chosen for the series, and hold for all of it."
        raise Invalid(problem, fields=(FieldProblem("plans", problem),))
    if row.id != row.root_id:
        return
    unknown = set(plan_ids) - set(await billing.find_plan_names(work, plan_ids))
    if unknown:
        problem = f"There is no plan with the number {unknown.pop()}."
        raise Invalid(problem, fields=(FieldProblem("plans", problem),))
    await Aspects(work).replace_plans(row.id, plan_ids)
    for one in await Titles(work).lock_descent(row):
        one.has_plans = bool(plan_ids)


async def _write_markers(work: Work, row: TitleRow, lines: Sequence[Any]) -> None:
    await Aspects(work).replace_markers(row.id, lines)


async def _write_related(work: Work, row: TitleRow, lines: Sequence[Any]) -> None:
    ids = [line.title_id for line in lines]
    unknown = set(ids) - await Titles(work).existing(ids) or {row.id} & set(ids)
    if unknown:
        problem = f"There is no other title with the number {unknown.pop()}."
        raise Invalid(problem, fields=(FieldProblem("related", problem),))
    await Aspects(work).replace_related(row.id, lines)


_WRITERS = {
    "genres": _write_genres,
    "tags": _write_tags,
    "studios": _write_studios,
    "credits": _write_credits,
    "translations": _write_translations,
    "windows": _write_windows,
    "plans": _write_plans,
    "markers": _write_markers,
    "related": _write_related,
}
