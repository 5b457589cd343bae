"""Accounts that staff looks for, by name or address, in spite of slips."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from streamverse.domains.identity import public as identity
from streamverse.domains.identity.contracts import Account, AccountId, AccountName
from streamverse.domains.search.rules.matching import WORTH_SHOWING, match_name
from streamverse.domains.search.rules.text import fold, query_tokens, tokens
from streamverse.kit.work import Work

# So many are looked at closely for each word that was typed.
SHORTLISTED = 300


async def search_accounts(work: Work, query: str, limit: int) -> Sequence[Account]:
    """Find accounts of the tenant, the likeliest first."""
    names = await identity.list_account_names(work)
    ids = await asyncio.to_thread(rank_accounts, query_tokens(query), names, limit)
    found = await identity.find_accounts(work, ids)
    return [found[account_id] for account_id in ids if account_id in found]


def rank_accounts(
    words: Sequence[str], names: Sequence[AccountName], limit: int
) -> Sequence[AccountId]:
    """Order accounts by how well they answer, and leave out what is far behind the best."""
    texts = [fold(f"{one.display_name} {one.email}") for one in names]
    near = {
        place
        for word in words
        for _, _, place in process.extract(
            word, texts, scorer=fuzz.partial_ratio, processor=None, limit=SHORTLISTED
        )
    }
    rated = sorted((-_score(words, names[place]), place) for place in near)
    best = -rated[0][0] if rated else 0.0
    shown = (place for score, place in rated if -score >= WORTH_SHOWING * best > 0)
    return [names[place].id for place in shown][:limit]


def _score(words: Sequence[str], name: AccountName) -> float:
    called = [token.text for token in tokens(name.display_name)]
    written = [token.text for token in tokens(name.email)]
    return max(
        match_name(words, called, written, is_typing=True).score,
        match_name(words, written, called, is_typing=True).score,
    )
