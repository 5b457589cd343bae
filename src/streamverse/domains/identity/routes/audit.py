"""The audit log over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from streamverse.domains.identity.repository import AuditFilter
from streamverse.domains.identity.schemas.audit import AuditPage, AuditVerifiedOut
from streamverse.domains.identity.service import audit
from streamverse.kit.errors import FieldProblem, Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import may, problems
from streamverse.kit.work import Work

WORD_LIMIT = 200

Word = Annotated[str | None, QueryParameter(max_length=WORD_LIMIT)]


@get(
    "/auth/audit-log",
    guards=[may("audit.read")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_audit_log(
    work: NamedDependency[Work],
    *,
    actor_id: FromQuery[UUID | None] = None,
    action: Word = None,
    subject: Word = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> AuditPage:
    """List what staff did, latest first: all, or what one account did, one action, one time."""
    wanted = AuditFilter(actor_id, action, subject, _aware("since", since), _aware("until", until))
    return AuditPage.of(await audit.list_audit_log(work, wanted, cursor, limit))


@get(
    "/auth/audit-log/verify",
    guards=[may("audit.read")],
    responses=problems(Unauthenticated, Forbidden),
)
async def verify_audit_log(work: NamedDependency[Work]) -> AuditVerifiedOut:
    """Read the whole log and tell whether anything was changed or removed."""
    return AuditVerifiedOut.of(await audit.verify_audit_log(work))


def _aware(field: str, moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        sentence = f"Say which time zone {field} is in: 2030-01-01T12:00:00Z."
        raise Invalid(sentence, fields=(FieldProblem(field, sentence),))
    return moment


handlers = (list_audit_log, verify_audit_log)
