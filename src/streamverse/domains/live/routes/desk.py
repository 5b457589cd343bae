"""What operators do with streams, over HTTP: many at once, templates, times, health."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from litestar import Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.errors import (
    StreamInvalid,
    StreamIsLive,
    StreamNotFound,
    StreamPlanNeeded,
    TemplateNotFound,
    ThumbnailNotFound,
)
from streamverse.domains.live.repository import Broadcasts, Streams
from streamverse.domains.live.schemas.streams import (
    LiveHealthOut,
    LiveReminderOut,
    LiveSchedule,
    LiveSlot,
    LiveStreamChangeIn,
    LiveStreamOut,
    LiveStreamsIn,
    LiveTemplateIn,
    LiveTemplateOut,
)
from streamverse.domains.live.service import reminders, schedules, streams, templates
from streamverse.domains.live.service.desk import LiveDesk
from streamverse.domains.live.service.watching import find_thumbnail
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.profiles.public import ProfileNotFound
from streamverse.kit.errors import Unauthenticated
from streamverse.kit.http import may, problems, signed_in
from streamverse.kit.work import Work

BROADCASTS_SHOWN = 10
THUMBNAIL_TYPES = {"jpg": "jpeg"}
# Whoever may watch may see it, and nobody's cache may give it to others.
THUMBNAIL_HEADERS = {"Cache-Control": "private, max-age=10"}


@patch(
    "/streams/{stream_id:uuid}",
    guards=[may("live.manage")],
    responses=problems(StreamInvalid, StreamNotFound),
)
async def change_stream(
    stream_id: FromPath[UUID],
    data: JSONBody[LiveStreamChangeIn],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
    media_addresses: NamedDependency[MediaAddresses],
) -> LiveStreamOut:
    """Change a stream."""
    view = await streams.change_stream(
        work, live_desk, media_addresses, StreamId(stream_id), data.to_change()
    )
    return LiveStreamOut.of_view(view)


@post(
    "/streams/stop",
    guards=[may("live.manage")],
    status_code=204,
    responses=problems(StreamNotFound),
)
async def stop_streams(
    data: JSONBody[LiveStreamsIn],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
) -> None:
    """End what goes out on streams at once, and take no encoder until they are started."""
    await streams.stop_streams(work, live_desk, data.to_ids())


@post(
    "/streams/start",
    guards=[may("live.manage")],
    status_code=204,
    responses=problems(StreamNotFound),
)
async def start_streams(data: JSONBody[LiveStreamsIn], work: NamedDependency[Work]) -> None:
    """Take encoders again on streams that were stopped."""
    await streams.start_streams(work, data.to_ids())


@post(
    "/streams/remove",
    guards=[may("live.manage")],
    status_code=204,
    responses=problems(StreamIsLive, StreamNotFound),
)
async def remove_streams(data: JSONBody[LiveStreamsIn], work: NamedDependency[Work]) -> None:
    """Remove streams with what went out on them; none of them, if one is live."""
    await streams.remove_streams(work, data.to_ids())


@put(
    "/streams/order",
    guards=[may("live.manage")],
    status_code=204,
    responses=problems(StreamNotFound),
)
async def order_streams(data: JSONBody[LiveStreamsIn], work: NamedDependency[Work]) -> None:
    """Put streams in an order; what is not named follows as it was."""
    await streams.order_streams(work, data.to_ids())


@get("/templates", guards=[may("live.manage")])
async def list_templates(work: NamedDependency[Work]) -> list[LiveTemplateOut]:
    """List what streams can be made with."""
    return [LiveTemplateOut.of(one) for one in await templates.list_templates(work)]


@post("/templates", guards=[may("live.manage")], responses=problems(StreamInvalid))
async def add_template(
    data: JSONBody[LiveTemplateIn], work: NamedDependency[Work]
) -> LiveTemplateOut:
    """Keep settings under a name."""
    made = await templates.add_template(work, data.name, data.settings.to_settings())
    return LiveTemplateOut.of(made)


@delete(
    "/templates/{template_id:uuid}",
    guards=[may("live.manage")],
    responses=problems(TemplateNotFound),
)
async def remove_template(template_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Forget a template; streams that were made with it stay as they are."""
    await templates.remove_template(work, template_id)


@get(
    "/streams/{stream_id:uuid}/schedule",
    guards=[may("live.manage")],
    responses=problems(StreamNotFound),
)
async def show_schedule(stream_id: FromPath[UUID], work: NamedDependency[Work]) -> LiveSchedule:
    """List the times at which a stream is to go out."""
    slots = await schedules.list_slots(work, StreamId(stream_id))
    return LiveSchedule([LiveSlot.of(slot) for slot in slots])


@put(
    "/streams/{stream_id:uuid}/schedule",
    guards=[may("live.manage")],
    responses=problems(StreamInvalid, StreamNotFound),
)
async def replace_schedule(
    stream_id: FromPath[UUID], data: JSONBody[LiveSchedule], work: NamedDependency[Work]
) -> LiveSchedule:
    """Write all times at which a stream is to go out."""
    slots = [slot.to_slot(place) for place, slot in enumerate(data.slots)]
    await schedules.replace_slots(work, StreamId(stream_id), slots)
    return LiveSchedule([LiveSlot.of(slot) for slot in slots])


@get(
    "/streams/{stream_id:uuid}/thumbnails/{form:str}",
    guards=[signed_in],
    responses=problems(StreamNotFound, StreamPlanNeeded, ThumbnailNotFound),
)
async def show_thumbnail(
    stream_id: FromPath[UUID],
    form: FromPath[str],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
) -> Response[bytes]:
    """Give a picture of what goes out right now, as avif, webp or jpg."""
    content = await find_thumbnail(work, live_desk, StreamId(stream_id), form)
    media_type = f"image/{THUMBNAIL_TYPES.get(form, form)}"
    return Response(content, media_type=media_type, headers=THUMBNAIL_HEADERS)


@get(
    "/streams/{stream_id:uuid}/health",
    guards=[may("live.manage")],
    responses=problems(StreamNotFound),
)
async def show_health(
    stream_id: FromPath[UUID],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
    since: FromQuery[datetime | None] = None,
) -> LiveHealthOut:
    """Show how a stream comes in: all of the last half hour, or what is newer than an instant."""
    row = await Streams(work).get(StreamId(stream_id))
    rows = await Broadcasts(work).of_stream(StreamId(row.id), BROADCASTS_SHOWN)
    health, encoders = live_desk.health.find(StreamId(row.id)), live_desk.encoders_of(row.id)
    return LiveHealthOut.of(health, since, rows, encoders)


@get(
    "/streams/{stream_id:uuid}/reminders/{profile_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, StreamNotFound),
)
async def show_reminder(
    stream_id: FromPath[UUID], profile_id: FromPath[UUID], work: NamedDependency[Work]
) -> LiveReminderOut:
    """Tell whether a profile gets a mail when a stream begins."""
    is_asked = await reminders.is_reminded(work, ProfileId(profile_id), StreamId(stream_id))
    return LiveReminderOut(is_asked)


@put(
    "/streams/{stream_id:uuid}/reminders/{profile_id:uuid}",
    guards=[signed_in],
    status_code=204,
    responses=problems(Unauthenticated, ProfileNotFound, StreamNotFound),
)
async def ask_for_reminder(
    stream_id: FromPath[UUID], profile_id: FromPath[UUID], work: NamedDependency[Work]
) -> None:
    """Get a mail when a stream begins the next time."""
    await reminders.ask_for_reminder(work, ProfileId(profile_id), StreamId(stream_id))


@delete(
    "/streams/{stream_id:uuid}/reminders/{profile_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, StreamNotFound),
)
async def drop_reminder(
    stream_id: FromPath[UUID], profile_id: FromPath[UUID], work: NamedDependency[Work]
) -> None:
    """Get no mail about a stream."""
    await reminders.drop_reminder(work, ProfileId(profile_id), StreamId(stream_id))


handlers = [
    change_stream,
    stop_streams,
    start_streams,
    remove_streams,
    order_streams,
    list_templates,
    add_template,
    remove_template,
    show_schedule,
    replace_schedule,
    show_thumbnail,
    show_health,
    show_reminder,
    ask_for_reminder,
    drop_reminder,
]
