"""Each import contract of pyproject.toml, seen to hold on a clean tree and to break on a fault."""

from pathlib import Path

import pytest
from importlinter.application import output
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
PACKAGE = "planted"

FLOORS = "The house has floors: app, domains, and the two kits side by side"
ORDER = "Domains ask down"
BORDERS = "Domains meet in contracts and public"
SQL = "SQL lives in models and repositories"
HTTP = "HTTP lives in routes"
CONTRACTS = {FLOORS, ORDER, BORDERS, SQL, HTTP}

CLEAN_TREE = {
    "__main__.py": "from planted.app import api\n",
    "app/api.py": (
        "import litestar\n"
        "from planted.domains.catalog import routes\n"
        "from planted.migrations import env\n"
    ),
    "migrations/env.py": "import alembic\nimport sqlalchemy\nfrom planted.app import registry\n",
    "app/registry.py": "from planted.domains.media import models\n",
    "domains/identity/public.py": "from planted.kit import work\n",
    "domains/identity/contracts.py": "",
    "domains/billing/public.py": "from planted.domains.identity import public as identity\n",
    "domains/profiles/public.py": "from planted.domains.identity import public as identity\n",
    "domains/media/contracts.py": "",
    "domains/media/models.py": "import sqlalchemy\n",
    "domains/media/repository/packages.py": "import sqlalchemy\nfrom planted.kit import db\n",
    "domains/media/public.py": "from planted.domains.media.repository import packages\n",
    "domains/media/service.py": "from planted.mediakit import hls\n",
    "domains/catalog/contracts.py": "",
    "domains/catalog/public.py": "",
    "domains/catalog/repository.py": "import sqlalchemy\n",
    "domains/catalog/service.py": (
        "from planted.domains.catalog import repository\n"
        "from planted.domains.media import public as media\n"
        "from planted.domains.media.contracts import AssetId\n"
    ),
    "domains/catalog/routes.py": "import litestar\nfrom planted.domains.catalog import service\n",
    "domains/playback/public.py": "from planted.domains.catalog import public as catalog\n",
    "domains/library/public.py": "",
    "domains/intake/public.py": "",
    "domains/live/public.py": "",
    "domains/recommendations/public.py": "",
    "domains/notifications/public.py": "",
    "domains/search/public.py": "",
    "domains/social/public.py": "",
    "kit/db.py": "import sqlalchemy\n",
    "kit/sqlite.py": "import sqlite3\n",
    "kit/questions.py": "import sqlalchemy\n",
    "kit/postgresql.py": "import asyncpg\n",
    "kit/work.py": "import sqlalchemy\n",
    "kit/events.py": "import sqlalchemy\n",
    "kit/idempotency.py": "import sqlalchemy\n",
    "kit/row_security.py": "import sqlalchemy\n",
    "kit/jobs.py": "import asyncpg\n",
    "kit/claims.py": "import sqlalchemy\n",
    "kit/heartbeats.py": "import sqlalchemy\n",
    "kit/mail.py": "import sqlalchemy\n",
    "kit/worker.py": "import sqlalchemy\n",
    "kit/http.py": "import litestar\n",
    "mediakit/hls.py": "",
}

# The fault (file, the line it gets), the contract it breaks, what is said about it.
FAULTS = [
    pytest.param(
        ("kit/db.py", "from planted.domains.media import public"),
        FLOORS,
        "planted.kit is not allowed to import planted.domains",
        id="a kit knows a domain",
    ),
    pytest.param(
        ("kit/db.py", "def late():\n    from planted.mediakit import hls"),
        FLOORS,
        "planted.kit is not allowed to import planted.mediakit",
        id="kit knows mediakit, even late",
    ),
    pytest.param(
        ("mediakit/hls.py", "from planted.kit import db"),
        FLOORS,
        "planted.mediakit is not allowed to import planted.kit",
        id="mediakit knows kit",
    ),
    pytest.param(
        ("mediakit/hls.py", "from planted.app import registry"),
        FLOORS,
        "planted.mediakit is not allowed to import planted.app",
        id="mediakit knows the app",
    ),
    pytest.param(
        ("domains/media/service.py", "from planted.app import registry"),
        FLOORS,
        "planted.domains is not allowed to import planted.app",
        id="a domain knows the app",
    ),
    pytest.param(
        ("shared/__init__.py", ""),
        FLOORS,
        "- planted.shared",
        id="a new floor",
    ),
    pytest.param(
        ("domains/media/service.py", "from planted.domains.catalog import public"),
        ORDER,
        "planted.domains.media is not allowed to import planted.domains.catalog",
        id="a domain asks up",
    ),
    pytest.param(
        (
            "domains/identity/public.py",
            (
                "from typing import TYPE_CHECKING\n"
                "if TYPE_CHECKING:\n    from planted.domains.playback.public import Session"
            ),
        ),
        ORDER,
        "planted.domains.identity is not allowed to import planted.domains.playback",
        id="a domain asks up for a type",
    ),
    pytest.param(
        ("domains/search/public.py", "from planted.domains.recommendations import public"),
        ORDER,
        "planted.domains.search is not allowed to import planted.domains.recommendations",
        id="siblings know each other",
    ),
    pytest.param(
        ("domains/rooms/__init__.py", ""),
        ORDER,
        "- planted.domains.rooms",
        id="a domain without a place in the order",
    ),
    pytest.param(
        ("domains/catalog/service.py", "from planted.domains.media import service"),
        BORDERS,
        "- planted.domains.catalog.service imports planted.domains.media.service\n"
        "  Import only planted.domains.media.contracts or planted.domains.media.public; "
        "what they lack, add there.",
        id="a domain calls another's service",
    ),
    pytest.param(
        ("domains/catalog/repository.py", "from planted.domains.media.repository import packages"),
        BORDERS,
        "- planted.domains.catalog.repository imports planted.domains.media.repository.packages",
        id="a domain reads another's tables",
    ),
    pytest.param(
        ("domains/catalog/service.py", "from planted.domains import media"),
        BORDERS,
        "- planted.domains.catalog.service imports planted.domains.media\n",
        id="a domain takes another whole",
    ),
    pytest.param(
        ("domains/catalog/service.py", "from sqlalchemy import select"),
        SQL,
        "- planted.domains.catalog.service -> sqlalchemy (l.4)",
        id="SQL in a service",
    ),
    pytest.param(
        ("domains/catalog/public.py", "import sqlite3"),
        SQL,
        "- planted.domains.catalog.public -> sqlite3 (l.1)",
        id="a database driver in a public verb",
    ),
    pytest.param(
        ("app/api.py", "import asyncpg"),
        SQL,
        "- planted.app.api -> asyncpg (l.4)",
        id="SQL in the app",
    ),
    pytest.param(
        ("kit/http.py", "import sqlalchemy.orm"),
        SQL,
        "- planted.kit.http -> sqlalchemy (l.2)",
        id="SQL elsewhere in the kit",
    ),
    pytest.param(
        ("domains/catalog/service.py", "from litestar import Request"),
        HTTP,
        "- planted.domains.catalog.service -> litestar (l.4)",
        id="HTTP in a service",
    ),
    pytest.param(
        ("kit/work.py", "from litestar import Request"),
        HTTP,
        "- planted.kit.work -> litestar (l.2)",
        id="HTTP elsewhere in the kit",
    ),
]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Plant a clean tree beside the contracts in use, whose package bears another name there."""
    contracts = (ROOT / "pyproject.toml").read_text().replace("streamverse", PACKAGE)
    (tmp_path / "pyproject.toml").write_text(contracts)
    for path, code in CLEAN_TREE.items():
        plant(tmp_path / PACKAGE, path, code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(output.console, "width", 200)
    # The linter sets up logging as if it were alone, which switches off every logger there is.
    monkeypatch.setattr("logging.config.dictConfig", lambda _: None)
    return tmp_path / PACKAGE


def plant(tree: Path, path: str, code: str) -> None:
    """Add code to the end of a module, which is made if need be."""
    module = tree / path
    module.parent.mkdir(parents=True, exist_ok=True)
    for package in (module.parent, *module.parent.parents):
        if package.is_relative_to(tree):
            (package / "__init__.py").touch()
    with module.open("a") as file:
        file.write(code)


@pytest.mark.usefixtures("tree")
def test_a_clean_tree_keeps_every_contract(capsys: pytest.CaptureFixture[str]):
    assert lint_imports(no_cache=True, no_logo=True) == 0
    assert broken_and_kept(capsys.readouterr().out) == (set(), CONTRACTS)


@pytest.mark.parametrize(("fault", "contract", "message"), FAULTS)
def test_a_planted_fault_breaks_its_contract(
    tree: Path,
    capsys: pytest.CaptureFixture[str],
    fault: tuple[str, str],
    contract: str,
    message: str,
):
    plant(tree, *fault)
    assert lint_imports(no_cache=True, no_logo=True) == 1
    printed = capsys.readouterr().out
    assert broken_and_kept(printed) == ({contract}, CONTRACTS - {contract})
    assert message in printed


def broken_and_kept(printed: str) -> tuple[set[str], set[str]]:
    """Read from the report which contracts broke and which held."""
    lines = printed.splitlines()
    return (
        {line.removesuffix(" BROKEN") for line in lines if line.endswith(" BROKEN")},
        {line.removesuffix(" KEPT") for line in lines if line.endswith(" KEPT")},
    )
