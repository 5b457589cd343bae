"""What players fetch: the signed address of a package, its manifests, where its objects are."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from streamverse.domains.identity import public as identity
from streamverse.domains.media.contracts import (
    AssetId,
    PackageId,
    PackageView,
    PictureId,
    PosterView,
    SpritesView,
)
from streamverse.domains.media.errors import AddressElsewhere, PackageNotFound
from streamverse.domains.media.repository import Keys, Packages
from streamverse.domains.media.rules.packages import Recipe, playable_segments, reference_track
from streamverse.domains.media.rules.pictures import INDEX_NAME, PREVIEW_NAME, widths_of
from streamverse.domains.media.rules.reels import head_of
from streamverse.domains.media.rules.states import PackageState
from streamverse.domains.media.rules.subtitles import ALL_SUBTITLES
from streamverse.domains.media.service.packages import load_timeline
from streamverse.domains.media.service.reels import find_cut_timeline
from streamverse.kit.memory import ShortMemory
from streamverse.kit.networks import network_of
from streamverse.kit.tokens import GrantExpired, GrantInvalid, Signer, steady_expiry
from streamverse.kit.work import Actor
from streamverse.mediakit import dash, hls
from streamverse.mediakit.frames import round_half_up
from streamverse.mediakit.protection import key_ids
from streamverse.mediakit.sprites import COLUMNS, ROWS, sheet_count, sheet_name
from streamverse.mediakit.tailoring import EVERYTHING, Tailoring, tailor
from streamverse.mediakit.timeline import TimelineEmpty, TimelineMalformed

if TYPE_CHECKING:
    from datetime import datetime

    from streamverse.domains.media.repository import PlayableRow
    from streamverse.kit.work import Work, Workshop
    from streamverse.mediakit.timeline import Timeline

PREFIX = "/media"
# Stands in an address in the place of the grant where a cookie has it.
BY_COOKIE = "cookie"
MEDIA_COOKIE = "streamverse_media"
EXPIRY_WINDOW = timedelta(hours=1)
REMEMBERED_MANIFESTS = 2000
# A package that was deleted plays no longer than this.
REMEMBERED_FOR_S = 10.0
MASTER_PLAYLIST = "master.m3u8"
MPD = "manifest.mpd"
TEXT_REVISION = "subtitles"
# Licences are a matter of playback, which stands above; its route is named here for manifests.
LICENSES = "/api/v1/playback/licenses/clearkey"
VIEWERS_GRANT = "viewers-grant"
GRANT_LETTERS = 32
# Who asks without a log-in: the program itself, for whoever runs it.
NOBODY = UUID(int=0)
REMEMBERED_HOLDERS = 100_000
# Whoever has logged out can still play for so long.
HOLDER_REMEMBERED_FOR_S = 15.0

_HOLDER = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class PictureAddress:
    """Where a still is fetched: `{base_url}/{width}.avif`, `.webp` or `.jpg`."""

    base_url: str
    widths: list[int]

    @property
    def url(self) -> str:
        """The largest, in the form that everything shows."""
        return f"{self.base_url}/{self.widths[-1]}.jpg"


@dataclass(frozen=True, slots=True)
class PosterAddresses:
    """Where the picture of an asset is fetched, and the moving one that may take its place."""

    still: PictureAddress
    preview_url: str | None


@dataclass(frozen=True, slots=True)
class SpriteAddresses:
    """Where the small pictures of a film are fetched: an index, and the sheets it names."""

    index_url: str
    sheet_urls: list[str]
    tile_width: int
    tile_height: int
    tile_count: int
    columns: int = COLUMNS
    rows: int = ROWS


@dataclass(frozen=True, slots=True)
class MediaAddresses:
    """Signs the addresses of packages; the same viewer gets the same one for an hour.

    An address of pictures opens nothing else. One of a stream opens all of its package, and is
    bound to whoever holds it: a log-in or a key of the API, or nobody where the program itself
    asks. So it can end with the log-in, and a licence can tell for whom it was signed. Where
    addresses are bound to networks, it works in that of whoever asked alone.
    """

    signer: Signer
    lifetime: timedelta
    is_bound_to_network: bool = False

    def expires_at(self, now: datetime) -> datetime:
        """Tell until when addresses signed now work."""
        return steady_expiry(now, self.lifetime, EXPIRY_WINDOW)

    def pictures_base(self, package_id: PackageId, now: datetime) -> str:
        """Give the address below which the pictures of a package are found."""
        grant = self.signer.grant(str(package_id), self.expires_at(now))
        return f"{PREFIX}/{grant}/{package_id}"

    def picture_base(self, package_id: PackageId, picture_id: UUID, now: datetime) -> str:
        """Give the address below which the files of a picture are found."""
        return f"{self.pictures_base(package_id, now)}/pictures/{picture_id}"

    def still(
        self, package_id: PackageId, picture_id: UUID, width: int, now: datetime
    ) -> PictureAddress:
        """Sign the address of a still."""
        return PictureAddress(self.picture_base(package_id, picture_id, now), widths_of(width))

    def poster(self, view: PosterView, now: datetime) -> PosterAddresses:
        """Sign the addresses of a poster."""
        preview_url = None
        if view.preview_id is not None:
            base = self.picture_base(view.package_id, view.preview_id, now)
            preview_url = f"{base}/{PREVIEW_NAME}"
        still = self.still(view.package_id, view.picture_id, view.width, now)
        return PosterAddresses(still, preview_url)

    def sprites(self, package_id: PackageId, view: SpritesView, now: datetime) -> SpriteAddresses:
        """Sign the addresses of sprite sheets."""
        base = self.picture_base(package_id, view.picture_id, now)
        return SpriteAddresses(
            index_url=f"{base}/{INDEX_NAME}",
            sheet_urls=[f"{base}/{sheet_name(n)}" for n in range(sheet_count(view.tile_count))],
            tile_width=view.tile_width,
            tile_height=view.tile_height,
            tile_count=view.tile_count,
        )

    def stream_grant(
        self, package_id: PackageId, holder_id: UUID, now: datetime, place: str = ""
    ) -> str:
        """Give what opens all of a package to a holder, who asks from a place."""
        scope = self._stream_scope(package_id, holder_id, place)
        return self.signer.grant(scope, self.expires_at(now)) + holder_id.hex

    def stream_base(
        self, package_id: PackageId, holder_id: UUID, now: datetime, place: str = ""
    ) -> str:
        """Give the address below which everything of a package is found."""
        return f"{PREFIX}/{self.stream_grant(package_id, holder_id, now, place)}/{package_id}"

    def cookie_path(self, package_id: PackageId) -> str:
        """Give the path below which everything of a package is found by a cookie with the grant."""
        return f"{PREFIX}/{BY_COOKIE}/{package_id}"

    def license_url(self, package_id: PackageId, grant: str) -> str:
        """Give the address at which the holder of a grant gets the keys of a package."""
        return f"{LICENSES}/{package_id}/{grant}"

    def open_pictures(
        self, package_id: PackageId, grant: str, now: datetime, place: str = ""
    ) -> None:
        """Check a grant for pictures."""
        if len(grant) > GRANT_LETTERS:
            self.open_stream(package_id, grant, now, place)
        else:
            self.signer.verify(grant, str(package_id), now)

    def open_stream(
        self, package_id: PackageId, grant: str, now: datetime, place: str = ""
    ) -> UUID:
        """Check a grant for a stream that is fetched from a place, and tell who holds it."""
        holder = grant[GRANT_LETTERS:]
        if _HOLDER.fullmatch(holder) is None:
            raise GrantInvalid
        holder_id = UUID(hex=holder)
        scope = self._stream_scope(package_id, holder_id, place)
        try:
            self.signer.verify(grant[:GRANT_LETTERS], scope, now)
        except GrantInvalid as refused:
            # The network is no part of the address, so that nothing tells which of both is wrong.
            if self.is_bound_to_network:
                raise AddressElsewhere from refused
            raise
        return holder_id

    def _stream_scope(self, package_id: PackageId, holder_id: UUID, place: str) -> str:
        scope = f"{package_id} {holder_id}"
        is_bound = self.is_bound_to_network and holder_id != NOBODY
        return f"{scope} {network_of(place)}" if is_bound else scope


def holder_of(work: Work) -> UUID:
    """Tell to whom the addresses of streams are bound that are signed now."""
    return identity.find_holder(work.actor) or NOBODY


def subtitles_address(
    work: Work, addresses: MediaAddresses, package_id: PackageId, track_name: str
) -> str:
    """Sign the address of all of a track of subtitles for whoever asks."""
    base = addresses.stream_base(package_id, holder_of(work), work.now, work.actor.place)
    return f"{base}/{track_name}/{ALL_SUBTITLES}"


@dataclass(frozen=True, slots=True)
class Admitted:
    """What the holder of a grant gets, and the log-in or key of the API that they came by."""

    tailoring: Tailoring
    log_in_id: UUID


Admit = Callable[["Work", UUID], Awaitable[Admitted | None]]


async def admit_log_in(work: Work, holder_id: UUID) -> Admitted | None:
    """Let log-ins and keys of the API have everything, while they are good."""
    is_active = await identity.is_holder_active(work, holder_id)
    return Admitted(EVERYTHING, holder_id) if is_active else None


class Holders:
    """Knows which holders of grants may go on, and what for; asks about each once in a while.

    ``is_withdrawn`` tells of those that are known to have ended before they are asked about again.
    """

    def __init__(
        self,
        workshop: Workshop,
        admit: Admit = admit_log_in,
        is_withdrawn: Callable[[UUID], bool] = lambda _holder_id: False,
    ) -> None:
        self._workshop = workshop
        self._admit = admit
        self._is_withdrawn = is_withdrawn
        self._known = ShortMemory[UUID, Admitted | Literal[False]](
            limit=REMEMBERED_HOLDERS,
            seconds=HOLDER_REMEMBERED_FOR_S,
            clock=lambda: workshop.clock.now().timestamp(),
        )

    async def require_active(self, holder_id: UUID) -> Admitted:
        """Refuse whoever may not go on since some seconds ago or earlier, such as after log-out."""
        if holder_id == NOBODY:
            return Admitted(EVERYTHING, NOBODY)
        if self._is_withdrawn(holder_id):
            raise GrantExpired
        admitted = self._known.find(holder_id)
        if admitted is None:
            async with self._workshop.reading(Actor.system()) as work:
                admitted = await self._admit(work, holder_id) or False
            self._known.keep(holder_id, admitted)
        if admitted is False:
            raise GrantExpired
        return admitted


class BesideManifest:
    """Names everything relative to the manifest, so that one text serves every viewer."""

    def __init__(self, package_id: PackageId) -> None:
        self._package_id = package_id

    def media_playlist(self, track_name: str) -> str:
        """Name a rendition's playlist."""
        return f"{track_name}.m3u8"

    def init(self, package_id: str, track_name: str) -> str:
        """Name an initialisation segment."""
        return f"{_folder(package_id, track_name)}/init.mp4"

    def segment(self, package_id: str, track_name: str, number: int) -> str:
        """Name a media segment."""
        return f"{_folder(package_id, track_name)}/{number}.m4s"

    def subtitles(self, package_id: str, track_name: str) -> str:
        """Name all of a track of subtitles."""
        del package_id
        return f"{track_name}/{ALL_SUBTITLES}"

    def subtitles_segment(self, package_id: str, track_name: str, number: int) -> str:
        """Name a segment of subtitles."""
        del package_id
        return f"{track_name}/{number}.vtt"

    def segment_template(self, package_id: str, track_name: str) -> str:
        """Name all media segments by DASH's template."""
        return f"{_folder(package_id, track_name)}/$Number$.m4s"

    def license(self, package_id: str) -> str:
        """Name where licences are given, with a place for the viewer's grant.

        The spans of a recording are packages of its timeline alone: it has the keys of all.
        """
        del package_id
        return f"{LICENSES}/{self._package_id}/{VIEWERS_GRANT}"


def _folder(package_id: str, track_name: str) -> str:
    """Name the folder of a track; of recordings, each head has one."""
    head = head_of(package_id)
    return track_name if head is None else f"{track_name}-s{head}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest's text, and whether it can still grow."""

    text: str
    content_type: str
    is_final: bool

    def for_viewer(self, grant: str) -> str:
        """Give the text to one viewer, whose licences are asked for under their own grant."""
        return self.text.replace(VIEWERS_GRANT, grant)


@dataclass(frozen=True, slots=True)
class ManifestAsked:
    """Which manifest somebody asks for; playlists of one rendition are the same for everybody."""

    package_id: PackageId
    name: str
    revision: str
    tailoring: Tailoring

    @classmethod
    def of(
        cls, package_id: PackageId, name: str, revision: str, tailoring: Tailoring
    ) -> ManifestAsked:
        """Keep of the viewer only what the manifest depends on."""
        lists_all = name in {MASTER_PLAYLIST, MPD}
        return cls(package_id, name, revision, tailoring if lists_all else EVERYTHING)


class Manifests:
    """Renders manifests; those of whole packages are remembered, for they never change.

    Only their subtitles may, and then players get an address with another revision.
    """

    def __init__(self) -> None:
        self._remembered = ShortMemory[ManifestAsked, Manifest](
            limit=REMEMBERED_MANIFESTS, seconds=REMEMBERED_FOR_S
        )
        self._missing = ShortMemory[ManifestAsked, bool](
            limit=REMEMBERED_MANIFESTS, seconds=REMEMBERED_FOR_S
        )

    async def find(self, work: Work, asked: ManifestAsked) -> Manifest | None:
        """Give a manifest of a whole package, if it can be rendered; either is remembered."""
        if self._missing.find(asked):
            return None
        try:
            return self.remembered(asked) or await self.render(work, asked)
        except (PackageNotFound, TimelineMalformed):
            self._missing.keep(asked, value=True)
            return None

    def remembered(self, asked: ManifestAsked) -> Manifest | None:
        """Give a manifest that was rendered just now and cannot have changed."""
        return self._remembered.find(asked)

    async def render(self, work: Work, asked: ManifestAsked) -> Manifest:
        """Render one manifest of a package, or fail with ``PackageNotFound``."""
        timeline = tailor(await load_timeline(work, asked.package_id), asked.tailoring)
        try:
            manifest = _render(timeline, asked, work.now)
        except (TimelineEmpty, LookupError) as nothing:
            raise PackageNotFound from nothing
        if manifest.is_final:
            self._remembered.keep(asked, manifest)
        return manifest


def _render(timeline: Timeline, asked: ManifestAsked, now: datetime) -> Manifest:
    locate, name = BesideManifest(asked.package_id), asked.name
    # A recording may be cut otherwise at any time.
    is_final = timeline.is_ended and head_of(timeline.spans[0].package.id) is None
    if name == MPD:
        text = dash.render_mpd(timeline, locate, now)
        return Manifest(text, "application/dash+xml", is_final)
    if name == MASTER_PLAYLIST:
        text = hls.render_master(timeline, locate)
    else:
        text = hls.render_media(timeline, name.removesuffix(".m3u8"), locate)
    return Manifest(text, "application/vnd.apple.mpegurl", is_final)


async def view_package(work: Work, row: PlayableRow) -> PackageView:
    """Tell what can be played of a package right now, without reading its whole index."""
    is_complete = row.state == PackageState.READY
    rungs = Recipe.read(row.recipe).rungs
    package_id = PackageId(row.id)
    keys = await find_key_ids(work, package_id) if row.is_encrypted else ()
    return PackageView(
        package_id=package_id,
        asset_id=AssetId(row.asset_id),
        is_complete=is_complete,
        poster=_view_poster(row),
        sprites=_view_sprites(row),
        text_revision=row.text_revision,
        playable_ms=row.duration_ms if is_complete else await _playable_ms(work, row),
        duration_ms=row.duration_ms,
        key_ids=tuple(keys),
        codec_families=tuple(dict.fromkeys(rung.codec_family for rung in rungs)),
        renditions=tuple((rung.codec_family, rung.lines) for rung in rungs),
    )


async def find_key_ids(work: Work, package_id: PackageId) -> Collection[UUID]:
    """Name the keys of a package; of a recording, those of what it plays."""
    if own := await Keys(work).of_package(package_id):
        return [key.id for key in own]
    recorded = await find_cut_timeline(work, package_id, work.now)
    spans = recorded.spans if recorded is not None else ()
    return dict.fromkeys(key_id for span in spans for key_id in key_ids(span.package))


async def _playable_ms(work: Work, row: PlayableRow) -> int:
    packages, package_id = Packages(work), PackageId(row.id)
    track_name = reference_track(Recipe.read(row.recipe))
    if track_name is None:
        return 0
    count = playable_segments(await packages.parts(package_id))
    return round_half_up(await packages.length_s(package_id, track_name, count) * 1000)


def _view_poster(row: PlayableRow) -> PosterView | None:
    if row.poster_id is None:
        return None
    preview_id = PictureId(row.preview_id) if row.preview_id is not None else None
    poster_id = PictureId(row.poster_id)
    return PosterView(PackageId(row.id), poster_id, row.poster_width or 0, preview_id)


def _view_sprites(row: PlayableRow) -> SpritesView | None:
    if row.sprites_id is None:
        return None
    width, height, count = row.tile_width or 0, row.tile_height or 0, row.tile_count or 0
    return SpritesView(PictureId(row.sprites_id), width, height, count)
