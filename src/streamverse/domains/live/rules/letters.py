"""What is written of streams, in every language that mails have."""

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

STREAM_UNWELL: Mapping[str, Letter] = {
    "en": Letter(
        subject="Viewers suffer: {stream}",
        paragraphs=("Something is wrong with {stream}, which is live on {brand}.", "{problems}"),
        button="To the stream",
        small_print=(
            "Everybody who may run the live streams gets this mail, once an hour at most.",
        ),
    ),
    "de": Letter(
        subject="Zuschauer leiden: {stream}",
        paragraphs=("Mit {stream}, gerade live auf {brand}, stimmt etwas nicht.", "{problems}"),
        button="Zum Stream",
        small_print=(
            "Diese Mail bekommen alle, die Live-Streams betreiben, höchstens einmal pro Stunde.",
        ),
    ),
    "ar": Letter(
        subject="المشاهدون يعانون: {stream}",
        paragraphs=("هناك مشكلة في {stream} الذي يُبث الآن على {brand}.", "{problems}"),
        button="إلى البث",
        small_print=("تصل هذه الرسالة إلى كل من يدير البث المباشر، مرة في الساعة على الأكثر.",),
    ),
}
