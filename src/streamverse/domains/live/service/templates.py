"""Templates: what streams are made with, some of ours and those of the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from streamverse.domains.live.contracts import Keep, Ladder, Latency, Newcomer, TemplateId
from streamverse.domains.live.models import TemplateRow
from streamverse.domains.live.repository import Templates
from streamverse.domains.live.rules.access import Access
from streamverse.domains.live.service.streams import StreamSettings, check_settings
from streamverse.kit.clock import new_id

if TYPE_CHECKING:
    from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class Template:
    """Settings under a name; those that come with the program have no number."""

    name: str
    settings: StreamSettings
    id: TemplateId | None = None


OURS = (
    Template("Service or lecture", StreamSettings(rewind_minutes=240, height=1080)),
    Template(
        "Match or auction",
        StreamSettings(rewind_minutes=120, height=720, newcomer=Newcomer.REFUSE),
    ),
    Template(
        "Concert on slow lines",
        StreamSettings(
            rewind_minutes=240, height=720, latency=Latency.STEADY, ladder=Ladder.SMALLER
        ),
    ),
    Template(
        "Rehearsal for staff",
        StreamSettings(rewind_minutes=30, access=Access.STAFF, recordings=Keep.OFF),
    ),
)


async def list_templates(work: Work) -> Sequence[Template]:
    """List our templates and those of the operator."""
    return [*OURS, *map(_read, await Templates(work).all())]


async def add_template(work: Work, name: str, settings: StreamSettings) -> Template:
    """Keep settings under a name."""
    await check_settings(work, settings)
    row = TemplateRow(
        id=new_id(),
        name=name.strip(),
        settings=msgspec.to_builtins(settings),
        created_at=work.now,
    )
    Templates(work).add(row)
    return Template(row.name, settings, TemplateId(row.id))


async def remove_template(work: Work, template_id: UUID) -> None:
    """Forget a template; streams that were made with it stay as they are."""
    await Templates(work).remove(TemplateId(template_id))


def _read(row: TemplateRow) -> Template:
    settings = msgspec.convert(row.settings, StreamSettings)
    return Template(row.name, settings, TemplateId(row.id))
