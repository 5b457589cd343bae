"""The addresses of this program, where the operator names none."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

LOOPBACK_OF = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - names what listens everywhere


def own_internal_url(host: str, port: int, processes: int) -> str:
    """Name a process on its own machine; where several share a port, 0 stands for one of its own.

    >>> own_internal_url("0.0.0.0", 8400, 1)
    'http://127.0.0.1:8400'
    """
    if processes > 1:
        return "http://127.0.0.1:0"
    host = LOOPBACK_OF.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def own_mail_address(public_url: str) -> str:
    """Give the address that mails come from.

    >>> own_mail_address("https://video.example.org")
    'no-reply@video.example.org'
    """
    host = urlsplit(public_url).hostname or "localhost"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return f"no-reply@{host}"
    return "no-reply@localhost"  # a bare number is no domain of mail
