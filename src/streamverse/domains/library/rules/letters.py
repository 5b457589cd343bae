"""What is written to those who asked to be reminded, in every language that mails have."""

from __future__ import annotations

from collections.abc import Mapping

from streamverse.kit.letters import Letter

TITLE_OPENED: Mapping[str, Letter] = {
    "en": Letter(
        subject="You can watch it now: {title}",
        paragraphs=("You asked us to remind you: from now on you can watch {title} on {brand}.",),
        button="To the title",
        small_print=(
            "This is the only reminder of it.",
            "You can turn off mails in the preferences of the profile {profile}.",
        ),
    ),
    "de": Letter(
        subject="Jetzt zu sehen: {title}",
        paragraphs=("Du wolltest erinnert werden: {title} ist ab jetzt auf {brand} zu sehen.",),
        button="Zum Titel",
        small_print=(
            "Daran erinnern wir nur dieses eine Mal.",
            "In den Einstellungen des Profils {profile} kannst du Mails abstellen.",
        ),
    ),
    "ar": Letter(
        subject="يمكنك مشاهدته الآن: {title}",
        paragraphs=("طلبت أن نذكّرك: يمكنك من الآن مشاهدة {title} على {brand}.",),
        button="إلى العنوان",
        small_print=(
            "هذا هو التذكير الوحيد به.",
            "يمكنك إيقاف الرسائل من تفضيلات الملف الشخصي {profile}.",
        ),
    ),
}
