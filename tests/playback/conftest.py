"""The world of the playback tests: application, workers and store in one place."""

from tests.factories.pipeline import (
    application,
    media,
    resources,
    store,
    upload_limits,
    work_off,
)

__all__ = ["application", "media", "resources", "store", "upload_limits", "work_off"]
