"""What the composition root takes of search; no other domain asks it for anything."""

from __future__ import annotations

from streamverse.domains.search.service.documents import ensure_documents
from streamverse.domains.search.service.following import SearchDesk
from streamverse.domains.search.service.history import SEARCH_EXPORTERS

__all__ = ["SEARCH_EXPORTERS", "SearchDesk", "ensure_documents"]
