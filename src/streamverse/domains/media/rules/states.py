"""The states that uploads and packages pass through."""

from __future__ import annotations

import enum


class UploadState(enum.StrEnum):
    """Where an upload is."""

    UPLOADING = "uploading"
    FETCHING = "fetching"
    CHECKING = "checking"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


class PackageState(enum.StrEnum):
    """Where a package is."""

    ENCODING = "encoding"
    FINISHING = "finishing"
    READY = "ready"
    FAILED = "failed"


class PartKind(enum.StrEnum):
    """What a part of a package encodes."""

    VIDEO = "video"
    AUDIO = "audio"


class PictureKind(enum.StrEnum):
    """What a picture is for."""

    POSTER = "poster"
    UPLOADED = "uploaded"
    CHAPTER = "chapter"
    SCENE = "scene"
    SPRITES = "sprites"
    PREVIEW = "preview"


class SubtitleState(enum.StrEnum):
    """What became of subtitles."""

    PREPARING = "preparing"
    READY = "ready"
    SET_ASIDE = "set_aside"
    REFUSED = "refused"
