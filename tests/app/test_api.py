"""The application gives its handlers what they ask for."""

from __future__ import annotations

from litestar.routes import HTTPRoute

from streamverse.app.api import assemble_api


def test_nothing_is_given_in_tasks_of_its_own() -> None:
    given = [
        len(batch)
        for route in assemble_api().routes
        if isinstance(route, HTTPRoute)
        for _, asked in route.route_handler_map.values()
        for batch in asked.dependency_batches
    ]
    assert set(given) == {1}
