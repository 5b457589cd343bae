"""TMDB in miniature: made-up films and series, in the words of the real interface."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image

KEY = "0123456789abcdef0123456789abcdef"
Json = dict[str, Any]


def person(number: int, name: str, **more: Any) -> Json:
    """Describe somebody's part."""
    return {
        "adult": False,
        "gender": 0,
        "id": number,
        "known_for_department": "Acting",
        "name": name,
        "original_name": name,
        "popularity": 1.2,
        "profile_path": f"/face{number}.jpg",
        "credit_id": f"credit{number}",
        **more,
    }


def film(number: int, title: str, day: str, **more: Any) -> Json:
    """Describe a film as ``/movie/{number}`` does with everything appended."""
    return {
        "adult": False,
        "backdrop_path": f"/back{number}.jpg",
        "belongs_to_collection": None,
        "budget": 0,
        "genres": [{"id": 18, "name": "Drama"}],
        "homepage": "",
        "id": number,
        "imdb_id": f"tt{number:07}",
        "origin_country": ["DE"],
        "original_language": "de",
        "original_title": title,
        "overview": f"What happens in {title}.",
        "popularity": 3.1,
        "poster_path": f"/poster{number}.jpg",
        "production_companies": [
            {"id": 5, "logo_path": None, "name": "Example Films", "origin_country": "DE"}
        ],
        "production_countries": [{"iso_3166_1": "DE", "name": "Germany"}],
        "release_date": day,
        "revenue": 0,
        "runtime": 92,
        "spoken_languages": [],
        "status": "Released",
        "tagline": "",
        "title": title,
        "video": False,
        "vote_average": 0.0,
        "vote_count": 0,
        "credits": {
            "cast": [person(1, "Ada Example", cast_id=1, character="The Keeper", order=0)],
            "crew": [
                person(2, "Ben Example", department="Directing", job="Director"),
                person(3, "Cem Example", department="Sound", job="Foley Artist"),
            ],
        },
        "external_ids": {"imdb_id": f"tt{number:07}", "wikidata_id": None, "facebook_id": None},
        "release_dates": {
            "results": [
                {
                    "iso_3166_1": "DE",
                    "release_dates": [
                        {"certification": "", "iso_639_1": "", "type": 1},
                        {"certification": "12", "iso_639_1": "", "note": "", "type": 3},
                    ],
                }
            ]
        },
        "translations": {"translations": []},
        "alternative_titles": {"titles": []},
        "recommendations": {"page": 1, "results": [], "total_pages": 1, "total_results": 0},
        **more,
    }


def series(number: int, name: str, day: str, **more: Any) -> Json:
    """Describe a series as ``/tv/{number}`` does with everything appended."""
    described = film(number, name, day)
    for absent in ("title", "original_title", "release_date", "release_dates", "imdb_id"):
        del described[absent]
    return {
        **described,
        "name": name,
        "original_name": name,
        "first_air_date": day,
        "created_by": [{"id": 9, "name": "Dee Example", "profile_path": None}],
        "number_of_seasons": 1,
        "number_of_episodes": 2,
        "content_ratings": {
            "results": [{"descriptors": [], "iso_3166_1": "US", "rating": "TV-14"}]
        },
        "external_ids": {"imdb_id": None, "tvdb_id": 77_000 + number},
        "alternative_titles": {"results": []},
        **more,
    }


def translation(language: str, country: str, **words: str) -> Json:
    """Describe the words in a language."""
    return {
        "iso_3166_1": country,
        "iso_639_1": language,
        "name": language,
        "english_name": language,
        "data": {"homepage": "", "overview": "", "runtime": 0, "tagline": "", "title": "", **words},
    }


@dataclass
class TmdbServer:
    """What it knows, what it was asked, and what it answers instead."""

    address: str
    films: dict[int, Json] = field(default_factory=dict[int, Json])
    shows: dict[int, Json] = field(default_factory=dict[int, Json])
    seasons: dict[tuple[int, int], Json] = field(default_factory=dict[tuple[int, int], Json])
    asked: list[str] = field(default_factory=list[str])
    authorizations: list[str | None] = field(default_factory=list[str | None])
    instead: list[tuple[int, dict[str, str], bytes]] = field(
        default_factory=list[tuple[int, dict[str, str], bytes]]
    )

    def know(self, *documents: Json) -> None:
        """Let it know films and series."""
        for document in documents:
            (self.films if "title" in document else self.shows)[document["id"]] = document

    def answer(self, path: str, query: dict[str, str], authorization: str | None) -> Any:
        """Answer a request, or None where there is nothing."""
        if query.get("api_key") != KEY and authorization != f"Bearer {KEY}.token":
            return PermissionError
        return self._find(path, query)

    def _find(self, path: str, query: dict[str, str]) -> Json | None:
        match path.strip("/").split("/"):
            case ["configuration"]:
                return {"images": {"secure_base_url": f"{self.address}/images/", "base_url": ""}}
            case ["search", kind]:
                return self._search(self._of(kind), query)
            case ["find", number]:
                found = [_listed(one) for one in self.films.values() if one["imdb_id"] == number]
                return {"movie_results": found, "tv_results": [], "person_results": []}
            case ["tv", number, "season", season]:
                return self.seasons.get((int(number), int(season)))
            case [kind, number]:
                return self._of(kind).get(int(number))
            case _:
                return None

    def _of(self, kind: str) -> dict[int, Json]:
        return {"movie": self.films, "tv": self.shows}[kind]

    def _search(self, known: dict[int, Json], query: dict[str, str]) -> Json:
        wanted = query["query"].casefold()
        year = query.get("year") or query.get("first_air_date_year")
        found = [
            _listed(one)
            for one in known.values()
            if any(wanted in name.casefold() or name.casefold() in wanted for name in _names(one))
            and (year is None or _day(one)[:4] in {year, str(int(year) + 1), str(int(year) - 1)})
        ]
        return {"page": 1, "results": found, "total_pages": 1, "total_results": len(found)}


def _day(document: Json) -> str:
    return document.get("release_date") or document.get("first_air_date") or "0000"


def _names(document: Json) -> list[str]:
    others = document["alternative_titles"]
    return [
        *(document[key] for key in ("title", "name", "original_title") if document.get(key)),
        *(each["title"] for each in (*others.get("titles", ()), *others.get("results", ()))),
    ]


def _listed(document: Json) -> Json:
    keys = (
        *("adult", "backdrop_path", "id", "original_language", "original_title", "overview"),
        *("popularity", "poster_path", "release_date", "title", "video", "vote_average"),
        *("name", "original_name", "first_air_date", "origin_country"),
    )
    return {key: document[key] for key in keys if key in document}


def picture_bytes() -> bytes:
    """Draw a picture."""
    content = BytesIO()
    Image.new("RGB", (640, 360), (40, 90, 140)).save(content, "JPEG")
    return content.getvalue()


@contextmanager
def run_tmdb_server() -> Iterator[TmdbServer]:
    """Run it on a port of its own."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    tmdb = TmdbServer(f"http://127.0.0.1:{http.server_port}")
    http.tmdb = tmdb  # type: ignore[attr-defined]
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield tmdb
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers for it."""

    def do_GET(self) -> None:
        tmdb: TmdbServer = self.server.tmdb  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        tmdb.asked.append(self.path)
        tmdb.authorizations.append(self.headers.get("Authorization"))
        if tmdb.instead:
            self._send(*tmdb.instead.pop(0))
            return
        if parts.path.startswith("/images/"):
            self._send(200, {"Content-Type": "image/jpeg"}, picture_bytes())
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        said = tmdb.answer(parts.path, query, self.headers.get("Authorization"))
        if said is PermissionError:
            self._tell(401, 7, "Invalid API key: You must be granted a valid key.")
        elif said is None:
            self._tell(404, 34, "The resource you requested could not be found.")
        else:
            self._send(200, {"Content-Type": "application/json"}, json.dumps(said).encode())

    def _tell(self, status: int, code: int, message: str) -> None:
        said = {"success": False, "status_code": code, "status_message": message}
        self._send(status, {"Content-Type": "application/json"}, json.dumps(said).encode())

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""
