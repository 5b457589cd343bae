"""The map of the house and the house agree: no room missing, no room invented."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = Path("src/streamverse")
ROW = re.compile(r"^\| `(?P<place>[^`]+)` \| (?P<sentence>.+) \|$", re.MULTILINE)


def mapped() -> dict[str, str]:
    """Read each place of the map with its sentence."""
    rows = ROW.findall((ROOT / "docs/map.md").read_text(encoding="utf-8"))
    return dict(rows)


def built() -> set[Path]:
    """List the repository's files, ignored ones left out."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {Path(line) for line in listing.splitlines() if (ROOT / line).exists()}


def rooms() -> set[str]:
    """List the places that the map owes its reader."""
    return {place for file in built() for place in rooms_around(file)}


def rooms_around(file: Path) -> set[str]:
    """Name the places to be mapped that a file stands in or is."""
    places = {f"{file.parts[0]}/"} if len(file.parts) > 1 else set()
    if not file.is_relative_to(PACKAGE) or file.suffix != ".py":
        return places
    *folders, module = file.relative_to(PACKAGE).parts
    packages = ["/".join([*folders[:depth], ""]) for depth in range(len(folders) + 1)]
    match folders:
        case ["domains", *_]:
            # What is inside a domain has the same names everywhere.
            rooms = packages[:3]
        case ["migrations", *_]:
            rooms = packages
        case _:
            rooms = [*packages, packages[-1] + module] if module != "__init__.py" else packages
    return places | {f"{PACKAGE}/{room}" for room in rooms}


def test_every_room_is_on_the_map():
    assert sorted(rooms() - mapped().keys()) == []


def test_the_map_shows_nothing_that_is_not_there():
    assert sorted(place for place in mapped() if not (ROOT / place).exists()) == []


def test_the_map_names_folders_with_a_slash():
    assert (
        sorted(place for place in mapped() if (ROOT / place).is_dir() != place.endswith("/")) == []
    )


def test_every_place_has_a_sentence_of_its_own():
    sentences = list(mapped().values())
    assert sorted(sentence for sentence in sentences if not sentence.endswith(".")) == []
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize(
    ("file", "places"),
    [
        ("README.md", set()),
        ("web/src/main.tsx", {"web/"}),
        ("src/streamverse/py.typed", {"src/"}),
        (
            "src/streamverse/__main__.py",
            {"src/", "src/streamverse/", "src/streamverse/__main__.py"},
        ),
        (
            "src/streamverse/kit/work.py",
            {
                "src/",
                "src/streamverse/",
                "src/streamverse/kit/",
                "src/streamverse/kit/work.py",
            },
        ),
        (
            "src/streamverse/kit/__init__.py",
            {"src/", "src/streamverse/", "src/streamverse/kit/"},
        ),
        (
            "src/streamverse/mediakit/ingest/rtmp.py",
            {
                "src/",
                "src/streamverse/",
                "src/streamverse/mediakit/",
                "src/streamverse/mediakit/ingest/",
                "src/streamverse/mediakit/ingest/rtmp.py",
            },
        ),
        (
            "src/streamverse/domains/media/service/uploads.py",
            {
                "src/",
                "src/streamverse/",
                "src/streamverse/domains/",
                "src/streamverse/domains/media/",
            },
        ),
        (
            "src/streamverse/migrations/env.py",
            {"src/", "src/streamverse/", "src/streamverse/migrations/"},
        ),
    ],
)
def test_which_rooms_a_file_asks_for(file: str, places: set[str]):
    assert rooms_around(Path(file)) == places
