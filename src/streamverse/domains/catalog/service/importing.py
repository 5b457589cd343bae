"""Files of metadata: shown what they would change, then applied as a whole, and written out.

Nothing is kept between the two: whoever applies a file gives it again with the fingerprint of what
was shown, and if by now something else would happen, nothing does.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, structs

from streamverse.domains.catalog.contracts import CreditLine, TitleId, TitleKind, TitlePatch
from streamverse.domains.catalog.errors import ImportNotClean, ImportOutdated
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import Titles
from streamverse.domains.catalog.rules.hierarchy import may_stand_beneath
from streamverse.domains.catalog.rules.patches import given_fields, tidy_patch
from streamverse.domains.catalog.rules.sheets import SheetLine, read_sheet, write_cell
from streamverse.domains.catalog.rules.words import search_form, slug
from streamverse.domains.catalog.service import editing, lifecycle
from streamverse.domains.identity import public as identity
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.work import Work

EXPORT_LIMIT = 1_000
WHAT = "imported"


class Outcome(enum.StrEnum):
    """What a line of a file would do."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a field says, and would say, as cells have it."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LinePlan:
    """What a line would do: ``patch`` sets only what differs."""

    source: SheetLine
    outcome: Outcome
    name: str
    patch: TitlePatch
    title_id: TitleId | None = None
    changes: tuple[FieldChange, ...] = ()
    problems: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a file would do, line by line; the fingerprint is of all of it."""

    lines: Sequence[LinePlan]
    fingerprint: str

    def count(self, outcome: Outcome) -> int:
        """Tell how many lines would do a thing."""
        return sum(line.outcome is outcome for line in self.lines)


async def preview_import(work: Work, content: bytes, *, is_csv: bool) -> ImportPlan:
    """Tell what a file would change, and change nothing."""
    return await _plan(work, read_sheet(content, is_csv=is_csv))


async def apply_import(work: Work, content: bytes, *, is_csv: bool, fingerprint: str) -> ImportPlan:
    """Do what was shown of a file, all of it; fail if by now it would be something else.

    What is changed is one edit, which can be undone; new titles stay, unpublished.
    """
    lines = read_sheet(content, is_csv=is_csv)
    plan = await _plan(work, lines, is_locked=True)
    if plan.fingerprint != fingerprint:
        raise ImportOutdated
    if wrong := plan.count(Outcome.WRONG):
        raise ImportNotClean(wrong)
    patches = {
        line.title_id: line.patch
        for line in plan.lines
        if line.outcome is Outcome.CHANGED and line.title_id is not None
    }
    if patches:
        await editing.edit_each(work, patches, WHAT)
    for line in plan.lines:
        if line.outcome is Outcome.NEW:
            await _create(work, line)
    facts = {one.value: plan.count(one) for one in Outcome}
    await identity.record_audit(work, "catalog.titles_imported", "titles", facts)
    return plan


async def _create(work: Work, line: LinePlan) -> None:
    source = line.source
    parent_id = TitleId(source.parent_id) if source.parent_id else None
    kind = source.kind or TitleKind.MOVIE
    row = await lifecycle.create_title(work, kind, line.name, parent_id=parent_id)
    await editing.write_first(work, row, line.patch)


async def export_titles(
    work: Work, after: UUID | None
) -> tuple[Sequence[tuple[Mapping[str, object], TitlePatch]], UUID | None]:
    """Write out what is said about titles, in the order of their numbers, and where it goes on."""
    rows = await Titles(work).to_export(after, EXPORT_LIMIT + 1)
    page = rows[:EXPORT_LIMIT]
    said = await editing.describe(work, page)
    titles = [
        ({"id": row.id, "kind": row.kind, "parent_id": row.parent_id}, said[row.id]) for row in page
    ]
    return titles, page[-1].id if len(rows) > EXPORT_LIMIT else None


# --- what a file would do -------------------------------------------------------------------------


async def _plan(work: Work, lines: Sequence[SheetLine], *, is_locked: bool = False) -> ImportPlan:
    matches = await _match(work, lines)
    titles = Titles(work)
    rows = await titles.of_ids(set(matches.found.values()), is_locked=is_locked)
    said = await editing.describe(work, list(rows.values()))
    related = {one.title_id for line in lines for one in line.patch.related or ()}
    known = await titles.existing(list(related))
    planned: list[LinePlan] = []
    first: dict[object, int] = {}
    for line in lines:
        row = rows.get(matches.found.get(line.line, UUID(int=0)))
        problems = [*line.problems, *matches.problems.get(line.line, ())]
        problems += _find_twin(line, row, first)
        problems += [
            FieldProblem("related", f"There is no other title with the number {one.title_id}.")
            for one in line.patch.related or ()
            if one.title_id not in known or (row is not None and one.title_id == row.id)
        ]
        planned.append(_plan_line(line, row, said.get(row.id) if row else None, problems))
    return ImportPlan(planned, _fingerprint(planned))


def _plan_line(
    line: SheetLine,
    row: TitleRow | None,
    before: TitlePatch | None,
    problems: Sequence[FieldProblem],
) -> LinePlan:
    patch, found = line.patch, list(problems)
    name = row.name if row else (line.patch.name or "")
    try:
        patch = tidy_patch(patch, duration_ms=row.duration_ms if row else None)
    except Invalid as invalid:
        found += invalid.fields
    found += _standing_problems(line, row)
    if found:
        title_id = TitleId(row.id) if row else None
        return LinePlan(line, Outcome.WRONG, name, TitlePatch(), title_id, (), tuple(found))
    if row is None or before is None:
        given = {field: value for field, value in given_fields(patch).items() if value}
        changes = tuple(FieldChange(f, "", write_cell(f, value)) for f, value in given.items())
        return LinePlan(line, Outcome.NEW, patch.name or "", TitlePatch(**given), None, changes)
    given = dict(_differences(before, patch))
    changes = tuple(
        FieldChange(field, write_cell(field, getattr(before, field)), write_cell(field, value))
        for field, value in given.items()
    )
    outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
    return LinePlan(line, outcome, name, TitlePatch(**given), TitleId(row.id), changes)


def _standing_problems(line: SheetLine, row: TitleRow | None) -> Iterator[FieldProblem]:
    """Find what cannot be said of a title where it stands."""
    if row is None:
        if not line.patch.name:
            yield FieldProblem("name", "A new title needs a name.")
        return
    if line.kind is not None and line.kind != row.kind:
        yield FieldProblem("kind", f"Its kind is {row.kind}: change that in the editor.")
    if line.parent_id is not None and line.parent_id != row.parent_id:
        yield FieldProblem("parent_id", "It belongs elsewhere: move it in the editor.")
    if line.patch.windows and row.id != row.root_id:
        yield FieldProblem("windows", "Availability is set on the series, for all of it.")


def _differences(before: TitlePatch, patch: TitlePatch) -> Iterator[tuple[str, Any]]:
    for field, value in given_fields(patch).items():
        old = getattr(before, field)
        new = _with_people(old, value) if field == "credits" else value
        if _comparable(field, new) != _comparable(field, old):
            yield field, new


def _comparable(field: str, value: Any) -> Any:  # noqa: ANN401 - a patch has values of many types
    if field in {"genres", "studios"}:
        # They are known by the form in addresses, however they are spelled.
        return [slug(name) for name in value]
    if field == "tags":
        return sorted(value)
    if field == "windows":
        return sorted(map(repr, value))
    return value


def _with_people(old: Sequence[CreditLine], new: Sequence[CreditLine]) -> list[CreditLine]:
    """Take a name for the person of that name that the title has already."""
    by_name = {line.name: line.person_id for line in old}
    return [
        line
        if line.person_id is not None
        else structs.replace(line, person_id=by_name.get(line.name))
        for line in new
    ]


def _find_twin(
    line: SheetLine, row: TitleRow | None, first: dict[object, int]
) -> Iterator[FieldProblem]:
    """Find a line before that is about the same title."""
    keys: list[object] = [row.id] if row else [*(line.patch.external_ids or {}).items()]
    if row is None and line.patch.name:
        year = line.patch.year or None
        keys.append((line.kind, line.parent_id, search_form(line.patch.name), year))
    twins = [first[key] for key in keys if key in first]
    if twins:
        yield FieldProblem("id", f"Line {twins[0]} is about the same title: keep one of them.")
    for key in keys:
        first.setdefault(key, line.line)


def _fingerprint(lines: Sequence[LinePlan]) -> str:
    told = [
        (line.source.line, line.outcome, line.title_id, line.changes, line.source.parent_id)
        for line in lines
    ]
    return sha256(msgspec.json.encode(told)).hexdigest()


# --- which title a line is about ------------------------------------------------------------------


@dataclass(slots=True)
class _Matches:
    found: dict[int, UUID]
    problems: dict[int, list[FieldProblem]]


async def _match(work: Work, lines: Sequence[SheetLine]) -> _Matches:
    """Find the title of each line: by its number, by one that others gave it, by its name."""
    matches = _Matches({}, defaultdict(list))
    titles = Titles(work)
    asked = {line.id for line in lines if line.id} | {
        line.parent_id for line in lines if line.parent_id
    }
    named = await titles.of_ids(asked)
    by_source = await titles.by_external_ids(
        {pair for line in lines if not line.id for pair in (line.patch.external_ids or {}).items()}
    )
    by_form = await titles.by_forms(
        {search_form(line.patch.name) for line in lines if not line.id and line.patch.name}
    )
    for line in lines:
        found = {row.id for row in _candidates(line, named, by_source, by_form)}
        if len(found) == 1:
            matches.found[line.line] = found.pop()
        for problem in _match_problems(line, len(found), named):
            matches.problems[line.line].append(problem)
    return matches


def _candidates(
    line: SheetLine,
    named: Mapping[UUID, TitleRow],
    by_source: Mapping[tuple[str, str], Sequence[TitleRow]],
    by_form: Mapping[str, Sequence[TitleRow]],
) -> Sequence[TitleRow]:
    if line.id is not None:
        return [named[line.id]] if line.id in named else []
    sources = [
        row for pair in (line.patch.external_ids or {}).items() for row in by_source.get(pair, ())
    ]
    if sources or not line.patch.name:
        return sources
    year, kind = line.patch.year, line.kind
    alike = [
        row
        for row in by_form.get(search_form(line.patch.name), ())
        if row.parent_id == line.parent_id and (kind is None or row.kind == kind)
    ]
    return [row for row in alike if year in (UNSET, None, row.year)]


def _match_problems(
    line: SheetLine, count: int, named: Mapping[UUID, TitleRow]
) -> Iterator[FieldProblem]:
    if line.id is not None and line.id not in named:
        yield FieldProblem("id", f"There is no title with the number {line.id}.")
    if count > 1:
        yield FieldProblem("name", f"{count} titles may be meant: give the id of one.")
    if count > 0 or line.id is not None:
        return
    parent = named.get(line.parent_id) if line.parent_id else None
    if line.parent_id and parent is None:
        yield FieldProblem("parent_id", f"There is no title with the number {line.parent_id}.")
        return
    kind = line.kind or TitleKind.MOVIE
    if not may_stand_beneath(kind, TitleKind(parent.kind) if parent else None):
        where = f"beneath the kind {parent.kind}" if parent else "by itself: give its parent_id"
        yield FieldProblem("kind", f"What is of the kind {kind} cannot stand {where}.")
