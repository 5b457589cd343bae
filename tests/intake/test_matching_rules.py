"""Which entry of a metadata source a title is, by its name, its year and its seasons."""

from __future__ import annotations

import pytest

from streamverse.domains.intake.contracts import Candidate
from streamverse.domains.intake.rules.matching import Wanted, judge, score


def entry(
    name: str, year: int | None, *names: str, seasons: int | None = None, number: str = ""
) -> Candidate:
    return Candidate(number or f"{name} {year}", name, names, year, seasons=seasons)


SURE = {
    "exact": (("Solaris", 1972), [entry("Solaris", 1972), entry("Solaris", 2002)], 0),
    "letter case and punctuation": (
        ("mission impossible", 1996),
        [entry("Mission: Impossible", 1996), entry("Mission: Impossible II", 2000)],
        0,
    ),
    "accents": (("Amelie", 2001), [entry("Amélie", 2001)], 0),
    "umlauts written out": (("Das Maedchen", 1990), [entry("Das Mädchen", 1990)], 0),
    "transliterated": (("Solyaris", 1972), [entry("Solaris", 1972, "Солярис")], 0),
    "another script": (("Солярис", 1972), [entry("Solaris", 1972, "Солярис")], 0),
    "original name": (("Shichinin", 1954), [entry("Seven Men", 1954, "Shichinin")], 0),
    "article in front": (("Matrix", 1999), [entry("The Matrix", 1999)], 0),
    "article behind": (("Matrix, The", 1999), [entry("The Matrix", 1999)], 0),
    "ampersand": (("Salt & Smoke", 2001), [entry("Salt and Smoke", 2001)], 0),
    "sequel in Roman numerals": (
        ("Rocky 2", 1979),
        [entry("Rocky", 1976), entry("Rocky II", 1979), entry("Rocky III", 1982)],
        1,
    ),
    "remake by its year": (
        ("The Thing", 1982),
        [entry("The Thing", 2011), entry("The Thing", 1982)],
        1,
    ),
    "year off by one": (("Slow Train", 2013), [entry("Slow Train", 2012)], 0),
    "the very year before one off": (
        ("Slow Train", 2013),
        [entry("Slow Train", 2012), entry("Slow Train", 2013)],
        1,
    ),
    "no year, and nothing else is called so": (
        ("Big Night Out", None),
        [entry("Big Night Out", 2004), entry("Big Night", 1996)],
        0,
    ),
}

UNSURE = {
    "nothing": (("Solaris", 1972), []),
    "no year, and two of the name": (
        ("Solaris", None),
        [entry("Solaris", 1972), entry("Solaris", 2002)],
    ),
    "off by one on both sides": (
        ("Slow Train", 2013),
        [entry("Slow Train", 2012), entry("Slow Train", 2014)],
    ),
    "two of the name in one year": (
        ("Solaris", 1972),
        [entry("Solaris", 1972, number="1"), entry("Solaris", 1972, number="2")],
    ),
    "another year": (("The Thing", 1951), [entry("The Thing", 1982)]),
    "a sequel for the first": (("Rocky", 1979), [entry("Rocky II", 1979)]),
    "the first for a sequel": (("Rocky II", 1976), [entry("Rocky", 1976)]),
    "only alike": (("Interstellr", 2014), [entry("Interstellar", 2014)]),
    "a longer name": (("Dune", 2021), [entry("Dune: Part One", 2021)]),
}


@pytest.mark.parametrize("case", SURE)
def test_an_entry_is_sure(case: str) -> None:
    (name, year), candidates, which = SURE[case]
    assert judge(Wanted((name,), year), candidates).sure == candidates[which]


@pytest.mark.parametrize("case", UNSURE)
def test_no_entry_is_sure(case: str) -> None:
    (name, year), candidates = UNSURE[case]
    assert judge(Wanted((name,), year), candidates).sure is None


def test_a_series_has_the_seasons_that_there_are() -> None:
    short = entry("The Harbour", 2004, seasons=1, number="1")
    long = entry("The Harbour", 2005, seasons=6, number="2")
    assert judge(Wanted(("The Harbour",), None, seasons=4), [short, long]).sure == long
    assert judge(Wanted(("The Harbour",), None, seasons=1), [short, long]).sure is None


def test_a_title_is_known_by_any_of_its_names() -> None:
    wanted = Wanted(("Chihiros Reise", "Spirited Away"), 2001)
    assert judge(wanted, [entry("Spirited Away", 2001)]).sure is not None


def test_the_likeliest_are_shown_first_and_what_is_quite_other_is_not() -> None:
    alike, other = entry("Interstellar", 2014), entry("Quite Another", 1950)
    exact = entry("Interstelar", 2012)
    verdict = judge(Wanted(("Interstelar",), 2014), [other, exact, alike])
    assert verdict.ranked == (alike, exact)


@pytest.mark.parametrize(("year", "points"), [(1999, 1.0), (2000, 0.95), (2001, 0.6), (None, 0.92)])
def test_the_year_counts(year: int | None, points: float) -> None:
    assert score(Wanted(("Matrix",), 1999), entry("Matrix", year)) == points
