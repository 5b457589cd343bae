"""All SQL of media."""

from __future__ import annotations

from streamverse.domains.media.repository.assets import (
    Assets,
    Censuses,
    Keys,
    Packages,
    RemoteImports,
    Retentions,
    StoredWeights,
    Uploads,
    existing_assets,
    existing_packages,
    existing_uploads,
)
from streamverse.domains.media.repository.pictures import Artworks, Pictures, Subtitles
from streamverse.domains.media.repository.playable import PlayableRow, find_playable

__all__ = [
    "Artworks",
    "Assets",
    "Censuses",
    "Keys",
    "Packages",
    "Pictures",
    "PlayableRow",
    "RemoteImports",
    "Retentions",
    "StoredWeights",
    "Subtitles",
    "Uploads",
    "existing_assets",
    "existing_packages",
    "existing_uploads",
    "find_playable",
]
