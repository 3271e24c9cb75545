#!/usr/bin/env bash
# A whole night on both stores and the SQL script that a database team would write, on one machine in one run, alternating:
# wall seconds, rows a second, CPU seconds and peak memory of the program (a server's own are not in them).
#
#   benches/stores.sh [ROWS] [ROUNDS]       (1,000,000 and 3)
#
# Needs DUIZHANG_SHARED (default ../shared) for the generator and the script, python3, and Debian's postgresql; run as root, so that
# the server can run as its own user.
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-1000000} rounds=${2:-3}
shared=$(realpath "${DUIZHANG_SHARED:-../shared}")
data=${TMPDIR:-/tmp}/duizhang-bench-$rows
work=$(mktemp -d)
server=$(mktemp -d)
stop() { "$shared/bench/peers/pg_ctl.sh" stop "$server" >/dev/null 2>&1 || true; rm -rf "$work" "$server"; }
trap stop EXIT

cargo build --release --quiet --bin duizhang
duizhang=$(realpath target/release/duizhang)
[ -f "$data/meta.json" ] || python3 "$shared/bench/gen.py" --out "$data" -n "$rows" --formats csv --quiet
as_of=$(python3 -c "import json, sys; print(json.load(open(sys.argv[1]))['as_of'])" "$data/meta.json")
chmod 755 "$server" && "$shared/bench/peers/pg_ctl.sh" start "$server" >/dev/null
sql() { psql -X -q -h 127.0.0.1 -p 54339 -U postgres -d postgres "$@" >/dev/null; }

# measured NAME COMMAND...: wall seconds, rows a second, CPU and the peak of the largest process.
measured() {
  local name=$1
  shift
  python3 - "$name" "$rows" "$@" <<'PY'
import resource, subprocess, sys, time
name, rows, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
began = time.monotonic()
subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
took = time.monotonic() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{name:28} {took:7.2f} s {rows / took:12,.0f} rows/s {used.ru_utime + used.ru_stime:7.2f} CPU s "
      f"{used.ru_maxrss / 1024:7.0f} MB", flush=True)
PY
}

night() {
  "$duizhang" import accounts "$data/accounts.csv" && "$duizhang" import notices "$data/notices.csv" &&
    "$duizhang" nightly --no-report --as-of "$as_of"
}
export -f night
export duizhang data as_of

for _ in $(seq "$rounds"); do
  for store in sqlite postgres; do
    rm -rf "$work/centre" && mkdir "$work/centre" && cd "$work/centre" && "$duizhang" init . 2>/dev/null
    cp "$data/feed.csv" inbox/
    if [ "$store" = postgres ]; then
      sql -c 'drop database if exists bench' -c 'create database bench'
      DUIZHANG_DATABASE=postgres://postgres@127.0.0.1:54339/bench measured "duizhang, PostgreSQL" bash -c night
    else
      measured "duizhang, SQLite" bash -c night
    fi
    cd - >/dev/null
  done
  measured "the SQL script, PostgreSQL" "$shared/bench/peers/pg_peer.sh" "$data"
done
