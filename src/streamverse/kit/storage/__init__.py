"""Objects by name, in a folder or in a bucket: whole, in ranges, and growing while they arrive.

A whole object is never seen half written, and once acknowledged it survives a crash. A growing
object is appended to at a known offset, seen by nobody, and sealed into a whole one.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from streamverse.kit.storage.bucket import BucketAccess, BucketStore
from streamverse.kit.storage.bucket_reader import BucketReader, FoundObject
from streamverse.kit.storage.disk import DiskStore
from streamverse.kit.storage.objects import (
    AppendGap,
    ByteRange,
    KeyInvalid,
    ObjectNotFound,
    ObjectStore,
    PutResult,
    RangeNotSatisfiable,
    StorageFull,
    StoredObject,
    StoreUnavailable,
)

__all__ = [
    "AppendGap",
    "BucketAccess",
    "BucketReader",
    "BucketStore",
    "ByteRange",
    "DiskStore",
    "FoundObject",
    "KeyInvalid",
    "ObjectNotFound",
    "ObjectStore",
    "PutResult",
    "RangeNotSatisfiable",
    "StorageFull",
    "StoreUnavailable",
    "StoredObject",
    "open_store",
]


def open_store(url: str, access: BucketAccess | None = None) -> ObjectStore:
    """Open the store at ``file:///folder`` or ``s3://bucket/prefix``."""
    parts = urlsplit(url)
    match parts.scheme:
        case "file":
            return DiskStore(Path(unquote(parts.path)))
        case "s3":
            return BucketStore(parts.netloc, parts.path.strip("/"), access or BucketAccess())
        case _:
            raise ValueError(f"{url} is neither file:///folder nor s3://bucket/prefix")
