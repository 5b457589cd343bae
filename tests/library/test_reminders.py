"""Reminders: asked for, written once the title can be watched, dropped, kept from who may not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.identity.models import AccountRow
from streamverse.domains.library.contracts import RemindOfOpened
from streamverse.domains.library.errors import ListFull
from streamverse.domains.library.jobs import LibraryJobs
from streamverse.domains.library.models import ReminderRow
from streamverse.domains.library.service import reminders
from streamverse.domains.library.service.reminders import EXPORTERS, REMINDER_LIMIT
from streamverse.domains.profiles.service import preferences
from streamverse.kit.clock import new_id
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker, handlers_of
from tests.factories.mails import read_mails
from tests.factories.titles import make_title

if TYPE_CHECKING:
    from streamverse.domains.catalog.contracts import TitleId
    from streamverse.domains.identity.service.mails import Correspondence
    from tests.conftest import Clients
    from tests.factories.accounts import People
    from tests.library.conftest import Sofa

SOON = timedelta(hours=2)


async def remind(workshop: Workshop, correspondence: Correspondence) -> None:
    """Let the job run, as a worker runs it."""
    async with workshop.work(Actor.system()) as work:
        work.enqueue(RemindOfOpened())
    jobs = LibraryJobs(workshop, correspondence).handlers()
    worker = Worker(workshop, handlers_of([*jobs], []), name="test", lanes={DEFAULT_LANE: 1})
    await worker.run_until_idle()


async def subjects(workshop: Workshop, correspondence: Correspondence) -> list[str]:
    return [mail.subject for mail in await read_mails(workshop, correspondence)]


async def ask(sofa: Sofa, title_id: TitleId) -> None:
    async with sofa.workshop.work(sofa.home.sofa) as work:
        await reminders.ask_for_reminder(work, sofa.home.first, title_id)


async def waiting(workshop: Workshop) -> list[UUID]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(ReminderRow.title_id)))


async def coming(sofa: Sofa, name: str = "Sintel", **changes: Any) -> TitleId:
    return await sofa.film(name, published_at=sofa.clock.now() + SOON, **changes)


async def test_a_mail_comes_once_the_title_can_be_watched(
    sofa: Sofa, correspondence: Correspondence
) -> None:
    film = await coming(sofa)
    await ask(sofa, film)
    await ask(sofa, film)
    await remind(sofa.workshop, correspondence)
    assert await subjects(sofa.workshop, correspondence) == []

    sofa.clock.advance(SOON)
    await remind(sofa.workshop, correspondence)
    await remind(sofa.workshop, correspondence)
    [mail] = await read_mails(sofa.workshop, correspondence)
    assert (mail.to, mail.subject) == ("viewer@example.org", "You can watch it now: Sintel")
    assert f"https://video.example.org/titles/{film}" in mail.text
    assert await waiting(sofa.workshop) == []


@pytest.mark.parametrize(
    ("locale", "subject"),
    [
        ("de-AT", "Jetzt zu sehen: Sintel"),
        ("ar", "يمكنك مشاهدته الآن: Sintel"),
        ("fr", "You can watch it now: Sintel"),
    ],
)
async def test_it_is_written_in_the_language_of_the_account(
    sofa: Sofa, correspondence: Correspondence, locale: str, subject: str
) -> None:
    await ask(sofa, await coming(sofa))
    async with sofa.workshop.work(Actor.system()) as work:
        await work.session.execute(update(AccountRow).values(locale=locale))
    sofa.clock.advance(SOON)
    await remind(sofa.workshop, correspondence)
    assert await subjects(sofa.workshop, correspondence) == [subject]


async def test_whoever_no_longer_wants_it_or_no_mails_at_all_gets_none(
    sofa: Sofa, correspondence: Correspondence
) -> None:
    dropped, other = await coming(sofa, "Dropped"), await coming(sofa, "Other")
    await ask(sofa, dropped)
    await ask(sofa, other)
    async with sofa.workshop.work(sofa.home.sofa) as work:
        await reminders.drop_reminder(work, sofa.home.first, dropped)
        await reminders.drop_reminder(work, sofa.home.first, dropped)
        patch = {"notifications": {"is_by_email": False}}
        await preferences.change_preferences(work, sofa.home.first, patch)
    sofa.clock.advance(SOON)
    await remind(sofa.workshop, correspondence)
    assert await subjects(sofa.workshop, correspondence) == []
    assert await waiting(sofa.workshop) == []


@pytest.mark.parametrize(
    "changes", [{"effective_age": 18}, {"published_at": None, "shown_from": None}]
)
async def test_what_a_profile_may_not_know_of_by_then_is_not_told(
    sofa: Sofa, correspondence: Correspondence, changes: dict[str, object]
) -> None:
    film = await coming(sofa, effective_age=6)
    await sofa.home.sit(sofa.home.teen)
    async with sofa.workshop.work(sofa.home.sofa) as work:
        await reminders.ask_for_reminder(work, sofa.home.teen, film)
    async with sofa.workshop.work(sofa.owner) as work:
        await work.session.execute(update(TitleRow).where(TitleRow.id == film).values(**changes))
    sofa.clock.advance(SOON)
    await remind(sofa.workshop, correspondence)
    assert await subjects(sofa.workshop, correspondence) == []


async def test_a_list_of_reminders_has_an_end(sofa: Sofa) -> None:
    film = await coming(sofa)
    async with sofa.workshop.work(sofa.home.sofa) as work:
        for _ in range(REMINDER_LIMIT):
            other = await make_title(work)
            work.session.add(
                ReminderRow(profile_id=sofa.home.first, title_id=other, asked_at=work.now)
            )
    with pytest.raises(ListFull):
        await ask(sofa, film)
    assert film not in await waiting(sofa.workshop)


async def test_reminders_over_http(clients: Clients, workshop: Workshop, people: People) -> None:
    async with workshop.work(people.owner) as work:
        opens_at: datetime = work.now + SOON
        film = await make_title(work, "Sintel", published_at=opens_at)
        known = await make_title(work, "Known")
    profiles = (await clients.viewer.get("/users/me/profiles")).json()["items"]
    path = f"/users/{profiles[0]['id']}/reminders"
    asked = await clients.viewer.put(f"{path}/{film}")
    assert (asked.status_code, asked.content) == (204, b"")
    assert (await clients.viewer.get(path)).json() == {"title_ids": [str(film)]}
    for title_id in (known, new_id()):
        refused = await clients.viewer.put(f"{path}/{title_id}")
        assert (refused.status_code, refused.json()["code"]) == (404, "catalog.title_not_found")
    for client in (clients.owner, clients.stranger):
        refused = await client.put(f"{path}/{film}")
        assert refused.json()["code"] == "profiles.profile_not_found"
        assert (await client.get(path)).status_code == 404
        assert (await client.delete(f"{path}/{film}")).status_code == 404
    assert (await clients.viewer.get(path)).json() == {"title_ids": [str(film)]}

    assert people.viewer.account_id is not None
    async with workshop.reading(people.viewer) as work:
        [exporter] = EXPORTERS
        copy: Any = await exporter.export(work, AccountId(people.viewer.account_id))
    assert [(one["title"], one["title_id"]) for one in copy] == [("Sintel", film)]
    assert (await clients.viewer.delete(f"{path}/{film}")).status_code == 204
    assert (await clients.viewer.get(path)).json() == {"title_ids": []}
