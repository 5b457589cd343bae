"""What a player asks for when it starts, and what it says with each request."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Request

from streamverse.mediakit.cmcd import parse_cmcd
from tests.e2e.browsing import Visitor
from tests.e2e.test_sessions import begin

SAID_IN = ("cmcd-session", "cmcd-object", "cmcd-request", "cmcd-status")


@dataclass(frozen=True)
class Start:
    """A film that has begun: its session, and what its player has asked of what delivers media."""

    session_id: str
    asked: list[Request]


@pytest.fixture
def start(owner: Visitor, title_id: str) -> Start:
    """Play a film."""
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    owner.page.on("request", note)
    session_id = begin(owner, title_id)
    media = [one for one in requests if urlsplit(one.url).path.startswith("/media/")]
    return Start(session_id, media)


def names(requests: list[Request]) -> list[str]:
    return [urlsplit(one.url).path.split("/", 4)[4] for one in requests]


def test_it_begins_with_the_playlists_of_what_it_has_chosen(start: Start) -> None:
    playlists = [name for name in names(start.asked) if name.endswith(".m3u8")]
    assert "master.m3u8" not in playlists
    assert {name[0] for name in playlists} == {"v", "a"}
    assert len(playlists) == len({"v", "a"})


def test_each_request_says_of_which_session_it_is_and_what_it_is_for(
    start: Start, title_id: str
) -> None:
    segments = [one for one in start.asked if one.url.endswith(".m4s")]
    assert segments
    for request in segments:
        headers = request.all_headers()
        said = parse_cmcd(",".join(headers[name] for name in SAID_IN if name in headers))
        assert (said["sid"], said["cid"]) == (start.session_id, title_id)
        assert said["ot"] == request.url.rsplit("/", 2)[1][0]
        assert isinstance(said["br"], int)
        assert isinstance(said["d"], int)
        # What caches go by is the same for every viewer and each time.
        assert "CMCD" not in request.url
