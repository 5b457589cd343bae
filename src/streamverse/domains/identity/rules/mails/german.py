"""Identity's mails in German."""

from __future__ import annotations

from streamverse.domains.identity.rules.mails.words import Words
from streamverse.kit.letters import Language, Letter

_LINK_LIFE = "Der Link funktioniert einmal, bis {expires_at}."
_NOTHING_TO_DO = "Wenn du das warst, musst du nichts tun."

WORDS = Words(
    language=Language(
        code="de",
        direction="ltr",
        months=(
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ),
        moment="{day}. {month} {year}, {time} Uhr (UTC)",
        link_hint="Wenn der Knopf nicht funktioniert, öffne diese Adresse:",
    ),
    verify_address=Letter(
        subject="Bestätige deine E-Mail-Adresse",
        paragraphs=(
            (
                "Bitte bestätige, dass {email} deine Adresse ist. Mit einer bestätigten Adresse "
                "bekommst du dein Konto zurück, falls du das Passwort vergisst."
            ),
        ),
        button="Adresse bestätigen",
        small_print=(
            _LINK_LIFE,
            "Wenn du das nicht angefordert hast, beachte diese Mail nicht: es passiert nichts.",
        ),
    ),
    registration_repeated=Letter(
        subject="Du hast schon ein Konto",
        paragraphs=(
            (
                "Jemand, vermutlich du, wollte sich mit dieser Adresse bei {brand} registrieren. "
                "Zu ihr gibt es schon ein Konto."
            ),
            (
                "Melde dich wie gewohnt an, oder wähle dort ein neues Passwort, "
                "falls du deines vergessen hast."
            ),
        ),
        button="Anmelden",
        small_print=(
            (
                "Wenn du das nicht warst, musst du nichts tun: "
                "Wer es versucht hat, erfuhr nicht, dass du ein Konto hast."
            ),
        ),
    ),
    reset_password=Letter(
        subject="Wähle ein neues Passwort",
        paragraphs=(
            "Jemand, vermutlich du, hat ein neues Passwort für dein Konto bei {brand} angefordert.",
        ),
        button="Passwort wählen",
        small_print=(
            _LINK_LIFE,
            "Wenn du das nicht warst, beachte diese Mail nicht: Dein Passwort bleibt, wie es ist.",
        ),
    ),
    password_changed=Letter(
        subject="Dein Passwort wurde geändert",
        paragraphs=(
            "Das Passwort deines Kontos bei {brand} wurde geändert.",
            "Wenn du das nicht warst, wähle jetzt ein neues.",
        ),
        details=(("Zeit", "{at}"),),
        button="Neues Passwort wählen",
        small_print=(_NOTHING_TO_DO,),
    ),
    confirm_new_address=Letter(
        subject="Bestätige deine neue E-Mail-Adresse",
        paragraphs=(
            (
                "Bitte bestätige, dass dein Konto bei {brand} künftig die Adresse {email} hat. "
                "Bis dahin bleibt es bei der alten."
            ),
        ),
        button="Diese Adresse verwenden",
        small_print=(
            _LINK_LIFE,
            "Wenn du das nicht angefordert hast, beachte diese Mail nicht: es ändert sich nichts.",
        ),
    ),
    address_changed=Letter(
        subject="Deine E-Mail-Adresse wurde geändert",
        paragraphs=(
            (
                "Dein Konto bei {brand} hat jetzt die Adresse {new_email}. "
                "Mit der Adresse, an die diese Mail ging, meldest du dich nicht mehr an."
            ),
        ),
        details=(("Zeit", "{at}"),),
        small_print=(
            _NOTHING_TO_DO,
            "Wenn du es nicht warst, sag sofort denen Bescheid, die {brand} betreiben.",
        ),
    ),
    new_device=Letter(
        subject="Neue Anmeldung an deinem Konto",
        paragraphs=(
            (
                "Jemand hat sich mit einem Gerät, das wir noch nicht kannten, "
                "an deinem Konto bei {brand} angemeldet."
            ),
        ),
        details=(("Gerät", "{device}"), ("Ort", "{place}"), ("Zeit", "{at}")),
        button="Geräte ansehen",
        small_print=(
            _NOTHING_TO_DO,
            "Wenn du es nicht warst, melde das Gerät ab und ändere dein Passwort.",
        ),
    ),
    two_factor_turned_on=Letter(
        subject="Die Anmeldung in zwei Schritten ist an",
        paragraphs=(
            (
                "Von jetzt an braucht die Anmeldung an deinem Konto bei {brand} "
                "außer dem Passwort einen zweiten Schritt."
            ),
            (
                "Bewahre deine Ersatzcodes sicher auf: "
                "Mit ihnen kommst du hinein, wenn du dein Telefon verlierst."
            ),
        ),
        details=(("Zeit", "{at}"),),
        button="Sicherheit ansehen",
        small_print=(_NOTHING_TO_DO, "Wenn du es nicht warst, ändere sofort dein Passwort."),
    ),
    two_factor_turned_off=Letter(
        subject="Die Anmeldung in zwei Schritten ist aus",
        paragraphs=(
            "Von jetzt an genügt für die Anmeldung an deinem Konto bei {brand} das Passwort.",
        ),
        details=(("Zeit", "{at}"),),
        button="Sicherheit ansehen",
        small_print=(_NOTHING_TO_DO, "Wenn du es nicht warst, ändere sofort dein Passwort."),
    ),
    backup_codes_made=Letter(
        subject="Du hast neue Ersatzcodes",
        paragraphs=(
            "Die Ersatzcodes deines Kontos bei {brand} wurden neu erstellt.",
            "Die alten gelten nicht mehr: Bewahre die neuen sicher auf.",
        ),
        details=(("Zeit", "{at}"),),
        button="Sicherheit ansehen",
        small_print=(_NOTHING_TO_DO, "Wenn du es nicht warst, ändere sofort dein Passwort."),
    ),
    passkey_added=Letter(
        subject="Ein Passkey wurde hinzugefügt",
        paragraphs=("Ab jetzt meldet dich ein weiterer Passkey an deinem Konto bei {brand} an.",),
        details=(("Passkey", "{passkey}"), ("Zeit", "{at}")),
        button="Sicherheit ansehen",
        small_print=(_NOTHING_TO_DO, "Wenn du es nicht warst, ändere sofort dein Passwort."),
    ),
    passkey_removed=Letter(
        subject="Ein Passkey wurde entfernt",
        paragraphs=(
            "Einer deiner Passkeys meldet dich nicht mehr an deinem Konto bei {brand} an.",
        ),
        details=(("Passkey", "{passkey}"), ("Zeit", "{at}")),
        button="Sicherheit ansehen",
        small_print=(_NOTHING_TO_DO, "Wenn du es nicht warst, ändere sofort dein Passwort."),
    ),
    invitation=Letter(
        subject="{inviter} lädt dich zu {brand} ein",
        paragraphs=(
            "{inviter} möchte dich bei {brand} dabeihaben.",
            "Dein Konto bekommt die Adresse {email}; Namen und Passwort wählst du selbst.",
        ),
        button="Einladung annehmen",
        small_print=(
            _LINK_LIFE,
            "Wenn du nicht weißt, worum es geht, beachte diese Mail nicht.",
        ),
    ),
    account_deactivated=Letter(
        subject="Dein Konto ist stillgelegt",
        paragraphs=(
            "Dein Konto bei {brand} ist stillgelegt. Alles darin bleibt erhalten.",
            "Um es wieder zu nutzen, melde dich an und aktiviere es.",
        ),
        button="Anmelden",
        small_print=("Wenn du das nicht warst, aktiviere es und ändere dein Passwort.",),
    ),
    deletion_scheduled=Letter(
        subject="Dein Konto wird gelöscht",
        paragraphs=(
            "Dein Konto bei {brand} wird mit allem darin gelöscht.",
            "Bis dahin kannst du es dir anders überlegen: Melde dich an und behalte es.",
        ),
        details=(("Löschung", "{delete_at}"),),
        button="Konto behalten",
        small_print=("Wenn es gelöscht werden soll, musst du nichts tun.",),
    ),
    deletion_done=Letter(
        subject="Dein Konto ist gelöscht",
        paragraphs=(
            "Dein Konto bei {brand} wurde mit allem darin gelöscht.",
            "Dies ist die letzte Mail, die wir an diese Adresse schicken.",
        ),
    ),
)
