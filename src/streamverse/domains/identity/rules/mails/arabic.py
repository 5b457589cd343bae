"""Identity's mails in Arabic."""

from __future__ import annotations

from streamverse.domains.identity.rules.mails.words import Words
from streamverse.kit.letters import Language, Letter

_LINK_LIFE = "يعمل الرابط مرة واحدة فقط، حتى {expires_at}."
_NOTHING_TO_DO = "إن كنت أنت من فعل ذلك فلا داعي لأي إجراء."
_CHANGE_PASSWORD = "إن لم تكن أنت من فعل ذلك فغيّر كلمة المرور فورًا."  # noqa: S105 - words

WORDS = Words(
    language=Language(
        code="ar",
        direction="rtl",
        months=(
            "يناير",
            "فبراير",
            "مارس",
            "أبريل",
            "مايو",
            "يونيو",
            "يوليو",
            "أغسطس",
            "سبتمبر",
            "أكتوبر",
            "نوفمبر",
            "ديسمبر",
        ),
        moment="{day} {month} {year}، الساعة {time} بالتوقيت العالمي",
        link_hint="إذا لم يعمل الزر فافتح هذا العنوان:",
    ),
    verify_address=Letter(
        subject="تأكيد عنوان بريدك الإلكتروني",
        paragraphs=(
            (
                "يُرجى تأكيد أن {email} هو عنوانك. "
                "فبالعنوان المؤكَّد يمكنك استعادة حسابك إذا نسيت كلمة المرور."
            ),
        ),
        button="تأكيد العنوان",
        small_print=(
            _LINK_LIFE,
            "إن لم تطلب ذلك فتجاهل هذه الرسالة، ولن يحدث شيء.",
        ),
    ),
    registration_repeated=Letter(
        subject="لديك حساب بالفعل",
        paragraphs=(
            "حاول شخصٌ ما، ولعله أنت، التسجيل في {brand} بهذا العنوان، وله حساب بالفعل.",
            "سجّل الدخول كالمعتاد، أو اختر كلمة مرور جديدة هناك إن كنت قد نسيت كلمتك.",
        ),
        button="تسجيل الدخول",
        small_print=(
            "إن لم تكن أنت من حاول ذلك فلا داعي لأي إجراء: لم نُخبر من حاول بأن لديك حسابًا.",
        ),
    ),
    reset_password=Letter(
        subject="اختيار كلمة مرور جديدة",
        paragraphs=("طلب شخصٌ ما، ولعله أنت، كلمة مرور جديدة لحسابك في {brand}.",),
        button="اختيار كلمة المرور",
        small_print=(
            _LINK_LIFE,
            "إن لم تكن أنت من طلب ذلك فتجاهل هذه الرسالة، وستبقى كلمة المرور كما هي.",
        ),
    ),
    password_changed=Letter(
        subject="تم تغيير كلمة المرور",
        paragraphs=(
            "تم تغيير كلمة المرور لحسابك في {brand}.",
            "إن لم تكن أنت من فعل ذلك فاختر كلمة مرور جديدة الآن.",
        ),
        details=(("الوقت", "{at}"),),
        button="اختيار كلمة مرور جديدة",
        small_print=(_NOTHING_TO_DO,),
    ),
    confirm_new_address=Letter(
        subject="تأكيد عنوان بريدك الإلكتروني الجديد",
        paragraphs=(
            (
                "يُرجى تأكيد أن حسابك في {brand} سيستخدم العنوان {email} من الآن فصاعدًا. "
                "وإلى أن تؤكد ذلك يبقى العنوان القديم."
            ),
        ),
        button="استخدام هذا العنوان",
        small_print=(
            _LINK_LIFE,
            "إن لم تطلب ذلك فتجاهل هذه الرسالة، ولن يتغير شيء.",
        ),
    ),
    address_changed=Letter(
        subject="تم تغيير عنوان بريدك الإلكتروني",
        paragraphs=(
            (
                "يستخدم حسابك في {brand} الآن العنوان {new_email}. "
                "ولم يعد بإمكانك تسجيل الدخول بالعنوان الذي وصلته هذه الرسالة."
            ),
        ),
        details=(("الوقت", "{at}"),),
        small_print=(
            _NOTHING_TO_DO,
            "إن لم تكن أنت من فعل ذلك فأبلغ القائمين على {brand} فورًا.",
        ),
    ),
    new_device=Letter(
        subject="تسجيل دخول جديد إلى حسابك",
        paragraphs=("سجّل شخصٌ ما الدخول إلى حسابك في {brand} من جهاز لم نعرفه من قبل.",),
        details=(("الجهاز", "{device}"), ("المكان", "{place}"), ("الوقت", "{at}")),
        button="عرض أجهزتك",
        small_print=(
            _NOTHING_TO_DO,
            "إن لم تكن أنت من فعل ذلك فسجّل خروج ذلك الجهاز وغيّر كلمة المرور.",
        ),
    ),
    two_factor_turned_on=Letter(
        subject="تم تفعيل تسجيل الدخول بخطوتين",
        paragraphs=(
            (
                "من الآن فصاعدًا يتطلب تسجيل الدخول إلى حسابك في {brand} "
                "خطوة ثانية إلى جانب كلمة المرور."
            ),
            "احفظ الرموز الاحتياطية في مكان آمن: فبها تدخل إلى حسابك إذا فقدت هاتفك.",
        ),
        details=(("الوقت", "{at}"),),
        button="عرض إعدادات الأمان",
        small_print=(_NOTHING_TO_DO, _CHANGE_PASSWORD),
    ),
    two_factor_turned_off=Letter(
        subject="تم إيقاف تسجيل الدخول بخطوتين",
        paragraphs=("من الآن فصاعدًا تكفي كلمة المرور وحدها لتسجيل الدخول إلى حسابك في {brand}.",),
        details=(("الوقت", "{at}"),),
        button="عرض إعدادات الأمان",
        small_print=(_NOTHING_TO_DO, _CHANGE_PASSWORD),
    ),
    backup_codes_made=Letter(
        subject="لديك رموز احتياطية جديدة",
        paragraphs=(
            "تم إنشاء رموز احتياطية جديدة لحسابك في {brand}.",
            "لم تعد الرموز القديمة صالحة، فاحفظ الجديدة في مكان آمن.",
        ),
        details=(("الوقت", "{at}"),),
        button="عرض إعدادات الأمان",
        small_print=(_NOTHING_TO_DO, _CHANGE_PASSWORD),
    ),
    passkey_added=Letter(
        subject="تمت إضافة مفتاح مرور",
        paragraphs=("من الآن فصاعدًا يمكن تسجيل الدخول إلى حسابك في {brand} بمفتاح مرور إضافي.",),
        details=(("مفتاح المرور", "{passkey}"), ("الوقت", "{at}")),
        button="عرض إعدادات الأمان",
        small_print=(_NOTHING_TO_DO, _CHANGE_PASSWORD),
    ),
    passkey_removed=Letter(
        subject="تمت إزالة مفتاح مرور",
        paragraphs=("لم يعد أحد مفاتيح المرور يسجّل الدخول إلى حسابك في {brand}.",),
        details=(("مفتاح المرور", "{passkey}"), ("الوقت", "{at}")),
        button="عرض إعدادات الأمان",
        small_print=(_NOTHING_TO_DO, _CHANGE_PASSWORD),
    ),
    invitation=Letter(
        subject="دعوة من {inviter} إلى {brand}",
        paragraphs=(
            "وصلتك دعوة من {inviter} للانضمام إلى {brand}.",
            "سيكون عنوان حسابك {email}، وتختار أنت الاسم وكلمة المرور.",
        ),
        button="قبول الدعوة",
        small_print=(_LINK_LIFE, "إن لم تعرف ما شأن هذه الدعوة فتجاهل هذه الرسالة."),
    ),
    account_deactivated=Letter(
        subject="تم تعطيل حسابك",
        paragraphs=(
            "تم تعطيل حسابك في {brand}، وكل ما فيه محفوظ.",
            "لاستخدامه من جديد سجّل الدخول وأعد تفعيله.",
        ),
        button="تسجيل الدخول",
        small_print=("إن لم تكن أنت من فعل ذلك فأعد تفعيله وغيّر كلمة المرور.",),
    ),
    deletion_scheduled=Letter(
        subject="سيُحذف حسابك",
        paragraphs=(
            "سيُحذف حسابك في {brand} مع كل ما فيه.",
            "وحتى ذلك الحين يمكنك العدول عن ذلك: سجّل الدخول واحتفظ به.",
        ),
        details=(("موعد الحذف", "{delete_at}"),),
        button="الاحتفاظ بحسابي",
        small_print=("إن كنت تريد حذفه فلا داعي لأي إجراء.",),
    ),
    deletion_done=Letter(
        subject="تم حذف حسابك",
        paragraphs=(
            "تم حذف حسابك في {brand} مع كل ما فيه.",
            "هذه آخر رسالة نرسلها إلى هذا العنوان.",
        ),
    ),
)
