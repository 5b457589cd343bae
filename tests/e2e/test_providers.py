"""Logging in with another service in the browser: out to a real provider's page, and back."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import Visit, Visitor
from tests.factories.oidc_server import OidcServer, run_oidc_server, settings_for
from tests.factories.processes import Process, free_port, owner_client

PASSWORD = "otter lamp seven fjord"
PROVIDER = "Example"


@dataclass(frozen=True)
class Service:
    """A running server at which people log in with another one, and that one."""

    process: Process
    client: httpx.Client
    url: str
    provider: OidcServer

    def be(self, subject: str, name: str, email: str) -> None:
        """Let somebody be logged in at the provider."""
        self.provider.person.update(sub=subject, name=name, email=email)

    def let_log_ins_age(self) -> None:
        """Let every log-in be an hour old."""
        with sqlite3.connect(self.process.data_dir / "streamverse.db", timeout=10) as database:
            database.execute(
                "UPDATE identity_session"
                " SET authenticated_at = datetime('now', '-1 hour') || '.000000'"
            )
        database.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run a server at which anybody may register, and a provider that it knows."""
    port = free_port()
    url = f"http://localhost:{port}"
    with run_oidc_server(int(time.time())) as provider:
        settings = {
            "STREAMVERSE_PUBLIC_URL": url,
            "STREAMVERSE_IS_REGISTRATION_OPEN": "true",
            "STREAMVERSE_OIDC_PROVIDERS": settings_for(provider),
        }
        folder = tmp_path_factory.mktemp("providers")
        process = Process("serve", folder / "data", port=port, settings=settings)
        process.start()
        with owner_client(process) as client:
            yield Service(process, client, url, provider)
        process.stop()


@pytest.fixture
def arrive(service: Service, come: Visit) -> Callable[[], Visitor]:
    """Let people visit; the browser notes every refusal, and these tests provoke them."""

    def visit() -> Visitor:
        visitor = come(service.url)
        # The provider's page has no icon.
        visitor.expected += ["/api/v1/", "/favicon.ico"]
        return visitor

    return visit


def go_out(visitor: Visitor, path: str = "/login") -> None:
    """Press the provider's button, and stand on its page."""
    visitor.open(path)
    visitor.page.get_by_role("link", name=f"Continue with {PROVIDER}").click()
    expect(visitor.page.get_by_role("heading", name=PROVIDER)).to_be_visible()


def agree(visitor: Visitor) -> None:
    """Log in there."""
    visitor.page.get_by_role("link", name=re.compile("^Go on as")).click()


def test_somebody_new_goes_out_and_comes_home(
    service: Service, arrive: Callable[[], Visitor]
) -> None:
    service.be("nora", "Nora", "nora@example.org")
    visitor = arrive()
    go_out(visitor)
    assert visitor.page.url.startswith(f"{service.provider.issuer}/authorize?")
    agree(visitor)
    visitor.page.wait_for_url(f"{service.url}/")
    expect(visitor.page.get_by_role("button", name="Account of Nora")).to_be_visible()

    # Whoever has been there before comes back to where they wanted to go.
    again = arrive()
    go_out(again, "/login?next=%2Faccount%2Fsecurity")
    agree(again)
    again.page.wait_for_url(f"{service.url}/account/security")
    ways = again.page.get_by_role("region", name="Other ways to log in")
    expect(ways.get_by_text("Linked as nora@example.org")).to_be_visible()


def test_whoever_refuses_there_is_told_so_here(
    service: Service, arrive: Callable[[], Visitor]
) -> None:
    service.be("otto", "Otto", "otto@example.org")
    visitor = arrive()
    go_out(visitor)
    visitor.page.get_by_role("link", name="Do not log in").click()
    alert = visitor.page.get_by_role("alert")
    expect(alert).to_contain_text("The other service did not log you in.")
    assert [item["email"] for item in service.client.get("/accounts").json()["items"]].count(
        "otto@example.org"
    ) == 0


def test_an_account_is_linked_only_by_whoever_proves_that_it_is_theirs(
    service: Service, arrive: Callable[[], Visitor]
) -> None:
    account = {"email": "lena@example.org", "password": PASSWORD, "display_name": "Lena"}
    service.client.post("/accounts", json=account).raise_for_status()
    service.be("lena-there", "Lena", "lena@example.org")
    visitor = arrive()
    page = visitor.page
    go_out(visitor)
    agree(visitor)
    # The same address, confirmed by the provider, is not enough.
    expect(page.get_by_role("alert")).to_contain_text("Log in with its password, then link")
    visitor.log_in("lena@example.org", PASSWORD)
    page.wait_for_url(f"{service.url}/")

    visitor.open("/account/security")
    service.let_log_ins_age()
    page.get_by_role("button", name=f"Link {PROVIDER}").click()
    question = page.get_by_role("dialog", name="Confirm that it is you")
    question.get_by_label("Password").fill("a wrong password")
    question.get_by_role("button", name="Confirm").click()
    expect(question.get_by_role("alert")).to_have_text("This is not the password of your account.")
    question.get_by_label("Password").fill(PASSWORD)
    question.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name=PROVIDER)).to_be_visible()
    agree(visitor)
    page.wait_for_url(f"{service.url}/account/security")
    ways = page.get_by_role("region", name="Other ways to log in")
    expect(ways.get_by_text("Linked as lena@example.org")).to_be_visible()

    elsewhere = arrive()
    go_out(elsewhere)
    agree(elsewhere)
    elsewhere.page.wait_for_url(f"{service.url}/")
    expect(elsewhere.page.get_by_role("button", name="Account of Lena")).to_be_visible()

    page.get_by_role("button", name=f"Unlink {PROVIDER}").click()
    page.get_by_role("dialog").get_by_role("button", name="Unlink", exact=True).click()
    expect(page.get_by_text(f"{PROVIDER} is unlinked.")).to_be_visible()
    stranger = arrive()
    go_out(stranger)
    agree(stranger)
    expect(stranger.page.get_by_role("alert")).to_contain_text("has an account here already")


def test_nothing_keeps_anybody_from_the_button(arrive: Callable[[], Visitor]) -> None:
    visitor = arrive()
    visitor.open("/login")
    expect(visitor.page.get_by_role("link", name=f"Continue with {PROVIDER}")).to_be_visible()
    assert visitor.barriers() == []
