"""Accounts that staff looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from streamverse.domains.identity.contracts import AccountId, AccountName
from streamverse.domains.search.rules.text import query_tokens
from streamverse.domains.search.service.accounts import rank_accounts
from streamverse.kit.clock import new_id
from tests.factories.accounts import make_account

if TYPE_CHECKING:
    from streamverse.kit.work import Workshop
    from tests.conftest import Clients
    from tests.factories.accounts import People

NAMES = (
    ("Ada Björk", "ada@example.org"),
    ("Ада Белова", "belova@example.com"),
    ("Ben Adams", "ben.adams@studio.example"),
    ("Clara", "c.voss@example.org"),
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ada", ["Ada Björk", "Ben Adams"]),
        ("bjork", ["Ada Björk"]),
        ("bjrok ada", ["Ada Björk"]),
        ("белва", ["Ада Белова"]),
        ("belova@example.com", ["Ада Белова"]),
        ("vos", ["Clara"]),
        ("studio", ["Ben Adams"]),
        ("zzz", []),
        ("...", []),
    ],
)
def test_people_are_found_by_name_or_address_in_spite_of_slips(
    typed: str, found: list[str]
) -> None:
    names = [AccountName(AccountId(new_id()), *each) for each in NAMES]
    called = {name.id: name.display_name for name in names}
    ranked = rank_accounts(query_tokens(typed), names, 50)
    assert [called[one] for one in ranked] == found


async def test_staff_finds_accounts_of_its_own_tenant(
    workshop: Workshop, people: People, clients: Clients
) -> None:
    async with workshop.work(people.owner) as work:
        for number, (name, email) in enumerate(NAMES):
            row = await make_account(work, email)
            row.display_name, row.email_verified_at = name, work.now if number else None
    answer = await clients.owner.get("/search/accounts", params={"query": "adda bjork"})
    assert answer.status_code == 200, answer.text
    [found] = answer.json()
    assert (found["display_name"], found["email"], found["role"], found["is_email_verified"]) == (
        "Ada Björk",
        "ada@example.org",
        "viewer",
        False,
    )
    assert (await clients.stranger.get("/search/accounts?query=bjork")).json() == []
    assert (await clients.viewer.get("/search/accounts?query=bjork")).status_code == 403
