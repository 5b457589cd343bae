"""Bad files and bad senders: each gets one sentence, and leaves neither a title nor a file."""

from __future__ import annotations

import base64
import hashlib
import shutil
from pathlib import Path

import pytest

from streamverse.domains.media.public import UploadLimits
from tests.conftest import Clients
from tests.factories.media import MediaFactory
from tests.factories.pipeline import (
    TUS,
    WorkOff,
    make_film,
    metadata_header,
    send_bytes,
    start_upload,
    stored_files,
    upload,
    upload_row,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOT_A_FILM = "not a film or a recording: choose a video or audio file."
DAMAGED = "it is damaged. Export or copy it again and upload that."
REFUSED = {
    "text": ("media.not_media", f"This file is a text, {NOT_A_FILM}"),
    "picture": ("media.not_media", f"This file is a PNG picture, {NOT_A_FILM}"),
    "playlist": ("media.not_media", f"This file is a playlist, {NOT_A_FILM}"),
    "concat": ("media.not_media", f"This file is a playlist, {NOT_A_FILM}"),
    "garbage": (
        "media.not_media",
        f"This file is of a kind that StreamVerse does not know, {NOT_A_FILM}",
    ),
    "index_missing": (
        "media.truncated",
        (
            "The end of the file is missing, and with it the index that is needed to play it: "
            "upload it again."
        ),
    ),
    "faststart_cut": ("media.truncated", "The file ends at 3.0 s of 6.0 s: upload it again."),
    "matroska_cut": ("media.truncated", "The file ends at 3.4 s of 6.0 s: upload it again."),
    "only_a_head": (
        "media.not_readable",
        f"The file begins like Matroska, but its contents cannot be read: {DAMAGED}",
    ),
    "words_only": (
        "media.nothing_to_play",
        "The file holds neither picture nor sound: choose a video or audio file.",
    ),
    "protected": (
        "media.protected",
        "The file is protected against copying: upload one without protection (DRM).",
    ),
    "unsupported": (
        "media.unsupported_codec",
        (
            "A stream is coded as magicyuv, which StreamVerse does not read: "
            "convert it to H.264 and AAC."
        ),
    ),
    "huge": (
        "media.picture_too_large",
        "The picture is 20000x16 pixels, and no side may be longer than 16384: make it smaller.",
    ),
    # What only an encoder finds out: by then there is a title, and it goes again.
    "damaged": ("media.damaged", f"Too much of the file cannot be decoded: {DAMAGED}"),
    "all_damaged": ("media.damaged", f"Too much of the file cannot be decoded: {DAMAGED}"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of the store."""
    return tmp_path / "store"


async def title_names(clients: Clients) -> list[str]:
    return [item["name"] for item in (await clients.owner.get("/titles")).json()["items"]]


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_bad_file_is_refused_in_one_sentence_and_leaves_nothing(
    clients: Clients,
    work_off: WorkOff,
    media: MediaFactory,
    folder: Path,
    tmp_path: Path,
    kind: str,
):
    code, detail = REFUSED[kind]
    path = await upload(clients.owner, media.make(kind).read_bytes())
    await work_off()
    row = await upload_row(clients.owner, path)
    assert (row["state"], row["problem"]) == ("refused", {"code": code, "detail": detail})
    assert row["title_id"] is None
    assert await title_names(clients) == []
    assert (await clients.owner.get("/processing")).json()["items"] == []
    assert stored_files(folder) == []
    assert list((tmp_path / "scratch").iterdir()) == []
    # The sender takes note of it, and it is off the list.
    assert (await clients.owner.delete(path, headers=TUS)).status_code == 204
    assert (await clients.owner.get("/uploads")).json()["items"] == []


async def test_an_empty_file_is_refused_before_anything_is_sent(clients: Clients, folder: Path):
    answer = await clients.owner.post("/uploads", headers={**TUS, "Upload-Length": "0"})
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["detail"]) == (
        "media.file_empty",
        "This file is empty: choose one with a film in it.",
    )
    assert (await clients.owner.get("/uploads")).json()["items"] == []
    assert not folder.exists() or stored_files(folder) == []


async def test_a_wild_name_is_only_shown(
    clients: Clients, work_off: WorkOff, media: MediaFactory, folder: Path
):
    wild = "../../etc/" + "ä" * 300 + "\x00\x1b[31m\u202e\n.mp4"
    film = media.make("one_frame")
    await make_film(clients.owner, work_off, film, filename=wild)
    (row,) = (await clients.owner.get("/uploads")).json()["items"]
    shown = "ä" * 251 + ".mp4"
    assert row["filename"] == shown
    assert await title_names(clients) == ["ä" * 200]
    assert all(name.isascii() and ".." not in name for name in stored_files(folder))
    assert not any("etc" in name for name in stored_files(folder.parent))


@pytest.mark.parametrize(
    "said",
    [
        {"title": "<script>alert(1)</script>", "year": "now"},
        {"title": "\u202e\u2066", "description": "\x07"},
        {"title": "x" * 5000},
    ],
)
async def test_wild_words_are_kept_as_words(
    clients: Clients, work_off: WorkOff, media: MediaFactory, said: dict[str, str]
):
    title_id = await make_film(clients.owner, work_off, media.make("one_frame"), **said)
    title = (await clients.owner.get(f"/titles/{title_id}")).json()
    assert title["name"] == {"<": said["title"], "\u202e": "film", "x": "x" * 200}[said["title"][0]]
    assert title["year"] is None
    assert title["description"] == ""


async def test_metadata_that_is_too_long_is_refused(clients: Clients):
    header = metadata_header({"description": "x" * 9000})
    answer = await clients.owner.post(
        "/uploads", headers={**TUS, "Upload-Length": "10", "Upload-Metadata": header}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "media.tus_request_invalid")
    assert "shorten it" in answer.json()["detail"]


async def test_damage_and_confusion_on_the_way_are_mended(
    clients: Clients, work_off: WorkOff, media: MediaFactory, folder: Path
):
    """Wrong checksum, wrong offset, another upload beside: in the end it is the same film."""
    film = media.make("pattern").read_bytes()
    half = len(film) // 2
    beside = await start_upload(clients.owner, len(film), title="Beside")
    path = await start_upload(clients.owner, len(film), title="A film")

    def sum_of(content: bytes) -> dict[str, str]:
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        return {"Upload-Checksum": f"sha256 {digest}"}

    damaged = bytes(half)
    answer = await send_bytes(clients.owner, path, damaged, 0, sum_of(film[:half]))
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        460,
        "media.checksum_mismatch",
        "These bytes were damaged on the way, and none of them were kept: send them again.",
    )
    assert (await send_bytes(clients.owner, beside, film)).status_code == 204
    sent = await send_bytes(clients.owner, path, film[:half], 0, sum_of(film[:half]))
    assert sent.status_code == 204
    answer = await send_bytes(clients.owner, path, film[half + 1 :], half + 1)
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        409,
        "media.offset_mismatch",
        f"The upload stands at byte {half}, not {half + 1}: go on from there.",
    )
    assert (await send_bytes(clients.owner, path, film[half:], half)).status_code == 204
    await work_off()
    assert sorted(await title_names(clients)) == ["A film", "Beside"]
    asset_id = (await upload_row(clients.owner, path))["asset_id"]
    assert (folder / f"assets/{asset_id}/source").read_bytes() == film
    assert not [name for name in stored_files(folder) if name.startswith(".")]


class TestCrowdedDisk:
    """There is room for one film, and then for no other."""

    @pytest.fixture
    def upload_limits(self, upload_limits: UploadLimits, tmp_path: Path) -> UploadLimits:
        """Let all but a gigabyte of the disk be taken."""
        free_bytes = shutil.disk_usage(tmp_path).free
        return UploadLimits(
            max_bytes=1 << 60,
            expire_after=upload_limits.expire_after,
            min_free_bytes=free_bytes - (1 << 30),
        )

    async def test_a_file_that_does_not_fit_is_refused_and_others_go_on(
        self, clients: Clients, work_off: WorkOff, media: MediaFactory
    ):
        headers = {**TUS, "Upload-Length": str(8 << 30)}
        answer = await clients.owner.post("/uploads", headers=headers)
        assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
            507,
            "kit.storage_full",
            "There is not enough free space for this file: free some space or add a larger disk.",
        )
        await make_film(clients.owner, work_off, media.make("one_frame"))
        assert await title_names(clients) == ["film"]
