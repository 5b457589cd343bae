"""Where files are fetched from: addresses, the buckets of the settings, what answers say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote, urlsplit
from uuid import UUID

import msgspec

from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.media.errors import ImportRefused
from streamverse.kit.storage import BucketAccess

SHOWN_LIMIT = 300
HTML = ("text/html", "application/xhtml+xml")
PARTIAL, RANGE_NOT_SATISFIABLE = 206, 416
FIRST_SUCCESS, FIRST_REDIRECT = 200, 300
# Another try may help with these: too slow, too early, too many, or a fault over there.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})

_SHA256 = re.compile(r"[0-9a-f]{64}")
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")
_LENGTH = re.compile(r"\d{1,18}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


# --- the buckets of the settings ------------------------------------------------------------------


class ImportBucket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bucket that films may be taken from, as the settings name it."""

    bucket: str
    endpoint: str = ""
    region: str = "us-east-1"
    access_key_id: str = ""
    secret_access_key: str = ""
    tenant_id: UUID = DEFAULT_TENANT_ID

    def __repr__(self) -> str:
        return f"ImportBucket({self.bucket})"

    @property
    def access(self) -> BucketAccess:
        """Where the bucket is, and who we are there."""
        return BucketAccess(
            endpoint=self.endpoint,
            region=self.region,
            access_key_id=self.access_key_id,
            secret_access_key=self.secret_access_key,
        )


def parse_buckets(text: str) -> tuple[ImportBucket, ...]:
    """Read the buckets from the JSON of the settings, or raise ValueError with what is wrong."""
    if not text:
        return ()
    try:
        buckets = msgspec.json.decode(text, type=tuple[ImportBucket, ...])
    except msgspec.DecodeError as failure:
        raise ValueError(f"This is no list of buckets: {failure}.") from failure
    if not all(_BUCKET.fullmatch(each.bucket) for each in buckets):
        raise ValueError("The name of a bucket has 3 to 63 small letters, digits, . and -.")
    if len({(each.tenant_id, each.bucket) for each in buckets}) < len(buckets):
        raise ValueError("Two buckets have the same name.")
    return buckets


# --- addresses ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InBucket:
    """A file in a bucket of the settings."""

    bucket: str
    key: str

    @property
    def address(self) -> str:
        """How people write it."""
        return f"s3://{self.bucket}/{self.key}"


def find_in_bucket(address: str) -> InBucket | None:
    """Read ``s3://bucket/key``; None for every other kind of address."""
    scheme, _, rest = address.strip().partition("://")
    if scheme.lower() != "s3":
        return None
    bucket, _, key = rest.partition("/")
    if not key or not key.isprintable():
        raise ImportRefused("Name a file in the bucket: s3://bucket/folder/film.mp4.")
    return InBucket(bucket, key)


def shown_origin(address: str) -> str:
    """Give an address as it may be shown and kept: what may be a secret is left out."""
    if find_in_bucket(address) is None:
        parts = urlsplit(address)
        address = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return address[:SHOWN_LIMIT]


def filename_in(address: str) -> str:
    """Take the name of the file out of an address."""
    inside = find_in_bucket(address)
    return inside.key if inside else unquote(urlsplit(address).path)


def check_sha256(given: str) -> str | None:
    """Read the checksum that a file is expected to have; nothing stands for none."""
    text = given.strip().lower()
    if text and _SHA256.fullmatch(text) is None:
        raise ImportRefused("A SHA-256 has 64 digits from 0 to 9 and a to f.")
    return text or None


# --- answers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head:
    """What an answer says of a file: the first byte that it sends, and the size of all of it."""

    start: int
    size_bytes: int | None
    validator: str | None
    filename: str | None


def read_head(status: int, headers: Mapping[str, str], host: str) -> Head:
    """Read the head of a successful answer, or raise ImportRefused."""
    _require_file(status, headers, host)
    length = _LENGTH.fullmatch(headers.get("content-length", ""))
    start, size_bytes = 0, int(length[0]) if length else None
    if status == PARTIAL:
        part = _RANGE.fullmatch(headers.get("content-range", ""))
        if part is None:
            raise ImportRefused(f"{host} sends a part of the file without saying which.")
        start, size_bytes = int(part[1]), None if part[2] == "*" else int(part[2])
    return Head(start, size_bytes, _validator(headers), _filename(headers))


def _require_file(status: int, headers: Mapping[str, str], host: str) -> None:
    if status in (401, 403):
        raise ImportRefused(
            f"{host} does not let us have this file ({status}): its link may have run out, or "
            "need a log-in."
        )
    if status in (404, 410):
        raise ImportRefused(f"{host} has no file at this address ({status}): check it.")
    if not FIRST_SUCCESS <= status < FIRST_REDIRECT:
        raise ImportRefused(f"{host} does not send this file: it answers with status {status}.")
    if headers.get("content-type", "").lower().startswith(HTML):
        raise ImportRefused(
            "There is a web page at this address, not a film: open it in a browser and copy the "
            "address of the film itself."
        )


def _validator(headers: Mapping[str, str]) -> str | None:
    """Choose what tells that a file is still the same one (RFC 9110 §13.1.5): no weak tag does."""
    etag = headers.get("etag", "")
    return etag if etag and not etag.startswith("W/") else headers.get("last-modified")


def _filename(headers: Mapping[str, str]) -> str | None:
    said = Message()
    said["Content-Disposition"] = headers.get("content-disposition", "")
    return said.get_filename()


def by_name(buckets: Iterable[ImportBucket], tenant_id: UUID) -> dict[str, ImportBucket]:
    """Give the buckets of a tenant by their names."""
    return {each.bucket: each for each in buckets if each.tenant_id == tenant_id}
