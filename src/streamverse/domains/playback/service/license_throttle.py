"""Holds a log-in to the licences that watching takes."""

from __future__ import annotations

import math
from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from streamverse.domains.playback.errors import LicensesThrottled

WINDOW = timedelta(minutes=1)
LICENSES_PER_WINDOW = 60
REMEMBERED_LIMIT = 10_000


class LicenseThrottle:
    """Counts the licences that each holder of grants asks for, in this process."""

    def __init__(self) -> None:
        self._windows: OrderedDict[UUID, tuple[datetime, int]] = OrderedDict()

    def enter(self, holder_id: UUID, now: datetime) -> None:
        """Count one more request, or raise LicensesThrottled and count nothing."""
        began_at, count = self._windows.get(holder_id, (now, 0))
        if now - began_at >= WINDOW:
            began_at, count = now, 0
        if count >= LICENSES_PER_WINDOW:
            left = began_at + WINDOW - now
            raise LicensesThrottled(math.ceil(left.total_seconds()))
        self._windows[holder_id] = began_at, count + 1
        self._windows.move_to_end(holder_id)
        if len(self._windows) > REMEMBERED_LIMIT:
            self._windows.popitem(last=False)
