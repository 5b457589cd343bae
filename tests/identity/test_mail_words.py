"""Every mail in every language: complete, with the same facts, and fit to be sent."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from datetime import UTC, datetime

import pytest

from streamverse.domains.identity.rules.mails import LANGUAGES, Words, best_language, words_in
from streamverse.kit.letters import Letter, set_letter

FACTS = {
    "email": "ada@example.org",
    "new_email": "new@example.org",
    "inviter": "Zoë <b>",
    "device": "Firefox on Linux",
    "passkey": "Zoë's phone",
    "place": "192.0.2.1",
    "at": datetime(2030, 3, 14, 15, 9, tzinfo=UTC),
    "expires_at": datetime(2030, 3, 14, 16, 9, tzinfo=UTC),
    "delete_at": datetime(2030, 4, 14, 15, 9, tzinfo=UTC),
}
LINK = "https://video.example.org/somewhere#token=abc"
NAMES = tuple(field.name for field in dataclasses.fields(Words) if field.name != "language")
EVERY = [(language, name) for language in LANGUAGES for name in NAMES]


def letter_of(language: str, name: str) -> Letter:
    return getattr(LANGUAGES[language], name)


def named_facts(letter: Letter) -> set[str]:
    detail_words = (word for detail in letter.details for word in detail)
    words = (letter.subject, letter.button, *letter.paragraphs, *detail_words, *letter.small_print)
    return {name for part in words for name in re.findall(r"{(\w+)}", part)}


def test_there_are_three_languages_and_one_of_them_runs_right_to_left() -> None:
    assert {code: words.language.direction for code, words in LANGUAGES.items()} == {
        "en": "ltr",
        "de": "ltr",
        "ar": "rtl",
    }


def test_there_is_a_mail_for_everything_that_happens() -> None:
    assert len(NAMES) == 16


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_a_mail_can_be_set(language: str, name: str) -> None:
    words, letter = LANGUAGES[language], letter_of(language, name)

    made = set_letter(
        letter,
        words.language,
        brand="Kino",
        facts=FACTS,
        link=LINK if letter.button else None,
    )

    for form in (made.subject, made.text, made.html.partition("</style>")[2]):
        assert "{" not in form
        assert "}" not in form
    assert made.subject.isprintable()
    assert len(made.subject) < 70
    assert f'lang="{language}" dir="{words.language.direction}"' in made.html
    assert "Zoë <b>" not in made.html
    assert (LINK in made.text) is bool(letter.button)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_language_tells_the_same_facts_as_english(language: str, name: str) -> None:
    letter, english = letter_of(language, name), letter_of("en", name)

    assert named_facts(letter) == named_facts(english)
    assert named_facts(letter) <= {*FACTS, "brand"}
    assert bool(letter.button) == bool(english.button)
    assert len(letter.paragraphs) == len(english.paragraphs)
    assert len(letter.details) == len(english.details)
    assert len(letter.small_print) == len(english.small_print)


@pytest.mark.parametrize("name", NAMES)
def test_arabic_is_written_in_arabic_letters(name: str) -> None:
    letter = letter_of("ar", name)
    words = " ".join((letter.subject, letter.button, *letter.paragraphs, *letter.small_print))

    letters = [found for found in re.sub(r"{\w+}", "", words) if found.isalpha()]
    assert {unicodedata.bidirectional(found) for found in letters} == {"AL"}
    assert unicodedata.normalize("NFC", words) == words


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
def test_a_year_has_twelve_months(words: Words) -> None:
    assert len(set(words.language.months)) == 12


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("AR_eg", "ar"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("", "en"),
        ("deutsch", "en"),
    ],
)
def test_a_locale_gets_the_nearest_words(locale: str, language: str) -> None:
    assert words_in(locale).language.code == language


def test_moments_are_said_as_people_say_them() -> None:
    at = datetime(2030, 3, 14, 15, 9, tzinfo=UTC)

    assert [words.language.say(at) for words in LANGUAGES.values()] == [
        "14 March 2030, 15:09 UTC",
        "14. März 2030, 15:09 Uhr (UTC)",
        "14 مارس 2030، الساعة 15:09 بالتوقيت العالمي",
    ]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("fr-FR, fr;q=0.9, ar;q=0.4, en;q=0.2", "ar"),
        ("en;q=0.3, de;q=0.8", "de"),
        ("de;q=0, en", "en"),
        ("ar, de", "ar"),
        ("de;q=nonsense", "en"),
        ("x" * 5000 + ",de", "en"),
        ("\x00,;;q=,=,de ; q=0.7", "de"),
    ],
)
def test_a_browser_gets_the_language_that_it_wants_most(accepted: str, language: str) -> None:
    assert best_language(accepted) == language
