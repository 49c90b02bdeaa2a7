#!/usr/bin/env bash
# Provides Chromium for the browser tests. Use: vars=$(tests/chromium.sh) && eval "$vars"
# Prints nothing when there is none to be had; the tests then say so themselves, by skip or by failure.
set -euo pipefail
exec 3>&1 1>&2 # only the export may reach eval

[ -z "${TREFOIL_CHROMIUM:-}" ] || exit 0 # the caller has a browser

# The headless shell draws no window of a browser around the page and is half as fast again.
# --version is tried because Ubuntu's chromium-browser may be a stub that only asks for a snap.
find_browser() {
    for path in /usr/bin/chromium-headless-shell /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
        if [ -x "$path" ] && "$path" --no-sandbox --version >/dev/null 2>&1; then
            echo "$path"
            return
        fi
    done
}

browser=$(find_browser)
if [ -z "$browser" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null && apt-get install -y -qq chromium-headless-shell fonts-dejavu fonts-noto-color-emoji </dev/null || true
    browser=$(find_browser)
fi
if [ -n "$browser" ]; then
    echo "export TREFOIL_CHROMIUM=$browser" >&3
else
    echo "Chromium is not installed and cannot be installed here"
fi
