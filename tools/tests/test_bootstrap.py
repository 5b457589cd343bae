"""Preparing a machine: what is found, what stands in, and the sentence when nothing helps."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "bootstrap.sh"
OLD_PYTHON = 'case $1 in --version) echo "Python 3.9.2";; *) exit 1;; esac'
# Debian without python3-venv and python3-pip.
BARE_PYTHON = f"""
case "$*" in *--without-pip*|-c*) exec {sys.executable} "$@";; *) exit 1;; esac
"""
BROKEN_PYTHON = f'case $1 in -c) exec {sys.executable} "$@";; *) exit 1;; esac'
OLD_NODE = "case $1 in --version) echo v18.1.0;; *) exit 1;; esac"
NEW_NODE = "case $1 in --version) echo v22.0.0;; esac"

Machine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Run the script on a machine that has only a few programs."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "rm", "ln", "mkdir"):
        (programs / name).symlink_to(shutil.which(name) or "")

    def run(*arguments: str, **scripts: str) -> subprocess.CompletedProcess[str]:
        for name, script in scripts.items():
            program = programs / name.replace("_", ".")
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        return subprocess.run(
            ["sh", SCRIPT, *arguments],
            cwd=tmp_path,
            env={"PATH": str(programs)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    ("scripts", "found"),
    [({}, "no python3"), ({"python3": OLD_PYTHON, "python3_11": OLD_PYTHON}, "Python 3.9.2")],
)
def test_without_a_fitting_python_one_sentence_says_so(
    machine: Machine, scripts: dict[str, str], found: str
):
    result = machine("uv", ".uv", "1.0", **scripts)
    assert result.returncode == 1
    assert result.stderr == (
        f"StreamVerse needs Python 3.11, 3.12 or 3.13, and there is {found} here: "
        "install one of them, or name it with `make PYTHON=/path/to/python3.12`.\n"
    )


def test_a_python_that_cannot_install_pip_takes_the_uv_of_the_machine(
    machine: Machine, tmp_path: Path
):
    result = machine("uv", ".uv", "1.0", python3=BARE_PYTHON, uv="echo uv here")
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / ".uv/bin/uv").resolve() == tmp_path / "bin/uv"
    assert (tmp_path / ".uv/bin/python").exists()
    assert (tmp_path / ".uv/.gitignore").read_text() == "*\n"


def test_a_newer_python_is_found_beside_an_old_one(machine: Machine):
    result = machine(
        "uv", ".uv", "1.0", python3=OLD_PYTHON, python3_12=BARE_PYTHON, uv="echo uv here"
    )
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("python", [BARE_PYTHON, BROKEN_PYTHON])
def test_a_python_without_environments_says_what_to_install(
    machine: Machine, tmp_path: Path, python: str
):
    result = machine("uv", ".uv", "1.0", python3=python)
    assert result.returncode == 1
    assert result.stderr == (
        "This Python cannot make environments: install its venv module "
        "(on Debian and Ubuntu: apt install python3-venv) and run make again.\n"
    )
    assert not (tmp_path / ".uv").exists()


@pytest.mark.parametrize(
    ("scripts", "sentence"),
    [
        (
            {},
            "and there is no node here: install it from https://nodejs.org and run make again.",
        ),
        (
            {"node": OLD_NODE},
            (
                "and this is v18.1.0: "
                "install a newer one from https://nodejs.org and run make again."
            ),
        ),
        (
            {"node": NEW_NODE},
            "and npm, which comes with it, is missing: install npm and run make again.",
        ),
    ],
)
def test_without_a_fitting_node_one_sentence_says_so(
    machine: Machine, scripts: dict[str, str], sentence: str
):
    result = machine("node", **scripts)
    assert result.returncode == 1
    assert result.stderr == (
        f"StreamVerse needs Node.js 20.19 or newer to build its web app, {sentence}\n"
    )


def test_a_fitting_node_is_taken_in_silence(machine: Machine):
    result = machine("node", node=NEW_NODE, npm="exit 0")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_a_wrong_call_says_what_can_be_asked(machine: Machine):
    result = machine()
    assert result.returncode == 1
    assert result.stderr.startswith("Say what to prepare: ")
