#!/usr/bin/env bash
# An outbox sent empty, on both stores, beside Python's smtplib with the same letters over one connection and no outbox, on one machine in
# one run: letters a second, MB a second, CPU seconds and peak memory of the sender (a database server's own are not in them).
#
#   benches/letters.sh [COUNT...]           (10000 100000)
#
# The mail server takes everything at once and keeps nothing, so what is measured is the sender. Needs python3, and Debian's postgresql
# where PostgreSQL is to be measured; run as root then, so that the server can run as its own user.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- 10000 100000
work=$(mktemp -d) server=$(mktemp -d) sink=
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)
as_postgres() { (cd "$server" && setpriv --reuid=postgres --regid=postgres --clear-groups "$@" >/dev/null); }
stop() {
  [ -z "$sink" ] || kill "$sink"
  [ -z "$programs" ] || as_postgres "$programs/pg_ctl" -D "$server/data" -m fast -w stop 2>/dev/null || true
  rm -rf "$work" "$server"
}
trap stop EXIT

cargo build --release --quiet --example letters
letters=$(realpath target/release/examples/letters)
"$letters" sink >"$work/port" &
sink=$!
if [ -n "$programs" ]; then
  chown postgres:postgres "$server"
  as_postgres "$programs/initdb" -D "$server/data" -E UTF8 --locale=C.UTF-8 -A trust
  as_postgres "$programs/pg_ctl" -D "$server/data" -w -o "-k $server -c listen_addresses= -c shared_buffers=1GB" -l "$server/log" start
fi
until [ -s "$work/port" ]; do sleep 0.1; done
port=$(cat "$work/port")

# measured NAME COMMAND...: what the command says, its CPU seconds and its peak.
measured() {
  python3 - "$@" <<'PY'
import resource, subprocess, sys
said = subprocess.run(sys.argv[2:], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{sys.argv[1]:32} {said:52} {used.ru_utime + used.ru_stime:7.2f} CPU s {used.ru_maxrss / 1024:6.0f} MB", flush=True)
PY
}

"$letters" message >"$work/message"
cat >"$work/smtplib_peer.py" <<'PY'
import smtplib, sys, time
port, count, message = int(sys.argv[1]), int(sys.argv[2]), open(sys.argv[3], "rb").read()
began = time.monotonic()
with smtplib.SMTP("127.0.0.1", port) as server:
    for number in range(count):
        server.sendmail("gjj@centre.example", [f"agent{number}@employer.example"], message)
took = time.monotonic() - began
print(f"{count} letters {count / took:.0f} letters/s {count * len(message) / took / 1e6:.1f} MB/s")
PY

for count in "$@"; do
  measured "smtplib, no outbox" python3 "$work/smtplib_peer.py" "$port" "$count" "$work/message"
  for connections in 1 2; do
    rm -f "$work"/*.db*
    "$letters" fill "sqlite://$work/letters.db" "$count"
    measured "SQLite, $connections connections" "$letters" send "sqlite://$work/letters.db" "$port" "$connections"
    [ -n "$programs" ] || continue
    psql -X -q -h "$server" -U postgres -c 'drop database if exists letters' -c 'create database letters' 2>/dev/null
    url="postgres://postgres@${server//\//%2F}/letters"
    "$letters" fill "$url" "$count"
    measured "PostgreSQL, $connections connections" "$letters" send "$url" "$port" "$connections"
  done
done
