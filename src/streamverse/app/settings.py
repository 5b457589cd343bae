"""What an operator can set, and what follows from it."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from streamverse.app import accepting
from streamverse.app.own_addresses import own_internal_url, own_mail_address
from streamverse.domains.intake.contracts import METADATA_LANE
from streamverse.domains.media.contracts import (
    ENCODE_LANE,
    FETCH_LANE,
    PICTURES_LANE,
    SOUND_LANE,
)
from streamverse.domains.notifications.contracts import NOTIFY_LANE
from streamverse.kit import settings as machinery
from streamverse.kit.crypto import load_or_create_master_secret
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.settings import SettingsInvalid, setting, settings_class
from streamverse.mediakit import hardware
from streamverse.mediakit.ladder import CodecFamily

PREFIX = "STREAMVERSE_"
TEST_PREFIX = "STREAMVERSE_TEST_"
FILE_NAME = "streamverse.toml"
LANES = (
    DEFAULT_LANE,
    ENCODE_LANE,
    SOUND_LANE,
    FETCH_LANE,
    PICTURES_LANE,
    NOTIFY_LANE,
    METADATA_LANE,
)


_Port = Annotated[int, Meta(ge=1, le=65535)]
_Positive = Annotated[int, Meta(ge=1)]
_NotNegative = Annotated[int, Meta(ge=0)]


@settings_class
class Settings:
    """Everything that can be set; ``load_settings`` fills in what depends on something else."""

    data_dir: Path = setting(
        default=Path("data"),
        group="Files",
        about="The folder for everything that is kept: the database, the media, the secret key.",
    )
    store_url: str = setting(
        default="",
        group="Files",
        shown_default="the folder `store` in the data folder",
        expected="`file:///folder` or `s3://bucket/prefix`",
        accepts=accepting.is_store_address,
        about="Where media is kept: a folder, or a bucket of any S3-compatible store.",
    )
    s3_endpoint: str = setting(
        default="",
        group="Files",
        shown_default="Amazon's for the region",
        expected="an address such as `https://s3.example.org`",
        accepts=accepting.is_web_address,
        about="The address of the S3-compatible store.",
    )
    s3_region: str = setting(default="us-east-1", group="Files", about="The region of the bucket.")
    s3_access_key_id: str = setting(
        default="",
        group="Files",
        about="The name of the S3 key; leave it out where the machine itself has access.",
    )
    s3_secret_access_key: str = setting(
        default="", group="Files", is_secret=True, about="The secret of the S3 key."
    )
    min_free_bytes: _NotNegative = setting(
        default=1 << 30,
        group="Files",
        about="Uploads are refused when less than this would stay free on the disk.",
    )
    database_url: str = setting(
        default="",
        group="Files",
        is_secret=True,
        shown_default="SQLite, `streamverse.db` in the data folder",
        expected="`sqlite:////folder/file` or `postgresql+asyncpg://user:password@host/name`",
        accepts=accepting.is_database_address,
        about="The database of records, jobs and events.",
    )
    host: str = setting(
        default="127.0.0.1",
        group="Serving",
        about="The network address to listen on; `0.0.0.0` lets other machines in.",
    )
    port: _Port = setting(default=8400, group="Serving", about="The port to listen on.")
    tls_certificate: str = setting(
        default="",
        group="Serving",
        shown_default="none",
        about="A file with a certificate and its chain (PEM): with one, `STREAMVERSE_TLS_PORT` "
        "answers by https and HTTP/2 beside the plain port, as Apple's players want for low "
        "latency, and `STREAMVERSE_RTMPS_PORT` takes streams. `self-signed` makes one for trials.",
    )
    tls_key: str = setting(
        default="",
        group="Serving",
        shown_default="none",
        about="The file with the key of `STREAMVERSE_TLS_CERTIFICATE` (PEM).",
    )
    tls_port: _Port = setting(
        default=8443, group="Serving", about="The port that answers by https, if one does."
    )
    api_processes: _Positive = setting(
        default=1,
        group="Serving",
        about="Processes in which `serve` and `api` answer requests, side by side on one port; "
        "more than one only with PostgreSQL and on Linux. Each takes some 150 MB and, in a rush, a "
        "processor.",
    )
    internal_url: str = setting(
        default="",
        group="Serving",
        shown_default="`http://127.0.0.1` with the port, or with one of its own where several "
        "processes answer",
        expected="an address such as `http://10.0.0.5:8400`",
        accepts=lambda text: text.startswith("http://") and accepting.is_web_address(text),
        about="Where the other processes reach this one, each machine with its own. What they "
        "ask there is signed; others get nothing by it. See [Scaling](scaling.md).",
    )
    public_url: str = setting(
        default="",
        group="Serving",
        shown_default="`http://` with the host and the port",
        expected="an address such as `https://video.example.org`",
        accepts=accepting.is_web_address,
        about="The address that viewers open; with https, cookies are marked secure.",
    )
    is_catalog_public: bool = setting(
        default=False,
        group="Serving",
        about=(
            "Tell crawlers and previews of links the names of titles that nobody in particular "
            "may see: published, available in their region, and rated under 18. Watching still "
            "needs an account."
        ),
    )
    trusted_proxies: tuple[str, ...] = setting(
        default=(),
        group="Serving",
        expected="a list of networks such as `10.0.0.0/8`, separated by commas",
        accepts=accepting.are_networks,
        about="Proxies that are believed when they name the address of a visitor.",
    )
    secret_key: str = setting(
        default="",
        group="Access",
        is_secret=True,
        shown_default="made on the first start and kept in `secret.key` in the data folder",
        expected="secrets of at least 32 characters, separated by commas",
        accepts=accepting.are_secrets,
        about="All keys derive from it. To change it, put the new one first and keep the old one "
        "behind it. Machines that work together need the same.",
    )
    session_days: _Positive = setting(
        default=30, group="Access", about="A log-in ends after this many days without a visit."
    )
    is_registration_open: bool = setting(
        default=False,
        group="Access",
        about="Let anybody make an account, who then confirms the address by mail; otherwise "
        "staff make the accounts.",
    )
    oidc_providers: str = setting(
        default="",
        group="Access",
        is_secret=True,
        shown_default="none: people log in with passwords and passkeys",
        expected="a JSON list of providers, each with id, client_id and client_secret, and an "
        "issuer unless it is google, facebook or apple",
        accepts=accepting.are_providers,
        about="Other services that people may log in with; see "
        "[Log-in providers](log-in-providers.md).",
    )
    terms_version: str = setting(
        default="1",
        group="Access",
        accepts=bool,
        about="The version of the terms that people agree to; after a change they are asked again.",
    )
    media_url_hours: _Positive = setting(
        default=12, group="Access", about="Addresses of media work at least this long."
    )
    is_media_bound_to_network: bool = setting(
        default=False,
        group="Access",
        about="Addresses of media work only in the network (/24, /48) of whoever asked for them; "
        "see [Delivery](delivery.md).",
    )
    media_cookie_domain: str = setting(
        default="",
        group="Access",
        shown_default="this host alone",
        about="The domain whose hosts get the cookies that open media, such as `example.org` for "
        "a CDN at `cdn.example.org`; see [Delivery](delivery.md).",
    )
    streams_at_once: _NotNegative = setting(
        default=3,
        group="Access",
        about="Streams that one account may watch at once; 0 for as many as it likes.",
    )
    devices_at_most: _NotNegative = setting(
        default=0,
        group="Access",
        shown_default="0: as many as it likes",
        about="Devices that one account may watch on within 30 days.",
    )
    playback_days: _Positive = setting(
        default=90,
        group="Access",
        about="How many days it is kept how well each session of playing went.",
    )
    smtp_url: str = setting(
        default="",
        group="Mail",
        is_secret=True,
        shown_default="none: mails are kept for the owner to read",
        expected="`smtp://`, `smtp+starttls://` or `smtps://` with `user:password@host:port`, "
        "where user, password and port may be left out and `%40` stands for an `@` in them",
        accepts=accepting.is_smtp_address,
        about="The mail server that mails are handed over to; see [Mail](mail.md).",
    )
    mail_from: str = setting(
        default="",
        group="Mail",
        shown_default="`no-reply@` with the host of the public address",
        expected="an e-mail address",
        accepts=accepting.is_mail_address,
        about="The address that mails come from.",
    )
    mail_name: str = setting(
        default="StreamVerse",
        group="Mail",
        accepts=str.isprintable,
        about="The name of this service, as mails give it.",
    )
    max_upload_bytes: _Positive = setting(
        default=100 << 30, group="Uploads", about="Larger files are refused."
    )
    upload_expiry_hours: _Positive = setting(
        default=72,
        group="Uploads",
        about="An upload that nobody continues is dropped after this many hours.",
    )
    protection: Literal["none", "clearkey"] = setting(
        default="none",
        group="Uploads",
        about="Encrypt films whose uploader does not choose: `clearkey` gives their keys only to "
        "viewers who are logged in; see [Protection](protection.md).",
    )
    is_publish_on_upload: bool = setting(
        default=True,
        group="Uploads",
        about="Show a title to viewers as soon as it can be played; otherwise an owner "
        "publishes it.",
    )
    bin_days: int = setting(
        default=30,
        group="Catalogue",
        about="What is deleted can be brought back for so many days; then it goes for good.",
    )
    region_database: str = setting(
        default="",
        group="Catalogue",
        about="A file in the MaxMind format that tells the countries of network addresses; "
        "without it, titles that are limited to countries are shown nowhere.",
    )
    library_roots: tuple[str, ...] = setting(
        default=(),
        group="Catalogue",
        shown_default="none: no folder of the server is read",
        expected="a list of folders such as `/srv/films`, separated by commas",
        accepts=accepting.are_folders,
        about="Where folders may lie that fill the catalogue; staff names folders beneath these in "
        "the web, and nothing outside of them is read. See "
        "[Folders](../guide/folders.md).",
    )
    tmdb_key: str = setting(
        default="",
        group="Catalogue",
        is_secret=True,
        shown_default="none: titles are not looked up",
        expected="the API key or the read access token that themoviedb.org shows in the settings "
        "of an account",
        accepts=accepting.is_tmdb_key,
        about="The key by which titles are looked up in The Movie Database (TMDB), which may be "
        "used like this where no money is made; see [Metadata](../guide/metadata.md).",
    )
    tmdb_address: str = setting(
        default="https://api.themoviedb.org/3",
        group="Catalogue",
        expected="an address such as `https://api.themoviedb.org/3`",
        accepts=lambda text: text != "" and accepting.is_web_address(text),
        about="Where TMDB is asked.",
    )
    anilist: bool = setting(
        default=False,
        group="Catalogue",
        about="Look titles up in AniList too, which knows anime and needs no key; it may be used "
        "like this where no money is made. See [Metadata](../guide/metadata.md).",
    )
    anilist_address: str = setting(
        default="https://graphql.anilist.co",
        group="Catalogue",
        expected="an address such as `https://graphql.anilist.co`",
        accepts=lambda text: text != "" and accepting.is_web_address(text),
        about="Where AniList is asked.",
    )
    title_languages: tuple[str, ...] = setting(
        default=("en",),
        group="Catalogue",
        expected="a list of languages such as `en`, `de` or `pt-BR`, separated by commas",
        accepts=accepting.are_languages,
        about="The languages that titles are looked up in: their own words are in the first, and "
        "those of the others stand beside them as translations.",
    )
    import_buckets: str = setting(
        default="",
        group="Uploads",
        is_secret=True,
        shown_default="none: films are uploaded, or fetched from an address",
        expected="a JSON list of buckets, each with bucket, and where needed endpoint, region, "
        "access_key_id and secret_access_key",
        accepts=accepting.are_buckets,
        about="Buckets that films may be taken from; see [Storage](storage.md).",
    )
    fetch_allowed_hosts: tuple[str, ...] = setting(
        default=(),
        group="Uploads",
        expected="a list of `host` or `host:port`, separated by commas",
        accepts=accepting.are_hosts,
        about="Hosts of private networks that may be asked when somebody names their address, for "
        "a film, a webhook, the source of a live stream (a camera) or a service that streams are "
        "sent on to; all others must be public.",
    )
    is_demo_film_enabled: bool = setting(
        default=True, group="Uploads", about="Import the demo film when the library is empty."
    )
    codecs: tuple[CodecFamily, ...] = setting(
        default=(CodecFamily.H264,),
        group="Encoding",
        shown_default="`h264`",
        expected="a list of `h264`, `hevc` and `av1`, separated by commas, with `h264` in it",
        accepts=accepting.are_codecs,
        about="The codecs that films are encoded in. Everything plays H.264; HEVC and AV1 need "
        "fewer bits, keep high dynamic range, and cost about twice the work each.",
    )
    ladder: Literal["measured", "fixed", "batch"] = setting(
        default="measured",
        group="Encoding",
        about="Whether the sizes and qualities of a film are chosen by measuring it, or fixed, as "
        "for films below a minute anyway. `batch` is fixed, without the quick first rendition in "
        "which a long film can be watched early: a tenth less work.",
    )
    target_vmaf: Annotated[int, Meta(ge=50, le=99)] = setting(
        default=94,
        group="Encoding",
        about="How near to the original the best rendition of a measured film comes, in VMAF: "
        "at 94 most people see no difference.",
    )
    package_checks: Literal["sampled", "full"] = setting(
        default="sampled",
        group="Work",
        about="How much of what was encoded is decoded again before it is declared ready: sound "
        "and the smallest renditions whole and a sample of the others, or all of it.",
    )
    retention_source_days: _NotNegative = setting(
        default=0,
        group="Retention",
        about="The file that a film was made from is deleted so many days after all of it can be "
        "played; 0 keeps it. A tenant may choose otherwise, here and for the next two.",
    )
    retention_failed_days: _NotNegative = setting(
        default=0,
        group="Retention",
        about="A film that could not be encoded is deleted with its file after so many days; 0 "
        "keeps it.",
    )
    retention_refused_days: _NotNegative = setting(
        default=30,
        group="Retention",
        about="An upload that was refused or has expired leaves the list after so many days; 0 "
        "keeps it there. Its bytes went at once.",
    )
    retention_orphan_days: _NotNegative = setting(
        default=0,
        group="Retention",
        about="What nothing refers to is deleted when it is older than so many days; 0 leaves it "
        "for somebody to look at.",
    )
    webhook_disable_days: _Positive = setting(
        default=5,
        group="Webhooks",
        about="A webhook that has taken no message for so many days is switched off; see "
        "[Webhooks](webhooks.md).",
    )
    worker_count: _NotNegative = setting(
        default=1,
        group="Work",
        about="Worker processes that `serve` starts; 0 where workers run elsewhere.",
    )
    worker_lanes: tuple[str, ...] = setting(
        default=LANES,
        group="Work",
        shown_default="all of them",
        expected=f"a list of {', '.join(LANES)}, separated by commas",
        accepts=lambda lanes: bool(lanes) and set(lanes) <= set(LANES),
        about="The lanes that a worker serves: encoding, sound, films fetched from elsewhere, "
        "pictures, webhooks, what TMDB knows of titles, and everything else.",
    )
    worker_codecs: tuple[str, ...] = setting(
        default=hardware.CODECS,
        group="Work",
        shown_default="all of them",
        expected=f"a list of {', '.join(hardware.CODECS)}, separated by commas",
        accepts=lambda codecs: set(codecs) <= set(hardware.CODECS),
        about="The codecs that a worker encodes; it leaves what needs another one to others.",
    )
    is_hardware_used: bool = setting(
        default=True,
        group="Work",
        about="Whether a worker encodes with what `streamverse doctor` finds in hardware (NVENC, "
        "QSV, VAAPI); where that fails, the same renditions are made in software.",
    )
    worker_threads: _NotNegative = setting(
        default=0,
        group="Work",
        shown_default="as many as the machine has",
        about="Processors that a worker process of its own uses; `serve` uses all of them.",
    )
    worker_encode_slots: _Positive = setting(
        default=1, group="Work", about="Encodes that one worker runs at the same time."
    )
    worker_poll_ms: _Positive = setting(
        default=1000,
        group="Work",
        about="How often a worker looks for work that nothing woke it for.",
    )
    job_lease_seconds: Annotated[int, Meta(ge=5)] = setting(
        default=60,
        group="Work",
        about="The work of a worker that has died goes to another one after this time.",
    )
    is_live_taken: bool = setting(
        default=True,
        group="Live",
        about="Whether `serve` and `api` take live streams; `streamverse live` always does.",
    )
    rtmp_port: Annotated[int, Meta(ge=0, le=65535)] = setting(
        default=1935,
        group="Live",
        about="The port that encoders send live streams to by RTMP; 0 is any that is free.",
    )
    rtmps_port: Annotated[int, Meta(ge=0, le=65535)] = setting(
        default=1936,
        group="Live",
        about="The port that encoders send live streams to by RTMPS, where there is a certificate "
        "(`STREAMVERSE_TLS_CERTIFICATE`); 0 is any that is free.",
    )
    srt_port: Annotated[int, Meta(ge=0, le=65535)] = setting(
        default=8890,
        group="Live",
        about="The UDP port that encoders send live streams to by SRT; 0 is any that is free.",
    )
    webrtc_port: Annotated[int, Meta(ge=0, le=65535)] = setting(
        default=8189,
        group="Live",
        about="The one UDP port of WebRTC, by which browsers and encoders send (WHIP) and viewers "
        "watch (WHEP); 0 is any that is free.",
    )
    webrtc_addresses: tuple[str, ...] = setting(
        default=(),
        group="Live",
        shown_default="the machine's own",
        about="The IP addresses at which `STREAMVERSE_WEBRTC_PORT` is reached, where they are not "
        "the machine's own: behind a router or in a container, say. The dearest first.",
        expected="a list of IP addresses such as `203.0.113.7`, separated by commas",
        accepts=accepting.are_ip_addresses,
    )
    live_return_s: _NotNegative = setting(
        default=30,
        group="Live",
        about="For so many seconds a stream waits for an encoder that is gone, then it is over.",
    )
    live_targets: _Positive = setting(
        default=8,
        group="Live",
        about="To so many other services a stream may be sent on at the same time.",
    )
    live_ladder_processors: _NotNegative = setting(
        default=0,
        group="Live",
        about="How many processors smaller renditions of live streams may take together; 0 is all "
        "of them.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        default="info", group="Logs", about="The least important messages that are logged."
    )
    log_format: Literal["text", "json"] = setting(
        default="text", group="Logs", about="Lines for people, or JSON for programs."
    )

    @property
    def is_secure(self) -> bool:
        """Tell whether viewers come by https."""
        return self.public_url.startswith("https://")


def load_settings(
    environ: Mapping[str, str] | None = None,
    *,
    config: Path | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Settings:
    """Read the settings and fill in what depends on others; makes no file or folder."""
    environ = os.environ if environ is None else environ
    if config is not None and not config.is_file():
        raise SettingsInvalid({"config": f"--config names {config}, but there is no such file."})
    if config is None:
        at_first = machinery.read_settings(
            Settings, prefix=PREFIX, environ=environ, overrides=overrides
        )
        config = at_first.data_dir / FILE_NAME
    given = machinery.read_settings(
        Settings, prefix=PREFIX, environ=environ, overrides=overrides, file=config
    )
    return _complete(given)


def unknown_variables(environ: Mapping[str, str] | None = None) -> list[str]:
    """Give a sentence for each STREAMVERSE_ variable that is no setting; tests have their own."""
    environ = os.environ if environ is None else environ
    meant = {name: text for name, text in environ.items() if not name.startswith(TEST_PREFIX)}
    return machinery.unknown_variables(Settings, prefix=PREFIX, environ=meant)


def master_secrets(settings: Settings) -> tuple[bytes, ...]:
    """Give the secrets that all keys derive from: the current one first, then those before it."""
    if settings.secret_key:
        return tuple(part.encode() for part in settings.secret_key.split(","))
    return (load_or_create_master_secret(settings.data_dir / "secret.key"),)


def _complete(given: Settings) -> Settings:
    if given.api_processes > 1:
        _require_shareable(given)
    data_dir = given.data_dir.absolute()
    shown_host = f"[{given.host}]" if ":" in given.host else given.host
    public_url = (given.public_url or f"http://{shown_host}:{given.port}").rstrip("/")
    own_url = own_internal_url(given.host, given.port, given.api_processes)
    return dataclasses.replace(
        given,
        data_dir=data_dir,
        store_url=given.store_url or (data_dir / "store").as_uri(),
        database_url=given.database_url or f"sqlite:///{data_dir / 'streamverse.db'}",
        public_url=public_url,
        internal_url=given.internal_url.rstrip("/") or own_url,
        mail_from=given.mail_from or own_mail_address(public_url),
    )


def _require_shareable(given: Settings) -> None:
    """Refuse several processes where they gain nothing, or cannot share the port."""
    is_sqlite = not given.database_url or given.database_url.startswith("sqlite")
    if is_sqlite or sys.platform != "linux":
        lack = "one process at a time writes to SQLite" if is_sqlite else "this is not Linux"
        mend = "leave it at 1, or choose PostgreSQL by STREAMVERSE_DATABASE_URL on Linux."
        problem = f"STREAMVERSE_API_PROCESSES is {given.api_processes}, but {lack}: {mend}"
        raise SettingsInvalid({"api_processes": problem})
