"""What somebody may by their plan, and what of it is in use."""

from __future__ import annotations

from streamverse.domains.billing import public as billing
from streamverse.domains.identity import public as identity
from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.playback.contracts import PlaybackSettings
from streamverse.domains.playback.repository import PlaybackSessions
from streamverse.domains.playback.rules.limits import limits_of
from streamverse.domains.playback.schemas.starting import OwnPlanOut, UsedDeviceOut
from streamverse.domains.playback.service.places import DEVICE_COUNTS_FOR, show_streams
from streamverse.kit.errors import Unauthenticated
from streamverse.kit.work import Work


async def get_own_plan(work: Work, settings: PlaybackSettings) -> OwnPlanOut:
    """Tell what the actor's account may, who watches with it, and on which devices it did."""
    if work.actor.account_id is None:
        raise Unauthenticated("Log in to see your plan.")
    account_id = AccountId(work.actor.account_id)
    entitled = await billing.find_entitlements(work, account_id)
    limits = limits_of(settings, entitled)
    sessions = PlaybackSessions(work)
    running = [row for row in await sessions.open_of(account_id) if row.lease_until > work.now]
    own = await identity.find_own_device(work)
    used = await sessions.device_names_of(account_id, work.now - DEVICE_COUNTS_FOR)
    return OwnPlanOut(
        name=entitled.plan_name or None,
        ends_at=entitled.ends_at,
        streams_at_once=limits.streams_at_once,
        devices_at_most=limits.devices_at_most,
        max_height=entitled.max_height,
        regions=list(entitled.regions),
        streams=await show_streams(work, running),
        devices=[
            UsedDeviceOut(device_id, name, own is not None and own.id == device_id)
            for device_id, name in used.items()
        ],
    )
