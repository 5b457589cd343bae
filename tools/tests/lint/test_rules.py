"""Each lint rule on code that it must find and on code that it must leave alone."""

from pathlib import PurePath
from textwrap import dedent

import pytest

from tools.lint.rules import (
    Rule,
    clock,
    docstrings,
    domain_files,
    guards,
    names,
    open_ends,
    randomness,
    sizes,
    subprocesses,
    transactions,
)
from tools.lint.source import Source

SERVICE = "src/streamverse/domains/catalog/service.py"
ROUTES = "src/streamverse/domains/catalog/routes.py"
KIT = "src/streamverse/kit/work.py"
MEDIAKIT = "src/streamverse/mediakit/ffmpeg.py"
APP = "src/streamverse/app/api.py"
TEST = "tests/catalog/test_service.py"


def messages(rule: Rule, path: str, code: str) -> list[str]:
    """Apply one rule to a text that might stand at a path."""
    return [str(finding) for finding in rule(Source.parse(PurePath(path), dedent(code)))]


def test_a_commit_in_a_domain_is_found():
    assert messages(transactions.check, SERVICE, "async def f(s):\n    await s.commit()\n") == [
        (
            f"{SERVICE}:2: SV001 Leave the commit to the kit: "
            "one Work is one transaction, and it ends at the edge."
        )
    ]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (KIT, "session.commit()"),
        (SERVICE, "commit()"),
        (SERVICE, "repository.commit_at"),
        (TEST, "session.rollback()"),
    ],
)
def test_other_commits_are_left_alone(path: str, code: str):
    assert messages(transactions.check, path, code) == []


def test_a_rollback_in_the_app_is_found():
    [message] = messages(transactions.check, APP, "session.rollback()")
    assert message.startswith(f"{APP}:1: SV001 Leave the rollback to the kit")


@pytest.mark.parametrize(
    ("code", "clock_name"),
    [
        ("import datetime\ndatetime.datetime.now(datetime.UTC)", "datetime.datetime.now"),
        ("from datetime import UTC, datetime as dt\ndt.now(tz=UTC)", "datetime.datetime.now"),
        ("from time import time\ntime()", "time.time"),
        ("import time\nf(clock=time.time_ns)", "time.time_ns"),
        ("from datetime import date\ndate.today()", "datetime.date.today"),
    ],
)
def test_a_domain_reads_no_clock(code: str, clock_name: str):
    assert messages(clock.check, SERVICE, code) == [
        (
            f"{SERVICE}:2: SV002 Take the time from `work.now` instead of `{clock_name}`, "
            "so that a test can fix it."
        )
    ]


@pytest.mark.parametrize("path", [KIT, MEDIAKIT, APP, TEST])
@pytest.mark.parametrize(
    "call", ["datetime.now()", "datetime.utcnow()", "f(default_factory=datetime.now)"]
)
def test_a_naive_time_is_found_anywhere(path: str, call: str):
    [message] = messages(clock.check, path, f"from datetime import datetime\n{call}")
    assert message.startswith(f"{path}:2: SV002 `datetime.datetime.")
    assert message.endswith("has no time zone: write `datetime.now(UTC)`.")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (KIT, "from datetime import UTC, datetime\ndatetime.now(UTC)"),
        (KIT, "import time\ntime.time()"),
        (SERVICE, "import time\ntime.monotonic()"),
        (SERVICE, "now = work.now"),
        (SERVICE, "from datetime import datetime\nat: datetime = row.datetime.now"),
    ],
)
def test_other_times_are_left_alone(path: str, code: str):
    assert messages(clock.check, path, code) == []


@pytest.mark.parametrize(
    ("code", "starter"),
    [
        ("import subprocess\nsubprocess.run(['ls'])", "subprocess.run"),
        ("from subprocess import Popen as P\nP(['ls'])", "subprocess.Popen"),
        ("import os\nos.system('ls')", "os.system"),
        ("import os\nos.execvp('ls', ['ls'])", "os.execvp"),
        ("import os\nos.spawnl(0, 'ls')", "os.spawnl"),
        ("import asyncio\nasyncio.create_subprocess_exec('ls')", "asyncio.create_subprocess_exec"),
    ],
)
@pytest.mark.parametrize("path", [SERVICE, KIT, APP])
def test_a_subprocess_outside_mediakit_is_found(path: str, code: str, starter: str):
    assert messages(subprocesses.check, path, code) == [
        f"{path}:2: SV003 Run other programs through `mediakit.sandbox`, not by `{starter}`."
    ]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (MEDIAKIT, "import subprocess\nsubprocess.run(['ls'])"),
        (TEST, "import subprocess\nsubprocess.run(['ls'])"),
        (KIT, "import os\nos.path.join('a', 'b')"),
        (KIT, "subprocess.run(['ls'])"),
    ],
)
def test_other_programs_are_left_alone(path: str, code: str):
    assert messages(subprocesses.check, path, code) == []


@pytest.mark.parametrize(
    ("code", "chance"),
    [
        ("from uuid import UUID, uuid4\nid: UUID = uuid4()", "uuid.uuid4"),
        ("import random\nrandom.choice([1])", "random.choice"),
        ("import secrets as s\ns.token_urlsafe()", "secrets.token_urlsafe"),
        ("import os\nos.urandom(8)", "os.urandom"),
    ],
)
def test_a_domain_rolls_no_dice(code: str, chance: str):
    assert messages(randomness.check, SERVICE, code) == [
        (
            f"{SERVICE}:2: SV004 Ask the kit for ids and random values instead of `{chance}`, "
            "so that a test can fix them."
        )
    ]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (KIT, "from uuid import uuid4\nuuid4()"),
        (SERVICE, "from uuid import UUID\nUUID(text)"),
        (SERVICE, "import secrets\nsecrets.compare_digest(a, b)"),
    ],
)
def test_other_ids_are_left_alone(path: str, code: str):
    assert messages(randomness.check, path, code) == []


def function_of(lines: int) -> str:
    """Write a function of so many lines."""
    return "@decorated\nasync def work():\n" + "    pass\n" * (lines - 1)


def test_a_long_function_is_found():
    assert messages(sizes.check, TEST, function_of(61)) == [
        f"{TEST}:2: SV005 `work` has 61 lines: split it into functions of at most 60."
    ]


@pytest.mark.parametrize(
    ("path", "lines", "sentence"),
    [
        (KIT, 601, "The file has 601 lines: split it into files of at most 600."),
        (TEST, 601, "The file has 601 lines: split it into files of at most 600."),
        (
            SERVICE,
            401,
            (
                "The service has 401 lines: beyond 400 it becomes a package "
                "with a module for each family of use cases."
            ),
        ),
    ],
)
def test_a_long_file_is_found(path: str, lines: int, sentence: str):
    assert messages(sizes.check, path, "pass\n" * lines) == [f"{path}:1: SV006 {sentence}"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (KIT, function_of(60)),
        (KIT, "pass\n" * 600),
        (SERVICE, "pass\n" * 400),
        ("src/streamverse/domains/media/service/uploads.py", "pass\n" * 600),
        ("src/streamverse/migrations/versions/0001_first_tables.py", function_of(601)),
    ],
)
def test_sizes_at_the_limit_are_left_alone(path: str, code: str):
    assert messages(sizes.check, path, code) == []


def test_an_unknown_domain_file_is_found():
    path = "src/streamverse/domains/catalog/queries.py"
    assert messages(domain_files.check, path, "") == [
        (
            f"{path}:1: SV007 `queries.py` is no part of a domain: `catalog` may have contracts, "
            "public, models, repository, rules, service, schemas, routes, jobs, listeners, errors, "
            "each a module or a package."
        )
    ]


def test_an_unknown_domain_folder_is_found():
    path = "src/streamverse/domains/catalog/adapters/tmdb.py"
    [message] = messages(domain_files.check, path, "")
    assert "`adapters` is no part of a domain" in message


def test_a_domain_in_one_file_is_found():
    path = "src/streamverse/domains/catalog.py"
    assert messages(domain_files.check, path, "") == [
        f"{path}:1: SV007 A domain is a package: make `catalog.py` a folder of its files."
    ]


@pytest.mark.parametrize(
    "path",
    [
        SERVICE,
        "src/streamverse/domains/__init__.py",
        "src/streamverse/domains/catalog/__init__.py",
        "src/streamverse/domains/media/service/__init__.py",
        "src/streamverse/domains/media/service/uploads.py",
        KIT,
        TEST,
    ],
)
def test_other_files_are_left_alone(path: str):
    assert messages(domain_files.check, path, "") == []


@pytest.mark.parametrize("code", ["", "x = 1\n", "''\n", "# a comment is no docstring\n"])
def test_a_module_without_a_docstring_is_found(code: str):
    assert messages(docstrings.check, KIT, code) == [
        f"{KIT}:1: SV008 Say in the module's docstring, in one sentence, what it is for."
    ]


def test_a_module_with_a_docstring_is_left_alone():
    assert messages(docstrings.check, KIT, '"""What a use case gets."""\n') == []


@pytest.mark.parametrize(
    ("path", "word", "name"),
    [
        ("src/streamverse/kit/utils.py", "utils", "utils"),
        ("src/streamverse/kit/session_manager.py", "manager", "session_manager"),
        ("src/streamverse/kit/common/__init__.py", "common", "common"),
        ("tests/media/helpers.py", "helpers", "helpers"),
    ],
)
def test_an_empty_name_is_found(path: str, word: str, name: str):
    assert messages(names.check, path, "") == [
        f"{path}:1: SV009 `{word}` in `{name}` says nothing: name what the module holds."
    ]


@pytest.mark.parametrize("path", [KIT, "src/streamverse/kit/metadata.py", "src/x/__init__.py"])
def test_a_name_that_says_something_is_left_alone(path: str):
    assert messages(names.check, path, "") == []


@pytest.mark.parametrize(
    "code",
    [
        "from litestar import get\n@get('/titles')\nasync def list_titles(): ...",
        "import litestar\n@litestar.post('/titles')\nasync def list_titles(): ...",
        "from litestar.handlers import get as fetch\n@fetch\nasync def list_titles(): ...",
    ],
)
def test_a_route_without_guards_is_found(code: str):
    assert messages(guards.check, ROUTES, code) == [
        (
            f"{ROUTES}:2: SV010 `list_titles` does not say who may call it: "
            "add `guards=[...]` beside the path."
        )
    ]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (ROUTES, "from litestar import get\n@get('/', guards=[viewer])\nasync def f(): ..."),
        (ROUTES, "from cache import get\n@get('/')\nasync def f(): ..."),
        (ROUTES, "from litestar.di import Provide\n@Provide\nasync def f(): ..."),
        (APP, "from litestar import get\n@get('/')\nasync def f(): ..."),
    ],
)
def test_other_decorators_are_left_alone(path: str, code: str):
    assert messages(guards.check, path, code) == []


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "HACK"])
def test_unfinished_work_without_an_issue_is_found(word: str):
    assert messages(open_ends.check, KIT, f"x = 1  # {word}: later\n") == [
        f"{KIT}:1: SV011 Do it now or write `{word} #12:` with the number of its issue."
    ]


@pytest.mark.parametrize(
    "code", ["# TODO #12: later\n", "x = 'TODO'\n", "# a mastodon\n", "# what TODOS are\n"]
)
def test_other_comments_are_left_alone(code: str):
    assert messages(open_ends.check, KIT, code) == []
