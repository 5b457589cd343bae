"""Letters as HTML and as text, whatever their facts hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest

from streamverse.kit.letters import Language, Letter, set_letter

MONTHS = tuple("ABCDEFGHIJKL")
ENGLISH = Language("en", "ltr", MONTHS, "{day} {month} {year}, {time} UTC", "Open this address:")
ARABIC = Language("ar", "rtl", MONTHS, "{day} {month} {year}، {time}", "افتح هذا العنوان:")
LINK = "https://video.example.org/reset-password#token=a&b"
LETTER = Letter(
    subject="{inviter} & {brand}",
    paragraphs=("Hello <{email}>.", "Bye."),
    button="Go & see",
    details=(("When", "{at}"),),
    small_print=("Until {at}.",),
)
FACTS = {
    "inviter": "Ada",
    "email": "ada@example.org",
    "at": datetime(2030, 2, 3, 4, 5, tzinfo=UTC),
}


class Elements(HTMLParser):
    """Reads which elements there are, with their attributes, and the words between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_a_letter_is_set_as_plain_text() -> None:
    made = set_letter(LETTER, ENGLISH, brand="Kino", facts=FACTS, link=LINK)

    assert made.subject == "Ada & Kino"
    assert made.text == (
        "Hello <ada@example.org>.\n\n"
        "Bye.\n\n"
        "When: 3 B 2030, 04:05 UTC\n\n"
        f"Go & see:\n{LINK}\n\n"
        "Until 3 B 2030, 04:05 UTC.\n\n"
        "— Kino\n"
    )


def test_a_letter_is_set_as_html_with_the_same_words() -> None:
    made = set_letter(LETTER, ENGLISH, brand="Kino", facts=FACTS, link=LINK)

    page = Elements(made.html)
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert [anchor["href"] for anchor in page.all("a")] == [LINK, LINK]
    for words in (
        "Hello <ada@example.org>.",
        "Bye.",
        "3 B 2030, 04:05 UTC",
        "Go & see",
        "Open this address:",
        LINK,
    ):
        assert words in page.words
    assert page.all("img") == page.all("script") == page.all("link") == []


def test_a_letter_from_right_to_left_keeps_its_facts_apart() -> None:
    made = set_letter(LETTER, ARABIC, brand="Kino", facts=FACTS, link=LINK)

    page = Elements(made.html)
    assert page.all("html") == [{"lang": "ar", "dir": "rtl"}]
    assert page.all("body")[0]["dir"] == "rtl"
    assert page.all("a")[1]["dir"] == "ltr"
    assert "<bdi>ada@example.org</bdi>" in made.html
    assert "Hello <\u2068ada@example.org\u2069>." in made.text
    assert f"\n{LINK}\n" in made.text
    assert made.subject == "Ada & Kino"


def test_a_letter_without_a_link_has_no_button() -> None:
    made = set_letter(Letter("Done", ("It is done.",)), ENGLISH, brand="Kino", facts={})

    assert made.text == "It is done.\n\n— Kino\n"
    assert Elements(made.html).all("a") == []


@pytest.mark.parametrize(("letter", "link"), [(LETTER, None), (Letter("S", ()), LINK)])
def test_a_button_and_its_link_come_together(letter: Letter, link: str | None) -> None:
    with pytest.raises(ValueError, match="button"):
        set_letter(letter, ENGLISH, brand="Kino", facts=FACTS, link=link)


def test_a_fact_that_is_missing_is_noticed() -> None:
    with pytest.raises(KeyError, match="inviter"):
        set_letter(LETTER, ENGLISH, brand="Kino", facts={}, link=LINK)


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ('"><img src=x onerror=y>', '"><img src=x onerror=y>'),
        ("{brand} {0.__class__}", "{brand} {0.__class__}"),
        ("Ada\r\nBcc: eve@example.org", "Ada Bcc: eve@example.org"),
        ("Ada\u202egro.elpmaxe\x00\x1b[31m", "Adagro.elpmaxe[31m"),
        ("Zoë 李 مريم", "Zoë 李 مريم"),
    ],
)
def test_facts_stay_facts(fact: str, shown: str) -> None:
    letter = Letter("From {name}", ("This is {name}.",))

    made = set_letter(letter, ENGLISH, brand="Kino", facts={"name": fact})

    assert made.subject == f"From {shown}"
    assert made.text == f"This is {shown}.\n\n— Kino\n"
    page = Elements(made.html)
    assert f"This is {shown}." in page.words
    assert page.all("script") == page.all("img") == []


def test_moments_are_said_in_utc() -> None:
    at = datetime(2030, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-2)))

    assert ENGLISH.say(at) == "1 A 2031, 01:30 UTC"
