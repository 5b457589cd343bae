"""Keeps mailboxes from being flooded: so many mails for an address, so many from a place."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from streamverse.domains.identity.errors.mails import TooManyMails
from streamverse.domains.identity.service.quotas import Quota, QuotaCounter
from streamverse.domains.identity.service.throttle import network_of

TO_ONE_ADDRESS = (Quota(1, timedelta(minutes=1)), Quota(5, timedelta(hours=1)))
FROM_ONE_NETWORK = (Quota(30, timedelta(hours=1)),)


class MailThrottle:
    """Counts the mails that were asked for, in this process.

    It counts them whether or not the address is known, so that it tells nothing about that.
    """

    def __init__(self) -> None:
        self._asked = QuotaCounter()

    def enter(self, subject: str, place: str, now: datetime) -> None:
        """Count one more mail, or raise TooManyMails and count nothing.

        ``subject`` is whom the mail is for or about: an address, an account.
        """
        wanted = {
            ("subject", subject): TO_ONE_ADDRESS,
            ("place", network_of(place)): FROM_ONE_NETWORK,
        }
        wait = self._asked.take(wanted, now)
        if wait is not None:
            raise TooManyMails(math.ceil(wait.total_seconds()))
