"""What the commands do that need the API; every one gives its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamverse.app import doctor
from streamverse.app.api import assemble_api
from streamverse.app.printing import print_json, print_line
from streamverse.app.server import serve, serve_live

if TYPE_CHECKING:
    import argparse

    from streamverse.app.settings import Settings


async def run_serve(settings: Settings, _given: argparse.Namespace) -> int:
    """Run everything in one process."""
    await serve(settings, has_worker=settings.worker_count > 0)
    return 0


async def run_api(settings: Settings, _given: argparse.Namespace) -> int:
    """Run the API without a worker."""
    await serve(settings, has_worker=False)
    return 0


async def run_live(settings: Settings, _given: argparse.Namespace) -> int:
    """Run a live node."""
    await serve_live(settings)
    return 0


async def run_worker(settings: Settings, _given: argparse.Namespace) -> int:
    """Run a worker."""
    await serve(settings, has_api=False)
    return 0


async def run_openapi(_settings: Settings, _given: argparse.Namespace) -> int:
    """Print the OpenAPI document; it depends on no setting."""
    document = assemble_api().openapi_schema.to_schema()
    # A handler of several paths names them in any order.
    document["paths"] = dict(sorted(document["paths"].items()))
    print_json(document)
    return 0


async def run_doctor(settings: Settings, _given: argparse.Namespace) -> int:
    """Say what is missing and how to mend it."""
    findings = await doctor.examine(settings)
    for finding in findings:
        print_line(finding.line())
    return 0 if all(finding.is_good for finding in findings) else 1
