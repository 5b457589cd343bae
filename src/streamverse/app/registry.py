"""The list of domains: their routes, jobs, listeners and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamverse.domains.catalog import models as catalog_models
from streamverse.domains.catalog.listeners import listeners as catalog_listeners
from streamverse.domains.identity import models as identity_models
from streamverse.domains.identity.jobs import handlers as identity_jobs
from streamverse.domains.media import models as media_models
from streamverse.domains.media.jobs import MediaJobs
from streamverse.kit import idempotency
from streamverse.kit.db import Base
from streamverse.kit.worker import handlers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamverse.app.resources import Resources
    from streamverse.domains.catalog.contracts import CatalogSettings
    from streamverse.kit.events import Listener
    from streamverse.kit.jobs import Handler, JobHandlers, Schedule

# Importing the models is what puts their tables here.
MODELS = (idempotency, identity_models, media_models, catalog_models)
METADATA = Base.metadata


def listeners(catalog_settings: CatalogSettings) -> list[Listener]:
    """List the reactions to events."""
    return [*catalog_listeners(catalog_settings)]


def job_handlers(resources: Resources) -> Sequence[JobHandlers]:
    """List the jobs of every domain, with what they need of the world."""
    media_jobs = MediaJobs(resources.store, resources.tools, resources.scratch)
    return (identity_jobs, media_jobs.handlers())


def handlers_by_name(resources: Resources) -> dict[str, Handler]:
    """Index everything that a worker can do."""
    declared = [handler for jobs in job_handlers(resources) for handler in jobs]
    return handlers_of(declared, listeners(resources.catalog_settings))


def schedules(resources: Resources) -> list[Schedule]:
    """List what is done again and again."""
    return [schedule for jobs in job_handlers(resources) for schedule in jobs.schedules]
