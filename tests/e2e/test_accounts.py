"""Accounts in the browser: the ways in, second factors, televisions and one's own data."""

from __future__ import annotations

import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect
from pyotp.totp import TOTP

from tests.e2e.browsing import PHONE, Visit, Visitor
from tests.factories.processes import Process, free_port, owner_client

PASSWORD = "otter lamp seven fjord"
NEXT_PASSWORD = "harbour quilt nine lantern"
MAIL_WITHIN_S = 60
STEP_S = 30
CODE = re.compile(r"^[A-Z]{4}-[A-Z]{4}$")


@dataclass(frozen=True)
class Service:
    """A running server at a name, as passkeys need it, with its owner as a program."""

    process: Process
    client: httpx.Client
    url: str

    def add_account(self, name: str) -> str:
        """Make an account and give its address, another one at each try."""
        email = f"{name.lower()}.{secrets.token_hex(2)}@example.org"
        account = {"email": email, "password": PASSWORD, "display_name": name, "role": "viewer"}
        self.client.post("/accounts", json=account).raise_for_status()
        return email

    def link_for(self, email: str, subject: str) -> str:
        """Wait for a mail and give the link in it."""
        deadline = time.monotonic() + MAIL_WITHIN_S
        while time.monotonic() < deadline:
            for mail in self.client.get("/mails").raise_for_status().json()["items"]:
                if mail["to"] == email and mail["subject"] == subject:
                    text = self.client.get(f"/mails/{mail['id']}").json()["text"]
                    return next(word for word in text.split() if "#token=" in word)
            time.sleep(0.1)
        raise TimeoutError(subject)

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
    """Run a server at which anybody may register."""
    port = free_port()
    url = f"http://localhost:{port}"
    settings = {"STREAMVERSE_PUBLIC_URL": url, "STREAMVERSE_IS_REGISTRATION_OPEN": "true"}
    folder = tmp_path_factory.mktemp("accounts")
    process = Process("serve", folder / "data", port=port, settings=settings)
    process.start()
    with owner_client(process) as client:
        yield Service(process, client, url)
    process.stop()


@pytest.fixture
def guest(service: Service, come: Visit) -> Visitor:
    """Let somebody visit who is not logged in."""
    return arrive(service, come)


@pytest.fixture
def enter(service: Service, come: Visit) -> Callable[[str], Visitor]:
    """Let people visit who log in with their password."""

    def log_in(email: str) -> Visitor:
        visitor = arrive(service, come)
        visitor.open("/login")
        visitor.log_in(email, PASSWORD)
        visitor.page.wait_for_url(f"{service.url}/")
        return visitor

    return log_in


def arrive(service: Service, come: Visit) -> Visitor:
    """Let somebody visit; the browser notes every refusal, and these tests provoke them."""
    visitor = come(service.url)
    visitor.expected.append("/api/v1/")
    return visitor


def heading(visitor: Visitor) -> Locator:
    """Find what the page is called."""
    return visitor.page.get_by_role("heading", level=1)


def press(page: Page | Locator, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name, exact=True).click()


def log_out(visitor: Visitor) -> None:
    """Log out by the menu."""
    visitor.page.get_by_role("button", name=re.compile("^Account of")).click()
    # A menu that has opened just now lets the mouse pass.
    visitor.page.get_by_role("menuitem", name="Log out").press("Enter")
    expect(heading(visitor)).to_have_text("Log in")


# --- the ways in ----------------------------------------------------------------------------------


def test_somebody_registers_and_confirms_the_address(service: Service, guest: Visitor) -> None:
    page = guest.page
    guest.open("/login")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Your name").fill("Rita")
    page.get_by_label("Email").fill("rita@example.org")
    page.get_by_label("Password").fill("password1")
    press(page, "Make my account")
    expect(page.get_by_role("alert")).to_contain_text("among the first that anybody would try")
    page.get_by_label("Password").fill(PASSWORD)
    expect(page.get_by_text("Very good")).to_be_visible()
    press(page, "Make my account")
    expect(heading(guest)).to_have_text("Look in your mail")

    guest.open("/login")
    guest.log_in("rita@example.org", PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("has not been confirmed yet")

    page.goto(service.link_for("rita@example.org", "Confirm your e-mail address"))
    expect(heading(guest)).to_have_text("Your address is confirmed")
    assert page.url == f"{service.url}/verify-email"
    page.reload()
    expect(heading(guest)).to_have_text("Open the link in the mail")

    guest.open("/login")
    guest.log_in("rita@example.org", PASSWORD)
    page.wait_for_url(f"{service.url}/")


def test_a_forgotten_password_is_replaced(
    service: Service, guest: Visitor, enter: Callable[[str], Visitor]
) -> None:
    email = service.add_account("Fred")
    elsewhere = enter(email)
    page = guest.page
    guest.open("/login")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("Email").fill(email)
    press(page, "Send the link")
    expect(heading(guest)).to_have_text("Look in your mail")
    link = service.link_for(email, "Choose a new password")

    page.goto(link)
    page.get_by_label("New password").fill(NEXT_PASSWORD)
    press(page, "Save the new password")
    expect(heading(guest)).to_have_text("Your new password is set")
    page.get_by_role("link", name="Log in").click()
    guest.log_in(email, PASSWORD)
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
    guest.log_in(email, NEXT_PASSWORD)
    page.wait_for_url(f"{service.url}/")

    elsewhere.open("/")
    expect(heading(elsewhere)).to_have_text("Log in")
    elsewhere.page.goto(link)
    expect(heading(elsewhere)).to_have_text("This link is no longer good")


def test_an_invitation_is_accepted(service: Service, guest: Visitor) -> None:
    email = "ines@example.org"
    service.client.post("/invitations", json={"email": email}).raise_for_status()
    page = guest.page
    page.goto(service.link_for(email, "Owner invites you to StreamVerse"))
    expect(heading(guest)).to_have_text("You are invited")
    expect(page.get_by_text(email)).to_be_visible()
    page.get_by_label("Your name").fill("Ines")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Make my account")
    expect(page.get_by_role("button", name="Account of Ines")).to_be_visible()


def test_too_many_wrong_passwords_are_counted_down(service: Service, guest: Visitor) -> None:
    email = service.add_account("Gus")
    page = guest.page
    guest.open("/login")
    send = page.locator("form button[type=submit]")
    for _ in range(20):
        with page.expect_response("**/auth/login") as answered:
            guest.log_in(email, "a wrong password")
        if answered.value.status == HTTPStatus.TOO_MANY_REQUESTS:
            break
    expect(page.get_by_role("alert")).to_contain_text("Too many log-ins have failed")
    expect(send).to_have_text("Log in")
    expect(send).to_be_enabled()


# --- the second step ------------------------------------------------------------------------------


def turn_two_factor_on(page: Page) -> tuple[TOTP, list[str]]:
    """Set an authenticator app up, at the second try, and give it and the backup codes."""
    page.goto(page.url.rstrip("/") + "/account/security")
    press(page, "Turn it on")
    dialog = page.get_by_role("dialog", name="Turn on two-factor log-in")
    expect(dialog.get_by_alt_text("QR code for the authenticator app")).to_be_visible()
    app = TOTP(dialog.locator("code").inner_text().replace(" ", ""))
    dialog.get_by_label("Code").fill("12345")
    press(dialog, "Confirm")
    expect(dialog.get_by_role("alert")).to_have_text(
        "This code is wrong or no longer good: enter a new one."
    )
    dialog.get_by_label("Code").fill(app.now())
    press(dialog, "Confirm")
    kept = page.get_by_role("dialog", name="Keep your backup codes")
    expect(kept.get_by_role("listitem")).to_have_count(10)
    codes = kept.get_by_role("listitem").all_inner_texts()
    with page.expect_download() as download:
        press(kept, "Download")
    assert Path(download.value.path()).read_text().split()[-10:] == codes
    press(kept, "I have kept them")
    expect(page.get_by_text("10 of 10 backup codes left.")).to_be_visible()
    return app, codes


def test_two_factor_log_in(
    service: Service, guest: Visitor, enter: Callable[[str], Visitor]
) -> None:
    email = service.add_account("Tom")
    visitor = enter(email)
    app, codes = turn_two_factor_on(visitor.page)
    log_out(visitor)
    visitor.log_in(email, PASSWORD)
    expect(heading(visitor)).to_have_text("One more step")
    # The code of the present step was used to set the app up.
    visitor.page.get_by_label("Code").fill(app.at(int(time.time()) + STEP_S))
    press(visitor.page, "Go on")
    visitor.page.wait_for_url(f"{service.url}/")

    page = guest.page
    guest.open("/login")
    guest.log_in(email, PASSWORD)
    page.get_by_label("Code").fill("000000")
    press(page, "Go on")
    expect(page.get_by_role("alert")).to_have_text(
        "This code is wrong or no longer good: enter a new one."
    )
    press(page, "Use a backup code")
    page.get_by_label("Backup code").fill(codes[0])
    page.get_by_label("Trust this browser").check()
    press(page, "Go on")
    page.wait_for_url(f"{service.url}/")
    log_out(guest)
    guest.log_in(email, PASSWORD)
    page.wait_for_url(f"{service.url}/")

    guest.open("/account/security")
    expect(page.get_by_text("9 of 10 backup codes left.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^End the trust of")).click()
    expect(page.get_by_text("You trust none at present.")).to_be_visible()
    press(page, "Turn it off")
    press(page.get_by_role("dialog"), "Turn it off")
    expect(page.get_by_text("Two-factor log-in is off.")).to_be_visible()


class Authenticator:
    """A device that makes and keeps passkeys, and whose owner touches it or does not."""

    def __init__(self, visitor: Visitor) -> None:
        # What comes from there has no types.
        self._session: Any = visitor.context.new_cdp_session(visitor.page)
        self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
        }
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id: str = made["authenticatorId"]

    def set_touched(self, *, is_touched: bool) -> None:
        """Let its owner confirm whatever it is asked, or nothing."""
        self._session.send(
            "WebAuthn.setAutomaticPresenceSimulation",
            {"authenticatorId": self._id, "enabled": is_touched},
        )


def test_a_passkey_alone_logs_in(service: Service, enter: Callable[[str], Visitor]) -> None:
    visitor = enter(service.add_account("Pia"))
    page = visitor.page
    authenticator = Authenticator(visitor)
    authenticator.set_touched(is_touched=True)
    visitor.open("/account/security")
    press(page, "Add a passkey")
    page.get_by_role("textbox", name="Name").fill("My phone")
    press(page, "Go on")
    expect(page.get_by_text("The passkey “My phone” is added.")).to_be_visible()

    # The browser offers passkeys by itself, so the device is touched only after the button; and
    # before it is asked, because it does not come back to what it has let pass.
    authenticator.set_touched(is_touched=False)
    options = "**/api/v1/auth/passkeys/login/options"
    with page.expect_response(options):
        log_out(visitor)

    def touch(route: Route) -> None:
        authenticator.set_touched(is_touched=True)
        route.continue_()

    page.route(options, touch, times=1)
    press(page, "Use a passkey")
    page.wait_for_url(f"{service.url}/")

    authenticator.set_touched(is_touched=False)
    visitor.open("/account/security")
    press(page, "Rename My phone")
    page.get_by_role("textbox", name="Name").fill("My tablet")
    press(page, "Save")
    press(page, "Remove My tablet")
    press(page.get_by_role("dialog"), "Remove")
    expect(page.get_by_text("You have none yet.")).to_be_visible()


def test_something_sensitive_asks_first_who_is_there(
    service: Service, enter: Callable[[str], Visitor]
) -> None:
    email = service.add_account("Sam")
    visitor, elsewhere = enter(email), enter(email)
    page = visitor.page
    visitor.open("/account/security")
    service.let_log_ins_age()
    press(page, "Change the password")
    page.get_by_label("New password").fill(NEXT_PASSWORD)
    press(page, "Save the new password")
    question = page.get_by_role("dialog", name="Confirm that it is you")
    expect(question.get_by_label("Password")).to_be_focused()
    question.get_by_label("Password").fill(NEXT_PASSWORD)
    press(question, "Confirm")
    expect(question.get_by_role("alert")).to_have_text("This is not the password of your account.")
    question.get_by_label("Password").fill(PASSWORD)
    press(question, "Confirm")
    expect(page.get_by_text("Your password is changed.")).to_be_visible()

    service.let_log_ins_age()
    press(page, "Turn it on")
    expect(question.get_by_label("Password")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    elsewhere.open("/")
    expect(heading(elsewhere)).to_have_text("Log in")


# --- where one is logged in -----------------------------------------------------------------------


def test_one_sees_and_ends_log_ins(service: Service, enter: Callable[[str], Visitor]) -> None:
    email = service.add_account("Wim")
    first, second, third = enter(email), enter(email), enter(email)
    page = first.page
    first.open("/account/security")
    where = page.get_by_role("region", name=re.compile("^Where you"))
    expect(where.get_by_role("listitem")).to_have_count(3)
    expect(where.get_by_text("This one")).to_have_count(1)
    where.get_by_role("button", name=re.compile("^Log out Chrom")).first.click()
    expect(where.get_by_role("listitem")).to_have_count(2)
    press(where, "Log out everywhere else")
    press(page.get_by_role("dialog"), "Log out the others")
    expect(where.get_by_role("listitem")).to_have_count(1)
    for visitor in (second, third):
        visitor.open("/")
        expect(heading(visitor)).to_have_text("Log in")
    activity = page.get_by_role("region", name="Recent activity")
    expect(activity.get_by_text("Log-ins were ended")).to_be_visible()
    press(where, "Log out everywhere")
    press(page.get_by_role("dialog"), "Log out everywhere")
    expect(heading(first)).to_have_text("Log in")


def test_the_address_changes_when_the_new_one_is_confirmed(
    service: Service, enter: Callable[[str], Visitor]
) -> None:
    visitor = enter(service.add_account("Eve"))
    page = visitor.page
    visitor.open("/account/security")
    press(page, "Change the address")
    page.get_by_label("New email").fill("eva@example.org")
    press(page, "Send the link")
    expect(page.get_by_text("You are changing to eva@example.org.")).to_be_visible()
    page.goto(service.link_for("eva@example.org", "Confirm your new e-mail address"))
    expect(page.get_by_text("eva@example.org is yours.")).to_be_visible()
    visitor.open("/account/security")
    email = page.get_by_role("region", name="Email")
    expect(email.get_by_text("eva@example.org")).to_be_visible()


# --- televisions ----------------------------------------------------------------------------------


def shown_code(television: Visitor) -> str:
    """Read the code off the screen."""
    television.open("/tv")
    code = television.page.get_by_text(CODE)
    expect(code).to_be_visible()
    return code.inner_text()


def test_a_television_is_logged_in_by_a_phone(
    service: Service, come: Visit, enter: Callable[[str], Visitor]
) -> None:
    phone, television = enter(service.add_account("Tess")), arrive(service, come)
    page = phone.page
    code = shown_code(television)
    phone.open("/link")
    page.get_by_label("Code on the screen").fill("bbbb bbbb")
    press(page, "Go on")
    expect(page.get_by_role("alert")).to_contain_text("No television shows this code")
    page.get_by_label("Code on the screen").fill(code.lower().replace("-", ""))
    press(page, "Go on")
    expect(heading(phone)).to_have_text("Is this your screen?")
    expect(page.get_by_text(code)).to_be_visible()
    press(page, "Yes, log it in")
    expect(heading(phone)).to_have_text("The screen is logged in")
    expect(television.page.get_by_role("button", name="Account of Tess")).to_be_visible()


def test_a_television_that_nobody_knows_is_refused(
    service: Service, come: Visit, enter: Callable[[str], Visitor]
) -> None:
    phone, television = enter(service.add_account("Dora")), arrive(service, come)
    phone.open(f"/activate?code={shown_code(television)}")
    expect(heading(phone)).to_have_text("Is this your screen?")
    press(phone.page, "No, refuse")
    expect(heading(television)).to_have_text("The log-in was refused")
    press(television.page, "Show a new code")
    expect(television.page.get_by_text(CODE)).to_be_visible()


# --- one's own data -------------------------------------------------------------------------------


def test_a_copy_of_ones_data(service: Service, enter: Callable[[str], Visitor]) -> None:
    visitor = enter(service.add_account("Dan"))
    page = visitor.page
    visitor.open("/account/privacy")
    press(page, "Make a copy")
    expect(page.get_by_text("Ready to be downloaded")).to_be_visible()
    service.let_log_ins_age()
    press(page, "Download")
    question = page.get_by_role("dialog", name="Confirm that it is you")
    question.get_by_label("Password").fill(PASSWORD)
    with page.expect_download() as download:
        press(question, "Confirm")
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"

    news = page.get_by_role("switch", name="News by mail")
    news.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.reload()
    expect(news).to_be_checked()


def test_an_account_sleeps_wakes_and_goes(
    service: Service, enter: Callable[[str], Visitor]
) -> None:
    email = service.add_account("Lea")
    visitor = enter(email)
    page = visitor.page
    visitor.open("/account/privacy")
    press(page, "Deactivate my account")
    press(page.get_by_role("dialog"), "Deactivate it")
    expect(page.get_by_text("Your account is deactivated.")).to_be_visible()
    visitor.log_in(email, PASSWORD)
    expect(heading(visitor)).to_have_text("Welcome back")
    press(page, "Reactivate my account")
    page.wait_for_url(f"{service.url}/")

    visitor.open("/account/privacy")
    press(page, "Delete my account")
    dialog = page.get_by_role("dialog", name="Delete your account?")
    dialog.get_by_role("textbox").fill("somebody@example.org")
    press(dialog, "Delete my account")
    expect(dialog.get_by_role("alert")).to_have_text("This is not your email address.")
    dialog.get_by_role("textbox").fill(email)
    press(dialog, "Delete my account")
    expect(page.get_by_text("Your account will be deleted on")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 800}])
def test_everybody_can_use_these_pages(
    service: Service, come: Visit, size: dict[str, int], enter: Callable[[str], Visitor]
) -> None:
    visitor = enter(service.add_account(f"Axel{size['width']}"))
    visitor.page.set_viewport_size({"width": size["width"], "height": size["height"]})
    for path in ("/account/security", "/account/privacy", "/link"):
        visitor.open(path)
        visitor.page.wait_for_load_state("networkidle")
        assert visitor.barriers() == [], path
    guest = arrive(service, come)
    for path in ("/login", "/register", "/forgot-password", "/reset-password"):
        guest.open(path)
        guest.page.wait_for_load_state("networkidle")
        assert guest.barriers() == [], path
    shown_code(guest)
    assert guest.barriers() == []
