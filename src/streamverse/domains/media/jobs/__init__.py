"""The durable work of the media domain. Every job here may run twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamverse.domains.media.jobs.checking import CheckingJobs
from streamverse.domains.media.jobs.encoding import EncodingJobs
from streamverse.domains.media.jobs.finishing import FinishingJobs
from streamverse.domains.media.jobs.measuring import MeasuringJobs
from streamverse.domains.media.jobs.pictures import PictureJobs
from streamverse.domains.media.jobs.subtitles import SubtitleJobs
from streamverse.domains.media.jobs.workshop import Workshop
from streamverse.kit.jobs import JobHandlers

if TYPE_CHECKING:
    from pathlib import Path

    from streamverse.domains.media.rules.packages import EncodingPolicy
    from streamverse.domains.media.service.keys import KeySafe
    from streamverse.kit.storage import ObjectStore
    from streamverse.mediakit.ffmpeg import Tools
    from streamverse.mediakit.hardware import Encoder


def media_jobs(
    store: ObjectStore,
    tools: Tools,
    scratch: Path,
    policy: EncodingPolicy,
    *,
    key_safe: KeySafe,
    is_checked_fully: bool = False,
    encoders: tuple[Encoder, ...] = (),
) -> JobHandlers:
    """Declare all of them, with the store, the tools and a folder for copies of sources."""
    workshop = Workshop(
        store, tools, scratch, policy, is_checked_fully, encoders, key_safe=key_safe
    )
    handlers = JobHandlers()
    families = (CheckingJobs, MeasuringJobs, EncodingJobs, PictureJobs, SubtitleJobs, FinishingJobs)
    for family in families:
        family(workshop).declare(handlers)
    return handlers
