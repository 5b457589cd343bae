"""Invitations: given by staff, accepted once, at the address they went to."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.kit.clock import FixedClock
from streamverse.kit.mail import Mail
from streamverse.kit.work import Actor, Role, Workshop
from tests.factories.accounts import People, make_account, make_session
from tests.factories.mails import link_in, read_mails, token_in

if TYPE_CHECKING:
    from tests.conftest import Clients, Visit

ADA = "Ada@example.org"
FORM = {"password": "a much longer and newer phrase", "display_name": " Ada "}


def assert_refused(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code)


async def emails(workshop: Workshop) -> list[str]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(AccountRow.email).order_by(AccountRow.id)))


async def last_mail(workshop: Workshop, correspondence: Correspondence) -> Mail:
    return (await read_mails(workshop, correspondence))[-1]


@pytest.fixture
async def invited(
    clients: Clients, workshop: Workshop, correspondence: Correspondence
) -> tuple[dict[str, Any], str]:
    """Invite somebody; give the invitation and the secret in its mail."""
    made = await clients.owner.post("/invitations", json={"email": ADA, "role": "editor"})
    assert made.status_code == 201
    return made.json(), token_in(await last_mail(workshop, correspondence))


async def test_an_invitation_becomes_an_account_that_is_logged_in(
    clients: Clients,
    visit: Visit,
    workshop: Workshop,
    correspondence: Correspondence,
    invited: tuple[dict[str, Any], str],
    clock: FixedClock,
) -> None:
    invitation, token = invited
    mail = await last_mail(workshop, correspondence)
    assert (mail.to, mail.subject) == (ADA, "Owner invites you to StreamVerse")
    assert link_in(mail)[0] == "https://video.example.org/accept-invitation"
    assert invitation == {
        "id": invitation["id"],
        "email": ADA,
        "role": "editor",
        "invited_by": "Owner",
        "created_at": clock.now().isoformat().replace("+00:00", "Z"),
        "expires_at": (clock.now() + timedelta(days=7)).isoformat().replace("+00:00", "Z"),
    }
    assert (await clients.owner.get("/invitations")).json()["items"] == [invitation]
    async with visit() as client:
        seen = await client.post("/invitations/verify", json={"token": token})
        assert seen.json() == invitation

        accepted = await client.post("/invitations/accept", json={"token": token, **FORM})

        assert accepted.status_code == 201
        account = accepted.json()
        assert (account["email"], account["display_name"]) == (ADA, "Ada")
        assert (account["role"], account["is_email_verified"]) == ("editor", True)
        assert (await client.get("/auth/me")).json() == account
    assert (await clients.owner.get("/invitations")).json()["items"] == []
    again = await clients.nobody.post("/invitations/accept", json={"token": token, **FORM})
    assert_refused(again, 409, "identity.link_used")


async def test_the_mail_speaks_the_language_that_was_asked_for(
    clients: Clients, workshop: Workshop, correspondence: Correspondence
) -> None:
    form = {"email": ADA, "locale": "de-AT"}
    assert (await clients.owner.post("/invitations", json=form)).status_code == 201

    mail = await last_mail(workshop, correspondence)
    assert (mail.locale, mail.subject) == ("de", "Owner lädt dich zu StreamVerse ein")
    await clients.nobody.post("/invitations/accept", json={"token": token_in(mail), **FORM})
    async with workshop.reading(Actor.system()) as work:
        account = await work.session.scalar(select(AccountRow).where(AccountRow.email == ADA))
    assert account is not None
    assert account.locale == "de-AT"


async def test_inviting_again_makes_the_first_invitation_void(
    clients: Clients,
    workshop: Workshop,
    correspondence: Correspondence,
    invited: tuple[dict[str, Any], str],
) -> None:
    _, first = invited
    again = await clients.owner.post("/invitations", json={"email": ADA.upper()})

    assert (await clients.owner.get("/invitations")).json()["items"] == [again.json()]
    refused = await clients.nobody.post("/invitations/accept", json={"token": first, **FORM})
    assert_refused(refused, 403, "identity.link_invalid")
    second = token_in(await last_mail(workshop, correspondence))
    accepted = await clients.nobody.post("/invitations/accept", json={"token": second, **FORM})
    assert (accepted.status_code, accepted.json()["role"]) == (201, "viewer")


async def test_a_withdrawn_invitation_is_worth_nothing(
    clients: Clients, workshop: Workshop, invited: tuple[dict[str, Any], str]
) -> None:
    invitation, token = invited
    path = f"/invitations/{invitation['id']}"
    assert_refused(await clients.stranger.delete(path), 404, "identity.invitation_not_found")
    assert (await clients.owner.delete(path)).status_code == 204

    before = await emails(workshop)
    refused = await clients.nobody.post("/invitations/accept", json={"token": token, **FORM})
    assert_refused(refused, 403, "identity.link_invalid")
    assert await emails(workshop) == before
    assert_refused(await clients.owner.delete(path), 404, "identity.invitation_not_found")
    assert_refused(
        await clients.owner.delete(f"/invitations/{uuid4()}"),
        404,
        "identity.invitation_not_found",
    )


async def test_an_invitation_expires(
    clients: Clients,
    workshop: Workshop,
    invited: tuple[dict[str, Any], str],
    clock: FixedClock,
) -> None:
    _, token = invited
    before = await emails(workshop)
    clock.advance(timedelta(days=7))

    for path in ("/invitations/verify", "/invitations/accept"):
        refused = await clients.nobody.post(path, json={"token": token, **FORM})
        assert_refused(refused, 403, "identity.link_expired")
    assert (await clients.owner.get("/invitations")).json()["items"] == []
    assert await emails(workshop) == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"password": "short"}, "password"), ({"display_name": " "}, "display_name")],
)
async def test_a_form_that_will_not_do_leaves_the_invitation_good(
    clients: Clients, invited: tuple[dict[str, Any], str], changes: dict[str, str], field: str
) -> None:
    _, token = invited
    refused = await clients.nobody.post(
        "/invitations/accept", json={"token": token, **FORM, **changes}
    )

    assert_refused(refused, 422, "kit.invalid")
    assert [found["field"] for found in refused.json()["fields"]] == [field]
    accepted = await clients.nobody.post("/invitations/accept", json={"token": token, **FORM})
    assert accepted.status_code == 201


async def test_of_many_who_accept_at_once_one_gets_the_account(
    clients: Clients, workshop: Workshop, invited: tuple[dict[str, Any], str]
) -> None:
    _, token = invited

    answers = await asyncio.gather(
        *(
            clients.nobody.post("/invitations/accept", json={"token": token, **FORM})
            for _ in range(3)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert (await emails(workshop)).count(ADA) == 1


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"email": "Viewer@example.org"}, 409, "identity.email_taken"),
        ({"email": "nonsense"}, 422, "kit.invalid"),
        ({"email": "x@example.org\r\nBcc: eve@example.org"}, 422, "kit.invalid"),
        ({"email": ADA, "role": "king"}, 422, "kit.invalid"),
        ({"email": ADA, "locale": "<b>"}, 422, "kit.invalid"),
    ],
)
async def test_an_invitation_that_will_not_do_is_not_sent(
    clients: Clients,
    workshop: Workshop,
    correspondence: Correspondence,
    *,
    form: dict[str, str],
    status: int,
    code: str,
) -> None:
    assert_refused(await clients.owner.post("/invitations", json=form), status, code)
    assert await read_mails(workshop, correspondence) == []


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [("nobody", 401, "kit.unauthenticated"), ("viewer", 403, "kit.forbidden")],
)
async def test_only_staff_invites(
    clients: Clients,
    workshop: Workshop,
    correspondence: Correspondence,
    *,
    role: str,
    status: int,
    code: str,
) -> None:
    client = clients.of(role)

    assert_refused(await client.get("/invitations"), status, code)
    assert_refused(await client.post("/invitations", json={"email": ADA}), status, code)
    assert_refused(await client.delete(f"/invitations/{uuid4()}"), status, code)
    assert await read_mails(workshop, correspondence) == []


async def test_whoever_manages_no_roles_invites_viewers_alone(
    visit: Visit, workshop: Workshop, people: People
) -> None:
    async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
        admin = await make_account(work, "admin@example.org", role=Role.ADMIN)
        secret = make_session(work, admin.id)
    async with visit(headers={"Authorization": f"Bearer {secret}"}) as client:
        for role in ("owner", "admin", "editor"):
            refused = await client.post("/invitations", json={"email": ADA, "role": role})
            assert_refused(refused, 403, "identity.role_not_yours")
        invited = await client.post("/invitations", json={"email": ADA, "role": "viewer"})
        assert invited.status_code == 201


async def test_invitations_come_in_pages(clients: Clients) -> None:
    for number in range(3):
        await clients.owner.post("/invitations", json={"email": f"{number}@example.org"})

    async def page(**asked: object) -> tuple[list[str], str | None]:
        answer = (await clients.owner.get("/invitations", params={"limit": 2, **asked})).json()
        return [item["email"] for item in answer["items"]], answer["next_cursor"]

    first, cursor = await page()
    assert first == ["2@example.org", "1@example.org"]
    assert await page(cursor=cursor) == (["0@example.org"], None)
    assert (await clients.stranger.get("/invitations")).json()["items"] == []
