"""The mails that were sent or kept, over HTTP.

Only the owner reads them: a kept mail may hold the link to anybody's account.
"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from streamverse.domains.identity.routes.log_in import NOT_STORED
from streamverse.domains.identity.schemas.mails import MailBodyOut, MailOut, MailPage
from streamverse.domains.identity.service import mails
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import owner, problems
from streamverse.kit.mail import MailNotFound, MailNotSendable, Postbox
from streamverse.kit.work import Work


@get("/mails", guards=[owner], responses=problems(Unauthenticated, Forbidden, Invalid))
async def list_mails(
    work: NamedDependency[Work],
    postbox: NamedDependency[Postbox],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> MailPage:
    """List the mails of this service, newest first."""
    page = await mails.list_mails(work, postbox, cursor, limit)
    return MailPage.of(page, is_sending=postbox.transport is not None)


@get(
    "/mails/{mail_id:uuid}",
    guards=[owner],
    responses=problems(Unauthenticated, Forbidden, MailNotFound),
)
async def get_mail(
    mail_id: FromPath[UUID], work: NamedDependency[Work], postbox: NamedDependency[Postbox]
) -> Response[MailBodyOut]:
    """Read a mail; what it says is shown only where mails are kept instead of sent."""
    seen = await mails.get_mail(work, postbox, mail_id)
    return Response(MailBodyOut.of(seen), headers=NOT_STORED)


@post(
    "/mails/{mail_id:uuid}/send-again",
    guards=[owner],
    status_code=202,
    responses=problems(Unauthenticated, Forbidden, MailNotFound, MailNotSendable),
)
async def send_mail_again(
    mail_id: FromPath[UUID], work: NamedDependency[Work], postbox: NamedDependency[Postbox]
) -> MailOut:
    """Send a mail once more that was sent, given up or kept."""
    return MailOut.of(await mails.send_again(work, postbox, mail_id))


handlers = (list_mails, get_mail, send_mail_again)
