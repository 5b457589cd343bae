"""Mails to people: each in their language, with the way to where it leads; and what was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from streamverse.domains.identity.contracts import Account
from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.rules.mails import Words, words_in
from streamverse.kit.letters import Facts, Letter, set_letter
from streamverse.kit.mail import Mail, MailRow, Mails, Postbox
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Work

MAILS = Listing("identity.mails", tuple[UUID])


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom a mail goes, and in which language."""

    email: str
    locale: str

    @classmethod
    def of(cls, account: AccountRow) -> Recipient:
        """Write to an account."""
        return cls(account.email, account.locale)


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Writes to people. A mail is sent if and only if the Work that it is written in is committed.

    A secret stands behind the ``#`` of its link, which browsers keep to themselves.
    """

    postbox: Postbox
    public_url: str

    def verify_address(self, work: Work, to: AccountRow, secret: str, until: datetime) -> None:
        """Ask somebody to confirm their address."""
        facts = {"email": to.email, "expires_at": until}
        link = self._link("/verify-email", secret)
        self._write(work, Recipient.of(to), lambda words: words.verify_address, facts, link)

    def registration_repeated(self, work: Work, to: AccountRow) -> None:
        """Remind somebody of the account that they have."""
        link = self._link("/login")
        self._write(work, Recipient.of(to), lambda words: words.registration_repeated, {}, link)

    def reset_password(self, work: Work, to: AccountRow, secret: str, until: datetime) -> None:
        """Let somebody choose a new password."""
        link = self._link("/reset-password", secret)
        facts = {"expires_at": until}
        self._write(work, Recipient.of(to), lambda words: words.reset_password, facts, link)

    def password_changed(self, work: Work, to: AccountRow) -> None:
        """Tell somebody that their password is another one now."""
        link = self._link("/forgot-password")
        facts = {"at": work.now}
        self._write(work, Recipient.of(to), lambda words: words.password_changed, facts, link)

    def confirm_new_address(
        self, work: Work, to: AccountRow, new_email: str, secret: str, until: datetime
    ) -> None:
        """Ask at a new address whether the account shall use it."""
        facts = {"email": new_email, "expires_at": until}
        link = self._link("/verify-email", secret)
        recipient = Recipient(new_email, to.locale)
        self._write(work, recipient, lambda words: words.confirm_new_address, facts, link)

    def address_changed(self, work: Work, to: AccountRow, old_email: str) -> None:
        """Tell at the old address that the account has left it."""
        facts = {"new_email": to.email, "at": work.now}
        recipient = Recipient(old_email, to.locale)
        self._write(work, recipient, lambda words: words.address_changed, facts)

    def new_device(
        self, work: Work, to: AccountRow, *, device: str, place: str, at: datetime
    ) -> None:
        """Tell somebody that their account was entered from a device new to us."""
        facts = {"device": device, "place": place or "—", "at": at}
        link = self._link("/account/security")
        self._write(work, Recipient.of(to), lambda words: words.new_device, facts, link)

    def two_factor_turned_on(self, work: Work, to: AccountRow) -> None:
        """Tell somebody that logging in takes a second step now."""
        facts, link = {"at": work.now}, self._link("/account/security")
        self._write(work, Recipient.of(to), lambda words: words.two_factor_turned_on, facts, link)

    def two_factor_turned_off(self, work: Work, to: AccountRow) -> None:
        """Tell somebody that logging in takes only the password now."""
        facts, link = {"at": work.now}, self._link("/account/security")
        self._write(work, Recipient.of(to), lambda words: words.two_factor_turned_off, facts, link)

    def backup_codes_made(self, work: Work, to: AccountRow) -> None:
        """Tell somebody that their backup codes are others now."""
        facts, link = {"at": work.now}, self._link("/account/security")
        self._write(work, Recipient.of(to), lambda words: words.backup_codes_made, facts, link)

    def passkey_added(self, work: Work, to: AccountRow, passkey: str) -> None:
        """Tell somebody that one more passkey enters their account."""
        facts, link = {"passkey": passkey, "at": work.now}, self._link("/account/security")
        self._write(work, Recipient.of(to), lambda words: words.passkey_added, facts, link)

    def passkey_removed(self, work: Work, to: AccountRow, passkey: str) -> None:
        """Tell somebody that a passkey no longer enters their account."""
        facts, link = {"passkey": passkey, "at": work.now}, self._link("/account/security")
        self._write(work, Recipient.of(to), lambda words: words.passkey_removed, facts, link)

    def invitation(
        self, work: Work, to: Recipient, *, inviter: str, secret: str, until: datetime
    ) -> None:
        """Invite somebody who has no account yet."""
        facts = {"inviter": inviter, "email": to.email, "expires_at": until}
        link = self._link("/accept-invitation", secret)
        self._write(work, to, lambda words: words.invitation, facts, link)

    def account_deactivated(self, work: Work, to: AccountRow) -> None:
        """Tell somebody that their account sleeps."""
        link = self._link("/login")
        self._write(work, Recipient.of(to), lambda words: words.account_deactivated, {}, link)

    def deletion_scheduled(self, work: Work, to: AccountRow, delete_at: datetime) -> None:
        """Tell somebody when their account will be deleted."""
        facts, link = {"delete_at": delete_at}, self._link("/login")
        self._write(work, Recipient.of(to), lambda words: words.deletion_scheduled, facts, link)

    def deletion_done(self, work: Work, to: AccountRow) -> None:
        """Tell somebody that their account is gone; call it while the row is still there."""
        self._write(work, Recipient.of(to), lambda words: words.deletion_done, {})

    def write_letter(
        self, work: Work, to: Account, letters: Mapping[str, Letter], facts: Facts, path: str
    ) -> None:
        """Write what another domain has to say: its letter in the language of the account."""
        recipient = Recipient(to.email, to.locale)
        self._write(
            work, recipient, lambda words: letters[words.language.code], facts, self._link(path)
        )

    def _link(self, path: str, secret: str = "") -> str:
        return f"{self.public_url}{path}" + (f"#token={secret}" if secret else "")

    def _write(
        self,
        work: Work,
        to: Recipient,
        pick: Callable[[Words], Letter],
        facts: Facts,
        link: str | None = None,
    ) -> None:
        words = words_in(to.locale)
        brand = self.postbox.sender.name
        made = set_letter(pick(words), words.language, brand=brand, facts=facts, link=link)
        mail = Mail(to.email, made.subject, made.text, made.html, words.language.code)
        self.postbox.post(work, mail)


@dataclass(frozen=True, slots=True)
class SeenMail:
    """A mail as its reader may see it: one for a server is only known to be there."""

    row: MailRow
    mail: Mail | None

    @property
    def readable(self) -> Mail | None:
        """Give what the mail says where mails are kept to be read instead of sent."""
        return None if self.row.was_for_server else self.mail


async def list_mails(
    work: Work, postbox: Postbox, cursor: str | None = None, limit: int | None = None
) -> Page[SeenMail]:
    """List mails, newest first."""
    request = MAILS.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await Mails(work).page(before=before, limit=request.fetch_limit)
    page = request.page(rows, lambda row: (row.id,))
    return page.map(lambda row: SeenMail(row, postbox.open(row)))


async def get_mail(work: Work, postbox: Postbox, mail_id: UUID) -> SeenMail:
    """Get a mail."""
    row = await Mails(work).get(mail_id)
    return SeenMail(row, postbox.open(row))


async def send_again(work: Work, postbox: Postbox, mail_id: UUID) -> SeenMail:
    """Send a mail once more that was sent, given up or kept."""
    row = await Mails(work).lock(mail_id)
    postbox.post_again(work, row)
    return SeenMail(row, postbox.open(row))
