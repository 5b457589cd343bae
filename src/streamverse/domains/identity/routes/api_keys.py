"""The keys of the API over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.identity.contracts import ApiKeyId
from streamverse.domains.identity.errors import SessionNeeded
from streamverse.domains.identity.errors.api_keys import ApiKeyNotFound
from streamverse.domains.identity.errors.staff import PermissionNotYours
from streamverse.domains.identity.routes.log_in import NOT_STORED
from streamverse.domains.identity.schemas.api_keys import (
    ApiKeyIn,
    ApiKeyMadeOut,
    ApiKeyOut,
    ApiKeyPage,
)
from streamverse.domains.identity.service import api_keys
from streamverse.domains.identity.service.reauthentication import own_account_id
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import ReauthRequired, may, problems, recently_authenticated
from streamverse.kit.work import Work


@get(
    "/admin/api-keys",
    guards=[may("api_keys.manage")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_api_keys(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> ApiKeyPage:
    """List the keys of this service, newest first, expired ones too."""
    return ApiKeyPage.of(await api_keys.list_keys(work, cursor, limit))


@post(
    "/admin/api-keys",
    guards=[may("api_keys.manage"), recently_authenticated],
    responses=problems(
        Unauthenticated, Forbidden, ReauthRequired, SessionNeeded, PermissionNotYours, Invalid
    ),
)
async def make_api_key(
    data: JSONBody[ApiKeyIn], work: NamedDependency[Work]
) -> Response[ApiKeyMadeOut]:
    """Make a key for a program, with some of your permissions; it is shown this once."""
    made = await api_keys.make_key(work, own_account_id(work.actor), data.to_key())
    shown = ApiKeyMadeOut(ApiKeyOut.of(made.row), made.text)
    return Response(shown, status_code=201, headers=NOT_STORED)


@delete(
    "/admin/api-keys/{key_id:uuid}",
    guards=[may("api_keys.manage")],
    responses=problems(Unauthenticated, Forbidden, ApiKeyNotFound),
)
async def revoke_api_key(key_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Revoke a key: from now on it is worth nothing."""
    await api_keys.revoke_key(work, ApiKeyId(key_id))


handlers = (list_api_keys, make_api_key, revoke_api_key)
