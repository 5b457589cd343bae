"""Files of a folder that go all the way, with what lies beside them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from streamverse.app.resources import Resources
from streamverse.domains.intake.models import FileRow
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.factories.media import MediaFactory
from tests.factories.pictures import PictureFactory
from tests.factories.pipeline import (
    WorkOff,
    media,  # noqa: F401 - fixtures
    store,  # noqa: F401
    stored_files,
    upload_limits,  # noqa: F401
    work_off,  # noqa: F401
)
from tests.factories.pipeline import resources as plain_resources  # noqa: F401
from tests.intake.conftest import Library, Scan

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SUBTITLES = "1\n00:00:00,000 --> 00:00:00,900\nHello.\n"


@pytest.fixture
def resources(plain_resources: Resources, library: Library) -> Resources:  # noqa: F811
    settings = replace(plain_resources.settings, library_roots=(str(library.root),))
    return replace(plain_resources, settings=settings)


async def test_an_episode_becomes_playable_with_its_series_and_its_subtitles(
    library: Library,
    scan: Scan,
    work_off: WorkOff,  # noqa: F811
    clients: Clients,
    media: MediaFactory,  # noqa: F811
    resources: Resources,
    tmp_path: Path,
) -> None:
    folder = library.root / "Show" / "Season 1"
    folder.mkdir(parents=True)
    shutil.copy(media.make("one_frame"), folder / "Show - S01E01 - Pilot.mp4")
    (folder / "Show - S01E01 - Pilot.en.forced.srt").write_text(SUBTITLES)
    (folder / "Show - S01E01 - Pilot.de.srt").write_text("these are none")
    secret = tmp_path / "secret.srt"
    secret.write_text(SUBTITLES)
    (folder / "Show - S01E01 - Pilot.fr.srt").symlink_to(secret)
    poster = PictureFactory.in_folder(tmp_path).make("poster.jpg", "640x360")
    (folder / "Show - S01E01 - Pilot-poster.jpg").write_bytes(poster)
    library.add("Broken (1999).mkv", b"no film at all")
    await scan()
    assert (await clients.viewer.get("/titles")).json()["items"] == []
    await work_off()
    [shown] = (await clients.viewer.get("/titles")).json()["items"]
    assert (shown["name"], shown["kind"]) == ("Show", "series")
    [season] = (await clients.viewer.get(f"/titles/{shown['id']}/children")).json()
    [episode] = (await clients.viewer.get(f"/titles/{season['id']}/children")).json()
    assert (episode["name"], episode["state"], episode["number"]) == ("Pilot", "ready", 1)
    asset = (await clients.owner.get(f"/titles/{episode['id']}")).json()["asset_id"]
    listed = (await clients.owner.get(f"/assets/{asset}/subtitles")).json()["items"]
    assert [(one["language"], one["is_forced"]) for one in listed] == [("en", True)]
    pictures = (await clients.owner.get(f"/assets/{asset}/pictures")).json()
    assert pictures["is_poster_chosen"]
    assert [one["is_uploaded"] for one in pictures["posters"]][:1] == [True]
    kept = stored_files(resources.scratch.parent / "store")
    assert not [name for name in kept if name.endswith("source")]
    assert (folder / "Show - S01E01 - Pilot.mp4").read_bytes()


async def test_a_file_that_is_no_film_is_refused_with_a_reason(
    library: Library,
    scan: Scan,
    work_off: WorkOff,  # noqa: F811
    clients: Clients,
    workshop: Workshop,
) -> None:
    file = library.add("Broken (1999).mkv", b"no film at all")
    folder = await scan()
    await work_off()
    answer = await clients.owner.get(
        f"/admin/folders/{folder['id']}/files", params={"which": "refused"}
    )
    [shown] = answer.json()["items"]
    assert shown["path"] == file.name
    assert shown["problem"]["code"].startswith("media.")
    async with workshop.reading(Actor.system()) as work:
        [row] = await work.session.scalars(select(FileRow))
    assert row.state == "refused"
