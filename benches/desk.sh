#!/usr/bin/env bash
# The desk under load: a centre where some 10,000 items hang, 50 people at work at once; pages by kind, and whether anything was lost.
#
#   benches/desk.sh [ROWS] [PEOPLE] [SECONDS]     (130,000 transactions, of which some 10,000 hang; 50; 60)
#
# Needs DUIZHANG_SHARED (default ../shared) for the generator, and python3. On SQLite, and on the empty database of PostgreSQL that
# DUIZHANG_BENCH_POSTGRES names, where it is set. The people are one process beside the server, on the same cores (desk.py).
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-130000} people=${2:-50} seconds=${3:-60}
shared=$(realpath "${DUIZHANG_SHARED:-../shared}")
data=${TMPDIR:-/tmp}/duizhang-bench-$rows
work=$(mktemp -d)
server=
stop() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"; }
trap stop EXIT

cargo build --release --quiet --bin duizhang
duizhang=$(realpath target/release/duizhang)
driver=$(realpath benches/desk.py)
[ -f "$data/meta.json" ] || python3 "$shared/bench/gen.py" --out "$data" -n "$rows" --formats csv --quiet
as_of=$(python3 -c "import json, sys; print(json.load(open(sys.argv[1]))['as_of'])" "$data/meta.json")

for database in sqlite "${DUIZHANG_BENCH_POSTGRES:-}"; do
  [ -n "$database" ] || continue
  mkdir "$work/centre" && cd "$work/centre" && "$duizhang" init . 2>/dev/null
  sed -i 's/second_factor = "required"/second_factor = "optional"/' duizhang.toml
  [ "$database" = sqlite ] || export DUIZHANG_DATABASE=$database
  cp "$data/feed.csv" inbox/
  for table in accounts employers notices; do "$duizhang" import "$table" "$data/$table.csv" >/dev/null 2>&1; done
  "$duizhang" nightly --no-report --as-of "$as_of" >/dev/null 2>&1
  # One hand in seven approves; the others work through the queue.
  for person in $(seq "$people"); do
    role=clerk && [ $((person % 7)) -ne 0 ] || role=approver
    echo "a long walk along the river" | "$duizhang" user add "person$person" --role "$role" --keep --password-file - 2>/dev/null
  done
  "$duizhang" serve --listen 127.0.0.1:8179 2>/dev/null >serve.log &
  server=$!
  echo "== ${database%%:*}, $("$duizhang" suspense list --format csv 2>/dev/null | tail -n +2 | wc -l) items, $people people, $seconds s"
  python3 "$driver" 127.0.0.1:8179 "$people" "$seconds" "$server" >answered
  kill "$server" && wait "$server" || true
  server=
  # Nothing lost: whatever was answered with "done" stands in the trail, and the books hold.
  "$duizhang" trail --format json 2>/dev/null | python3 "$driver" --compare answered
  "$duizhang" audit >/dev/null 2>&1 && echo "audit: every fen is in one place, the trail holds"
  cd - >/dev/null
  rm -rf "$work/centre"
done
