"""How somebody likes it: read with defaults, changed piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from streamverse.domains.profiles.contracts import Preferences, ProfileId
from streamverse.domains.profiles.rules.access import may_change
from streamverse.domains.profiles.rules.preferences import merge_preferences, read_preferences
from streamverse.domains.profiles.rules.words import DEFAULT_LANGUAGE
from streamverse.domains.profiles.service.family import load_family, set_language, view_of
from streamverse.kit.work import Work


async def get_preferences(work: Work, profile_id: ProfileId) -> Preferences:
    """Get how somebody of the actor's family likes it."""
    row = (await load_family(work)).get(work, profile_id)
    return read_preferences(row.preferences, row.language)


async def change_preferences(
    work: Work, profile_id: ProfileId, patch: Mapping[str, Any]
) -> Preferences:
    """Merge a patch into somebody's preferences (RFC 7396)."""
    family = await load_family(work, is_locked=True)
    row = family.get(work, profile_id)
    before = view_of(row)
    merged = merge_preferences(row.preferences, patch)
    # The language is the profile's own: it is kept once.
    asked = merged["chosen"].pop("interface_language", None)
    language = row.language
    if "interface_language" in patch:
        language = asked or DEFAULT_LANGUAGE
    preferences = read_preferences(merged, language)
    after = replace(
        before,
        language=language,
        is_adult_hidden=preferences.parental.is_adult_hidden,
        is_pin_needed_to_buy=preferences.parental.is_pin_needed_to_buy,
    )
    family.ensure(may_change(family.current, before, after, family.prove(work)))
    await set_language(work, family, row, language)
    row.preferences = merged
    return preferences
