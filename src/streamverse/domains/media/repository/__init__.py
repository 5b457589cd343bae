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
from streamverse.domains.media.repository.reels import Cuts, ReelKeys, Reels, existing_reels

__all__ = [
    "Artworks",
    "Assets",
    "Censuses",
    "Cuts",
    "Keys",
    "Packages",
    "Pictures",
    "PlayableRow",
    "ReelKeys",
    "Reels",
    "RemoteImports",
    "Retentions",
    "StoredWeights",
    "Subtitles",
    "Uploads",
    "existing_assets",
    "existing_packages",
    "existing_reels",
    "existing_uploads",
    "find_playable",
]
