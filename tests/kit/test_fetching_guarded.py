"""Fetching what a user names: against servers that mean ill, and a resolver that lies."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from streamverse.kit.fetching import FetchFailed, GuardedFetcher
from streamverse.kit.reach import AddressRefused, Reach
from tests.factories.web_servers import WebServer, answer, header, web_server

NAME = "films.example.org"


@pytest.fixture
async def server() -> AsyncGenerator[WebServer]:
    async with web_server() as opened:
        yield opened


class Names:
    """A resolver that answers as it is told, in turn, and keeps what it was asked."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {host.replace("_", "."): list(turns) for host, turns in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        del port
        self.asked.append(host)
        turns = self.answers.get(host, [[host]])
        return turns.pop(0) if len(turns) > 1 else turns[0]


def fetcher_for(server: WebServer, **options: object) -> GuardedFetcher:
    return GuardedFetcher(Reach.of([server.host]), **options)  # pyright: ignore[reportArgumentType]


async def get(
    fetcher: GuardedFetcher, address: str, limit_bytes: int = 1000, timeout_s: float | None = None
) -> tuple[int, bytes]:
    async with fetcher.get(address, timeout_s=timeout_s) as found:
        body = b"".join([chunk async for chunk in found.chunks(limit_bytes)])
        return found.status, body


async def test_a_body_is_streamed(server: WebServer) -> None:
    server.replies["/film"] = answer(b"x" * 1000)
    assert await get(fetcher_for(server), server.url("/film")) == (200, b"x" * 1000)
    assert header(server.asked[0], "Host") == server.host
    assert header(server.asked[0], "Accept-Encoding") == "identity"
    assert header(server.asked[0], "Authorization") is None


async def test_what_is_sent_arrives(server: WebServer) -> None:
    server.replies["/hook"] = answer(b"", "302 Found", "Location: http://127.0.0.1:1/")
    fetcher = fetcher_for(server)
    async with fetcher.post(server.url("/hook"), b"{}", {"webhook-id": "msg_1"}) as found:
        assert found.status == 302
    assert (server.bodies, len(server.asked)) == ([b"{}"], 1)
    assert header(server.asked[0], "webhook-id") == "msg_1"


# --- where it goes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "0", "[::1]"]
)
async def test_this_machine_is_not_reached_under_any_of_its_names(
    server: WebServer, host: str
) -> None:
    # The port is one of the web's, so that the host alone decides.
    with pytest.raises(AddressRefused, match=r"private network|no host"):
        await get(GuardedFetcher(), f"http://{host}:8080/")
    assert server.asked == []


async def test_a_name_is_looked_up_once_and_its_checked_address_is_used(server: WebServer) -> None:
    server.replies["/"] = answer(b"here")
    names = Names(films_example_org=[["127.0.0.1"], ["10.0.0.1"]])
    reach = Reach.of([f"{NAME}:{server.port}"])
    fetcher = GuardedFetcher(reach, resolve=names)
    assert await get(fetcher, server.url(host=NAME)) == (200, b"here")
    assert names.asked == [NAME]
    assert header(server.asked[0], "Host") == f"{NAME}:{server.port}"


async def test_a_name_that_turns_private_between_two_hops_is_refused(server: WebServer) -> None:
    there = f"http://{NAME}:8080/"
    server.replies["/"] = answer(b"", "302 Found", f"Location: {there}")
    names = Names(films_example_org=[["1.1.1.1"], ["127.0.0.1"]])
    fetcher = fetcher_for(server, resolve=names)
    await fetcher.check(there)
    with pytest.raises(AddressRefused, match="private network"):
        await get(fetcher, server.url())
    assert len(server.asked) == 1


async def test_secrets_are_told_to_nobody_else(server: WebServer) -> None:
    async with web_server() as other:
        server.replies["/"] = answer(b"", "302 Found", "Location: /there")
        server.replies["/there"] = answer(b"", "302 Found", f"Location: {other.url('/film')}")
        other.replies["/film"] = answer(b"film")
        fetcher = GuardedFetcher(Reach.of([server.host, other.host]))
        said = {"Authorization": "Bearer secret", "Range": "bytes=0-9"}
        async with fetcher.get(server.url(), said) as found:
            assert found.status == 200
        asked = [*server.asked, *other.asked]
        told = [(header(one, "Authorization"), header(one, "Range")) for one in asked]
    assert told == [("Bearer secret", "bytes=0-9")] * 2 + [(None, "bytes=0-9")]


async def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    names = Names(films_example_org=[["1.1.1.1", "169.254.169.254"]])
    with pytest.raises(AddressRefused, match="private network"):
        await GuardedFetcher(resolve=names).check(f"https://{NAME}/")


async def test_the_next_address_is_tried_where_one_is_dead(server: WebServer) -> None:
    server.replies["/"] = answer(b"here")
    names = Names(films_example_org=[["::1", "127.0.0.1"]])
    fetcher = GuardedFetcher(Reach.of([f"{NAME}:{server.port}"]), resolve=names)
    assert await get(fetcher, server.url(host=NAME)) == (200, b"here")


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:8080/",
        "http://169.254.169.254/latest/meta-data/",
        "//localhost/",
        "http://[::ffff:127.0.0.1]/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://127.0.0.1:22/",
        "http://user:secret@example.org/",
    ],
)
async def test_a_redirect_is_checked_like_any_address(server: WebServer, location: str) -> None:
    server.replies["/"] = answer(b"", "307 Temporary Redirect", f"Location: {location}")
    with pytest.raises(AddressRefused):
        await get(fetcher_for(server), server.url())
    assert len(server.asked) == 1


async def test_redirects_are_followed_and_bounded(server: WebServer) -> None:
    for number in range(7):
        moved = answer(b"", "301 Moved Permanently", f"Location: {number + 1}")
        server.replies[f"/{number}"] = moved
    server.replies["/7"] = answer(b"there")
    fetcher = fetcher_for(server)
    assert await get(fetcher, server.url("/2")) == (200, b"there")
    server.asked.clear()
    with pytest.raises(FetchFailed, match="sends elsewhere more than 5 times"):
        await get(fetcher, server.url("/0"))
    assert len(server.asked) == 6


# --- how it is answered ---------------------------------------------------------------------------


async def test_a_body_beyond_the_limit_is_cut_off(server: WebServer) -> None:
    server.replies["/"] = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000
    with pytest.raises(FetchFailed, match="has more than 1000 B"):
        await get(fetcher_for(server), server.url())


async def test_a_compressed_body_is_refused(server: WebServer) -> None:
    server.replies["/"] = answer(b"x", "200 OK", "Content-Encoding: gzip")
    with pytest.raises(FetchFailed, match="compressed its answer"):
        await get(fetcher_for(server), server.url())


async def test_a_body_that_breaks_off_is_told(server: WebServer) -> None:
    server.replies["/"] = answer(b"x" * 10).replace(b"Content-Length: 10", b"Content-Length: 20")
    with pytest.raises(FetchFailed, match="it broke off after 10 B"):
        await get(fetcher_for(server), server.url())


async def test_who_is_silent_is_left(server: WebServer) -> None:
    ended = asyncio.Event()

    async def silent(_head: bytes, _writer: asyncio.StreamWriter) -> None:
        await ended.wait()

    server.replies["/"] = silent
    with pytest.raises(FetchFailed):
        await get(fetcher_for(server, idle_timeout_s=0.1), server.url())
    with pytest.raises(FetchFailed, match=r"it took longer than 0\.1 s"):
        await get(fetcher_for(server, timeout_s=0.1), server.url())
    ended.set()


async def test_who_drips_is_left(server: WebServer) -> None:
    async def drip(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    server.replies["/"] = drip
    with pytest.raises(FetchFailed, match=r"it took longer than 0\.2 s"):
        await get(fetcher_for(server), server.url(), timeout_s=0.2)


@pytest.mark.parametrize("raw", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nbroken\r\n\r\n"])
async def test_what_is_no_answer_is_told(server: WebServer, raw: bytes) -> None:
    server.replies["/"] = raw
    with pytest.raises(FetchFailed, match="gave no answer that can be used"):
        await get(fetcher_for(server), server.url())


async def test_a_failure_of_the_reader_is_not_taken_for_one_of_the_server(
    server: WebServer,
) -> None:
    server.replies["/"] = answer(b"x")
    with pytest.raises(TimeoutError, match="of the reader"):
        async with fetcher_for(server).get(server.url()):
            raise TimeoutError("of the reader")


async def test_a_host_that_does_not_exist_is_told() -> None:
    with pytest.raises(AddressRefused, match=r"There is no host nowhere\.invalid"):
        await GuardedFetcher().check("https://nowhere.invalid/")


# --- https ----------------------------------------------------------------------------------------


def make_certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a server's context for a name, and that of a client who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    trusting = ssl.create_default_context(cafile=str(file))
    return serving, trusting


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Callable[[ssl.SSLContext], None]:
    def use(context: ssl.SSLContext) -> None:
        monkeypatch.setattr("streamverse.kit.fetching.trust", lambda: context)

    return use


async def test_the_certificate_must_be_that_of_the_name(
    tmp_path: Path, trust: Callable[[ssl.SSLContext], Awaitable[None]]
) -> None:
    serving, trusting = make_certificate(tmp_path, NAME)
    trust(trusting)
    other = "other.example.org"
    async with web_server(serving) as server:
        server.replies["/"] = answer(b"private")
        reach = Reach.of([f"{host}:{server.port}" for host in (NAME, other)])
        names = Names(films_example_org=[["127.0.0.1"]], other_example_org=[["127.0.0.1"]])
        fetcher = GuardedFetcher(reach, resolve=names)
        assert await get(fetcher, server.url(host=NAME)) == (200, b"private")
        with pytest.raises(FetchFailed, match="CERTIFICATE_VERIFY_FAILED"):
            await get(fetcher, server.url(host=other))
        server.replies["/"] = answer(b"", "302 Found", f"Location: http://{NAME}/")
        with pytest.raises(FetchFailed, match="from https to http"):
            await get(fetcher, server.url(host=NAME))
