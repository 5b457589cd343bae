"""The machinery of settings."""

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Annotated, Literal

import pytest
from msgspec import Meta

from streamverse.kit.errors import Invalid
from streamverse.kit.settings import (
    SettingsInvalid,
    manual,
    read_settings,
    setting,
    settings_class,
    unknown_variables,
)


@settings_class
class Sample:
    """One field of each kind."""

    port: Annotated[int, Meta(ge=1, le=65535)] = setting(
        default=80, group="Network", about="The port | or none."
    )
    folder: Path = setting(default=Path("data"), group="Files", about="A folder.")
    is_loud: bool = setting(default=False, group="Files", about="Noise.")
    level: Literal["low", "high"] = setting(default="low", group="Files", about="A level.")
    names: tuple[str, ...] = setting(default=(), group="Network", about="Names.")
    count: Annotated[int, Meta(ge=0)] = setting(default=0, group="Network", about="A count.")
    most: Annotated[int, Meta(le=9)] = setting(default=3, group="Network", about="A limit.")
    any_number: int = setting(default=0, group="Network", about="Any number.")
    password: str = setting(
        default="",
        group="Access",
        is_secret=True,
        shown_default="made on the first start",
        expected="at least 8 letters",
        accepts=lambda text: text == "" or len(text) >= 8,
        about="A secret.",
    )


def read(
    environ: dict[str, str] | None = None,
    *,
    file: Path | None = None,
    overrides: dict[str, object] | None = None,
) -> Sample:
    return read_settings(
        Sample, prefix="APP_", environ=environ or {}, file=file, overrides=overrides
    )


def test_defaults():
    assert read() == Sample()
    assert read().port == 80


def test_command_line_before_environment_before_file(tmp_path: Path):
    file = tmp_path / "app.toml"
    file.write_text('port = 1\ncount = 1\nlevel = "high"\nnames = ["a", "b"]\nis_loud = true\n')
    sample = read(
        {"APP_PORT": "2", "APP_COUNT": "2", "OTHER_PORT": "9"},
        file=file,
        overrides={"port": 3, "folder": None, "most": "4"},
    )
    assert sample == Sample(
        port=3, count=2, most=4, level="high", names=("a", "b"), is_loud=True, folder=Path("data")
    )


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("port", "8080", 8080),
        ("any_number", "-5", -5),
        ("is_loud", "true", True),
        ("is_loud", "1", True),
        ("is_loud", "false", False),
        ("folder", "/srv/media", Path("/srv/media")),
        ("folder", "~/media", Path.home() / "media"),
        ("names", "a, b,,c ,", ("a", "b", "c")),
        ("level", "high", "high"),
        ("password", "12345678", "12345678"),
    ],
)
def test_text_becomes_a_value(name: str, text: str, expected: object):
    assert getattr(read({f"APP_{name.upper()}": text}), name) == expected


def test_empty_variable_counts_as_not_set():
    assert read({"APP_PORT": "", "APP_LEVEL": ""}) == Sample()


@pytest.mark.parametrize(
    ("variable", "text", "sentence"),
    [
        ("APP_PORT", "web", 'APP_PORT is "web", but must be a whole number from 1 to 65535.'),
        ("APP_PORT", "0", 'APP_PORT is "0", but must be a whole number from 1 to 65535.'),
        ("APP_COUNT", "-1", 'APP_COUNT is "-1", but must be a whole number of at least 0.'),
        ("APP_MOST", "10", 'APP_MOST is "10", but must be a whole number of at most 9.'),
        ("APP_ANY_NUMBER", "1.5", 'APP_ANY_NUMBER is "1.5", but must be a whole number.'),
        ("APP_IS_LOUD", "maybe", 'APP_IS_LOUD is "maybe", but must be true or false.'),
        ("APP_LEVEL", "mid", 'APP_LEVEL is "mid", but must be `low` or `high`.'),
        ("APP_PASSWORD", "short", "APP_PASSWORD is not valid, but must be at least 8 letters."),
    ],
)
def test_wrong_value_is_named_with_what_is_expected(variable: str, text: str, sentence: str):
    with pytest.raises(SettingsInvalid) as caught:
        read({variable: text})
    assert str(caught.value) == sentence
    assert isinstance(caught.value, Invalid)
    [problem] = caught.value.fields
    assert (problem.field, problem.problem) == (variable.removeprefix("APP_").lower(), sentence)


def test_all_wrong_values_are_named_with_where_they_stand(tmp_path: Path):
    file = tmp_path / "app.toml"
    file.write_text('folder = 5\nnames = "a"\ncuont = 1\n')
    with pytest.raises(SettingsInvalid) as caught:
        read({"APP_IS_LOUD": "x"}, file=file, overrides={"any_number": "y"})
    assert str(caught.value).splitlines() == [
        f'folder in {file} is "5", but must be a path.',
        'APP_IS_LOUD is "x", but must be true or false.',
        '--any-number is "y", but must be a whole number.',
        f"cuont in {file} is not a setting. Did you mean count?",
    ]


def test_missing_file_is_no_failure(tmp_path: Path):
    assert read(file=tmp_path / "nothing.toml") == Sample()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"port = ", "is not valid TOML: Invalid value"),
        (b"port = '\xff'", "cannot be read: 'utf-8'"),
    ],
)
def test_broken_file_is_named(tmp_path: Path, content: bytes, reason: str):
    file = tmp_path / "app.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsInvalid, match=reason) as caught:
        read(file=file)
    assert str(caught.value).startswith(str(file))


def test_folder_in_place_of_the_file_is_named(tmp_path: Path):
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        read(file=tmp_path)


def test_unknown_variables_are_told():
    environ = {"APP_PROT": "1", "APP_PORT": "1", "APP_XYZZY": "1", "PATH": "/bin"}
    assert unknown_variables(Sample, prefix="APP_", environ=environ) == [
        "APP_PROT is not a setting and has no effect. Did you mean APP_PORT?",
        "APP_XYZZY is not a setting and has no effect.",
    ]


def test_settings_do_not_change_and_do_not_show_secrets():
    sample = read({"APP_PASSWORD": "open sesame"})
    assert sample.password == "open sesame"
    assert "sesame" not in repr(sample)
    assert "port=80" in repr(sample)
    with pytest.raises(FrozenInstanceError):
        sample.port = 81  # type: ignore[misc]


def test_manual():
    assert (
        manual(Sample, prefix="APP_")
        == """\
## Network

| Variable | Type | Default | What it does |
| --- | --- | --- | --- |
| `APP_PORT` | a whole number from 1 to 65535 | `80` | The port \\| or none. |
| `APP_NAMES` | a list of text, separated by commas | none | Names. |
| `APP_COUNT` | a whole number of at least 0 | `0` | A count. |
| `APP_MOST` | a whole number of at most 9 | `3` | A limit. |
| `APP_ANY_NUMBER` | a whole number | `0` | Any number. |

## Files

| Variable | Type | Default | What it does |
| --- | --- | --- | --- |
| `APP_FOLDER` | a path | `data` | A folder. |
| `APP_IS_LOUD` | true or false | `false` | Noise. |
| `APP_LEVEL` | `low` or `high` | `low` | A level. |

## Access

| Variable | Type | Default | What it does |
| --- | --- | --- | --- |
| `APP_PASSWORD` | at least 8 letters | made on the first start | A secret. |
"""
    )


def test_type_that_cannot_be_said_is_refused():
    @settings_class
    class Strange:
        ratio: float = setting(default=1.0, group="Files", about="A ratio.")

    with pytest.raises(TypeError, match="teach _in_words"):
        manual(Strange, prefix="APP_")
