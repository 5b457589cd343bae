"""What the manual tells receivers to do works."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from streamverse.domains.notifications.rules.kinds import KINDS, TEST_KIND
from streamverse.domains.notifications.rules.signatures import signed_headers, write_secret

MANUAL = (Path(__file__).parents[2] / "docs/operate/webhooks.md").read_text()
KEY, BODY = bytes(range(32)), b'{"id": "msg_1"}'


def code_in(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", MANUAL, re.DOTALL)
    return found


def messages() -> list[tuple[dict[str, str], bytes, bool]]:
    now = datetime.now(UTC)
    headers = signed_headers(KEY, "msg_1", BODY, now)
    old = signed_headers(KEY, "msg_1", BODY, now - timedelta(minutes=6))
    other = signed_headers(bytes(32), "msg_1", BODY, now)
    both = f"{other['webhook-signature']} {headers['webhook-signature']}"
    return [
        (headers, BODY, True),
        ({**headers, "webhook-signature": both}, BODY, True),
        (headers, BODY + b" ", False),
        ({**headers, "webhook-id": "msg_2"}, BODY, False),
        (old, BODY, False),
        (other, BODY, False),
    ]


def test_the_check_in_python_tells_ours_from_others() -> None:
    found: dict[str, Any] = {}
    exec(code_in("python"), found)  # noqa: S102 - our own manual
    is_ours: Callable[[str, dict[str, str], bytes], bool] = found["is_ours"]
    for headers, body, expected in messages():
        assert is_ours(write_secret(KEY), headers, body) is expected


def test_the_check_in_javascript_tells_ours_from_others(tmp_path: Path) -> None:
    calls = [
        f"isOurs('{write_secret(KEY)}', {headers!r}, {body.decode()!r})"
        for headers, body, _ in messages()
    ]
    script = tmp_path / "check.mjs"
    script.write_text(f"{code_in('js')}\nconsole.log([{', '.join(calls)}].join())\n")
    shown = subprocess.run(["node", str(script)], capture_output=True, text=True, check=True)
    expected = ",".join(str(expected).lower() for _, _, expected in messages())
    assert shown.stdout.strip() == expected


def test_every_kind_is_in_the_manual() -> None:
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", MANUAL, re.MULTILINE)
    assert rows == [*(kind.name for kind in KINDS), TEST_KIND]
