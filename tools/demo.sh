#!/usr/bin/env bash
# A small book, a run, and what Postloan sees in it. Everything goes to demo/, which `make clean` removes.
set -euo pipefail
cd "$(dirname "$0")/.."
postloan=.venv/bin/postloan
book=demo/book store=demo/store day=2026-10-30

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

rm -rf demo
mkdir -p demo
say "1. A small book of a county bank, generated: the same one every time"
$postloan import demo 2026 "$book"
say "2. The business day of $day"
$postloan run "$book" --as-of "$day" --store "$store"
