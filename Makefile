# Run `make help` for the list. Only python3 (3.11 or later), git and make are needed to start.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
LOCKED := $(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --require-hashes

# A stamp is remade only when what it was made from has changed, so an up-to-date environment costs nothing.
$(STAMPS)/base: requirements/build.txt requirements/base.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Postloan needs Python 3.11 or later; set PYTHON=/path/to/python3.11")'
	@[ -x $(BIN)/python ] || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	$(LOCKED) -r requirements/build.txt
	$(LOCKED) -r requirements/base.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: $(STAMPS)/base requirements/dev.txt
	$(LOCKED) -r requirements/dev.txt
	@touch $@

# The console's scripts and styles; a machine without Node takes it from a Python wheel.
$(STAMPS)/web: $(STAMPS)/base requirements/web.txt web/package-lock.json web/vite.config.js $(wildcard web/src/*)
	@command -v npm >/dev/null || $(LOCKED) -r requirements/web.txt
	@cd web && PATH="$$PATH:$(CURDIR)/$(BIN)" && npm ci --silent && npm run --silent build -- --logLevel error
	@touch $@

# pyspark is large and of no use without Java, so it is installed only where Java is found.
$(STAMPS)/spark: $(STAMPS)/base requirements/spark.txt
	@if command -v java >/dev/null; then \
	  echo "$(LOCKED) -r requirements/spark.txt"; $(LOCKED) -r requirements/spark.txt; touch $@; \
	else echo "no Java found: the tests of the Spark engine will be skipped"; fi

# What decision tables are measured against stands apart: nothing else may come to lean on it.
$(STAMPS)/bench: $(STAMPS)/base requirements/bench.txt
	$(LOCKED) --target build/bench --upgrade -r requirements/bench.txt
	@touch $@

.PHONY: help setup web demo test test-all bench bench-policy lint docs lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMPS)/dev  ## make .venv with the tools of a developer; .venv/bin/postloan is the command

web: $(STAMPS)/web  ## build the console's scripts and styles

demo: $(STAMPS)/base $(STAMPS)/web  ## make a small book, run a day, and show what Postloan sees in it
	@tools/demo.sh

test: setup $(STAMPS)/web $(STAMPS)/spark  ## every test but the long ones; what lacks a component is skipped by name
	$(BIN)/pytest -n 2 --dist loadfile
	POSTLOAN_TEST_DATABASE=postgresql $(BIN)/pytest -n 2 --dist loadfile -m "not slow and not browser" tests/console

test-all: setup $(STAMPS)/web $(STAMPS)/spark  ## every test, the long ones too
	$(BIN)/pytest -n 2 --dist loadfile -m "slow or not slow"
	POSTLOAN_TEST_DATABASE=postgresql $(BIN)/pytest -n 2 --dist loadfile -m "not browser" tests/console

bench: setup  ## time and rows of each stage beside the limit of a plain scan
	$(BIN)/python -m bench

bench-policy: setup $(STAMPS)/bench  ## decision tables beside other engines, on the same tables and rows
	PYTHONPATH=build/bench $(BIN)/python -m bench.policy

lint: setup  ## ruff, mypy and codespell
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/codespell

docs: setup  ## build docs/ into build/docs; a warning is an error
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --nitpicky -d build/doctrees docs build/docs

lock: setup  ## write the locks anew from pyproject.toml (tools/lock.sh --upgrade takes newer versions)
	tools/lock.sh

clean:  ## remove what the other targets made
	rm -rf $(VENV) build demo .mypy_cache .pytest_cache .ruff_cache
