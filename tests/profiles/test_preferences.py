"""Preferences: what is kept, what is filled in, how a patch is merged."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.profiles.contracts import Preferences
from streamverse.domains.profiles.rules.preferences import (
    merge_preferences,
    nothing_chosen,
    read_preferences,
)
from streamverse.kit.errors import Invalid

DEFAULTS: dict[str, Any] = {
    "interface_language": "en",
    "audio_languages": [],
    "subtitle_languages": [],
    "subtitle_appearance": {
        "size": "medium",
        "font": "sans",
        "colour": "#FFFFFF",
        "background_colour": "#000000",
        "background_opacity_percent": 60,
        "edge": "none",
    },
    "playback": {
        "quality_cap": "none",
        "data_use": "automatic",
        "speed_percent": 100,
        "is_next_autoplayed": True,
        "is_preview_autoplayed": True,
    },
    "downloads": {"quality": "standard", "is_wifi_only": True, "is_deleted_when_watched": False},
    "notifications": {
        "is_by_email": True,
        "is_by_push": True,
        "has_new_episodes": True,
        "has_recommendations": False,
        "has_offers": False,
    },
    "privacy": {"is_history_kept": True, "is_personalised": True},
    "parental": {"is_adult_hidden": False, "is_pin_needed_to_buy": False},
}


def chosen(patch: dict[str, Any], kept: dict[str, Any] | None = None) -> dict[str, Any]:
    return merge_preferences(kept or nothing_chosen(), patch)["chosen"]


def test_whoever_has_chosen_nothing_gets_the_defaults():
    assert msgspec.to_builtins(read_preferences(nothing_chosen(), "en")) == DEFAULTS


def test_only_what_was_chosen_is_kept():
    kept = merge_preferences(nothing_chosen(), {"playback": {"is_next_autoplayed": False}})
    kept = merge_preferences(kept, {"playback": {"quality_cap": "720p"}})

    assert kept == {
        "version": 1,
        "chosen": {"playback": {"is_next_autoplayed": False, "quality_cap": "720p"}},
    }
    read = read_preferences(kept, "de")
    assert (read.playback.is_next_autoplayed, read.playback.quality_cap) == (False, "720p")
    assert (read.playback.data_use, read.interface_language) == ("automatic", "de")


def test_null_means_the_default_again():
    kept = merge_preferences(
        nothing_chosen(), {"privacy": {"is_history_kept": False}, "audio_languages": ["ja"]}
    )

    assert chosen({"privacy": {"is_history_kept": None}}, kept) == {
        "privacy": {},
        "audio_languages": ["ja"],
    }
    assert chosen({"privacy": None, "audio_languages": None, "playback": None}, kept) == {}


def test_languages_are_written_as_the_standard_wants_each_once():
    assert chosen({"audio_languages": ["JA", "pt-br", "ja"], "interface_language": "DE"}) == {
        "audio_languages": ["ja", "pt-BR"],
        "interface_language": "de",
    }


@pytest.mark.parametrize(
    ("patch", "field", "sentence"),
    [
        ({"theme": "dark"}, "theme", "There is no such preference."),
        ({"playback": {"speed": 2}}, "playback.speed", "There is no such preference."),
        ({"playback": "fast"}, "playback", "Give an object with what shall change."),
        ({"playback": ["fast"]}, "playback", "Give an object with what shall change."),
        (
            {"subtitle_appearance": {"size": "tiny"}},
            "subtitle_appearance.size",
            "Choose one of small, medium, large, huge.",
        ),
        (
            {"privacy": {"is_history_kept": "no"}},
            "privacy.is_history_kept",
            "Say true or false.",
        ),
        ({"audio_languages": "ja"}, "audio_languages", "List up to 8 language tags such as de or"),
        ({"audio_languages": ["ja"] * 9}, "audio_languages", "List up to 8 language tags"),
        ({"audio_languages": ["Japanese"]}, "audio_languages", "List up to 8 language tags"),
        ({"interface_language": 7}, "interface_language", "Enter a language tag such as de or"),
        (
            {"subtitle_appearance": {"background_opacity_percent": 101}},
            "subtitle_appearance.background_opacity_percent",
            "Expected `int` <= 100.",
        ),
        (
            {"subtitle_appearance": {"colour": "red; }"}},
            "subtitle_appearance.colour",
            "Enter a colour such as #FFCC00.",
        ),
    ],
)
def test_what_is_unknown_or_wrong_is_named(patch: dict[str, Any], field: str, sentence: str):
    with pytest.raises(Invalid) as refused:
        chosen(patch)

    (problem,) = refused.value.fields
    assert problem.field == field
    assert problem.problem.startswith(sentence)
    assert field in refused.value.detail


def test_everything_wrong_is_said_at_once():
    with pytest.raises(Invalid) as refused:
        chosen({"theme": 1, "privacy": {"is_history_kept": 1, "x": 1}, "playback": 3})

    assert [problem.field for problem in refused.value.fields] == [
        "theme",
        "privacy.is_history_kept",
        "privacy.x",
        "playback",
    ]


def test_what_a_newer_version_kept_does_not_stop_an_older_one():
    kept = {"version": 2, "chosen": {"theme": "dark", "privacy": {"is_history_kept": False}}}

    assert read_preferences(kept, "en").privacy.is_history_kept is False


def test_what_an_older_version_allowed_counts_as_not_chosen():
    kept = {
        "version": 0,
        "chosen": {
            "playback": {"quality_cap": "144p", "is_next_autoplayed": False},
            "audio_languages": "ja",
        },
    }

    found = read_preferences(kept, "en")

    assert (found.playback.quality_cap, found.playback.is_next_autoplayed) == ("none", False)
    assert found.audio_languages == []


leaves = st.fixed_dictionaries(
    {},
    optional={
        "playback": st.none()
        | st.fixed_dictionaries(
            {},
            optional={
                "is_next_autoplayed": st.none() | st.booleans(),
                "quality_cap": st.none() | st.sampled_from(["none", "720p"]),
            },
        ),
        "audio_languages": st.none() | st.lists(st.sampled_from(["de", "ja", "pt-BR"]), max_size=3),
    },
)


@given(leaves, leaves)
def test_merging_twice_changes_nothing_more_and_always_reads(
    first: dict[str, Any], second: dict[str, Any]
):
    kept = merge_preferences(merge_preferences(nothing_chosen(), first), second)

    assert merge_preferences(kept, second) == kept
    assert isinstance(read_preferences(kept, "en"), Preferences)
