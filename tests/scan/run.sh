#!/usr/bin/env bash
# wapiti and sqlmap (Debian packages) against the demo school on this machine, signed in as a teacher. `make scan` runs it.
# MINUTES bounds each of them (default 4). Ends with 1 when one of them has found something.
set -euo pipefail

python=${TREFOIL_PYTHON:-.venv/bin/python}
minutes=${MINUTES:-4}
wapiti=${TREFOIL_WAPITI:-wapiti} # another one than Debian's, from pip
command -v "$wapiti" >/dev/null && command -v sqlmap >/dev/null || { echo "apt-get install wapiti sqlmap"; exit 2; }
dir=$(mktemp -d)
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
TREFOIL_INSTANCE=$dir/instance "$python" -c 'from webui.cli import main; main()' demo --port "$port" >"$dir/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 600); do curl -sf -o /dev/null "$url/sign-in" && break || sleep 0.5; done

# Sign in as a person of the demo; the cookie goes to both.
page=$(curl -s -c "$dir/jar" "$url/sign-in")
token=$(sed -n 's/.*name="csrf_token" value="\([^"]*\)".*/\1/p' <<<"$page" | head -n 1)
person=$(sed -n 's#.*action="\(/sign-in/as/[0-9]*\)".*#\1#p' <<<"$page" | head -n 1)
curl -s -o /dev/null -b "$dir/jar" -c "$dir/jar" --data-urlencode "csrf_token=$token" "$url$person"
cookie=$(awk '/trefoil_/ { print $6 "=" $7 }' "$dir/jar" | tail -n 1)

found=0
echo "== wapiti: sql, xss, permanentxss, file, exec, crlf, redirect (ssrf and xxe want a server of its makers on the internet)"
timeout $((minutes * 60 + 180)) "$wapiti" -u "$url/" -H "Cookie: $cookie" --scope folder -x "$url/sign-out" \
    -m sql,xss,permanentxss,file,exec,crlf,redirect --max-scan-time $((minutes * 20)) --max-attack-time $((minutes * 8)) --max-links-per-page 40 -d 3 --max-files-per-dir 12 \
    --flush-session --no-bugreport -f json -o "$dir/wapiti.json" >"$dir/wapiti.log" 2>&1 || true
[ -f "$dir/wapiti.json" ] || { tail -n 20 "$dir/wapiti.log"; exit 2; }
"$python" - "$dir/wapiti.json" <<'PYTHON' || found=1
import json, sys
told = json.load(open(sys.argv[1]))
print("pages crawled:", told["infos"].get("crawled_pages_nbr"))
hits = {name: rows for part in ("vulnerabilities", "anomalies") for name, rows in told[part].items() if rows}
for name, rows in hits.items():
    for row in rows:
        print(name, row["method"], row["path"], row.get("parameter"), row.get("info"))
sys.exit(bool(hits))
PYTHON

echo "== sqlmap: forms and searches"
for target in "$url/bank?q=a&kind=task&page=1" "$url/events?begins=2026-09-01&q=a" "$url/cycles?state=open&q=a" "$url/indicators?begins=2026-09-01&ends=2026-12-31"; do
    timeout $((minutes * 15)) sqlmap -u "$target" --cookie "$cookie" --batch --level 2 --risk 2 --threads 4 --flush-session \
        --dbms sqlite --technique BEU --output-dir "$dir/sqlmap" --disable-coloring >"$dir/sqlmap.log" 2>&1 || true
    # Time may run out before the last technique; that nothing was tried at all is a fault of the scan.
    echo "$target: $(grep -cE 'testing .[A-Z]' "$dir/sqlmap.log") tests, $(grep -c 'is vulnerable' "$dir/sqlmap.log") found"
    grep -qE "testing '" "$dir/sqlmap.log" || { tail -n 20 "$dir/sqlmap.log"; exit 2; }
    grep -E "parameter .* is vulnerable|sqlmap identified the following injection" "$dir/sqlmap.log" && found=1
done
if grep -q Traceback "$dir/server.log"; then
    echo "the server met a fault:" && grep -A 30 Traceback "$dir/server.log" | head -n 60
    found=1
fi
exit $found
