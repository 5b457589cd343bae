"""Our own TLS: certificates from files and of our own making, HTTP/2, and RTMPS with them."""

from __future__ import annotations

import json
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from streamverse.app.certificates import LASTS, Certificate, open_certificate, sign_certificate
from streamverse.app.settings import Settings, load_settings
from streamverse.kit.settings import SettingsInvalid
from streamverse.mediakit.ffmpeg import find_tools
from tests.factories.processes import Process, free_port, owner_client

NOW = datetime(2030, 1, 1, tzinfo=UTC)
HEALTH = "/api/v1/ops/health"
# Node's own client of HTTP/2, which takes nothing less.
ASK = """
const http2 = require("node:http2");
const [, url, path, ca] = process.argv;
const session = http2.connect(url, { ca: require("node:fs").readFileSync(ca) });
session.on("error", (error) => { console.error(error.message); process.exit(1); });
const answer = session.request({ ":path": path });
answer.on("response", (headers) => {
  console.log(JSON.stringify([session.alpnProtocol, headers[":status"]]));
  session.close();
});
answer.resume();
"""


def settings_of(folder: Path, **given: object) -> Settings:
    return load_settings({}, overrides={"data_dir": folder, **given})


def named(made: Certificate) -> list[str]:
    found = x509.load_pem_x509_certificate(made.chain.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def opened(settings: Settings) -> Certificate:
    found = open_certificate(settings)
    assert found is not None
    return found


def test_without_one_there_is_no_tls(tmp_path: Path) -> None:
    assert open_certificate(settings_of(tmp_path)) is None


def test_a_certificate_for_trials_is_made_once(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path, tls_certificate="self-signed", public_url="https://films.example.org:8443"
    )
    made = opened(settings)
    content = made.chain.read_bytes()

    assert named(made) == ["films.example.org", "localhost", "127.0.0.1", "::1"]
    assert made.key.stat().st_mode & 0o777 == 0o600
    assert opened(settings).chain.read_bytes() == content
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(made.chain, made.key)


def test_one_that_names_somebody_else_or_ends_soon_is_made_anew(tmp_path: Path) -> None:
    first = opened(settings_of(tmp_path, tls_certificate="self-signed")).chain.read_bytes()
    elsewhere = settings_of(
        tmp_path, tls_certificate="self-signed", public_url="https://192.0.2.7:8443"
    )
    other = opened(elsewhere)
    assert named(other)[0] == "192.0.2.7"
    assert other.chain.read_bytes() != first

    ending = datetime.now(UTC) - LASTS + timedelta(days=29)
    old, key = sign_certificate(tuple(named(other)), ending)
    other.chain.write_bytes(old)
    other.key.write_bytes(key)
    assert opened(elsewhere).chain.read_bytes() != old


@pytest.mark.parametrize("missing", ["tls_certificate", "tls_key"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, missing: str) -> None:
    given = {"tls_certificate": "chain.pem", "tls_key": "key.pem"}
    for name, file in given.items():
        if name != missing:
            (tmp_path / file).touch()
    with pytest.raises(SettingsInvalid) as refusal:
        open_certificate(settings_of(tmp_path, **given))
    assert refusal.value.detail == (
        f"STREAMVERSE_{missing.upper()} names {tmp_path / given[missing]}, "
        "but there is no such file."
    )


def test_https_is_answered_by_http_2_and_streams_come_by_rtmps(tmp_path: Path) -> None:
    chain, key = sign_certificate(("127.0.0.1",), datetime.now(UTC))
    (tmp_path / "chain.pem").write_bytes(chain)
    (tmp_path / "key.pem").write_bytes(key)
    port = free_port()
    settings = {
        "STREAMVERSE_TLS_CERTIFICATE": str(tmp_path / "chain.pem"),
        "STREAMVERSE_TLS_KEY": str(tmp_path / "key.pem"),
        "STREAMVERSE_TLS_PORT": str(port),
        "STREAMVERSE_RTMPS_PORT": "0",
    }
    process = Process("api", tmp_path / "data", settings=settings)
    process.start()
    try:
        url = f"https://127.0.0.1:{port}"
        arguments = ["node", "-e", ASK, url, HEALTH, str(tmp_path / "chain.pem")]
        answer = subprocess.run(arguments, check=False, capture_output=True, text=True)
        assert answer.returncode == 0, answer.stderr
        assert json.loads(answer.stdout) == ["h2", 200]
        # Older ones speak HTTP/1.1 there, and everybody may at the plain port.
        trusting = ssl.create_default_context(cafile=str(tmp_path / "chain.pem"))
        assert httpx.get(url + HEALTH, verify=trusting).status_code == 200
        assert httpx.get(process.url + HEALTH).status_code == 200
        with owner_client(process) as client:
            made = client.post("/live/streams", json={"name": "Choir"}).json()
            shown = client.get(f"/live/streams/{made['id']}/key").json()
            assert shown["rtmps_url"].startswith("rtmps://127.0.0.1:")
            target = f"{shown['rtmps_url']}/{shown['key']}"
            command = [
                *(str(find_tools().ffmpeg), "-v", "error", "-re", "-f", "lavfi"),
                *("-i", "testsrc2=size=320x180:rate=25:duration=4", "-c:v", "libx264"),
                *("-preset", "ultrafast", "-g", "25", "-f", "flv", "-tls_verify", "0", target),
            ]
            sent = subprocess.run(command, check=False, capture_output=True, text=True)
            assert sent.returncode == 0, sent.stderr
            # It waits for the encoder to come back, so it is live still.
            assert client.get(f"/live/streams/{made['id']}").json()["live_since"] is not None
    finally:
        process.stop()
