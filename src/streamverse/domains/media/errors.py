"""The failures of the media domain."""

from __future__ import annotations

from uuid import UUID

from streamverse.kit.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Unavailable


class UploadNotFound(NotFound):
    """There is no such upload, or it is somebody else's."""

    code = "media.upload_not_found"
    title = "No such upload"

    def __init__(self, upload_id: UUID) -> None:
        super().__init__(
            "This upload does not exist, or has expired. Start a new one.",
            upload_id=str(upload_id),
        )


class TusRequestInvalid(Invalid):
    """A header of the upload protocol is missing or wrong."""

    status = 400
    code = "media.tus_request_invalid"
    title = "The upload request is not valid"


class TusVersionUnsupported(Invalid):
    """The client speaks another version of the upload protocol, or does not say which."""

    status = 412
    code = "media.tus_version_unsupported"
    title = "Another version of the upload protocol"

    def __init__(self, supported: str) -> None:
        super().__init__(
            f"This server speaks tus {supported}: send the header Tus-Resumable: {supported}.",
            supported=supported,
        )
        self._supported = supported

    def headers(self) -> dict[str, str]:
        """Name the version that is spoken here, as the protocol asks."""
        return {"Tus-Version": self._supported}


class ChecksumUnsupported(TusRequestInvalid):
    """The checksum algorithm is not one of ours."""

    code = "media.checksum_unsupported"

    def __init__(self, algorithm: str) -> None:
        super().__init__(
            f"The checksum algorithm {algorithm[:20]!r} is not supported: use sha1, sha256 or md5."
        )


class ContentTypeWrong(Invalid):
    """The bytes of an upload came under another content type."""

    status = 415
    code = "media.content_type_wrong"
    title = "Wrong content type"

    def __init__(self) -> None:
        super().__init__(
            "Send the file's bytes with Content-Type: application/offset+octet-stream."
        )


class OffsetMismatch(Conflict):
    """The upload was continued at another place than where it stopped."""

    code = "media.offset_mismatch"
    title = "Wrong offset"

    def __init__(self, given: int, expected: int) -> None:
        super().__init__(
            f"The upload stands at byte {expected}, not {given}: go on from there.",
            offset_bytes=expected,
        )


class ChecksumMismatch(Problem):
    """The bytes that arrived are not the bytes that were sent."""

    status = 460
    code = "media.checksum_mismatch"
    title = "Checksum mismatch"

    def __init__(self) -> None:
        super().__init__(
            "These bytes were damaged on the way, and none of them were kept: send them again."
        )


class UploadTooLarge(Invalid):
    """The file is larger than this service takes, or than it said it would be."""

    status = 413
    code = "media.upload_too_large"
    title = "The file is too large"


class UploadTaken(Conflict):
    """Another request continues the same upload."""

    status = 423
    code = "media.upload_taken"
    title = "The upload is being continued elsewhere"

    def __init__(self) -> None:
        super().__init__("Another connection went on with this upload, so this one stopped.")


class UploadClosed(Conflict):
    """The upload has everything it needs, or was given up."""

    code = "media.upload_closed"
    title = "The upload is closed"


class UploadJoined(Forbidden):
    """Bytes were sent to an upload that is made of others."""

    code = "media.upload_joined"
    title = "The upload is made of others"

    def __init__(self) -> None:
        super().__init__("This upload was joined of others, so it takes no bytes of its own.")


class FileEmpty(Invalid):
    """The file has no bytes."""

    code = "media.file_empty"
    title = "The file is empty"

    def __init__(self) -> None:
        super().__init__("This file is empty: choose one with a film in it.")


class FileRefused(Invalid):
    """The file is not something that can be played."""

    code = "media.file_refused"
    title = "The file was refused"


class ImportRefused(Invalid):
    """What lies at the address cannot be taken in."""

    code = "media.import_refused"
    title = "This cannot be fetched"


class ImportBrokenOff(Unavailable):
    """The other side stopped in the middle of the file."""

    code = "media.import_broken_off"
    title = "The file did not arrive whole"


class FileDamaged(Invalid):
    """The file is not the one whose checksum was given."""

    code = "media.file_damaged"
    title = "The file has another checksum"

    def __init__(self) -> None:
        super().__init__(
            "This file does not have the SHA-256 that you gave: it was changed or damaged on its "
            "way, or the checksum is that of another file."
        )


class BucketUnknown(NotFound):
    """No bucket of this name is set up."""

    code = "media.bucket_unknown"
    title = "No such bucket"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"No bucket called {name[:63]} is set up: whoever runs this service adds it to "
            "STREAMVERSE_IMPORT_BUCKETS.",
            bucket=name[:63],
        )


class CensusRunning(Conflict):
    """Somebody is already walking through the store."""

    code = "media.census_running"
    title = "This is being done already"

    def __init__(self) -> None:
        super().__init__("The store is being searched already: wait until that is done.")


class CensusNeeded(Conflict):
    """Nobody has looked at what would be deleted."""

    code = "media.census_needed"
    title = "Look first"

    def __init__(self) -> None:
        super().__init__(
            "Search the store first and look at what is found: it can be deleted within a day "
            "after that."
        )


class FileLost(Problem):
    """The file that was given to us is no longer in the store."""

    code = "media.file_lost"
    title = "The file is gone"

    def __init__(self) -> None:
        super().__init__("This file is no longer in the store: upload it again.")


class PreparationFailed(Problem):
    """Something failed on our side; the file is not known to be at fault."""

    code = "media.preparation_failed"
    title = "Something failed on our side"


class PartBegunAnew(Unavailable):
    """A group was begun again in another way while this part of it was being encoded."""

    code = "media.part_begun_anew"
    title = "Begun anew"

    def __init__(self) -> None:
        super().__init__("These renditions are made in another way now: this part begins again.")


class ProtectionUnknown(Invalid):
    """The wished protection is not one of ours."""

    code = "media.protection_unknown"
    title = "Unknown protection"

    def __init__(self, text: str) -> None:
        super().__init__(f"The protection {text[:20]!r} is not known: say none or clearkey.")


class ProtectionNotYours(Forbidden):
    """The uploader may not decide how the film is protected."""

    code = "media.protection_not_yours"
    title = "Staff decides about protection"

    def __init__(self) -> None:
        super().__init__(
            "Only whoever may edit titles decides how a film is protected: leave it out."
        )


class KeyUnknown(NotFound):
    """The package has no key of this name."""

    code = "media.key_unknown"
    title = "No such key"

    def __init__(self) -> None:
        super().__init__("This film has no key of that name: open its page again and press play.")


class RenditionNotAllowed(Forbidden):
    """The rendition is taller than whoever watches may have it."""

    code = "media.rendition_not_allowed"
    title = "Not in your plan"

    def __init__(self) -> None:
        super().__init__(
            "This rendition is taller than your plan allows: play one that the manifest lists."
        )


class AddressElsewhere(Forbidden):
    """The address works in the network that it was signed for alone."""

    code = "media.address_elsewhere"
    title = "Not an address for here"

    def __init__(self) -> None:
        super().__init__(
            "This address was not signed for the network that you are in: open the page again to "
            "get one that is."
        )


class PackageNotFound(NotFound):
    """There is no such package."""

    code = "media.package_not_found"
    title = "Nothing to play here"

    def __init__(self) -> None:
        super().__init__("This film is no longer here.")


class SourceLetGo(Conflict):
    """The file that a film was made of has been deleted to save room."""

    code = "media.source_let_go"
    title = "The original file is gone"

    def __init__(self) -> None:
        super().__init__(
            "The original file of this film was deleted to save room, so that no other pictures "
            "can be taken from it: upload a picture of your own."
        )


class PictureNotFound(NotFound):
    """There is no such picture of this film."""

    code = "media.picture_not_found"
    title = "No such picture"

    def __init__(self) -> None:
        super().__init__("This picture is no longer here: choose another one.")


class PosterUnreadable(Invalid):
    """What was sent is no picture that we read."""

    code = "media.poster_unreadable"
    title = "The picture cannot be read"


class FileTooLarge(Invalid):
    """More was sent than is taken."""

    status = 413
    code = "media.file_too_large"
    title = "The file is too large"

    def __init__(self, what: str, limit_bytes: int) -> None:
        super().__init__(
            f"{what} may have {limit_bytes >> 20} MB: choose a smaller file.",
            limit_bytes=limit_bytes,
        )


class SubtitleNotFound(NotFound):
    """There are no such subtitles of this film."""

    code = "media.subtitle_not_found"
    title = "No such subtitles"

    def __init__(self) -> None:
        super().__init__("These subtitles are no longer here.")


class SubtitlesUnreadable(Invalid):
    """What was sent are no subtitles that we read."""

    code = "media.subtitles_unreadable"
    title = "The subtitles cannot be read"


class TooManySubtitles(Conflict):
    """A film has as many subtitles as it may."""

    code = "media.too_many_subtitles"
    title = "Too many subtitles"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A film may have {limit} subtitles: remove some first.", limit=limit)


class SubtitlesNotShown(Conflict):
    """Subtitles that cannot be shown were to be changed."""

    code = "media.subtitles_not_shown"
    title = "These subtitles cannot be shown"

    def __init__(self) -> None:
        super().__init__("These subtitles are not shown to anybody, so they cannot be changed.")


class PackageBroken(Problem):
    """A finished package does not pass its checks."""

    code = "media.package_broken"
    title = "The encoded film did not pass its checks"


class ReelNotFound(NotFound):
    """There is nothing stored of a broadcast."""

    code = "media.reel_not_found"
    title = "No such recording"

    def __init__(self) -> None:
        super().__init__("Nothing of this broadcast is kept any more.")


class NoRecording(Conflict):
    """A film is no recording, and so cannot be cut."""

    code = "media.no_recording"
    title = "Not a recording"

    def __init__(self) -> None:
        super().__init__("Only recordings of live streams can be trimmed, split and clipped.")


class CutEmpty(Invalid):
    """A cut would play nothing."""

    code = "media.cut_empty"
    title = "Nothing would be left"

    def __init__(self) -> None:
        super().__init__("Choose an end that comes after the start, both within the recording.")
