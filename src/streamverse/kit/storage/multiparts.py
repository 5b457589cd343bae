"""Ends uploads in parts that their writers abandoned by dying: their parts are paid for, unseen.

The library that speaks to buckets cannot list them, so these two requests of S3 are signed here
(AWS Signature Version 4).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import httpx

_NOTHING = hashlib.sha256(b"").hexdigest()
_TIMEOUT_S = 30.0
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Signature:
    """Who asks for a bucket, and where it is."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    region: str

    def headers(
        self, method: str, url: str, query: Mapping[str, str], now: datetime
    ) -> dict[str, str]:
        """Sign a request that has no body."""
        parts = urlsplit(url)
        moment = now.strftime("%Y%m%dT%H%M%SZ")
        signed = {
            "host": parts.netloc,
            "x-amz-content-sha256": _NOTHING,
            "x-amz-date": moment,
        }
        names = ";".join(signed)
        lines = (f"{name}:{value}\n" for name, value in signed.items())
        request = "\n".join((method, parts.path, _query(query), "".join(lines), names, _NOTHING))
        scope = f"{moment[:8]}/{self.region}/s3/aws4_request"
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
        signature = hmac.new(self._key(scope), text.encode(), hashlib.sha256).hexdigest()
        credential = f"Credential={self.access_key_id}/{scope}"
        return {
            **signed,
            "authorization": (
                f"AWS4-HMAC-SHA256 {credential},SignedHeaders={names},Signature={signature}"
            ),
        }

    def _key(self, scope: str) -> bytes:
        key = f"AWS4{self.secret_access_key}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def _query(query: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, '-_.~')}={quote(query[name], '-_.~')}" for name in sorted(query))


@dataclass(frozen=True, slots=True)
class Multiparts:
    """The uploads in parts that are under way below a prefix of a bucket."""

    bucket_url: str
    prefix: str
    signature: Signature

    async def end_older_than(self, moment: datetime) -> int:
        """End those that were begun before a moment, and tell how many."""
        async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
            old = [found async for found in self._list(client) if found.initiated_at < moment]
            for found in old:
                path = f"/{quote(found.key, '/-_.~')}"
                await self._ask(client, "DELETE", path, {"uploadId": found.upload_id})
        return len(old)

    async def _list(self, client: httpx.AsyncClient) -> AsyncGenerator[_Begun]:
        query = {"uploads": "", "prefix": self.prefix}
        while True:
            page = _Page.parse(await self._ask(client, "GET", "", query))
            for found in page.items:
                yield found
            if not page.is_cut:
                return
            query |= {"key-marker": page.next_key, "upload-id-marker": page.next_upload_id}

    async def _ask(
        self, client: httpx.AsyncClient, method: str, path: str, query: Mapping[str, str]
    ) -> bytes:
        url = self.bucket_url + path
        headers = self.signature.headers(method, url, query, datetime.now(UTC))
        answer = await client.request(method, f"{url}?{_query(query)}", headers=headers)
        # One that has ended meanwhile is as good as one that was ended here.
        if answer.status_code != _NOT_FOUND:
            answer.raise_for_status()
        return answer.content


@dataclass(frozen=True, slots=True)
class _Begun:
    key: str
    upload_id: str
    initiated_at: datetime


@dataclass(frozen=True, slots=True)
class _Page:
    items: tuple[_Begun, ...]
    is_cut: bool
    next_key: str
    next_upload_id: str

    @classmethod
    def parse(cls, content: bytes) -> _Page:
        root = ET.fromstring(content)  # noqa: S314 - the operator's own store is believed
        return cls(
            tuple(
                _Begun(
                    _text(item, "Key"),
                    _text(item, "UploadId"),
                    datetime.fromisoformat(_text(item, "Initiated")),
                )
                for item in root.iterfind("{*}Upload")
            ),
            _text(root, "IsTruncated") == "true",
            _text(root, "NextKeyMarker"),
            _text(root, "NextUploadIdMarker"),
        )


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(f"{{*}}{name}", "")
