"""What players fetch: the signed address of a package, its manifests, where its objects are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, PackageId, PackageView
from streamverse.domains.media.errors import PackageNotFound
from streamverse.domains.media.repository import Packages
from streamverse.domains.media.rules.packages import Recipe, playable_segments, reference_track
from streamverse.domains.media.rules.states import PackageState
from streamverse.domains.media.service.packages import load_timeline
from streamverse.kit.memory import ShortMemory
from streamverse.kit.tokens import Signer, steady_expiry
from streamverse.mediakit import dash, hls
from streamverse.mediakit.frames import round_half_up
from streamverse.mediakit.timeline import TimelineEmpty

if TYPE_CHECKING:
    from datetime import datetime

    from streamverse.domains.media.models import PackageRow
    from streamverse.kit.work import Work
    from streamverse.mediakit.timeline import Timeline

PREFIX = "/media"
EXPIRY_WINDOW = timedelta(hours=1)
REMEMBERED_MANIFESTS = 2000
# A package that was deleted plays no longer than this.
REMEMBERED_FOR_S = 10.0
MASTER_PLAYLIST = "master.m3u8"
MPD = "manifest.mpd"
POSTER = "poster.webp"
# Licences are a matter of playback, which stands above; its route is named here for manifests.
LICENSES = "/api/v1/playback/licenses/clearkey"


@dataclass(frozen=True, slots=True)
class MediaAddresses:
    """Signs the addresses of packages; the same viewer gets the same one for an hour."""

    signer: Signer
    lifetime: timedelta

    def expires_at(self, now: datetime) -> datetime:
        """Tell until when addresses signed now work."""
        return steady_expiry(now, self.lifetime, EXPIRY_WINDOW)

    def base(self, package_id: PackageId, now: datetime) -> str:
        """Give the address below which everything of a package is found."""
        scope = str(package_id)
        return f"{PREFIX}/{self.signer.grant(scope, self.expires_at(now))}/{scope}"


class BesideManifest:
    """Names everything relative to the manifest, so that one text serves every viewer."""

    def media_playlist(self, track_name: str) -> str:
        """Name a rendition's playlist."""
        return f"{track_name}.m3u8"

    def init(self, package_id: str, track_name: str) -> str:
        """Name an initialisation segment."""
        del package_id
        return f"{track_name}/init.mp4"

    def segment(self, package_id: str, track_name: str, number: int) -> str:
        """Name a media segment."""
        del package_id
        return f"{track_name}/{number}.m4s"

    def segment_template(self, package_id: str, track_name: str) -> str:
        """Name all media segments by DASH's template."""
        del package_id
        return f"{track_name}/$Number$.m4s"

    def license(self, package_id: str) -> str:
        """Name where licences are given."""
        return f"{LICENSES}/{package_id}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest's text, and whether it can still grow."""

    text: str
    content_type: str
    is_final: bool


class Manifests:
    """Renders manifests; those of whole packages are remembered, for they never change."""

    def __init__(self) -> None:
        self._remembered = ShortMemory[tuple[PackageId, str], Manifest](
            limit=REMEMBERED_MANIFESTS, seconds=REMEMBERED_FOR_S
        )

    def remembered(self, package_id: PackageId, name: str) -> Manifest | None:
        """Give a manifest that was rendered just now and cannot have changed."""
        return self._remembered.find((package_id, name))

    async def render(self, work: Work, package_id: PackageId, name: str) -> Manifest:
        """Render one manifest of a package, or fail with ``PackageNotFound``."""
        timeline = await load_timeline(work, package_id)
        try:
            manifest = _render(timeline, name, work.now)
        except (TimelineEmpty, LookupError) as nothing:
            raise PackageNotFound from nothing
        if manifest.is_final:
            self._remembered.keep((package_id, name), manifest)
        return manifest


def _render(timeline: Timeline, name: str, now: datetime) -> Manifest:
    locate = BesideManifest()
    if name == MPD:
        text = dash.render_mpd(timeline, locate, now)
        return Manifest(text, "application/dash+xml", timeline.is_ended)
    if name == MASTER_PLAYLIST:
        text = hls.render_master(timeline, locate)
    else:
        text = hls.render_media(timeline, name.removesuffix(".m3u8"), locate)
    return Manifest(text, "application/vnd.apple.mpegurl", timeline.is_ended)


async def view_package(work: Work, row: PackageRow) -> PackageView:
    """Tell what can be played of a package right now, without reading its whole index."""
    is_complete = row.state == PackageState.READY
    return PackageView(
        package_id=PackageId(row.id),
        asset_id=AssetId(row.asset_id),
        is_complete=is_complete,
        has_poster=row.has_poster,
        playable_ms=row.duration_ms if is_complete else await _playable_ms(work, row),
        duration_ms=row.duration_ms,
    )


async def _playable_ms(work: Work, row: PackageRow) -> int:
    packages, package_id = Packages(work), PackageId(row.id)
    track_name = reference_track(Recipe.read(row.recipe))
    if track_name is None:
        return 0
    count = playable_segments(await packages.parts(package_id))
    return round_half_up(await packages.length_s(package_id, track_name, count) * 1000)


def poster_address(addresses: MediaAddresses, package_id: PackageId, now: datetime) -> str:
    """Give the signed address of a package's poster."""
    return f"{addresses.base(package_id, now)}/{POSTER}"
