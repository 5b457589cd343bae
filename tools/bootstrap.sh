#!/bin/sh
# Prepares a machine that has nothing but Python, Node and make: called by the Makefile.
#
#   tools/bootstrap.sh uv FOLDER VERSION   put uv of that version into an environment of its own
#   tools/bootstrap.sh node                refuse a missing or old Node.js
set -eu

fail() {
    echo "$1" >&2
    exit 1
}

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if fits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    found=$("${PYTHON:-python3}" --version 2>/dev/null || echo "no ${PYTHON:-python3}")
    fail "StreamVerse needs Python 3.11, 3.12 or 3.13, and there is $found here: install one of them, or name it with \`make PYTHON=/path/to/python3.12\`."
}

install_uv() {
    folder=$1 version=$2
    python=$(find_python)
    export PIP_DISABLE_PIP_VERSION_CHECK=1
    rm -rf "$folder"
    mkdir "$folder"
    echo '*' >"$folder/.gitignore"
    if "$python" -m venv "$folder" >/dev/null 2>&1; then
        "$folder/bin/python" -m pip install --quiet "uv==$version" ||
            fail "uv $version could not be installed: the lines above say why."
    else
        # Debian keeps ensurepip in python3-venv; without it an environment can still be made
        # and filled from outside.
        "$python" -m venv --without-pip "$folder" >/dev/null 2>&1 || true
        fill_from_outside
    fi
}

fill_from_outside() {
    if "$python" -m pip --python "$folder/bin/python" install --quiet "uv==$version" 2>/dev/null; then
        return
    fi
    if [ -x "$folder/bin/python" ] && uv=$(command -v uv); then
        ln -s "$uv" "$folder/bin/uv"
        return
    fi
    rm -rf "$folder"
    fail "This Python cannot make environments: install its venv module (on Debian and Ubuntu: apt install python3-venv) and run make again."
}

check_node() {
    wanted="StreamVerse needs Node.js 20.19 or newer to build its web app"
    found=$(node --version 2>/dev/null) ||
        fail "$wanted, and there is no node here: install it from https://nodejs.org and run make again."
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
        fail "$wanted, and this is $found: install a newer one from https://nodejs.org and run make again."
    command -v npm >/dev/null ||
        fail "$wanted, and npm, which comes with it, is missing: install npm and run make again."
}

case ${1:-} in
uv) install_uv "$2" "$3" ;;
node) check_node ;;
*) fail "Say what to prepare: tools/bootstrap.sh uv FOLDER VERSION, or tools/bootstrap.sh node." ;;
esac
