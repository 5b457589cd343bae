"""How long people have to change their minds, and how long what is made for them is kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

GRACE = timedelta(days=30)
EXPORT_KEPT_FOR = timedelta(days=7)


def account_hash(account_id: UUID) -> str:
    """Give what a record of removal knows an account by.

    Whoever has the id can find the record; nobody finds the id from it, which is 74 random bits.
    """
    return hashlib.sha256(b"removed account " + account_id.bytes).hexdigest()
