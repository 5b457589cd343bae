"""Typed settings from the command line, the environment and a TOML file, and their manual."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect

from streamverse.kit.errors import FieldProblem, Invalid

T = TypeVar("T")

_KEY = "streamverse.setting"


class SettingsInvalid(Invalid):
    """Some settings cannot be used; one sentence for each of them."""

    code = "kit.settings_invalid"
    title = "The settings are not valid"

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(
            "\n".join(problems.values()),
            fields=tuple(FieldProblem(name, problem) for name, problem in problems.items()),
        )


@dataclass(frozen=True, slots=True)
class _Notes:
    """What a field says about itself beyond its name, type and default."""

    about: str
    group: str
    is_secret: bool
    shown_default: str | None
    expected: str | None
    accepts: Callable[[Any], bool] | None


def setting(
    *,
    default: T,
    about: str,
    group: str,
    is_secret: bool = False,
    shown_default: str | None = None,
    expected: str | None = None,
    accepts: Callable[[T], bool] | None = None,
) -> T:
    """Describe one field of a settings class.

    ``about`` is a sentence of the manual. A secret shows up neither in ``repr`` nor in messages.
    ``accepts`` refuses values that the type lets through; ``expected`` says in words what fits.
    """
    notes = _Notes(about, group, is_secret, shown_default, expected, accepts)
    return dataclasses.field(default=default, repr=not is_secret, metadata={_KEY: notes})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(setting,))
def settings_class(cls: type[T]) -> type[T]:
    """Make a class of ``setting`` fields immutable, with names for all arguments."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


def read_settings(
    settings_type: type[T],
    *,
    prefix: str,
    environ: Mapping[str, str],
    file: Path | None = None,
    overrides: Mapping[str, object] | None = None,
) -> T:
    """Read settings: the command line wins over the environment, and that over the file.

    An override of None and an empty variable count as not given. Raises SettingsInvalid with all
    that is wrong at once.
    """
    in_file = {} if file is None else _read_toml(file)
    values: dict[str, object] = {}
    problems: dict[str, str] = {}
    slots = list(_slots(settings_type, prefix))
    for slot in slots:
        given = _find(slot, overrides or {}, environ, in_file, file)
        if given is None:
            continue
        try:
            values[slot.name] = slot.convert(given.value)
        except msgspec.ValidationError:
            problems[slot.name] = slot.refusal(given)
    known = [slot.name for slot in slots]
    for name in in_file.keys() - set(known):
        problems[name] = f"{name} in {file} is not a setting.{_did_you_mean(name, known)}"
    if problems:
        raise SettingsInvalid(problems)
    return settings_type(**values)


def unknown_variables(
    settings_type: type[object], *, prefix: str, environ: Mapping[str, str]
) -> list[str]:
    """Give a sentence for each variable that has the prefix and is not a setting.

    Not an error: a container platform may add variables of its own.
    """
    known = [slot.variable for slot in _slots(settings_type, prefix)]
    return [
        f"{name} is not a setting and has no effect.{_did_you_mean(name, known)}"
        for name in sorted(environ)
        if name.startswith(prefix) and name not in known
    ]


def manual(settings_type: type[object], *, prefix: str) -> str:
    """Render the settings as Markdown: a table for each group, in the order of the fields."""
    groups: dict[str, list[_Slot]] = {}
    for slot in _slots(settings_type, prefix):
        groups.setdefault(slot.notes.group, []).append(slot)
    return "\n".join(_table(group, slots) for group, slots in groups.items())


@dataclass(frozen=True, slots=True)
class _Given:
    """A value from outside, and the name under which the reader knows it."""

    value: object
    source: str


@dataclass(frozen=True, slots=True)
class _Slot:
    """One setting: where its value comes from and what may be put in."""

    name: str
    variable: str
    hint: Any
    default: object
    notes: _Notes

    @property
    def expected(self) -> str:
        if get_origin(self.hint) is Literal:  # Asked here: msgspec forgets the order of the values.
            return " or ".join(f"`{value}`" for value in get_args(self.hint))
        return self.notes.expected or _in_words(inspect.type_info(self.hint))

    def convert(self, value: object) -> object:
        is_list = isinstance(inspect.type_info(self.hint), inspect.VarTupleType)
        if is_list and isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        converted = msgspec.convert(value, self.hint, strict=False, dec_hook=_convert_path)
        if self.notes.accepts is not None and not self.notes.accepts(converted):
            raise msgspec.ValidationError(self.expected)
        return converted

    def refusal(self, given: _Given) -> str:
        shown = "not valid" if self.notes.is_secret else f'"{given.value}"'
        return f"{given.source} is {shown}, but must be {self.expected}."

    def row(self) -> str:
        shown = self.notes.shown_default
        if shown is None:
            shown = f"`{_shown(self.default)}`" if self.default not in ("", ()) else "none"
        cells = (f"`{self.variable}`", self.expected, shown, self.notes.about)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _slots(settings_type: type[Any], prefix: str) -> Iterator[_Slot]:
    hints = get_type_hints(settings_type, include_extras=True)
    for field in dataclasses.fields(settings_type):
        variable = prefix + field.name.upper()
        notes = field.metadata[_KEY]
        yield _Slot(field.name, variable, hints[field.name], field.default, notes)


def _find(
    slot: _Slot,
    overrides: Mapping[str, object],
    environ: Mapping[str, str],
    in_file: Mapping[str, object],
    file: Path | None,
) -> _Given | None:
    if (value := overrides.get(slot.name)) is not None:
        return _Given(value, "--" + slot.name.replace("_", "-"))
    if text := environ.get(slot.variable):
        return _Given(text, slot.variable)
    if slot.name in in_file:
        return _Given(in_file[slot.name], f"{slot.name} in {file}")
    return None


def _read_toml(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid({"file": f"{file} cannot be read: {error}."}) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsInvalid({"file": f"{file} is not valid TOML: {error}."}) from error


def _did_you_mean(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]}?" if close else ""


def _convert_path(wanted: type[object], value: object) -> object:
    if wanted is Path and isinstance(value, str | Path):
        return Path(value).expanduser()
    raise msgspec.ValidationError(f"not a {wanted.__name__}")


def _in_words(kind: inspect.Type) -> str:
    match kind:
        case inspect.IntType(ge=least, le=most):
            return "a whole number" + _bounds(least, most)
        case inspect.BoolType():
            return "true or false"
        case inspect.CustomType(cls=cls) if cls is Path:
            return "a path"
        case inspect.VarTupleType(item_type=item):
            return f"a list of {_in_words(item)}, separated by commas"
        case inspect.StrType():
            return "text"
        case _:
            raise TypeError(f"A setting cannot be of type {kind}: teach _in_words to say it")


def _bounds(least: int | None, most: int | None) -> str:
    match least, most:
        case None, None:
            return ""
        case None, _:
            return f" of at most {most}"
        case _, None:
            return f" of at least {least}"
        case _:
            return f" from {least} to {most}"


def _shown(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _table(group: str, slots: list[_Slot]) -> str:
    columns = "| Variable | Type | Default | What it does |\n| --- | --- | --- | --- |\n"
    return f"## {group}\n\n{columns}" + "".join(f"{slot.row()}\n" for slot in slots)
