"""AniList in miniature: made-up anime, in the words of the real interface."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.factories.tmdb_server import picture_bytes

Json = dict[str, Any]
# So many requests a minute that no test waits for its turn.
LIMIT = "60000"


def anime(number: int, romaji: str, year: int, **more: Any) -> Json:
    """Describe an entry with everything that we ask for."""
    return {
        "id": number,
        "idMal": 9000 + number,
        "title": {"romaji": romaji, "english": None, "native": None},
        "synonyms": [],
        "description": f"What happens in {romaji}.<br><br>\n<i>(Source: Example)</i>",
        "startDate": {"year": year, "month": 4, "day": 3},
        "format": "TV",
        "isAdult": False,
        "countryOfOrigin": "JP",
        "bannerImage": "{address}" + f"/file/anilistcdn/media/anime/banner/{number}-a.jpg",
        "coverImage": {
            size: "{address}" + f"/file/anilistcdn/media/anime/cover/{size}/bx{number}-b.jpg"
            for size in ("extraLarge", "large", "medium")
        },
        "genres": ["Drama", "Mecha"],
        "studios": {"nodes": [{"name": "Studio Example"}]},
        "staff": {
            "edges": [
                {"role": "Music", "node": somebody("Emi Example", 4)},
                {"role": "Director", "node": somebody("Dai Example", 5)},
                {"role": "Script (eps 1-3)", "node": somebody("Fumi Example", 6)},
                {"role": "Key Animation", "node": somebody("Goro Example", 7)},
            ]
        },
        "characters": {
            "edges": [
                {
                    "node": {"name": {"full": "The Pilot"}},
                    "voiceActors": [somebody("Aki Example", 8)],
                },
                {"node": {"name": {"full": "The Cat"}}, "voiceActors": []},
            ]
        },
        "relations": {"nodes": []},
        "recommendations": {"nodes": [{"mediaRecommendation": None}]},
        **more,
    }


def somebody(name: str, number: int) -> Json:
    """Describe somebody."""
    picture = "{address}" + f"/file/anilistcdn/staff/large/n{number}-c.png"
    return {"name": {"full": name}, "image": {"large": picture}}


@dataclass
class AniListServer:
    """What it knows, what it was asked, and what it answers instead."""

    address: str
    entries: dict[int, Json] = field(default_factory=dict[int, Json])
    asked: list[Json] = field(default_factory=list[Json])
    pictures: list[str] = field(default_factory=list[str])
    instead: list[tuple[int, dict[str, str], bytes]] = field(
        default_factory=list[tuple[int, dict[str, str], bytes]]
    )

    def know(self, *documents: Json) -> None:
        """Let it know entries."""
        for document in documents:
            text = json.dumps(document).replace("{address}", self.address)
            self.entries[document["id"]] = json.loads(text)

    def answer(self, asked: Json) -> Json:
        """Answer a query; one for a single entry that is not there has an error in it."""
        variables = asked["variables"]
        if "Page(" in asked["query"]:
            found = [
                _selected(one)
                for one in self.entries.values()
                if one["format"] in variables["formats"]
                and not one["isAdult"]
                and any(variables["name"].casefold() in name.casefold() for name in _names(one))
            ]
            return {"data": {"Page": {"media": found}}}
        known = self.entries.get(variables["id"])
        if known is None:
            error = {"message": "Not Found.", "status": 404, "locations": [{"line": 2}]}
            return {"errors": [error], "data": {"Media": None}}
        return {"data": {"Media": known}}


def _names(document: Json) -> list[str]:
    return [*filter(None, document["title"].values()), *document["synonyms"]]


def _selected(document: Json) -> Json:
    keys = ("id", "title", "synonyms", "description", "startDate", "coverImage")
    return {key: document[key] for key in keys}


@contextmanager
def run_anilist_server() -> Iterator[AniListServer]:
    """Run it on a port of its own."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    anilist = AniListServer(f"http://127.0.0.1:{http.server_port}")
    http.anilist = anilist  # type: ignore[attr-defined]
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield anilist
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers for it."""

    def do_GET(self) -> None:
        anilist: AniListServer = self.server.anilist  # type: ignore[attr-defined]
        anilist.pictures.append(self.path)
        self._send(200, {"Content-Type": "image/jpeg"}, picture_bytes())

    def do_POST(self) -> None:
        anilist: AniListServer = self.server.anilist  # type: ignore[attr-defined]
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        anilist.asked.append(asked)
        if anilist.instead:
            self._send(*anilist.instead.pop(0))
            return
        said = anilist.answer(asked)
        headers = {"Content-Type": "application/json", "X-RateLimit-Limit": LIMIT}
        self._send(404 if "errors" in said else 200, headers, json.dumps(said).encode())

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""
