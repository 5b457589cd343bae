#!/usr/bin/env bash
# A throw-away PostgreSQL for the tests: private port, no durability, gone with `stop`.
#
#   eval "$(tools/services.sh start)"   start it, or find it running, and set the tests' variable
#   tools/services.sh stop              stop it and delete what it kept
set -euo pipefail

folder=${STREAMVERSE_SERVICES_DIR:-${TMPDIR:-/tmp}/streamverse-services-$(id -u)}
cluster=$folder/postgresql

fail() {
    echo "$1" >&2
    exit 1
}

# PostgreSQL refuses to run as root.
unprivileged() {
    if [[ $(id -u) == 0 ]]; then runuser -u postgres -- "$@"; else "$@"; fi
}

find_postgresql() {
    local newest found
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    for found in "$newest" "$(dirname "$(command -v initdb || echo none)")"; do
        if [[ -x $found/initdb ]]; then
            echo "$found"
            return
        fi
    done
    fail "PostgreSQL is not installed: on Debian and Ubuntu, apt install postgresql."
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

is_running() {
    [[ -d $cluster ]] && unprivileged "$tools/pg_ctl" --pgdata="$cluster" status >/dev/null
}

create_cluster() {
    rm -rf "$folder"
    mkdir -p "$folder"
    [[ $(id -u) != 0 ]] || chown postgres "$folder"
    unprivileged "$tools/initdb" --pgdata="$cluster" --auth=trust --username=postgres \
        --encoding=UTF8 --no-locale --no-sync >/dev/null
    unprivileged tee -a "$cluster/postgresql.conf" >/dev/null <<SETTINGS
listen_addresses = '127.0.0.1'
port = $(free_port)
unix_socket_directories = '$folder'
max_connections = 200
autovacuum = off
fsync = off
synchronous_commit = off
full_page_writes = off
timezone = 'UTC'
SETTINGS
}

start() {
    is_running && return
    create_cluster
    unprivileged "$tools/pg_ctl" --pgdata="$cluster" --log="$folder/postgresql.log" --wait \
        start >/dev/null || fail "PostgreSQL did not start: see $folder/postgresql.log."
    # Row-level security does not bind a superuser, so the tests' role is none.
    unprivileged "$tools/psql" --quiet --host="$folder" --port="$(port)" --username=postgres \
        --command='CREATE ROLE streamverse LOGIN CREATEDB' \
        --command='CREATE DATABASE streamverse OWNER streamverse' >/dev/null
}

port() {
    # The fourth line of the file that marks a running server.
    unprivileged sed -n 4p "$cluster/postmaster.pid"
}

stop() {
    if is_running; then
        unprivileged "$tools/pg_ctl" --pgdata="$cluster" --mode=immediate stop >/dev/null
    fi
    rm -rf "$folder"
}

tools=$(find_postgresql)
case ${1:-} in
start)
    start
    echo "export STREAMVERSE_TEST_POSTGRES_URL=postgresql+asyncpg://streamverse@127.0.0.1:$(port)/streamverse"
    ;;
stop) stop ;;
*) fail "Say what to do: tools/services.sh start, or tools/services.sh stop." ;;
esac
