#!/usr/bin/env bash
# The same night on a young centre and on an old one: one month of history, six (from when on a night looks back as
# far as it ever does: four months of notices, three of credits) and sixty, on both stores, in one run.
# Each month has a list of notices, a night that settles nearly all of them, and some credits that hang until the bank takes
# them back. Prints wall seconds of the import and of the night (with its report), and the peak memory.
#
#   benches/history.sh [ROWS_A_MONTH] [MONTHS] [ROUNDS]       (20,000, 60 and 3)
#
# Needs DUIZHANG_SHARED (default ../shared) for the server's script, python3, and Debian's postgresql; run as root.
set -euo pipefail
cd "$(dirname "$0")/.."
export rows=${1:-20000} months=${2:-60} rounds=${3:-3}
shared=$(realpath "${DUIZHANG_SHARED:-../shared}")
work=$(mktemp -d)
server=$(mktemp -d)
stop() { "$shared/bench/peers/pg_ctl.sh" stop "$server" >/dev/null 2>&1 || true; rm -rf "$work" "$server"; }
trap stop EXIT

cargo build --release --quiet --bin duizhang
duizhang=$(realpath target/release/duizhang)
chmod 755 "$server" && "$shared/bench/peers/pg_ctl.sh" start "$server" >/dev/null
export duizhang work

for store in sqlite postgres; do
  rm -rf "$work/centre" && mkdir "$work/centre"
  unset DUIZHANG_DATABASE
  (cd "$work/centre" && "$duizhang" init . 2>/dev/null)
  if [ "$store" = postgres ]; then
    psql -X -q -h 127.0.0.1 -p 54339 -U postgres -d postgres -c 'create database history' >/dev/null
    export DUIZHANG_DATABASE=postgres://postgres@127.0.0.1:54339/history
  fi
  store=$store python3 - <<'PY'
import calendar, csv, os, resource, subprocess, time
from pathlib import Path

rows, months, rounds = (int(os.environ[name]) for name in ("rows", "months", "rounds"))
centre, duizhang, store = Path(os.environ["work"]) / "centre", os.environ["duizhang"], os.environ["store"]
HEADER = "本方账号,交易流水号,交易日期,借贷标志,交易金额,对方账号,对方户名,摘要,附言,冲正标志".split(",")
ACCOUNT, HANGING = "2105400009300123456", 100


def write(path, header, lines):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *lines])


def payer(number):
    return f"62220000{number:011d}", f"示例单位{number}号"


def issued(index):
    year, number = 2015 + index // 12, index % 12 + 1
    return f"{year}-{number:02d}-01", f"{year}-{number:02d}"


def month(index):
    """The notices and the feed of a month, counted from 0; what hung since the month before goes back, and its notice
    is revoked."""
    year, number = 2015 + index // 12, index % 12 + 1
    notices, feed = [], []
    for place in range(rows):
        reference, fen = 1_000_000_000 + index * rows + place, 100_000 + place * 7
        amount, paid = f"{fen // 100}.{fen % 100:02d}", f"{year}-{number:02d}-{5 + place % 15:02d}"
        account, name = payer(place)
        notice = [f"P{reference}", f"E{place:08d}", amount, *issued(index)]
        notices.append([*notice, "awaiting"])
        remark = "公积金" if place < HANGING else f"P{reference}"
        feed.append([ACCOUNT, f"{index:04d}{place:010d}", paid, "贷", amount, account, name, "转账", remark, ""])
        if place < HANGING and index:
            notices.append([f"P{reference - rows}", *notice[1:3], *issued(index - 1), "revoked"])
            on = f"{year}-{number:02d}-02"
            feed.append([ACCOUNT, f"{index:04d}{place:010d}R", on, "借", amount, account, name, "退汇", "", "1"])
    last = calendar.monthrange(year, number)[1]
    return notices, feed, f"{year}-{number:02d}-{last}"


def run(*arguments):
    began = time.monotonic()
    subprocess.run([duizhang, *arguments], cwd=centre, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def night(index):
    notices, feed, as_of = month(index)
    write(centre / "notices.csv", ["reference", "employer_id", "amount", "issued_on", "month", "status"], notices)
    for old in (centre / "inbox").glob("*.csv"):
        old.unlink()
    write(centre / "inbox" / "feed.csv", HEADER, feed)
    return run("import", "notices", "notices.csv"), run("nightly", "--as-of", as_of)


def middle(pairs):
    return [sorted(column)[len(pairs) // 2] for column in zip(*pairs)]


write(centre / "accounts.csv", ["account_no", "bank", "bank_name", "account_name"],
      [[ACCOUNT, "102", "中国工商银行", "示例市住房公积金管理中心归集专户"]])
write(centre / "employers.csv", ["employer_id", "name"], [[f"E{place:08d}", payer(place)[1]] for place in range(rows)])
run("import", "accounts", "accounts.csv")
run("import", "employers", "employers.csv")
took = [night(index) for index in range(months + rounds)]
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
for name, first in (("1 month", 1), ("6 months", 6), (f"{months} months", months)):
    imported, decided = middle(took[first:first + rounds])
    print(f"{store:9} {name:>10} of history   import {imported:6.2f} s   night {decided:6.2f} s   "
          f"{rows / (imported + decided):9,.0f} rows/s   peak {peak:5.0f} MB", flush=True)
PY
done
