#!/usr/bin/env bash
# Provides a Redis server for the tests of the queue. Use: vars=$(tests/redis.sh) && eval "$vars"
# Prints nothing when there is none to be had; the tests then say so themselves, by skip or by failure.
set -euo pipefail
exec 3>&1 1>&2 # only the export may reach eval

[ -z "${TREFOIL_REDIS_SERVER:-}" ] || exit 0 # the caller has one

if ! command -v redis-server >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null && apt-get install -y -qq --no-install-recommends redis-server </dev/null || true
fi
if command -v redis-server >/dev/null; then
    echo "export TREFOIL_REDIS_SERVER=$(command -v redis-server)" >&3
else
    echo "Redis is not installed and cannot be installed here"
fi
