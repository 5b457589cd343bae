"""How families follow what happens to their accounts."""

from __future__ import annotations

from streamverse.domains.identity.contracts import AccountAdded, AccountRemoved
from streamverse.domains.profiles.service import profiles
from streamverse.kit.events import Listeners
from streamverse.kit.work import Work

listeners = Listeners("profiles")


@listeners.on(AccountAdded)
async def add_first_profile(work: Work, added: AccountAdded) -> None:
    """Let whoever can log in watch as somebody."""
    await profiles.add_first_profile(work, added.account_id)


@listeners.on(AccountRemoved)
async def forget_account(work: Work, removed: AccountRemoved) -> None:
    """Keep nothing of a family whose account is gone."""
    await profiles.forget_account(work, removed.account_id)
