#!/usr/bin/env bash
# A simulated bank, one business day, and what Postloan sees in it. Everything goes to demo/; `make clean` removes it.
set -euo pipefail
cd "$(dirname "$0")/.."
postloan=.venv/bin/postloan
book=demo/book store=demo/store day=${POSTLOAN_DEMO_DAY:-$(date +%F)}

bold='' faint='' plain=''
if [ -t 1 ]; then bold=$'\e[1m' faint=$'\e[2m' plain=$'\e[0m'; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
show() {
  printf '%s$ %s%s\n' "$faint" "$*" "$plain"
  "$@"
}

rm -rf demo
mkdir -p demo
say "A simulated county bank with 5,000 loans, as of today, so that its clocks run with yours"
show $postloan simulate "$book" --loans 5000 --seed 1 --as-of "$day" --months 24

say "The run of $day: facts, signals, colours, classes, measures"
show $postloan run "$book" --as-of "$day" --store "$store"

say "The customer to look at first, and why"
worst=$(.venv/bin/python - "$store/runs/$day/warning.parquet" <<'PYTHON'
import sys

import duckdb

query = "select subject_id from read_parquet(?) where subject_kind = 'customer' order by score desc, subject_id limit 1"
print(duckdb.connect().execute(query, [sys.argv[1]]).fetchall()[0][0])
PYTHON
)
show $postloan explain "$store" --customer "$worst"

cat <<TEXT

What next:
  $postloan status $store
  $postloan explain $store --customer $worst --json
  $postloan simulate $book --append-day
  $postloan describe              the tables of a book, to bring your own
  ls src/postloan/packs/cn_rural          the thresholds, tables and deadlines behind all this
TEXT

if [ "${POSTLOAN_DEMO_CONSOLE:-1}" = 1 ]; then
  say "The console: what people do with it; Ctrl+C stops it"
  show $postloan serve --store "$store" --book "$book" --port "${POSTLOAN_DEMO_PORT:-8000}" --try-out
fi
