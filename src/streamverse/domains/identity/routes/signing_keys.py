"""The keys of access tokens over HTTP: published for everybody, replaced by staff."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.di import NamedDependency

from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.schemas import JwksOut, SigningKeyList, SigningKeyOut
from streamverse.domains.identity.service import signing_keys
from streamverse.kit.errors import Forbidden, Unauthenticated
from streamverse.kit.http import ReauthRequired, anyone, may, problems, recently_authenticated
from streamverse.kit.work import Work

# Shorter than a new key is published before it signs.
CACHED = "public, max-age=300"


@get("/.well-known/jwks.json", guards=[anyone], tags=["identity"])
async def get_jwks(work: NamedDependency[Work]) -> Response[JwksOut]:
    """Give the public keys that access tokens can be checked with."""
    keys = await signing_keys.list_keys(work)
    shown = JwksOut([signing_keys.published(row) for row in keys])
    return Response(shown, headers={"Cache-Control": CACHED})


@get(
    "/admin/jwks",
    guards=[may("signing_keys.manage")],
    responses=problems(Unauthenticated, Forbidden),
)
async def list_signing_keys(work: NamedDependency[Work]) -> SigningKeyList:
    """List the keys that access tokens are signed with."""
    return await _list(work)


@post(
    "/admin/jwks",
    guards=[may("signing_keys.manage"), recently_authenticated],
    responses=problems(Unauthenticated, Forbidden, ReauthRequired),
)
async def rotate_signing_keys(
    work: NamedDependency[Work], identity_settings: NamedDependency[IdentitySettings]
) -> SigningKeyList:
    """Make a new key now; it is published at once and signs a quarter of an hour later."""
    await signing_keys.rotate_by_staff(work, identity_settings.vault)
    return await _list(work)


async def _list(work: Work) -> SigningKeyList:
    keys = await signing_keys.list_keys(work)
    signing_id = await signing_keys.find_signing_id(work)
    return SigningKeyList([SigningKeyOut.of(row, signing_id) for row in keys])


handlers = (list_signing_keys, rotate_signing_keys)
