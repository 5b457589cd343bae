"""What the values of settings look like."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

from streamverse.domains.identity.rules.federation import parse_providers
from streamverse.domains.media.rules.origins import parse_buckets
from streamverse.kit.mail import may_be_mailed
from streamverse.kit.smtp import SmtpServer
from streamverse.mediakit.ladder import CodecFamily

_MIN_SECRET_LENGTH = 32
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


def is_web_address(text: str) -> bool:
    """Accept an address of the web, or none."""
    return text == "" or (
        urlsplit(text).scheme in {"http", "https"} and bool(urlsplit(text).netloc)
    )


def is_database_address(text: str) -> bool:
    """Accept the address of a database that we speak to, or none."""
    return text == "" or urlsplit(text).scheme in {"sqlite", "postgresql", "postgresql+asyncpg"}


def is_store_address(text: str) -> bool:
    """Accept a folder or a bucket, or none."""
    parts = urlsplit(text)
    return (
        text == ""
        or (parts.scheme == "file" and parts.path.startswith("/"))
        or (parts.scheme == "s3" and bool(parts.netloc))
    )


def are_secrets(text: str) -> bool:
    """Accept secrets that are long enough, between commas, or none."""
    return text == "" or all(len(part) >= _MIN_SECRET_LENGTH for part in text.split(","))


def is_smtp_address(text: str) -> bool:
    """Accept the address of a mail server, or none."""
    try:
        return text == "" or bool(SmtpServer.parse(text))
    except ValueError:
        return False


def is_mail_address(text: str) -> bool:
    """Accept what a mail can come from, or nothing."""
    return text == "" or may_be_mailed(text)


def are_providers(text: str) -> bool:
    """Accept the table of providers that people log in with."""
    try:
        parse_providers(text)
    except ValueError:
        return False
    return True


def are_ip_addresses(texts: tuple[str, ...]) -> bool:
    """Accept addresses of machines."""
    try:
        return all(ipaddress.ip_address(text) for text in texts)
    except ValueError:
        return False


def are_networks(networks: tuple[str, ...]) -> bool:
    """Accept addresses of networks."""
    try:
        return all(ipaddress.ip_network(network) for network in networks)
    except ValueError:
        return False


def are_codecs(codecs: tuple[CodecFamily, ...]) -> bool:
    """Accept codecs, each once, with the one that everything plays."""
    return CodecFamily.H264 in codecs and len(set(codecs)) == len(codecs)


def are_buckets(text: str) -> bool:
    """Accept the table of buckets that films are fetched from."""
    try:
        parse_buckets(text)
    except ValueError:
        return False
    return True


def is_tmdb_key(text: str) -> bool:
    """Accept the letters that keys of TMDB have."""
    return re.fullmatch(r"[A-Za-z0-9._-]*", text) is not None


def are_languages(tags: tuple[str, ...]) -> bool:
    """Accept at least one language."""
    return bool(tags) and all(_LANGUAGE.fullmatch(tag) for tag in tags)


def are_folders(folders: tuple[str, ...]) -> bool:
    """Accept folders that mean the same wherever the program is started."""
    return all(Path(folder).is_absolute() for folder in folders)


def are_hosts(hosts: tuple[str, ...]) -> bool:
    """Accept hosts, with a port or without."""
    return all(_HOST.fullmatch(host) for host in hosts)
