"""The world of the notifications' tests: a receiver on this machine that may be reached."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from streamverse.app.resources import Resources
from tests.factories.pipeline import (
    application,
    media,
    resources,
    store,
    upload_limits,
    work_off,
)
from tests.factories.web_servers import WebServer, web_server

__all__ = ["application", "media", "store", "upload_limits", "work_off"]
pipeline_resources = resources


@pytest.fixture
async def receiver() -> AsyncGenerator[WebServer]:
    """Run a program that is told what happens."""
    async with web_server() as opened:
        yield opened


@pytest.fixture(name="resources")
def resources_with_receiver(pipeline_resources: Resources, receiver: WebServer) -> Resources:
    """Let the receiver be reached."""
    settings = replace(pipeline_resources.settings, fetch_allowed_hosts=(receiver.host,))
    return replace(pipeline_resources, settings=settings)
