"""Consent: what somebody agrees to, in which version, since when; every change is kept."""

from __future__ import annotations

from collections.abc import Mapping

from streamverse.domains.identity.contracts import (
    AccountId,
    ConsentChanged,
    ConsentKind,
    IdentitySettings,
)
from streamverse.domains.identity.errors.privacy import TermsOutdated
from streamverse.domains.identity.models import ConsentRow
from streamverse.domains.identity.repository import Accounts, Consents
from streamverse.kit.clock import new_id
from streamverse.kit.work import Work


async def list_consents(work: Work, account_id: AccountId) -> dict[ConsentKind, ConsentRow | None]:
    """List what counts for each kind; None where somebody was never asked."""
    return {kind: await Consents(work).find_latest(account_id, kind) for kind in ConsentKind}


async def decide(
    work: Work,
    settings: IdentitySettings,
    account_id: AccountId,
    version: str,
    decisions: Mapping[ConsentKind, bool],
) -> None:
    """Write down what somebody agrees to in the terms that they have read; repeats change nothing.

    Withdrawing needs no reading: it counts whatever the version is.
    """
    await Accounts(work).lock(account_id)
    if version != settings.terms_version and any(decisions.values()):
        raise TermsOutdated(settings.terms_version)
    for kind, is_given in decisions.items():
        latest = await Consents(work).find_latest(account_id, kind)
        if latest and (latest.is_given, latest.version) == (is_given, settings.terms_version):
            continue
        row = ConsentRow(
            id=new_id(),
            account_id=account_id,
            kind=kind.value,
            version=settings.terms_version,
            is_given=is_given,
            at=work.now,
        )
        Consents(work).add(row)
        if latest is None or latest.is_given != is_given:
            work.emit(ConsentChanged(account_id, kind, is_given))
