"""What is written to those who asked to be reminded, in every language that mails have."""

from __future__ import annotations

from collections.abc import Mapping

from streamverse.kit.letters import Letter

STREAM_BEGINS: Mapping[str, Letter] = {
    "en": Letter(
        subject="About to begin: {stream}",
        paragraphs=("You asked us to remind you: {stream} is about to begin on {brand}.",),
        button="To the stream",
        small_print=(
            "This is the only reminder of it.",
            "You can turn off mails in the preferences of the profile {profile}.",
        ),
    ),
    "de": Letter(
        subject="Beginnt gleich: {stream}",
        paragraphs=("Du wolltest erinnert werden: {stream} beginnt gleich auf {brand}.",),
        button="Zum Stream",
        small_print=(
            "Daran erinnern wir nur dieses eine Mal.",
            "In den Einstellungen des Profils {profile} kannst du Mails abstellen.",
        ),
    ),
    "ar": Letter(
        subject="سيبدأ بعد قليل: {stream}",
        paragraphs=("طلبت أن نذكّرك: سيبدأ {stream} بعد قليل على {brand}.",),
        button="إلى البث",
        small_print=(
            "هذا هو التذكير الوحيد به.",
            "يمكنك إيقاف الرسائل من تفضيلات الملف الشخصي {profile}.",
        ),
    ),
}
