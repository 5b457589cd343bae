"""From where a request comes, behind a proxy and without one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import RequestFactory

from streamverse.app.api import furnish
from streamverse.app.resources import Resources
from streamverse.app.settings import load_settings
from streamverse.domains.identity.routes.visits import visit_of


@pytest.mark.parametrize(
    ("trusted", "ip"), [("", "127.0.0.1"), ("10.0.0.0/8, 127.0.0.0/8", "192.0.2.1")]
)
def test_a_visit_comes_from_where_a_trusted_proxy_says(
    resources: Resources, api: Litestar, trusted: str, ip: str
) -> None:
    settings = load_settings(
        {"STREAMVERSE_TRUSTED_PROXIES": trusted},
        overrides={"data_dir": resources.settings.data_dir},
    )
    furnish(api, replace(resources, settings=settings))
    request = RequestFactory(app=api, server="127.0.0.1").get(
        headers={
            "X-Forwarded-For": "198.51.100.9, 192.0.2.1",
            "User-Agent": "curl/8.5.0" + "x" * 1000,
            "Cookie": "__Host-sv_device=hers; sv_device=planted",
        }
    )
    request.scope["client"] = ("127.0.0.1", 4711)

    visit = visit_of(request, resources.identity_settings)

    assert (visit.ip, visit.device_secret, visit.software.name) == (ip, "hers", "curl")
    assert len(visit.user_agent) == 512
    assert "hers" not in repr(visit)
