"""What may be said of a plan."""

from __future__ import annotations

from typing import Any

import pytest

from streamverse.domains.billing.rules import PlanDraft, tidy_draft
from streamverse.kit.errors import Invalid


def test_a_draft_is_tidied() -> None:
    draft = PlanDraft(name="  Two   rooms ", description=" For two. ", regions=(" de", "FR", "DE"))
    tidied = tidy_draft(draft)
    assert (tidied.name, tidied.description) == ("Two rooms", "For two.")
    assert tidied.regions == ("DE", "FR")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"description": "x" * 501}, "description"),
        ({"streams_at_once": -1}, "streams_at_once"),
        ({"devices_at_most": 1001}, "devices_at_most"),
        ({"max_height": 143}, "max_height"),
        ({"max_height": 4321}, "max_height"),
        ({"regions": ("Germany",)}, "regions"),
        ({"is_default": True, "is_archived": True}, "is_archived"),
    ],
)
def test_what_is_wrong_is_named(said: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        tidy_draft(PlanDraft(**{"name": "Basic", **said}))
    assert [problem.field for problem in refused.value.fields] == [field]


@pytest.mark.parametrize(
    "said",
    [
        {"name": "x" * 60, "description": "x" * 500},
        {"streams_at_once": 1000, "devices_at_most": 0},
        {"max_height": 144},
        {"max_height": 4320},
    ],
)
def test_the_limits_themselves_are_fine(said: dict[str, Any]) -> None:
    draft = PlanDraft(**{"name": "Basic", **said})
    assert tidy_draft(draft) == draft
