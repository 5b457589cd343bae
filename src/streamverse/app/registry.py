"""The list of domains: their routes, jobs, listeners and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamverse.domains.billing import models as billing_models
from streamverse.domains.billing.public import BILLING_EXPORTERS
from streamverse.domains.catalog import jobs as catalog_jobs
from streamverse.domains.catalog import models as catalog_models
from streamverse.domains.catalog.listeners import listeners as catalog_listeners
from streamverse.domains.identity import jobs as identity_jobs
from streamverse.domains.identity import models as identity_models
from streamverse.domains.identity.listeners import listeners as identity_listeners
from streamverse.domains.identity.public import IDENTITY_STORE_OWNERS
from streamverse.domains.identity.service.exports import EXPORTERS as IDENTITY_EXPORTERS
from streamverse.domains.identity.service.exports import Archive
from streamverse.domains.intake import models as intake_models
from streamverse.domains.intake.jobs import IntakeJobs
from streamverse.domains.intake.listeners import listeners as intake_listeners
from streamverse.domains.intake.service.artwork import ArtworkTaker
from streamverse.domains.intake.service.sidecars import SidecarTaker
from streamverse.domains.library import models as library_models
from streamverse.domains.library.jobs import LibraryJobs
from streamverse.domains.library.public import LIBRARY_EXPORTERS
from streamverse.domains.live import models as live_models
from streamverse.domains.live.jobs import LiveJobs
from streamverse.domains.live.listeners import listeners as live_listeners
from streamverse.domains.live.public import LIVE_EXPORTERS, LIVE_STORE_OWNERS
from streamverse.domains.media import models as media_models
from streamverse.domains.media.jobs import media_jobs
from streamverse.domains.media.jobs.importing import ImportingJobs
from streamverse.domains.media.jobs.storing import StoringJobs
from streamverse.domains.media.listeners import listeners as media_listeners
from streamverse.domains.media.public import MEDIA_STORE_OWNERS, EncodingPolicy
from streamverse.domains.notifications import models as notifications_models
from streamverse.domains.notifications.jobs import NotificationJobs
from streamverse.domains.notifications.listeners import listeners as notifications_listeners
from streamverse.domains.notifications.service.deliveries import Courier
from streamverse.domains.playback import jobs as playback_jobs
from streamverse.domains.playback import models as playback_models
from streamverse.domains.playback.listeners import listeners as playback_listeners
from streamverse.domains.playback.public import PLAYBACK_EXPORTERS
from streamverse.domains.profiles import jobs as profiles_jobs
from streamverse.domains.profiles import models as profiles_models
from streamverse.domains.profiles.listeners import listeners as profiles_listeners
from streamverse.domains.profiles.public import PROFILE_EXPORTERS, PROFILES_STORE_OWNERS
from streamverse.domains.recommendations import jobs as recommendations_jobs
from streamverse.domains.recommendations import models as recommendations_models
from streamverse.domains.search import jobs as search_jobs
from streamverse.domains.search import models as search_models
from streamverse.domains.search.listeners import listeners as search_listeners
from streamverse.domains.search.public import SEARCH_EXPORTERS
from streamverse.domains.social import models as social_models
from streamverse.domains.social.public import SOCIAL_EXPORTERS
from streamverse.kit import idempotency, mail
from streamverse.kit.db import Base
from streamverse.kit.worker import handlers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamverse.app.resources import Resources
    from streamverse.domains.catalog.contracts import CatalogSettings
    from streamverse.domains.identity.service.mails import Correspondence
    from streamverse.kit.events import Listener
    from streamverse.kit.jobs import Handler, JobHandlers, Schedule

# Importing the models is what puts their tables here.
MODELS = (
    idempotency,
    mail,
    identity_models,
    billing_models,
    profiles_models,
    media_models,
    live_models,
    catalog_models,
    search_models,
    notifications_models,
    library_models,
    recommendations_models,
    social_models,
    intake_models,
    playback_models,
)
METADATA = Base.metadata

# What people get of what is kept about them: every domain that keeps something adds its part.
EXPORTERS = (
    *IDENTITY_EXPORTERS,
    *BILLING_EXPORTERS,
    *PROFILE_EXPORTERS,
    *LIVE_EXPORTERS,
    *LIBRARY_EXPORTERS,
    *SEARCH_EXPORTERS,
    *SOCIAL_EXPORTERS,
    *PLAYBACK_EXPORTERS,
)

# Who answers for which names in the store: what nobody answers for is never deleted.
STORE_OWNERS = (
    *IDENTITY_STORE_OWNERS,
    *PROFILES_STORE_OWNERS,
    *MEDIA_STORE_OWNERS,
    *LIVE_STORE_OWNERS,
)


def listeners(catalog_settings: CatalogSettings, correspondence: Correspondence) -> list[Listener]:
    """List the reactions to events."""
    return [
        *identity_listeners(correspondence),
        *profiles_listeners,
        *media_listeners,
        *live_listeners,
        *catalog_listeners(catalog_settings),
        *intake_listeners(catalog_settings),
        *search_listeners,
        *notifications_listeners,
        *playback_listeners,
    ]


def job_handlers(resources: Resources) -> Sequence[JobHandlers]:
    """List the jobs of every domain, with what they need of the world."""
    return (
        mail.MailJobs(resources.correspondence.postbox).handlers(),
        identity_jobs.handlers(resources.identity_settings),
        identity_jobs.privacy_handlers(
            Archive(resources.store, resources.vault), resources.correspondence, EXPORTERS
        ),
        profiles_jobs.handlers(resources.store),
        catalog_jobs.handlers(resources.catalog_settings),
        search_jobs.handlers(),
        LiveJobs(resources.workshop, resources.correspondence, resources.store).handlers(),
        LibraryJobs(resources.workshop, resources.correspondence).handlers(),
        recommendations_jobs.handlers(),
        media_jobs(
            resources.store,
            resources.tools,
            resources.scratch,
            EncodingPolicy(
                codecs=resources.settings.codecs,
                has_previews=resources.settings.ladder != "batch",
                is_ladder_measured=resources.settings.ladder == "measured",
                target_vmaf=resources.settings.target_vmaf,
            ),
            key_safe=resources.key_safe,
            is_checked_fully=resources.settings.package_checks == "full",
            encoders=resources.encoders,
        ),
        ImportingJobs(resources.intake).handlers(),
        StoringJobs(
            resources.orphan_collector,
            resources.retention,
            resources.settings.retention_orphan_days,
        ).handlers(),
        IntakeJobs(
            resources.workshop,
            SidecarTaker(resources.library_roots, resources.store, resources.lightbox),
            ArtworkTaker(resources.store, resources.lightbox),
            resources.metadata_sources,
        ).handlers(),
        playback_jobs.handlers(resources.playback_desk.settings),
        NotificationJobs(
            Courier(resources.webhook_settings, resources.fetcher, resources.workshop.clock)
        ).handlers(),
    )


def handlers_by_name(resources: Resources) -> dict[str, Handler]:
    """Index everything that a worker can do."""
    declared = [handler for jobs in job_handlers(resources) for handler in jobs]
    return handlers_of(declared, listeners(resources.catalog_settings, resources.correspondence))


def schedules(resources: Resources) -> list[Schedule]:
    """List what is done again and again."""
    return [schedule for jobs in job_handlers(resources) for schedule in jobs.schedules]
