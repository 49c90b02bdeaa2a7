#!/usr/bin/env bash
# Carries the deployment guide out on a bare Debian and walks a cycle through it. Needs root, mmdebstrap (or debootstrap)
# and, for the walk, the environment of the tests with Chromium: TREFOIL_PYTHON names its Python (default: .venv/bin/python).
#
#   deploy/try.sh [FOLDER]      FOLDER: where the bare Debian goes (default: a temporary one, removed at the end)
#
# No systemd runs in a changed root: the script reads the units and starts what their ExecStart says, as their User, with
# their EnvironmentFile, in a network of its own. Restart=, timers and the hardening of the units are not tried by it.
set -euo pipefail

source=$(cd "$(dirname "$0")/.." && pwd)
python=${TREFOIL_PYTHON:-$source/.venv/bin/python}
name=localhost
root=${1:-$(mktemp -d)}

if [ "${TREFOIL_TRY_INSIDE:-}" = "" ]; then
    trap 'umount -lq "$root/proc" "$root/dev" 2>/dev/null || true; [ -n "${1:-}" ] || rm -rf "$root"' EXIT
    began=$SECONDS
    if [ ! -x "$root/bin/bash" ]; then
        echo "== a bare Debian 12"
        if command -v mmdebstrap >/dev/null; then
            mmdebstrap --quiet --mode=root --variant=minbase bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
        else
            debootstrap --variant=minbase bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >/dev/null
        fi
    fi
    echo "== $((SECONDS - began)) s: packages of Python for a machine without an index"
    rm -rf "$root/root/trefoil" && mkdir -p "$root/root/trefoil/wheels"
    "$python" -m pip download -q --no-deps --require-hashes -r "$source/requirements/run.txt" -d "$root/root/trefoil/wheels"
    (cd "$source" && git archive HEAD) | tar -x -C "$root/root/trefoil"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"

    echo "== $((SECONDS - began)) s: deploy/install.sh"
    chroot "$root" /root/trefoil/deploy/install.sh --name $name --wheels /root/trefoil/wheels | tee "$root/root/install.log"
    chroot "$root" /bin/bash -c 'read -r v c _ <<<"$(pg_lsclusters -h)"; pg_ctlcluster "$v" "$c" stop'

    echo "== $((SECONDS - began)) s: what the units start"
    # A network and a list of processes of its own: nothing is left running, no port of this machine is taken.
    TREFOIL_TRY_INSIDE=1 TREFOIL_PYTHON=$python unshare --net --pid --fork --kill-child --mount-proc "$0" "$root"
    echo "== done in $((SECONDS - began)) s"
    exit
fi

ip link set lo up
mount -t proc proc "$root/proc" # of the processes in here: PostgreSQL looks its own up
of() { sed -n "s/^$2=//p" "$root/etc/systemd/system/$1"; } # the value of a line of a unit
unit() { # unit [instance]: what systemd would start
    local file=${1/%@/@.service} run user
    run=$(of "$file" ExecStart) user=$(of "$file" User)
    chroot "$root" /bin/bash -c "set -a; . $(of "$file" EnvironmentFile); set +a; cd /var/lib/trefoil
        exec setpriv --reuid=$user --regid=$user --init-groups ${run//%i/${2:-}}" >>"$root/var/log/$1${2:-}.log" 2>&1
}
always() { while true; do unit "$@" || sleep 2; done & } # Restart=always, RestartSec=2
answers() { "$python" -c "import urllib.request as r; r.urlopen('http://127.0.0.1:$1/sign-in', timeout=2)" 2>/dev/null; }

chroot "$root" /bin/bash -c 'read -r v c _ <<<"$(pg_lsclusters -h)"; pg_ctlcluster "$v" "$c" start'
always trefoil-web@ 1
always trefoil-web@ 2
always trefoil-worker.service
chroot "$root" nginx
for port in 8001 8002; do
    for _ in $(seq 300); do answers $port && break || sleep 0.2; done
    answers $port || { cat "$root"/var/log/trefoil-web*.log; exit 1; }
done

link=$(sed -n "s#.*\(/link/[A-Za-z0-9_-]*\).*#\1#p" "$root/root/install.log" | tail -n 1)
cd "$source"
TREFOIL_DEPLOYED=https://$name TREFOIL_DEPLOYED_LINK=$link \
    TREFOIL_DEPLOYED_CERTIFICATE="$root/etc/trefoil/tls/fullchain.pem" TREFOIL_DEPLOYED_LOGS="$root/var/log/nginx" \
    "$python" -m pytest -n0 -q -s -p no:cacheprovider tests/deploy/walk.py

echo "== the backup of the night"
unit trefoil-backup.service || { cat "$root/var/log/trefoil-backup.service.log"; exit 1; }
ls -l "$root/var/backups/trefoil"
chroot "$root" /bin/bash -c 'read -r v c _ <<<"$(pg_lsclusters -h)"; pg_ctlcluster "$v" "$c" stop -m fast'
