#!/usr/bin/env bash
# Write the locks in requirements/ from pyproject.toml, with hashes and without any index address.
# With --upgrade, take the newest versions that pyproject.toml admits.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}

compile() { # output, then inputs and options
  local output=$1
  shift
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
    --output-file "requirements/$output" "$@"
}

compile build.txt requirements/build.in "${@}"
compile base.txt pyproject.toml --extra console "${@}"
compile spark.txt pyproject.toml --extra spark --constraint requirements/base.txt "${@}"
compile dev.txt pyproject.toml --extra dev --constraint requirements/base.txt --constraint requirements/build.txt "${@}"
compile web.txt requirements/web.in "${@}"
compile bench.txt requirements/bench.in --constraint requirements/dev.txt "${@}"
