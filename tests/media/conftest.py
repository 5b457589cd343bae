"""The world of the media tests: application, workers and store in one place."""

from tests.factories.pipeline import (
    application,
    media,
    resources,
    store,
    upload_limits,
    work_off,
)
from tests.factories.sites import make_site, sites

__all__ = [
    "application",
    "make_site",
    "media",
    "resources",
    "sites",
    "store",
    "upload_limits",
    "work_off",
]
