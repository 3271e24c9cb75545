#!/usr/bin/env bash
# A night of many centres by one worker and by two, on one PostgreSQL in one run, alternating: wall seconds and their ratio.
#
#   benches/workers.sh [CENTRES] [ROWS_EACH] [ROUNDS]       (20, 20,000 and 3)
#
# Needs DUIZHANG_SHARED (default ../shared) for the generator and the server's script, python3, and Debian's postgresql; run as root.
set -euo pipefail
cd "$(dirname "$0")/.."
centres=${1:-20} rows=${2:-20000} rounds=${3:-3}
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
sql() { psql -X -q -h 127.0.0.1 -p 54339 -U postgres -d postgres "$@" >/dev/null 2>&1; }

mkdir "$work/centre" && cd "$work/centre" && "$duizhang" init . 2>/dev/null
sql -c 'create database filled'
for number in $(seq "$centres"); do
  code=$((450000 + number))
  mkdir -p "inbox/$code" && cp "$data/feed.csv" "inbox/$code/"
  for list in accounts notices; do
    "$duizhang" import "$list" "$data/$list.csv" --centre "$code" --database postgres://postgres@127.0.0.1:54339/filled >/dev/null
  done
done

python3 - "$duizhang" "$as_of" "$rounds" "$((centres * rows))" <<'PY'
import statistics, subprocess, sys, time
duizhang, as_of, rounds, rows = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
SERVER = ["psql", "-X", "-q", "-h", "127.0.0.1", "-p", "54339", "-U", "postgres", "-d", "postgres"]
took = {1: [], 2: []}
for _ in range(rounds):
    for workers in took:
        subprocess.run([*SERVER, "-c", "drop database if exists run", "-c", "create database run template filled", "-c",
                        "checkpoint"], check=True, stderr=subprocess.DEVNULL)
        began = time.monotonic()
        subprocess.run([duizhang, "nightly", "--centres", "all", "--workers", str(workers), "--as-of", as_of, "--database",
                        "postgres://postgres@127.0.0.1:54339/run"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        took[workers].append(time.monotonic() - began)
middle = {workers: statistics.median(times) for workers, times in took.items()}
for workers, seconds in middle.items():
    print(f"{workers} worker(s)  {seconds:7.2f} s  {rows / seconds:10,.0f} rows/s")
print(f"two take {middle[2] / middle[1]:.2f} of one's time")
PY
