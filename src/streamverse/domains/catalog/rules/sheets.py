"""Files of metadata: CSV and JSON read into what each line says, and written out the same.

A cell of a list has items between semicolons, and parts of an item between bars:
``actor | Mila Torvald | Anna; director | Ben Ode``. A backslash takes the meaning off the sign
behind it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

import msgspec
from msgspec import structs

from streamverse.domains.catalog.contracts import (
    CreditLine,
    MarkerLine,
    RelatedLine,
    TitleKind,
    TitlePatch,
    WindowLine,
    Words,
)
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.spreadsheets import as_csv, plain

SHEET_LIMIT_BYTES = 5 << 20
LINES_LIMIT = 1_000

# What says which title a line is about; all else is what it says of it.
IDENTITY = ("id", "kind", "parent_id")
FIELDS = TitlePatch.__struct_fields__
WORDS = Words.__struct_fields__
_NUMBERS = ("year", "minimum_age", "number")
_NAMES = ("countries", "advisories", "genres", "tags", "studios")
_PAIRS = ("certifications", "external_ids")
_TEXTS = ("name", "original_name", "tagline", "description", "credit")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """What one line of a file says; ``problems`` is what of it could not be read."""

    line: int
    patch: TitlePatch
    id: UUID | None = None
    kind: TitleKind | None = None
    parent_id: UUID | None = None
    problems: tuple[FieldProblem, ...] = ()


def read_sheet(content: bytes, *, is_csv: bool) -> list[SheetLine]:
    """Read a file of metadata, or refuse what is none, saying where it breaks."""
    if len(content) > SHEET_LIMIT_BYTES:
        raise _refusal(
            f"The file is larger than {SHEET_LIMIT_BYTES >> 20} MB: cut it into several."
        )
    text = decode(content)
    lines = _read_csv(text) if is_csv else _read_json(text)
    if not lines:
        raise _refusal("There are no titles in this file.")
    if len(lines) > LINES_LIMIT:
        raise _refusal(
            f"The file has {len(lines):,} titles, and {LINES_LIMIT:,} go at once: "
            "cut it into several."
        )
    return lines


def decode(content: bytes) -> str:
    """Turn the bytes of a file into text: UTF-8 or UTF-16, with or without a mark at the start."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            return _decode(content[len(mark) :], encoding)
    # Where every other byte of the beginning is nothing, it is UTF-16 of Latin letters.
    if content[1:8:2].count(0) > 1:
        return _decode(content, "utf-16-le")
    if content[0:8:2].count(0) > 1:
        return _decode(content, "utf-16-be")
    return _decode(content, "utf-8")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as broken:
        line = content[: broken.start].decode(encoding, "replace").count("\n") + 1
        raise _refusal(
            f"Line {line} is no {encoding[:6].upper()} text (byte 0x{content[broken.start]:02X}): "
            "save the file as UTF-8 and give it again."
        ) from broken


# --- CSV ------------------------------------------------------------------------------------------


def _read_csv(text: str) -> list[SheetLine]:
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[SheetLine] = []
    try:
        columns = [name.strip() for name in next(reader, list[str]())]
        _check_columns(columns)
        begins_at = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append(_read_row(begins_at, columns, row))
            begins_at = reader.line_num + 1
    except csv.Error as broken:
        raise _refusal(f"Line {reader.line_num} is no CSV: {broken}.") from broken
    return found


def _check_columns(columns: Sequence[str]) -> None:
    if len(set(columns)) < len(columns):
        twice = next(name for name in columns if columns.count(name) > 1)
        raise _refusal(f"There are two columns {twice!r}: keep one of them.")
    unknown = [name for name in columns if not _is_column(name)]
    if unknown:
        known = ", ".join((*IDENTITY, *FIELDS))
        raise _refusal(
            f"Nobody knows the column {unknown[0]!r}. There are {known}, "
            f"and words in other languages like name:de."
        )
    if not {"id", "name", "external_ids"} & set(columns):
        raise _refusal("Give a column id, external_ids or name, to tell which title is meant.")


def _is_column(name: str) -> bool:
    word, _, language = name.partition(":")
    return (name in IDENTITY or name in FIELDS) or (word in WORDS and language != "")


def _read_row(line: int, columns: Sequence[str], row: Sequence[str]) -> SheetLine:
    problems: list[FieldProblem] = []
    if len(row) != len(columns):
        problem = f"There are {len(row)} cells under {len(columns)} columns."
        return SheetLine(line, TitlePatch(), problems=(FieldProblem("", problem),))
    said: dict[str, Any] = {}
    words: dict[str, dict[str, str]] = {}
    for column, cell in zip(columns, map(plain, row), strict=True):
        word, _, language = column.partition(":")
        if language:
            words.setdefault(language, {})[word] = cell
            continue
        try:
            said[column] = _READERS[column](cell)
        except ValueError as wrong:
            problems.append(FieldProblem(column, str(wrong)))
    if words:
        said["translations"] = {
            language: Words(**by_word)
            for language, by_word in words.items()
            if any(by_word.values())
        }
    return _line(line, said, problems)


def _line(line: int, said: dict[str, Any], problems: Sequence[FieldProblem] = ()) -> SheetLine:
    found = {name: said.pop(name, None) for name in IDENTITY}
    return SheetLine(line, TitlePatch(**said), **found, problems=tuple(problems))


def write_csv(titles: Iterable[tuple[Mapping[str, object], TitlePatch]]) -> str:
    """Write titles out, each with what tells which it is."""
    rows = list(titles)
    languages = sorted({language for _, patch in rows for language in patch.translations or ()})
    alike = [name for name in FIELDS if name != "translations"]
    translated = [f"{word}:{language}" for language in languages for word in WORDS]

    def cells_of(identity: Mapping[str, object], patch: TitlePatch) -> list[str]:
        cells = [str(identity[name] or "") for name in IDENTITY]
        cells += [write_cell(name, getattr(patch, name)) for name in alike]
        said: Any = patch.translations or {}
        cells += [
            getattr(said.get(language, Words()), word) for language in languages for word in WORDS
        ]
        return cells

    return as_csv([*IDENTITY, *alike, *translated], (cells_of(*row) for row in rows))


# --- cells ----------------------------------------------------------------------------------------


def write_cell(field: str, value: Any) -> str:  # noqa: ANN401 - a patch has values of many types
    """Write a value as a cell has it."""
    if value is None or value is msgspec.UNSET:
        return ""
    if field == "translations":
        words = [[language, *structs.astuple(value[language])] for language in sorted(value)]
        return _join(words)
    if isinstance(value, Mapping):
        return _join(cast("Mapping[str, str]", value).items())
    if isinstance(value, list):
        return _join(_parts(item) for item in cast("list[object]", value))
    return str(value)


def _parts(item: object) -> list[object]:
    if isinstance(item, CreditLine):
        return _trimmed([item.job, item.name, item.character, item.person_id])
    if isinstance(item, WindowLine):
        word = "bar" if item.is_barring else "allow"
        return _trimmed([word, item.region, *map(_moment, (item.starts_at, item.ends_at))])
    if isinstance(item, MarkerLine):
        return _trimmed([item.kind.value, item.start_ms, item.end_ms, item.label])
    if isinstance(item, RelatedLine):
        return [item.kind.value, item.title_id]
    return [item]


def _moment(at: object) -> object:
    return msgspec.to_builtins(at) if at is not None else None


def _trimmed(parts: list[object]) -> list[object]:
    while parts and parts[-1] in (None, ""):
        parts.pop()
    return parts


def _join(items: Iterable[Iterable[object]]) -> str:
    return "; ".join(" | ".join(_escaped(part) for part in item) for item in items)


def _escaped(part: object) -> str:
    return "" if part is None else re.sub(r"([\\;|])", r"\\\1", str(part))


def _split(cell: str) -> list[list[str]]:
    """Take a cell apart into items and their parts."""
    items: list[list[str]] = [[""]]
    signs = iter(cell)
    for sign in signs:
        if sign == "\\":
            items[-1][-1] += next(signs, "")
        elif sign == ";":
            items.append([""])
        elif sign == "|":
            items[-1].append("")
        else:
            items[-1][-1] += sign
    parted = [[part.strip() for part in item] for item in items]
    return [item for item in parted if any(item)]


def _read_names(cell: str) -> list[str]:
    items = _split(cell)
    if any(len(item) > 1 for item in items):
        raise ValueError("Write names between semicolons, like Drama; Comedy.")
    return [item[0] for item in items]


def _read_plans(cell: str) -> list[UUID]:
    try:
        return [UUID(name) for name in _read_names(cell)]
    except ValueError as wrong:
        raise ValueError("Write the numbers of plans between semicolons.") from wrong


def _read_pairs(cell: str) -> dict[str, str]:
    items = _split(cell)
    if any(len(item) != 2 for item in items):  # noqa: PLR2004 - a pair
        raise ValueError("Write pairs between semicolons, like tmdb | 603; imdb | tt0133093.")
    return {key: value for key, value in items}  # noqa: C416 - pairs of unknown length to a checker


def _read_items(kind: type[Any], names: Sequence[str], example: str) -> Callable[[str], list[Any]]:
    """Make a reader of items whose parts are fields, in an order."""
    return lambda cell: [
        _convert(kind, zip(names, item, strict=False), example) for item in _split(cell)
    ]


def _convert(kind: type[Any], parts: Iterable[tuple[str, object]], example: str) -> Any:  # noqa: ANN401
    given = {name: part for name, part in parts if part != ""}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as wrong:
        raise ValueError(f"Write it like {example}.") from wrong


def _read_windows(cell: str) -> list[WindowLine]:
    found: list[WindowLine] = []
    for word, *rest in _split(cell):
        if word not in {"allow", "bar"}:
            raise ValueError("Begin each line of availability with allow or bar.")
        parts = dict(zip(("region", "starts_at", "ends_at"), rest, strict=False))
        barring = ("is_barring", word == "bar")
        found.append(_convert(WindowLine, [*parts.items(), barring], _WINDOW_EXAMPLE))
    return found


_WINDOW_EXAMPLE = "allow | DE | 2027-01-01T00:00:00Z | 2028-01-01T00:00:00Z"


def _read_number(cell: str) -> int | None:
    if not cell.strip():
        return None
    if not re.fullmatch(r"\s*-?[0-9]{1,9}\s*", cell):
        raise ValueError(f"{cell!r} is no whole number.")
    return int(cell)


def _read_date(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell.strip()) if cell.strip() else None
    except ValueError as wrong:
        raise ValueError(f"{cell!r} is no day: write it like 2027-01-31.") from wrong


def _read_id(cell: str) -> UUID | None:
    try:
        return UUID(cell.strip()) if cell.strip() else None
    except ValueError as wrong:
        raise ValueError(f"{cell!r} is no number of a title.") from wrong


def _read_kind(cell: str) -> TitleKind | None:
    try:
        return TitleKind(cell.strip()) if cell.strip() else None
    except ValueError as wrong:
        raise ValueError(f"{cell!r} is no kind: choose from {', '.join(TitleKind)}.") from wrong


_READERS: Mapping[str, Callable[[str], Any]] = {
    "id": _read_id,
    "parent_id": _read_id,
    "kind": _read_kind,
    **dict.fromkeys(_TEXTS, str),
    **dict.fromkeys(_NUMBERS, _read_number),
    **dict.fromkeys(_NAMES, _read_names),
    **dict.fromkeys(_PAIRS, _read_pairs),
    "released_on": _read_date,
    "original_language": lambda cell: cell.strip() or None,
    "credits": _read_items(
        CreditLine, ("job", "name", "character", "person_id"), "actor | Mila Torvald | Anna"
    ),
    "windows": _read_windows,
    "plans": _read_plans,
    "markers": _read_items(
        MarkerLine, ("kind", "start_ms", "end_ms", "label"), "intro | 0 | 30000"
    ),
    "related": _read_items(
        RelatedLine, ("kind", "title_id"), "sequel | and the number of the other title"
    ),
    "translations": lambda cell: {
        language: Words(*words) for language, *words in _split(cell) if len(words) <= len(WORDS)
    },
}


# --- JSON -----------------------------------------------------------------------------------------


_IDENTITY_TYPES: Mapping[str, Any] = {
    "id": UUID | None,
    "kind": TitleKind | None,
    "parent_id": UUID | None,
}


class _Sheet(msgspec.Struct):
    titles: list[dict[str, Any]]


def _read_json(text: str) -> list[SheetLine]:
    try:
        sheet = msgspec.json.decode(text, type=_Sheet)
    except msgspec.MsgspecError as broken:
        raise _refusal(
            f'This is no JSON of titles, {{"titles": [{{"name": "Sintel"}}]}}: {broken}.'
        ) from broken
    return [_read_entry(number, entry) for number, entry in enumerate(sheet.titles, 1)]


def _read_entry(number: int, entry: Mapping[str, Any]) -> SheetLine:
    problems: list[FieldProblem] = []
    said: dict[str, Any] = {}
    for name, value in entry.items():
        try:
            if name in _IDENTITY_TYPES:
                said[name] = msgspec.convert(value, _IDENTITY_TYPES[name])
            elif name in FIELDS:
                said[name] = getattr(msgspec.convert({name: value}, TitlePatch), name)
            else:
                problems.append(FieldProblem(name, f"Nobody knows the field {name!r}."))
        except msgspec.ValidationError as wrong:
            problems.append(FieldProblem(name, f"{wrong}."))
    return _line(number, said, problems)


def write_json(titles: Iterable[tuple[Mapping[str, object], TitlePatch]]) -> bytes:
    """Write titles out, each with what tells which it is."""
    entries = [{**identity, **structs.asdict(patch)} for identity, patch in titles]
    return msgspec.json.format(msgspec.json.encode({"titles": entries}))


def _refusal(problem: str) -> Invalid:
    return Invalid(problem, fields=(FieldProblem("file", problem),))
