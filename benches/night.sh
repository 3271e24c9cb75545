#!/usr/bin/env bash
# A whole night from empty beside a peer, on one machine in one run, alternating: wall seconds, rows a second, peak memory.
#
#   benches/night.sh [ROWS] [ROUNDS]        (1,000,000 and 3)
#
# Needs DUIZHANG_SHARED (default ../shared) for the generator, and python3. The peer runs where DUIZHANG_PEER_PYTHON names a
# python3 that has duckdb. Ours imports, ingests, judges and commits durably (`--no-report`: the report is told apart).
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-1000000} rounds=${2:-3}
shared=$(realpath "${DUIZHANG_SHARED:-../shared}")
data=${TMPDIR:-/tmp}/duizhang-bench-$rows
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --release --quiet --bin duizhang
duizhang=$(realpath target/release/duizhang)
[ -f "$data/meta.json" ] || python3 "$shared/bench/gen.py" --out "$data" -n "$rows" --formats csv --quiet
as_of=$(python3 -c "import json, sys; print(json.load(open(sys.argv[1]))['as_of'])" "$data/meta.json")

# measured NAME COMMAND...: wall seconds, rows a second and the peak of the largest process.
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
      f"{used.ru_maxrss / 1024:7.0f} MB")
PY
}

night() {
  "$duizhang" init . && "$duizhang" import accounts "$data/accounts.csv" && "$duizhang" import notices "$data/notices.csv" &&
    cp "$data/feed.csv" inbox/ && "$duizhang" nightly --no-report --as-of "$as_of"
}
export -f night
export duizhang data as_of

for _ in $(seq "$rounds"); do
  if [ -n "${DUIZHANG_PEER_PYTHON:-}" ]; then
    rm -f "$work/peer.duckdb"
    measured "DuckDB, keys and index" "$DUIZHANG_PEER_PYTHON" "$shared/bench/peers/duckdb_peer.py" "$data" "$work/peer.duckdb" --index
  fi
  rm -rf "$work/centre" && mkdir "$work/centre" && cd "$work/centre"
  measured "duizhang, whole night" bash -c night
  measured "duizhang, report of it" "$duizhang" report --as-of "$as_of"
  cd - >/dev/null
done
