#!/usr/bin/env bash
# Provides PostgreSQL for the tests: a cluster of its own in a temporary folder, on a free loopback port.
# Use: vars=$(tests/postgres.sh) && eval "$vars"; afterwards: eval "$TREFOIL_TEST_POSTGRES_STOP"
# Durability is switched off, unless it is what is measured (--durable: the defaults of the server): hundreds of tests
# get a copy of a database, which is a thousand files, and those are made in memory where there is plenty.
# Prints nothing when there is no PostgreSQL to be had; the tests then say so themselves, by skip or by failure.
set -euo pipefail
exec 3>&1 1>&2 # only the exports may reach eval

[ -z "${TREFOIL_TEST_POSTGRES:-}" ] || exit 0 # the caller has a server

find_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

bin=$(find_bin || true)
if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null && apt-get install -y -qq postgresql </dev/null || true
    bin=$(find_bin || true)
fi
if [ -z "$bin" ] && command -v initdb >/dev/null; then
    bin=$(dirname "$(readlink -f "$(command -v initdb)")")
fi
if [ -z "$bin" ]; then
    echo "PostgreSQL is not installed and cannot be installed here"
    exit 0
fi

room=$(df --output=avail /dev/shm 2>/dev/null | tail -n 1 || true)
if [ "${1:-}" != --durable ] && [ "${room:-0}" -ge 8000000 ]; then
    dir=$(mktemp -d -p /dev/shm)
else
    dir=$(mktemp -d)
fi
as=""
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
    as="runuser -u postgres --"
    chown postgres "$dir"
fi
stop="(cd / && $as $bin/pg_ctl -D $dir/data -m immediate -w stop >/dev/null 2>&1); rm -rf $dir"
trap 'eval "$stop"' ERR
cd / # the server's user may be unable to enter the caller's folder

$as "$bin/initdb" -D "$dir/data" -U postgres -E UTF8 --locale=C.UTF-8 -A trust >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$dir -c max_connections=300"
if [ "${1:-}" != --durable ]; then # the cluster lives as long as the test run does
    options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    options="$options -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=4GB -c autovacuum=off"
fi
# Descriptor 3 is closed for the server, or $(...) would wait for it for ever.
$as "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -o "$options" -w start 3>&- >/dev/null || { cat "$dir/log"; false; }

cat >&3 <<VARS
export TREFOIL_TEST_POSTGRES=postgresql+psycopg://postgres@127.0.0.1:$port/postgres
export TREFOIL_TEST_POSTGRES_STOP='$stop'
VARS
