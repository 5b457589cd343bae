"""The JSON of logging in on a television (RFC 8628)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import segno
from msgspec import Meta, Struct

from streamverse.domains.identity.contracts import SessionKind
from streamverse.domains.identity.models import TvLogInRow
from streamverse.domains.identity.rules.tv import LIFETIME, show_user_code
from streamverse.domains.identity.schemas.accounts import Text
from streamverse.domains.identity.service.tv import TvCodes

PAGE = "/activate"
UserCode = Annotated[str, Meta(max_length=32)]


class TvCodeIn(Struct):
    """What a television calls itself, and whether it is a page in a browser or a program."""

    client_name: Text = ""
    kind: SessionKind = SessionKind.PROGRAM


class TvCodeOut(Struct):
    """What a television shows, and what it asks with every ``interval`` seconds.

    ``qr_svg`` is a picture of ``verification_uri_complete``, black on white.
    """

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int
    qr_svg: str

    @classmethod
    def of(cls, codes: TvCodes, public_url: str) -> Self:
        """Show codes."""
        page = f"{public_url}{PAGE}"
        complete = f"{page}?code={codes.user_code}"
        return cls(
            device_code=codes.device_code,
            user_code=codes.user_code,
            verification_uri=page,
            verification_uri_complete=complete,
            expires_in=int(LIFETIME.total_seconds()),
            interval=codes.row.interval_s,
            qr_svg=segno.make_qr(complete).svg_inline(scale=8, border=4, light="white"),
        )


class TvTokenIn(Struct):
    """What a television asks with."""

    device_code: Text


class TvLogInOut(Struct):
    """The television that wants to log in: read it before you approve."""

    user_code: str
    client_name: str
    browser: str
    os: str
    ip: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, row: TvLogInRow) -> Self:
        """Show who asks, and from where."""
        return cls(
            user_code=show_user_code(row.user_code),
            client_name=row.client_name,
            browser=row.browser,
            os=row.os,
            ip=row.ip,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
