"""What those who run the streams are written when viewers suffer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamverse.domains.identity import public as identity
from streamverse.domains.live.repository import Streams
from streamverse.domains.live.rules.letters import STREAM_UNWELL

if TYPE_CHECKING:
    from streamverse.domains.live.contracts import WarnStaff
    from streamverse.kit.work import Work


async def warn_staff(
    work: Work, correspondence: identity.Correspondence, warning: WarnStaff
) -> None:
    """Write to each of them, unless the stream is gone by now."""
    stream = await Streams(work).find(warning.stream_id)
    if stream is None:
        return
    facts = {"stream": stream.name, "problems": " ".join(warning.sentences)}
    for account in await identity.find_who_may(work, "live.manage"):
        correspondence.write_letter(work, account, STREAM_UNWELL, facts, f"/live/{stream.id}")
