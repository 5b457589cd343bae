"""Identity's mails in English."""

from __future__ import annotations

from streamverse.domains.identity.rules.mails.words import Words
from streamverse.kit.letters import Language, Letter

_LINK_LIFE = "The link works once, until {expires_at}."
_NOTHING_TO_DO = "If this was you, there is nothing to do."

WORDS = Words(
    language=Language(
        code="en",
        direction="ltr",
        months=(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
        moment="{day} {month} {year}, {time} UTC",
        link_hint="If the button does not work, open this address:",
    ),
    verify_address=Letter(
        subject="Confirm your e-mail address",
        paragraphs=(
            (
                "Please confirm that {email} is your address. "
                "With a confirmed address you can get your account back if you forget the password."
            ),
        ),
        button="Confirm address",
        small_print=(
            _LINK_LIFE,
            "If you did not ask for this, ignore this mail and nothing will happen.",
        ),
    ),
    registration_repeated=Letter(
        subject="You already have an account",
        paragraphs=(
            (
                "Somebody, probably you, tried to register at {brand} with this address. "
                "It already has an account."
            ),
            "Log in as usual, or choose a new password there if you have forgotten yours.",
        ),
        button="Log in",
        small_print=(
            (
                "If that was not you, there is nothing to do: "
                "whoever tried was not told that you have an account."
            ),
        ),
    ),
    reset_password=Letter(
        subject="Choose a new password",
        paragraphs=(
            "Somebody, probably you, asked for a new password for your account at {brand}.",
        ),
        button="Choose a password",
        small_print=(
            _LINK_LIFE,
            "If that was not you, ignore this mail: your password stays as it is.",
        ),
    ),
    password_changed=Letter(
        subject="Your password was changed",
        paragraphs=(
            "The password of your account at {brand} was changed.",
            "If that was not you, choose a new one now.",
        ),
        details=(("When", "{at}"),),
        button="Choose a new password",
        small_print=(_NOTHING_TO_DO,),
    ),
    confirm_new_address=Letter(
        subject="Confirm your new e-mail address",
        paragraphs=(
            (
                "Please confirm that your account at {brand} shall use {email} from now on. "
                "Until you do, the old address stays."
            ),
        ),
        button="Use this address",
        small_print=(
            _LINK_LIFE,
            "If you did not ask for this, ignore this mail and nothing will change.",
        ),
    ),
    address_changed=Letter(
        subject="Your e-mail address was changed",
        paragraphs=(
            (
                "Your account at {brand} now uses the address {new_email}. "
                "You no longer log in with the address that this mail went to."
            ),
        ),
        details=(("When", "{at}"),),
        small_print=(
            _NOTHING_TO_DO,
            "If it was not you, tell the people who run {brand} at once.",
        ),
    ),
    new_device=Letter(
        subject="New log-in to your account",
        paragraphs=("Somebody logged in to your account at {brand} on a device new to us.",),
        details=(("Device", "{device}"), ("Place", "{place}"), ("When", "{at}")),
        button="See your devices",
        small_print=(
            _NOTHING_TO_DO,
            "If it was not you, log that device out and change your password.",
        ),
    ),
    two_factor_turned_on=Letter(
        subject="Two-step log-in is on",
        paragraphs=(
            (
                "From now on, logging in to your account at {brand} takes a second step "
                "besides your password."
            ),
            "Keep your backup codes in a safe place: they let you in when you lose your phone.",
        ),
        details=(("When", "{at}"),),
        button="See your security settings",
        small_print=(_NOTHING_TO_DO, "If it was not you, change your password at once."),
    ),
    two_factor_turned_off=Letter(
        subject="Two-step log-in is off",
        paragraphs=(
            "From now on, your password alone is enough to log in to your account at {brand}.",
        ),
        details=(("When", "{at}"),),
        button="See your security settings",
        small_print=(_NOTHING_TO_DO, "If it was not you, change your password at once."),
    ),
    backup_codes_made=Letter(
        subject="You have new backup codes",
        paragraphs=(
            "The backup codes of your account at {brand} were made anew.",
            "The old ones are void: keep the new ones in a safe place.",
        ),
        details=(("When", "{at}"),),
        button="See your security settings",
        small_print=(_NOTHING_TO_DO, "If it was not you, change your password at once."),
    ),
    passkey_added=Letter(
        subject="A passkey was added",
        paragraphs=("From now on, one more passkey logs in to your account at {brand}.",),
        details=(("Passkey", "{passkey}"), ("When", "{at}")),
        button="See your security settings",
        small_print=(_NOTHING_TO_DO, "If it was not you, change your password at once."),
    ),
    passkey_removed=Letter(
        subject="A passkey was removed",
        paragraphs=("One of your passkeys no longer logs in to your account at {brand}.",),
        details=(("Passkey", "{passkey}"), ("When", "{at}")),
        button="See your security settings",
        small_print=(_NOTHING_TO_DO, "If it was not you, change your password at once."),
    ),
    invitation=Letter(
        subject="{inviter} invites you to {brand}",
        paragraphs=(
            "{inviter} would like you to join {brand}.",
            "Your account will have the address {email}; you choose your name and password.",
        ),
        button="Accept the invitation",
        small_print=(_LINK_LIFE, "If you do not know what this is about, ignore this mail."),
    ),
    account_deactivated=Letter(
        subject="Your account is deactivated",
        paragraphs=(
            "Your account at {brand} is deactivated. Everything in it is kept.",
            "To use it again, log in and reactivate it.",
        ),
        button="Log in",
        small_print=("If it was not you who did this, reactivate it and change your password.",),
    ),
    deletion_scheduled=Letter(
        subject="Your account will be deleted",
        paragraphs=(
            "Your account at {brand} and everything in it will be deleted.",
            "Until then you can change your mind: log in and keep it.",
        ),
        details=(("Deletion", "{delete_at}"),),
        button="Keep my account",
        small_print=("If you want it to be deleted, there is nothing to do.",),
    ),
    deletion_done=Letter(
        subject="Your account is deleted",
        paragraphs=(
            "Your account at {brand} and everything in it has been deleted.",
            "This is the last mail that we send to this address.",
        ),
    ),
)
