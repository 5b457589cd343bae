"""What others build on, written down: a change here is seen, and meant.

``STREAMVERSE_TEST_WRITE_SNAPSHOTS=1`` writes the files anew.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import json
import os
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamverse import domains
from streamverse.kit.events import Event, event_name
from streamverse.kit.jobs import Job, job_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from litestar import Litestar

FOLDER = Path(__file__).parent / "snapshots"


def compare(name: str, found: object) -> None:
    text = json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    file = FOLDER / name
    if os.environ.get("STREAMVERSE_TEST_WRITE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text)
    assert text == file.read_text()


def modules(name: str) -> Iterator[ModuleType]:
    for domain in pkgutil.iter_modules(domains.__path__):
        full_name = f"{domains.__name__}.{domain.name}.{name}"
        if importlib.util.find_spec(full_name) is not None:
            yield importlib.import_module(full_name)


def stored_shapes(parent: type, name_of: Any) -> dict[str, dict[str, str]]:
    shapes: dict[str, dict[str, str]] = {}
    for module in modules("contracts"):
        for _, declared in inspect.getmembers(module, inspect.isclass):
            if issubclass(declared, parent) and declared is not parent:
                fields = {f.name: str(f.type) for f in dataclasses.fields(declared)}
                shapes[name_of(declared)] = fields
    return shapes


def test_the_api_is_as_it_was_published(api: Litestar) -> None:
    schema = api.openapi_schema.to_schema()
    routes = {
        f"{method.upper()} {path}": {
            "answers": sorted(operation["responses"]),
            "takes": sorted(p["name"] for p in operation.get("parameters", [])),
        }
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    }
    shapes = {
        name: {
            "fields": sorted(shape.get("properties", {})),
            "needs": sorted(shape.get("required", [])),
        }
        for name, shape in schema["components"]["schemas"].items()
    }
    compare("api.json", {"routes": routes, "shapes": shapes})


def test_events_are_stored_as_they_were() -> None:
    compare("events.json", stored_shapes(Event, event_name))


def test_jobs_are_stored_as_they_were() -> None:
    compare("jobs.json", stored_shapes(Job, job_name))


def test_domains_offer_the_verbs_they_did() -> None:
    verbs = {
        f"{module.__name__.split('.')[-2]}.{name}": str(inspect.signature(verb))
        for module in modules("public")
        for name, verb in inspect.getmembers(module, inspect.isfunction)
        if name in getattr(module, "__all__", ())
        or (verb.__module__ == module.__name__ and not name.startswith("_"))
    }
    compare("verbs.json", verbs)
