"""The mails of a test, read as their owner reads them."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import select

from streamverse.domains.identity.service.mails import Correspondence
from streamverse.kit.db import ALL_TENANTS
from streamverse.kit.mail import Mail, MailRow
from streamverse.kit.work import Actor, Workshop

_TOKEN = re.compile(r"^(?P<page>https://\S+)#token=(?P<token>[\w-]+)$", re.MULTILINE)


async def read_mails(
    workshop: Workshop, correspondence: Correspondence, tenant_id: UUID = ALL_TENANTS
) -> list[Mail]:
    """Read all mails, oldest first."""
    async with workshop.reading(Actor.system(tenant_id)) as work:
        rows = (await work.session.scalars(select(MailRow).order_by(MailRow.id))).all()
    opened = [correspondence.postbox.open(row) for row in rows]
    return [mail for mail in opened if mail is not None]


def link_in(mail: Mail) -> tuple[str, str]:
    """Give the page that a mail leads to, and the secret for it."""
    found = _TOKEN.search(mail.text)
    assert found is not None, mail.text
    assert f"{found['page']}#token={found['token']}" in mail.html
    return found["page"], found["token"]


def token_in(mail: Mail) -> str:
    """Give the secret in a mail's link."""
    return link_in(mail)[1]
