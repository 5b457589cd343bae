"""Those who run the service: people and their roles, invitations, mails, keys and the audit log."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, WIDER_THAN_THE_WINDOW, Visit, Visitor
from tests.e2e.conftest import Library, logged_in, open_library

VERA = {"email": "vera@example.org", "password": "another long password", "display_name": "Vera"}


@pytest.fixture(scope="module")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Run a server of its own, with its owner and a viewer."""
    with open_library(browser, tmp_path_factory.mktemp("office")) as library:
        library.client.post("/accounts", json=VERA).raise_for_status()
        yield library


@pytest.fixture
def boss(come: Visit, office: Library) -> Visitor:
    """Let the owner come."""
    return come(
        office.url,
        storage_state=office.owner,
        permissions=["clipboard-read", "clipboard-write"],
    )


def test_an_invitation_is_written_passed_on_sent_again_and_withdrawn(boss: Visitor) -> None:
    page = boss.page
    boss.expected.append("/api/v1/invitations")
    boss.open("/people")
    page.get_by_role("button", name="Invite by mail").click()
    dialog = page.get_by_role("dialog", name="Invite by mail")
    dialog.get_by_label("Email").fill(VERA["email"])
    dialog.get_by_role("button", name="Send the invitation").click()
    expect(dialog.get_by_role("alert")).to_have_text(
        "Somebody already has an account with this e-mail address."
    )
    dialog.get_by_label("Email").fill("amir@example.org")
    dialog.get_by_label("Role").select_option("editor")
    dialog.get_by_label("Language of the mail").select_option("ar")
    dialog.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("amir@example.org is invited.")).to_be_visible()

    page.get_by_role("link", name="Open the mails").click()
    mails = page.get_by_role("list", name="All mails").get_by_role("link")
    mails.filter(has_text="amir@example.org").click()
    body = page.locator("iframe")
    expect(body).to_have_attribute("sandbox", "")
    expect(body.content_frame.locator("html")).to_have_attribute("dir", "rtl")
    page.get_by_role("button", name="Copy its link").click()
    expect(page.get_by_text("The link is copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{boss.url}/accept-invitation#token=")

    boss.open("/people")
    page.get_by_role("button", name="Send the invitation to amir@example.org again").click()
    expect(page.get_by_text("amir@example.org is invited.")).to_be_visible()
    page.get_by_role("button", name="Withdraw the invitation to amir@example.org").click()
    expect(page.get_by_text("Nobody is invited at the moment.")).to_be_visible()


def test_a_role_opens_pages_to_somebody(
    boss: Visitor, come: Visit, office: Library, browser: Browser
) -> None:
    viewer = come(office.url, storage_state=logged_in(browser, office.url, VERA))
    denied = "Your role does not include this"
    for path in ("/people", "/admin/api-keys", "/admin/audit-log"):
        viewer.open(path)
        expect(viewer.page.get_by_role("heading", level=1)).to_have_text(denied)

    boss.open("/people")
    boss.page.get_by_role("button", name="Change what Vera may do").click()
    dialog = boss.page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Support").check()
    expect(dialog.get_by_role("checkbox", name="Read the audit log")).to_have_count(0)
    dialog.get_by_role("checkbox", name="Publish titles").check()
    dialog.get_by_role("button", name="Save").click()
    card = boss.page.get_by_role("list", name="Accounts").get_by_role("listitem")
    expect(card.filter(has_text="Vera")).to_contain_text("+1 permission")

    helper = come(office.url, storage_state=logged_in(browser, office.url, VERA))
    helper.open("/admin/audit-log")
    log = helper.page.get_by_role("list", name="Audit log")
    expect(log).to_contain_text("Owner made Vera Support instead of Viewer.")
    helper.open("/people")
    expect(helper.page.get_by_role("list", name="Accounts")).to_contain_text("Owner")
    expect(helper.page.get_by_role("button", name="Invite by mail")).to_have_count(0)
    expect(helper.page.get_by_role("button", name="Remove Owner")).to_have_count(0)
    # With a slip, and the letters of the address.
    helper.page.get_by_label("Find people by name or email").fill("vrea")
    found = helper.page.get_by_role("list", name="Accounts").get_by_role("listitem")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Vera")
    assert helper.barriers() == []
    helper.page.get_by_label("Find people by name or email").fill("zzzz")
    expect(helper.page.get_by_text("Nobody is called like this.")).to_be_visible()


@pytest.mark.parametrize(
    ("role", "pages", "menu"),
    [
        ("viewer", [], []),
        ("creator", ["Upload"], []),
        ("analyst", [], []),
        ("support", ["People"], ["Audit log", "Log-in activity"]),
        ("moderator", ["People"], []),
        ("editor", ["Upload", "Processing"], []),
        (
            "admin",
            ["Upload", "Processing", "People"],
            ["API keys", "Audit log", "Log-in activity"],
        ),
    ],
)
def test_each_role_finds_its_pages_and_no_others(
    office: Library,
    browser: Browser,
    come: Visit,
    role: str,
    *,
    pages: list[str],
    menu: list[str],
) -> None:
    account = {"email": f"{role}@example.org", "password": VERA["password"]}
    form = {**account, "display_name": role.title(), "role": role}
    office.client.post("/accounts", json=form).raise_for_status()
    visitor = come(office.url, storage_state=logged_in(browser, office.url, account))
    page = visitor.page
    visitor.open("/")
    main = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(main).to_have_text(["Browse", "Collections", "Live", *pages])
    page.get_by_role("button", name=f"Account of {role.title()}").click()
    expect(page.get_by_role("menuitem", name="Log out")).to_be_visible()
    for name in ("Mails", "API keys", "Audit log", "Log-in activity"):
        expect(page.get_by_role("menuitem", name=name)).to_have_count(int(name in menu))
    page.keyboard.press("Escape")
    for name in pages:
        main.filter(has_text=name).click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text(
            "Your role does not include this"
        )
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_key_is_shown_once_works_and_is_revoked(boss: Visitor, office: Library) -> None:
    page = boss.page
    boss.expected.append("/api/v1/admin/api-keys")
    boss.open("/admin/api-keys")
    page.get_by_role("button", name="Make a key").first.click()
    form = page.get_by_role("dialog", name="Make a key")
    form.get_by_label("Name").fill("Nightly import")
    form.get_by_role("button", name="Make a key").click()
    expect(form.get_by_role("alert")).to_have_text("Choose at least one permission for the key.")
    form.get_by_role("checkbox", name="See accounts").check()
    form.get_by_role("button", name="Make a key").click()
    made = page.get_by_role("dialog", name="Copy the key now")
    key = made.get_by_label("API key").input_value()
    made.get_by_role("button", name="Copy", exact=True).click()
    expect(made.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key
    made.get_by_role("button", name="I have kept it").click()
    assert key not in page.content()
    assert status_with(office, key) == httpx.codes.OK

    page.get_by_role("button", name="Revoke Nightly import").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke it").click()
    expect(page.get_by_text("“Nightly import” is revoked.")).to_be_visible()
    assert status_with(office, key) == httpx.codes.UNAUTHORIZED


def status_with(library: Library, key: str) -> int:
    """Ask for the accounts as a program with a key."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{library.url}/api/v1/accounts", headers=headers).status_code


def test_the_audit_log_is_searched(boss: Visitor) -> None:
    page = boss.page
    boss.open("/admin/audit-log")
    log = page.get_by_role("list", name="Audit log")
    expect(log).to_contain_text("Owner added Vera as Viewer.")
    page.get_by_label("What").select_option(label="Account removed")
    expect(page.get_by_role("heading", name="Nothing was done")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    page.get_by_label("What").select_option(label="Account added")
    expect(log.get_by_text("Owner added Vera as Viewer.")).to_be_visible()
    page.get_by_label("To", exact=True).fill("2001-01-01")
    expect(page.get_by_role("heading", name="Nothing was done")).to_be_visible()


def test_the_chain_is_checked_and_a_break_is_named(boss: Visitor, office: Library) -> None:
    page = boss.page
    boss.open("/admin/audit-log")
    expect(page.get_by_text(re.compile(r"^Chain intact up to entry \d+$"))).to_be_visible()

    # Whoever owns the tables can switch their guard off.
    path = office.process.data_dir / "streamverse.db"
    with sqlite3.connect(path, timeout=10) as database:
        guards = database.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'trigger' AND tbl_name = 'identity_audit'"
        ).fetchall()
        for name, _ in guards:
            database.execute(f"DROP TRIGGER {name}")
        kept = database.execute("SELECT action FROM identity_audit WHERE seq = 1").fetchone()
        database.execute("UPDATE identity_audit SET action = 'house.sold' WHERE seq = 1")
    page.reload()
    expect(page.get_by_text("The chain is broken")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("entry 1 does not say what was written")
    assert boss.barriers() == []
    with sqlite3.connect(path, timeout=10) as database:
        database.execute("UPDATE identity_audit SET action = ? WHERE seq = 1", kept)
        for _, sql in guards:
            database.execute(sql)
    database.close()


def test_staff_reads_what_happened_around_log_ins(boss: Visitor, office: Library) -> None:
    wrong = {"email": "nobody@example.org", "password": "wrong"}
    assert office.client.post("/auth/login", json=wrong).status_code == httpx.codes.UNAUTHORIZED
    page = boss.page
    boss.open("/admin/activity")
    happened = page.get_by_role("list", name="Log-in activity")
    expect(happened.get_by_role("listitem").first).to_contain_text("A log-in failed")
    expect(happened.get_by_role("listitem").first).to_contain_text("Nobody we know")
    page.get_by_label("What").select_option(label="Logged in")
    page.get_by_label("Who").select_option(label="Owner")
    expect(happened.get_by_role("listitem").first).to_contain_text("Owner")
    expect(happened.get_by_text("A log-in failed")).to_have_count(0)
    page.get_by_label("What").select_option(label="A wrong PIN for a profile")
    expect(page.get_by_role("heading", name="Nothing happened")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/people", "/admin/api-keys", "/admin/audit-log", "/admin/activity", "/admin/mails"]
)
def test_nothing_keeps_staff_out(boss: Visitor, path: str) -> None:
    boss.open(path)
    expect(boss.page.get_by_role("heading", level=1)).to_be_visible()
    boss.page.wait_for_load_state("networkidle")
    assert boss.barriers() == []
    boss.page.set_viewport_size(PHONE)
    assert boss.page.evaluate(WIDER_THAN_THE_WINDOW) is False
    assert boss.barriers() == []
