#!/usr/bin/env bash
# Installs Trefoil on a bare Debian 12 or newer: PostgreSQL, two web processes, a worker, a nightly backup, nginx with TLS.
# Run as root in the folder of the source:
#
#   deploy/install.sh --name pos.school.example [--wheels FOLDER]
#
# --name    the name people type into the browser
# --wheels  a folder with every package of requirements/run.txt, for a machine without a way to a package index
#
# A second run brings a newer version in; data, settings and the certificate stay.
set -euo pipefail

name="" wheels=""
while [ $# -gt 0 ]; do
    case "$1" in
    --name) name=$2 ;;
    --wheels) wheels=$(readlink -f "$2") ;;
    *) sed -n '2,11p' "$0"; exit 2 ;;
    esac
    shift 2
done
[ -n "$name" ] || { sed -n '2,11p' "$0"; exit 2; }
[ "$(id -u)" = 0 ] || { echo "Run it as root"; exit 1; }
source=$(cd "$(dirname "$0")/.." && pwd)
systemd() { [ -d /run/systemd/system ]; }
as_trefoil() { (cd /var/lib/trefoil && runuser -u trefoil -- "$@"); }

echo "== packages of the system"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends python3 python3-venv postgresql nginx-light openssl ca-certificates >/dev/null

echo "== a user and its folders"
id trefoil >/dev/null 2>&1 || useradd --system --home-dir /var/lib/trefoil --shell /usr/sbin/nologin trefoil
install -d -o trefoil -g trefoil -m 0700 /var/lib/trefoil /var/backups/trefoil
install -d -m 0750 -g trefoil /etc/trefoil
install -d -m 0700 /etc/trefoil/tls

echo "== the program, with pinned hashes"
python3 -m venv /opt/trefoil
from=()
[ -z "$wheels" ] || from=(--no-index --find-links "$wheels")
/opt/trefoil/bin/pip install -q --no-deps --require-hashes "${from[@]}" -r "$source/requirements/run.txt"
/opt/trefoil/bin/pip install -q --no-deps --no-build-isolation --force-reinstall "$source"
/opt/trefoil/bin/pip check

echo "== PostgreSQL: the user of the system is the user of the database, there is no password to leak"
cluster=$(pg_lsclusters -h | sort -V | tail -n 1)
read -r version main _port state _ <<<"$cluster"
if [ "$state" != online ]; then
    if systemd; then systemctl start postgresql; else pg_ctlcluster "$version" "$main" start; fi
fi
sql() { (cd / && runuser -u postgres -- psql -qtAX -c "$1"); }
[ -n "$(sql "SELECT 1 FROM pg_roles WHERE rolname = 'trefoil'")" ] || sql "CREATE ROLE trefoil LOGIN"
[ -n "$(sql "SELECT 1 FROM pg_database WHERE datname = 'trefoil'")" ] ||
    sql "CREATE DATABASE trefoil OWNER trefoil ENCODING 'UTF8' TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"

echo "== settings: /etc/trefoil/trefoil.env"
if [ ! -f /etc/trefoil/trefoil.env ]; then
    install -m 0640 -g trefoil /dev/null /etc/trefoil/trefoil.env
    cat >/etc/trefoil/trefoil.env <<SETTINGS
TREFOIL_INSTANCE=/var/lib/trefoil
TREFOIL_DATABASE=postgresql+psycopg:///trefoil?host=/var/run/postgresql
TREFOIL_URL=https://$name
TREFOIL_HTTPS=1
TREFOIL_PROXIES=1
SETTINGS
fi

echo "== a certificate: a signed one replaces it in /etc/trefoil/tls"
[ -f /etc/trefoil/tls/fullchain.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -days 365 -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
    -keyout /etc/trefoil/tls/privkey.pem -out /etc/trefoil/tls/fullchain.pem 2>/dev/null

echo "== nginx"
sed "s/@NAME@/$name/g" "$source/deploy/nginx/trefoil.conf" >/etc/nginx/sites-available/trefoil.conf
ln -sfn ../sites-available/trefoil.conf /etc/nginx/sites-enabled/trefoil.conf
rm -f /etc/nginx/sites-enabled/default
nginx -q -t

echo "== units of systemd"
install -d /etc/systemd/system
install -m 0644 "$source"/deploy/systemd/* /etc/systemd/system/

echo "== the database"
set -a && . /etc/trefoil/trefoil.env && set +a
as_trefoil /opt/trefoil/bin/trefoil init | sed "s#http://127.0.0.1:8000/#https://$name/#"

if systemd; then
    systemctl daemon-reload
    systemctl enable --now trefoil-web@1 trefoil-web@2 trefoil-worker trefoil-backup.timer
    systemctl restart trefoil-web@1
    systemctl restart trefoil-web@2 trefoil-worker
    systemctl reload-or-restart nginx
    echo "== it runs: https://$name/"
else
    echo "== systemd does not run here: the units are in their place, nothing was started"
fi
