"""All SQL of the library."""

from __future__ import annotations

from streamverse.domains.library.repository.viewings import OpenEnd, Progresses, Viewings
from streamverse.domains.library.repository.watchlists import Folders, Shares, Watchlists

__all__ = ["Folders", "OpenEnd", "Progresses", "Shares", "Viewings", "Watchlists"]
