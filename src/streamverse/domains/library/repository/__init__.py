"""All SQL of the library."""

from __future__ import annotations

from streamverse.domains.library.repository.viewings import Progresses, Viewings
from streamverse.domains.library.repository.watchlists import Folders, Shares, Watchlists

__all__ = ["Folders", "Progresses", "Shares", "Viewings", "Watchlists"]
