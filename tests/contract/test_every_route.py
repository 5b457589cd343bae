"""Every route as every role, as nobody, and as the owner of another tenant.

The table below must name each route: a new one fails the test until somebody has decided who may
call it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from litestar.routes import HTTPRoute

from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.identity.rules.permissions import permissions_of
from streamverse.kit.work import Actor, Role, Workshop
from tests.factories.accounts import People, make_account, make_session

if TYPE_CHECKING:
    from litestar import Litestar

    from tests.conftest import Visit

ANYONE, SIGNED_IN, OWNER = "anyone", "signed_in", "owner"

# Who may call what: one of the three words above, or whoever has the named permission.
TABLE = {
    ("GET", "/api/openapi.json"): ANYONE,
    ("GET", "/api/openapi.json/openapi.json"): ANYONE,
    ("GET", "/api/openapi.json/{path}"): ANYONE,
    ("GET", "/api/v1/setup"): ANYONE,
    ("POST", "/api/v1/setup"): ANYONE,
    ("POST", "/api/v1/auth/login"): ANYONE,
    ("POST", "/api/v1/auth/token"): ANYONE,
    ("POST", "/api/v1/auth/login/mfa"): ANYONE,
    ("POST", "/api/v1/auth/refresh"): ANYONE,
    ("POST", "/api/v1/auth/register"): ANYONE,
    ("GET", "/.well-known/jwks.json"): ANYONE,
    ("GET", "/api/v1/admin/jwks"): "signing_keys.manage",
    ("POST", "/api/v1/admin/jwks"): "signing_keys.manage",
    ("GET", "/api/v1/auth/me"): SIGNED_IN,
    ("POST", "/api/v1/auth/reauth"): SIGNED_IN,
    ("POST", "/api/v1/auth/password"): SIGNED_IN,
    ("GET", "/api/v1/auth/activity"): SIGNED_IN,
    ("GET", "/api/v1/auth/sessions"): SIGNED_IN,
    ("DELETE", "/api/v1/auth/sessions/{session_id}"): SIGNED_IN,
    ("POST", "/api/v1/auth/sessions/revoke-others"): SIGNED_IN,
    ("GET", "/api/v1/auth/trusted-devices"): SIGNED_IN,
    ("DELETE", "/api/v1/auth/trusted-devices/{device_id}"): SIGNED_IN,
    ("GET", "/api/v1/users/me/devices"): SIGNED_IN,
    ("GET", "/api/v1/users/me/devices/sessions"): SIGNED_IN,
    ("DELETE", "/api/v1/users/me/devices/{device_id}"): SIGNED_IN,
    ("GET", "/api/v1/accounts"): "accounts.read",
    ("POST", "/api/v1/accounts"): "accounts.manage",
    ("DELETE", "/api/v1/accounts/{account_id}"): "accounts.manage",
    ("GET", "/api/v1/auth/email/status"): SIGNED_IN,
    ("POST", "/api/v1/auth/email/verify"): ANYONE,
    ("POST", "/api/v1/auth/email/resend"): ANYONE,
    ("POST", "/api/v1/auth/email/change"): SIGNED_IN,
    ("POST", "/api/v1/auth/password-reset/request"): ANYONE,
    ("POST", "/api/v1/auth/password-reset/verify"): ANYONE,
    ("POST", "/api/v1/auth/password-reset/confirm"): ANYONE,
    ("GET", "/api/v1/invitations"): "accounts.manage",
    ("POST", "/api/v1/invitations"): "accounts.manage",
    ("DELETE", "/api/v1/invitations/{invitation_id}"): "accounts.manage",
    ("POST", "/api/v1/invitations/verify"): ANYONE,
    ("POST", "/api/v1/invitations/accept"): ANYONE,
    ("GET", "/api/v1/mails"): OWNER,
    ("GET", "/api/v1/mails/{mail_id}"): OWNER,
    ("POST", "/api/v1/mails/{mail_id}/send-again"): OWNER,
    ("GET", "/api/v1/auth/mfa"): SIGNED_IN,
    ("POST", "/api/v1/auth/mfa/setup"): SIGNED_IN,
    ("POST", "/api/v1/auth/mfa/verify"): SIGNED_IN,
    ("POST", "/api/v1/auth/mfa/disable"): SIGNED_IN,
    ("GET", "/api/v1/auth/mfa/backup-codes"): SIGNED_IN,
    ("POST", "/api/v1/auth/mfa/backup-codes"): SIGNED_IN,
    ("GET", "/api/v1/auth/recovery-codes"): SIGNED_IN,
    ("POST", "/api/v1/auth/mfa/validate-backup"): ANYONE,
    ("POST", "/api/v1/auth/mfa-reset/request"): ANYONE,
    ("GET", "/api/v1/auth/mfa-reset/requests"): "accounts.read",
    ("POST", "/api/v1/auth/mfa-reset"): "accounts.manage",
    ("GET", "/api/v1/auth/passkeys"): SIGNED_IN,
    ("PATCH", "/api/v1/auth/passkeys/{passkey_id}"): SIGNED_IN,
    ("DELETE", "/api/v1/auth/passkeys/{passkey_id}"): SIGNED_IN,
    ("POST", "/api/v1/auth/passkeys/register/options"): SIGNED_IN,
    ("POST", "/api/v1/auth/passkeys/register"): SIGNED_IN,
    ("POST", "/api/v1/auth/passkeys/login/options"): ANYONE,
    ("POST", "/api/v1/auth/passkeys/login"): ANYONE,
    ("POST", "/api/v1/auth/passkeys/reauth/options"): SIGNED_IN,
    ("GET", "/api/v1/auth/providers"): ANYONE,
    ("GET", "/api/v1/auth/oidc/{provider}/start"): ANYONE,
    ("GET", "/api/v1/auth/oidc/{provider}/callback"): ANYONE,
    ("POST", "/api/v1/auth/oidc/{provider}/callback"): ANYONE,
    ("POST", "/api/v1/auth/oidc/{provider}/link"): SIGNED_IN,
    ("GET", "/api/v1/auth/identities"): SIGNED_IN,
    ("DELETE", "/api/v1/auth/identities/{identity_id}"): SIGNED_IN,
    ("POST", "/api/v1/auth/device/code"): ANYONE,
    ("POST", "/api/v1/auth/device/token"): ANYONE,
    ("GET", "/api/v1/auth/device/{user_code}"): SIGNED_IN,
    ("POST", "/api/v1/auth/device/{user_code}/approve"): SIGNED_IN,
    ("POST", "/api/v1/auth/device/{user_code}/deny"): SIGNED_IN,
    ("GET", "/api/v1/auth/consents"): SIGNED_IN,
    ("PUT", "/api/v1/auth/consents"): SIGNED_IN,
    ("GET", "/api/v1/auth/account/export"): SIGNED_IN,
    ("POST", "/api/v1/auth/account/export"): SIGNED_IN,
    ("GET", "/api/v1/auth/account/export/{export_id}/download"): SIGNED_IN,
    ("POST", "/api/v1/auth/account/reactivate"): ANYONE,
    ("GET", "/api/v1/auth/audit-log"): "audit.read",
    ("GET", "/api/v1/auth/audit-log/verify"): "audit.read",
    ("GET", "/api/v1/admin/permissions"): SIGNED_IN,
    ("GET", "/api/v1/admin/staff"): "accounts.read",
    ("GET", "/api/v1/admin/activity"): "audit.read",
    ("PATCH", "/api/v1/admin/staff/{account_id}"): "roles.manage",
    ("GET", "/api/v1/admin/api-keys"): "api_keys.manage",
    ("POST", "/api/v1/admin/api-keys"): "api_keys.manage",
    ("DELETE", "/api/v1/admin/api-keys/{key_id}"): "api_keys.manage",
    ("POST", "/api/v1/playback/licenses/clearkey/{package_id}/{grant}"): SIGNED_IN,
    ("GET", "/api/v1/avatars/{number}"): ANYONE,
    ("GET", "/api/v1/users/me/profiles"): SIGNED_IN,
    ("POST", "/api/v1/users/me/profiles"): SIGNED_IN,
    ("PATCH", "/api/v1/users/me/profiles/{profile_id}"): SIGNED_IN,
    ("DELETE", "/api/v1/users/me/profiles/{profile_id}"): SIGNED_IN,
    ("POST", "/api/v1/users/me/profiles/{profile_id}/switch"): SIGNED_IN,
    ("GET", "/api/v1/users/me/profiles/{profile_id}/preferences"): SIGNED_IN,
    ("PATCH", "/api/v1/users/me/profiles/{profile_id}/preferences"): SIGNED_IN,
    ("GET", "/api/v1/users/me/profiles/{profile_id}/avatar"): SIGNED_IN,
    ("PUT", "/api/v1/users/me/profiles/{profile_id}/avatar"): SIGNED_IN,
    ("DELETE", "/api/v1/users/me/profiles/{profile_id}/avatar"): SIGNED_IN,
    ("PUT", "/api/v1/users/me/profiles/{profile_id}/pin"): SIGNED_IN,
    ("DELETE", "/api/v1/users/me/profiles/{profile_id}/pin"): SIGNED_IN,
    ("GET", "/api/v1/home/rails"): SIGNED_IN,
    ("GET", "/api/v1/search"): SIGNED_IN,
    ("GET", "/api/v1/search/suggestions"): SIGNED_IN,
    ("GET", "/api/v1/search/accounts"): "accounts.read",
    ("GET", "/api/v1/search/trending"): SIGNED_IN,
    ("GET", "/api/v1/search/history"): SIGNED_IN,
    ("POST", "/api/v1/search/history"): SIGNED_IN,
    ("DELETE", "/api/v1/search/history"): SIGNED_IN,
    ("DELETE", "/api/v1/search/history/{search_id}"): SIGNED_IN,
    ("GET", "/api/v1/admin/searches"): "reports.read",
    ("POST", "/api/v1/admin/search/rebuild"): "titles.edit",
    ("GET", "/api/v1/trending"): SIGNED_IN,
    ("GET", "/api/v1/top10"): SIGNED_IN,
    ("GET", "/api/v1/recommendations"): SIGNED_IN,
    ("GET", "/api/v1/titles"): SIGNED_IN,
    ("GET", "/api/v1/titles/{title_id}"): SIGNED_IN,
    ("PATCH", "/api/v1/titles/{title_id}"): "titles.edit",
    ("DELETE", "/api/v1/titles/{title_id}"): "titles.edit",
    ("POST", "/api/v1/titles/{title_id}/publish"): "titles.publish",
    ("POST", "/api/v1/titles/{title_id}/unpublish"): "titles.publish",
    ("GET", "/api/v1/titles/{title_id}/children"): SIGNED_IN,
    ("POST", "/api/v1/titles/{title_id}/playback"): SIGNED_IN,
    ("POST", "/api/v1/player/sessions/enhanced"): SIGNED_IN,
    ("DELETE", "/api/v1/player/sessions/{session_id}"): SIGNED_IN,
    ("POST", "/api/v1/player/events"): ANYONE,
    ("GET", "/api/v1/player/sessions/{session_id}/analytics"): SIGNED_IN,
    ("GET", "/api/v1/player/sessions/{session_id}/debug-info"): SIGNED_IN,
    ("POST", "/api/v1/player/sessions/{session_id}/report-issue"): SIGNED_IN,
    ("POST", "/api/v1/player/sessions/{session_id}/quality-switch"): SIGNED_IN,
    ("GET", "/api/v1/admin/sessions"): "reports.read",
    ("GET", "/api/v1/admin/sessions/quality"): "reports.read",
    ("GET", "/api/v1/users/me/plan"): SIGNED_IN,
    ("GET", "/api/v1/plans"): SIGNED_IN,
    ("GET", "/api/v1/admin/plans"): "plans.manage",
    ("POST", "/api/v1/admin/plans"): "plans.manage",
    ("PUT", "/api/v1/admin/plans/order"): "plans.manage",
    ("PUT", "/api/v1/admin/plans/{plan_id}"): "plans.manage",
    ("GET", "/api/v1/admin/accounts/{account_id}/plan"): "plans.manage",
    ("PUT", "/api/v1/admin/accounts/{account_id}/plan"): "plans.manage",
    ("GET", "/api/v1/delivery/signed-url"): SIGNED_IN,
    ("GET", "/api/v1/delivery/token"): SIGNED_IN,
    ("GET", "/api/v1/delivery/cookies"): SIGNED_IN,
    ("GET", "/api/v1/admin/cdn-cookies"): "storage.manage",
    ("POST", "/api/v1/admin/titles"): "titles.edit",
    ("POST", "/api/v1/admin/titles/bulk"): "titles.edit",
    ("GET", "/api/v1/admin/titles/deleted"): "titles.edit",
    ("GET", "/api/v1/admin/titles/edits"): "titles.edit",
    ("POST", "/api/v1/admin/titles/edits/{edit_id}/undo"): "titles.edit",
    ("GET", "/api/v1/admin/titles/{title_id}"): "titles.edit",
    ("PATCH", "/api/v1/admin/titles/{title_id}"): "titles.edit",
    ("POST", "/api/v1/admin/titles/{title_id}/archive"): "titles.publish",
    ("PUT", "/api/v1/admin/titles/{title_id}/picture"): "titles.edit",
    ("DELETE", "/api/v1/admin/titles/{title_id}/picture"): "titles.edit",
    ("POST", "/api/v1/admin/titles/{title_id}/restore"): "titles.edit",
    ("DELETE", "/api/v1/admin/titles/{title_id}/permanently"): "titles.edit",
    ("GET", "/api/v1/titles/{title_id}/thumbnail-sprite"): SIGNED_IN,
    ("GET", "/api/v1/assets/{asset_id}/pictures"): "titles.edit",
    ("POST", "/api/v1/assets/{asset_id}/pictures/make"): "titles.edit",
    ("PUT", "/api/v1/assets/{asset_id}/poster"): "titles.edit",
    ("POST", "/api/v1/assets/{asset_id}/poster"): "titles.edit",
    ("GET", "/api/v1/assets/{asset_id}/subtitles"): "titles.edit",
    ("POST", "/api/v1/assets/{asset_id}/subtitles"): "titles.edit",
    ("PATCH", "/api/v1/assets/{asset_id}/subtitles/{subtitle_id}"): "titles.edit",
    ("DELETE", "/api/v1/assets/{asset_id}/subtitles/{subtitle_id}"): "titles.edit",
    ("OPTIONS", "/api/v1/uploads"): ANYONE,
    ("GET", "/api/v1/uploads"): "media.upload",
    ("POST", "/api/v1/uploads"): "media.upload",
    ("HEAD", "/api/v1/uploads/{upload_id}"): "media.upload",
    ("PATCH", "/api/v1/uploads/{upload_id}"): "media.upload",
    ("DELETE", "/api/v1/uploads/{upload_id}"): "media.upload",
    ("POST", "/api/v1/uploads/from-url"): "media.upload",
    ("POST", "/api/v1/uploads/from-bucket"): "media.upload",
    ("GET", "/api/v1/uploads/buckets"): "media.upload",
    ("GET", "/api/v1/uploads/buckets/{bucket}/objects"): "media.upload",
    ("GET", "/api/v1/media/storage"): "reports.read",
    ("GET", "/api/v1/media/storage/tenants"): "storage.manage",
    ("GET", "/api/v1/media/storage/orphans"): "storage.manage",
    ("POST", "/api/v1/media/storage/orphans"): "storage.manage",
    ("GET", "/api/v1/media/retention"): "reports.read",
    ("PATCH", "/api/v1/media/retention"): "storage.manage",
    ("GET", "/api/v1/processing"): "jobs.manage",
    ("GET", "/api/v1/workers"): "jobs.manage",
    ("GET", "/api/v1/titles/{title_id}/checks"): "jobs.manage",
    ("GET", "/api/v1/assets/{asset_id}/ladder"): "titles.edit",
    ("GET", "/api/v1/jobs"): "jobs.manage",
    ("POST", "/api/v1/jobs/{job_id}/cancel"): "jobs.manage",
    ("POST", "/api/v1/jobs/{job_id}/retry"): "jobs.manage",
    ("POST", "/api/v1/playback/licenses/live/{stream_id}/{grant}"): SIGNED_IN,
    ("GET", "/api/v1/live/streams"): SIGNED_IN,
    ("POST", "/api/v1/live/streams"): "live.manage",
    ("GET", "/api/v1/live/streams/{stream_id}"): SIGNED_IN,
    ("DELETE", "/api/v1/live/streams/{stream_id}"): "live.manage",
    ("GET", "/api/v1/live/streams/{stream_id}/key"): "live.manage",
    ("POST", "/api/v1/live/streams/{stream_id}/key"): "live.manage",
    ("POST", "/api/v1/live/streams/{stream_id}/playback"): SIGNED_IN,
    ("POST", "/api/v1/player/sessions/live"): SIGNED_IN,
    ("PATCH", "/api/v1/live/streams/{stream_id}"): "live.manage",
    ("POST", "/api/v1/live/streams/stop"): "live.manage",
    ("POST", "/api/v1/live/streams/start"): "live.manage",
    ("POST", "/api/v1/live/streams/remove"): "live.manage",
    ("PUT", "/api/v1/live/streams/order"): "live.manage",
    ("GET", "/api/v1/live/templates"): "live.manage",
    ("POST", "/api/v1/live/templates"): "live.manage",
    ("DELETE", "/api/v1/live/templates/{template_id}"): "live.manage",
    ("GET", "/api/v1/live/streams/{stream_id}/schedule"): "live.manage",
    ("PUT", "/api/v1/live/streams/{stream_id}/schedule"): "live.manage",
    ("GET", "/api/v1/live/streams/{stream_id}/thumbnails/{form}"): SIGNED_IN,
    ("GET", "/api/v1/live/streams/{stream_id}/health"): "live.manage",
    ("GET", "/api/v1/live/streams/{stream_id}/backup"): "live.manage",
    ("POST", "/api/v1/live/streams/{stream_id}/backup"): "live.manage",
    ("PUT", "/api/v1/live/streams/{stream_id}/backup"): "live.manage",
    ("DELETE", "/api/v1/live/streams/{stream_id}/backup"): "live.manage",
    ("GET", "/api/v1/live/streams/{stream_id}/targets"): "live.manage",
    ("POST", "/api/v1/live/streams/{stream_id}/targets"): "live.manage",
    ("PATCH", "/api/v1/live/streams/{stream_id}/targets/{target_id}"): "live.manage",
    ("DELETE", "/api/v1/live/streams/{stream_id}/targets/{target_id}"): "live.manage",
    ("GET", "/api/v1/live/streams/{stream_id}/source"): "live.manage",
    ("PUT", "/api/v1/live/streams/{stream_id}/source"): "live.manage",
    ("DELETE", "/api/v1/live/streams/{stream_id}/source"): "live.manage",
    ("POST", "/api/v1/live/streams/{stream_id}/source/try"): "live.manage",
    ("PUT", "/api/v1/live/streams/{stream_id}/slate"): "live.manage",
    ("DELETE", "/api/v1/live/streams/{stream_id}/slate"): "live.manage",
    ("GET", "/api/v1/live/streams/{stream_id}/reminders/{profile_id}"): SIGNED_IN,
    ("PUT", "/api/v1/live/streams/{stream_id}/reminders/{profile_id}"): SIGNED_IN,
    ("DELETE", "/api/v1/live/streams/{stream_id}/reminders/{profile_id}"): SIGNED_IN,
    ("POST", "/api/v1/live/streams/{stream_id}/clips"): SIGNED_IN,
    ("GET", "/api/v1/live/streams/{stream_id}/recordings"): SIGNED_IN,
    ("GET", "/api/v1/admin/titles/{title_id}/cut"): "titles.edit",
    ("PUT", "/api/v1/admin/titles/{title_id}/cut"): "titles.edit",
    ("POST", "/api/v1/admin/titles/{title_id}/split"): "titles.edit",
    ("POST", "/api/v1/admin/titles/{title_id}/parts"): "titles.edit",
    ("GET", "/api/v1/admin/webhooks"): "webhooks.manage",
    ("POST", "/api/v1/admin/webhooks"): "webhooks.manage",
    ("PATCH", "/api/v1/admin/webhooks/{webhook_id}"): "webhooks.manage",
    ("DELETE", "/api/v1/admin/webhooks/{webhook_id}"): "webhooks.manage",
    ("POST", "/api/v1/admin/webhooks/{webhook_id}/test"): "webhooks.manage",
    ("GET", "/api/v1/admin/webhooks/{webhook_id}/deliveries"): "webhooks.manage",
    (
        "POST",
        "/api/v1/admin/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    ): "webhooks.manage",
    ("GET", "/api/v1/ops/health"): ANYONE,
    ("GET", "/api/v1/ops/version"): ANYONE,
    ("POST", "/api/v1/admin/titles/{title_id}/place"): "titles.edit",
    ("POST", "/api/v1/admin/titles/{title_id}/schedule"): "titles.publish",
    ("GET", "/api/v1/titles/{title_id}/details"): SIGNED_IN,
    ("GET", "/api/v1/titles/{title_id}/seasons/{number}/bundle"): SIGNED_IN,
    ("GET", "/api/v1/episodes/{episode_id}/markers"): SIGNED_IN,
    ("GET", "/api/v1/people/{slug}"): SIGNED_IN,
    ("GET", "/api/v1/studios/{slug}"): SIGNED_IN,
    ("GET", "/api/v1/genres/{slug}"): SIGNED_IN,
    ("GET", "/api/v1/browse"): SIGNED_IN,
    ("GET", "/api/v1/browse/filters"): SIGNED_IN,
    ("GET", "/api/v1/collections"): SIGNED_IN,
    ("GET", "/api/v1/collections/{slug}"): SIGNED_IN,
    ("GET", "/api/v1/bundles"): SIGNED_IN,
    ("GET", "/api/v1/bundles/{bundle_id}"): SIGNED_IN,
    ("GET", "/api/v1/admin/genres"): "titles.edit",
    ("PUT", "/api/v1/admin/genres/{genre_id}"): "titles.edit",
    ("GET", "/api/v1/admin/collections"): "titles.edit",
    ("POST", "/api/v1/admin/collections"): "titles.edit",
    ("PUT", "/api/v1/admin/collections/{collection_id}"): "titles.edit",
    ("DELETE", "/api/v1/admin/collections/{collection_id}"): "titles.edit",
    ("GET", "/api/v1/admin/folders"): "titles.edit",
    ("GET", "/api/v1/admin/folders/places"): "storage.manage",
    ("POST", "/api/v1/admin/folders"): "storage.manage",
    ("PUT", "/api/v1/admin/folders/{folder_id}"): "storage.manage",
    ("DELETE", "/api/v1/admin/folders/{folder_id}"): "storage.manage",
    ("POST", "/api/v1/admin/folders/{folder_id}/scan"): "titles.edit",
    ("GET", "/api/v1/admin/folders/{folder_id}/files"): "titles.edit",
    ("POST", "/api/v1/admin/folders/files/{file_id}"): "titles.edit",
    ("GET", "/api/v1/admin/matches"): "titles.edit",
    ("GET", "/api/v1/admin/matches/picture"): "titles.edit",
    ("GET", "/api/v1/admin/matches/{title_id}/candidates"): "titles.edit",
    ("POST", "/api/v1/admin/matches/{title_id}"): "titles.edit",
    ("PUT", "/api/v1/users/{profile_id}/progress/{title_id}"): SIGNED_IN,
    ("GET", "/api/v1/users/{profile_id}/progress"): SIGNED_IN,
    ("GET", "/api/v1/users/{profile_id}/continue-watching"): SIGNED_IN,
    ("GET", "/api/v1/users/{profile_id}/continue-watching/{title_id}"): SIGNED_IN,
    ("DELETE", "/api/v1/users/{profile_id}/continue-watching/{title_id}"): SIGNED_IN,
    ("GET", "/api/v1/users/{profile_id}/history/streams"): SIGNED_IN,
    ("GET", "/api/v1/users/{profile_id}/history/downloads"): SIGNED_IN,
    ("GET", "/api/v1/users/{profile_id}/history/activity"): SIGNED_IN,
    ("DELETE", "/api/v1/users/{profile_id}/history/streams"): SIGNED_IN,
    ("DELETE", "/api/v1/users/{profile_id}/history/streams/{stream_id}"): SIGNED_IN,
    ("GET", "/api/v1/users/{profile_id}/history/stats"): SIGNED_IN,
    ("POST", "/api/v1/users/{profile_id}/history/export"): SIGNED_IN,
    ("GET", "/api/v1/users/{profile_id}/watchlist"): SIGNED_IN,
    ("POST", "/api/v1/users/{profile_id}/watchlist"): SIGNED_IN,
    ("POST", "/api/v1/users/{profile_id}/watchlist/bulk-upload"): SIGNED_IN,
    ("POST", "/api/v1/users/{profile_id}/watchlist/reorder"): SIGNED_IN,
    ("POST", "/api/v1/users/{profile_id}/watchlist/bulk"): SIGNED_IN,
    ("GET", "/api/v1/users/{profile_id}/watchlist/export"): SIGNED_IN,
    ("POST", "/api/v1/users/{profile_id}/watchlist/import"): SIGNED_IN,
    ("DELETE", "/api/v1/users/{profile_id}/watchlist/clear"): SIGNED_IN,
    ("DELETE", "/api/v1/users/{profile_id}/watchlist/{title_id}"): SIGNED_IN,
    ("POST", "/api/v1/users/{profile_id}/watchlist/folders"): SIGNED_IN,
    ("PATCH", "/api/v1/users/{profile_id}/watchlist/folders/{folder_id}"): SIGNED_IN,
    ("DELETE", "/api/v1/users/{profile_id}/watchlist/folders/{folder_id}"): SIGNED_IN,
    ("GET", "/api/v1/users/{profile_id}/watchlist/shares"): SIGNED_IN,
    ("POST", "/api/v1/users/{profile_id}/watchlist/shares"): SIGNED_IN,
    ("DELETE", "/api/v1/users/{profile_id}/watchlist/shares/{share_id}"): SIGNED_IN,
    ("GET", "/api/v1/lists/{token}"): SIGNED_IN,
    ("GET", "/api/v1/schedule"): SIGNED_IN,
    ("GET", "/api/v1/schedule/today"): SIGNED_IN,
    ("GET", "/api/v1/schedule/week"): SIGNED_IN,
    ("GET", "/api/v1/titles/{title_id}/reviews"): SIGNED_IN,
    ("POST", "/api/v1/titles/{title_id}/reviews"): SIGNED_IN,
    ("PATCH", "/api/v1/reviews/{review_id}"): SIGNED_IN,
    ("DELETE", "/api/v1/reviews/{review_id}"): SIGNED_IN,
    ("POST", "/api/v1/reviews/{review_id}/vote"): SIGNED_IN,
    ("POST", "/api/v1/reviews/{review_id}/report"): SIGNED_IN,
    ("GET", "/api/v1/admin/reviews"): "moderation.manage",
    ("POST", "/api/v1/admin/reviews/{review_id}/decision"): "moderation.manage",
    ("POST", "/api/v1/admin/titles/import/preview"): "titles.edit",
    ("POST", "/api/v1/admin/titles/import"): "titles.edit",
    ("GET", "/api/v1/admin/titles/export"): "titles.edit",
    ("GET", "/api/v1/users/{profile_id}/reminders"): SIGNED_IN,
    ("PUT", "/api/v1/users/{profile_id}/reminders/{title_id}"): SIGNED_IN,
    ("DELETE", "/api/v1/users/{profile_id}/reminders/{title_id}"): SIGNED_IN,
    ("POST", "/api/v1/users/me/devices/revoke-all"): SIGNED_IN,
    ("POST", "/api/v1/auth/sessions/revoke-all"): SIGNED_IN,
    ("POST", "/api/v1/auth/logout"): ANYONE,
    # Nobody comes back from these.
    ("POST", "/api/v1/auth/account/deactivate"): SIGNED_IN,
    ("POST", "/api/v1/auth/account/delete"): SIGNED_IN,
}
ROLES = ("nobody", "viewer", "creator", "editor", "admin", "owner", "stranger")
SOMETHING = UUID(int=77)
REFUSED = (401, 403)
# After one of these nobody is anybody.
ENDS_LOG_INS = ("/revoke-all", "/auth/logout", "/account/deactivate")
# What a request needs to say before anybody looks whether the thing exists.
BODIES = {
    ("PUT", "/api/v1/live/streams/{stream_id}/schedule"): b'{"slots": []}',
    ("PUT", "/api/v1/live/streams/{stream_id}/backup"): b'{"comeback": "wait"}',
    ("POST", "/api/v1/live/streams/{stream_id}/targets"): (
        b'{"name": "Elsewhere", "address": "rtmp://example.org/live", "key": "secret"}'
    ),
    ("PUT", "/api/v1/live/streams/{stream_id}/source"): b'{"address": "rtsp://192.0.2.7/live"}',
    ("POST", "/api/v1/live/streams/{stream_id}/source/try"): (
        b'{"address": "rtsp://192.0.2.7/live"}'
    ),
    ("PUT", "/api/v1/admin/titles/{title_id}/cut"): b'{"start": 0, "stop": 1}',
    ("POST", "/api/v1/admin/titles/{title_id}/split"): b'{"at": 1, "name": "Two"}',
    ("POST", "/api/v1/admin/titles/{title_id}/parts"): b'{"start": 0, "stop": 1, "name": "One"}',
    ("POST", "/api/v1/player/sessions/{session_id}/report-issue"): b'{"kind": "other"}',
    ("POST", "/api/v1/player/sessions/{session_id}/quality-switch"): b'{"height": null}',
    ("POST", "/api/v1/users/{profile_id}/watchlist"): f'{{"title_id": "{SOMETHING}"}}'.encode(),
    ("POST", "/api/v1/users/{profile_id}/watchlist/bulk-upload"): b'{"title_ids": []}',
    ("POST", "/api/v1/users/{profile_id}/watchlist/reorder"): b'{"title_ids": []}',
    ("POST", "/api/v1/users/{profile_id}/watchlist/bulk"): b'{"title_ids": [], "action": "move"}',
    ("POST", "/api/v1/users/{profile_id}/watchlist/import"): b'{"content": "{\\"items\\": []}"}',
    ("POST", "/api/v1/users/{profile_id}/watchlist/folders"): b'{"name": "Later"}',
    ("PATCH", "/api/v1/users/{profile_id}/watchlist/folders/{folder_id}"): b'{"name": "Later"}',
    ("POST", "/api/v1/users/{profile_id}/watchlist/shares"): b"{}",
    ("PUT", "/api/v1/assets/{asset_id}/poster"): f'{{"picture_id": "{SOMETHING}"}}'.encode(),
    ("PATCH", "/api/v1/assets/{asset_id}/subtitles/{subtitle_id}"): (
        b'{"language": "en", "label": null, "is_forced": false, "is_sdh": false}'
    ),
    ("POST", "/api/v1/admin/titles/{title_id}/schedule"): b'{"at": "2027-01-01T00:00:00Z"}',
    ("POST", "/api/v1/admin/titles/{title_id}/place"): b'{"kind": "movie"}',
    ("PUT", "/api/v1/admin/genres/{genre_id}"): b'{"name": "Anything"}',
    ("PUT", "/api/v1/admin/folders/{folder_id}"): b'{"kind": "films", "is_watched": true}',
    ("POST", "/api/v1/admin/folders/files/{file_id}"): b'{"decision": {"type": "set_aside"}}',
    ("POST", "/api/v1/admin/matches/{title_id}"): b'{"decision": {"type": "none"}}',
    ("PUT", "/api/v1/admin/plans/order"): b'{"plan_ids": []}',
    ("PUT", "/api/v1/admin/plans/{plan_id}"): b'{"name": "Anything"}',
    ("PUT", "/api/v1/admin/accounts/{account_id}/plan"): b"{}",
    ("PUT", "/api/v1/admin/collections/{collection_id}"): b'{"name": "Anything"}',
    ("PUT", "/api/v1/users/me/profiles/{profile_id}/pin"): b'{"pin": "2580"}',
    ("PATCH", "/api/v1/auth/passkeys/{passkey_id}"): b'{"name": "Key"}',
    ("POST", "/api/v1/titles/{title_id}/reviews"): b'{"rating": 4}',
    ("PATCH", "/api/v1/reviews/{review_id}"): b'{"rating": 4}',
    ("POST", "/api/v1/reviews/{review_id}/vote"): b'{"vote": "helpful"}',
    ("POST", "/api/v1/reviews/{review_id}/report"): b'{"reason": "spam"}',
    ("POST", "/api/v1/admin/reviews/{review_id}/decision"): b'{"decision": "keep"}',
    ("PUT", "/api/v1/users/{profile_id}/progress/{title_id}"): (
        f'{{"viewing_id": "{SOMETHING}", "sequence": 1, "position_ms": 0, '
        '"duration_ms": 0, "watched_ms": 0}'
    ).encode(),
}


def routes_of(app: Litestar) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    if method == "OPTIONS" and (handler.fn.__name__ == "options_handler"):
                        continue
                    yield str(method), route.path_format.removesuffix("/") or "/"


def test_the_table_names_every_route(api: Litestar) -> None:
    assert set(routes_of(api)) == set(TABLE)


def expected_refusal(permission: str, role: str) -> int | None:
    """Give the status of the refusal, or None where the call is let in."""
    if permission == ANYONE:
        return None
    if role == "nobody":
        return 401
    # The stranger owns another tenant: let in there, and so to nothing of this one.
    is_owner = role in {"owner", "stranger"}
    if permission == SIGNED_IN or is_owner:
        return None
    return None if permission in permissions_of({Role(role)}) else 403


def address_of(path: str) -> str:
    """Fill a path in with things that do not exist."""
    address = re.sub(r"\{\w+_id\}", str(SOMETHING), path.removeprefix("/api/v1"))
    return address.replace("{number}", "77")


async def settle(workshop: Workshop, people: People, role: str) -> Actor:
    """Find or make somebody with a role."""
    known: Actor | None = getattr(people, role, None)
    if known is not None:
        return known
    async with workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
        account = await make_account(work, f"{role}@example.org", role=Role(role))
    return Actor(DEFAULT_TENANT_ID, account.id)


async def log_in(workshop: Workshop, actor: Actor) -> dict[str, str]:
    """Give the header by which somebody is known."""
    if actor.account_id is None:
        return {}
    async with workshop.work(actor) as work:
        return {"Authorization": f"Bearer {make_session(work, actor.account_id)}"}


@pytest.mark.parametrize("role", ROLES)
async def test_each_route_lets_in_whom_the_table_says(
    people: People, workshop: Workshop, visit: Visit, role: str
) -> None:
    actor = await settle(workshop, people, role)
    known_by = await log_in(workshop, actor)
    wrong: dict[tuple[str, str], int] = {}
    async with visit(headers={"Tus-Resumable": "1.0.0"}) as client:
        for (method, path), permission in TABLE.items():
            if not path.startswith("/api/v1"):
                continue
            address = address_of(path)
            answer = await client.request(method, address, headers=known_by)
            refusal = expected_refusal(permission, role)
            is_refused = answer.status_code in REFUSED
            is_right = answer.status_code == refusal if refusal else not is_refused
            # Wrong credentials are what a log-in without any answers to everybody.
            is_log_in = permission == ANYONE and path.startswith("/api/v1/auth/")
            if not is_right and not is_log_in:
                wrong[method, path] = answer.status_code
            if path.endswith(ENDS_LOG_INS):
                known_by = await log_in(workshop, actor)
    assert wrong == {}


@pytest.mark.parametrize("role", ["viewer", "admin", "owner", "stranger"])
async def test_what_does_not_exist_is_not_found_by_anyone(
    people: People, workshop: Workshop, visit: Visit, role: str
) -> None:
    known_by = await log_in(workshop, await settle(workshop, people, role))
    async with visit(headers=known_by) as client:
        for (method, path), permission in TABLE.items():
            # A grant that is none is refused before anybody looks what it would open.
            is_signed = path.endswith("{grant}")
            if "_id}" not in path or is_signed or expected_refusal(permission, role):
                continue
            address = address_of(path)
            headers = {
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": "0",
                "Content-Type": (
                    "application/offset+octet-stream" if "uploads" in path else "application/json"
                ),
            }
            content = b"" if "uploads" in path else BODIES.get((method, path), b"{}")
            answer = await client.request(method, address, headers=headers, content=content)
            assert answer.status_code == 404, (method, path, answer.text)
