"""How preferences are kept and changed: only what somebody chose, merged as RFC 7396 has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

from streamverse.domains.profiles.contracts import (
    Colour,
    Language,
    Languages,
    Preferences,
)
from streamverse.domains.profiles.rules.words import canonical_language
from streamverse.kit.errors import FieldProblem, Invalid

VERSION = 1

JsonObject = dict[str, Any]


def nothing_chosen() -> JsonObject:
    """Give what is kept for somebody who has chosen nothing yet."""
    return {"version": VERSION, "chosen": {}}


def read_preferences(kept: JsonObject, language: str) -> Preferences:
    """Fill in the defaults around what was chosen; the language is the profile's own.

    What another version of the program allowed and this one does not counts as not chosen.
    """
    try:
        return _fill_in(kept["chosen"], language)
    except msgspec.ValidationError:
        return _fill_in(_merge(Preferences, {}, kept["chosen"], "", []), language)


def merge_preferences(kept: JsonObject, patch: Mapping[str, Any]) -> JsonObject:
    """Merge a patch into what is kept, or raise Invalid with all its unknown and wrong fields.

    ``null`` means the default again. What is kept may hold ``interface_language`` afterwards.
    """
    problems: list[FieldProblem] = []
    chosen = _merge(Preferences, kept["chosen"], patch, "", problems)
    if problems:
        named = " ".join(f"{found.field}: {found.problem}" for found in problems)
        raise Invalid(named, fields=tuple(problems))
    return {"version": VERSION, "chosen": chosen}


def _fill_in(chosen: JsonObject, language: str) -> Preferences:
    return msgspec.convert({**chosen, "interface_language": language}, Preferences)


def _merge(
    kind: type[Any],
    chosen: Mapping[str, Any],
    patch: Mapping[str, Any],
    path: str,
    problems: list[FieldProblem],
) -> JsonObject:
    known = {field.name: field for field in fields(kind)}
    merged = dict(chosen)
    for name, value in patch.items():
        place = f"{path}{name}"
        if name not in known:
            problems.append(FieldProblem(place, "There is no such preference."))
        elif value is None:
            merged.pop(name, None)
        elif isinstance(known[name].type, type) and issubclass(known[name].type, msgspec.Struct):
            if isinstance(value, dict):
                inner = cast("Mapping[str, Any]", value)
                below = merged.get(name, {})
                merged[name] = _merge(known[name].type, below, inner, f"{place}.", problems)
            else:
                problems.append(FieldProblem(place, "Give an object with what shall change."))
        else:
            try:
                merged[name] = _tidy(known[name], msgspec.convert(value, known[name].type))
            except msgspec.ValidationError as problem:
                problems.append(FieldProblem(place, _sentence(known[name], problem)))
    return merged


def _tidy(field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 - what JSON can say
    if field.type == Language:
        return canonical_language(value)
    if field.type == Languages:
        return list(dict.fromkeys(map(canonical_language, value)))
    return value


def _sentence(field: FieldInfo, problem: msgspec.ValidationError) -> str:
    if get_origin(field.type) is Literal:
        return f"Choose one of {', '.join(map(str, get_args(field.type)))}."
    if field.type == Language:
        return "Enter a language tag such as de or pt-BR."
    if field.type == Languages:
        return "List up to 8 language tags such as de or pt-BR."
    if field.type == Colour:
        return "Enter a colour such as #FFCC00."
    if field.type is bool:
        return "Say true or false."
    return f"{problem}."
