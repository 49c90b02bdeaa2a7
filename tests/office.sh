#!/usr/bin/env bash
# Provides LibreOffice and poppler for the tests of documents. Use: vars=$(tests/office.sh) && eval "$vars"
# Prints nothing when there is none to be had; the tests then say so themselves, by skip or by failure.
set -euo pipefail
exec 3>&1 1>&2 # only the export may reach eval

[ -z "${TREFOIL_SOFFICE:-}" ] || exit 0 # the caller has one

ready() { command -v soffice >/dev/null && command -v pdftotext >/dev/null && command -v pdftoppm >/dev/null; }

if ! ready && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null && apt-get install -y -qq --no-install-recommends libreoffice-writer-nogui \
        libreoffice-calc-nogui libreoffice-impress-nogui poppler-utils fonts-liberation </dev/null || true
fi
if ready; then
    echo "export TREFOIL_SOFFICE=$(command -v soffice)" >&3
else
    echo "LibreOffice and poppler are not installed and cannot be installed here"
fi
