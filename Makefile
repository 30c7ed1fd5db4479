# payerrules: `make demo` shows it, `make test` tests it, `make check prove` is what CI runs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# durable_rules calls a C function that Python 3.13 removed; there the build is told its present name.
NEEDS_FLAG := $(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 13))' 2>/dev/null)
ifeq ($(NEEDS_FLAG),True)
export CPPFLAGS := -DPyEval_CallObject=PyObject_CallObject $(CPPFLAGS)
endif

.PHONY: help setup demo test check format lint types prove fuzz bench schemas pictures editor clean soak bench-ledger

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(VENV)/.ready: pyproject.toml constraints.txt $(wildcard plugins/*/pyproject.toml)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[durable,xlsx,test,dev]" $(foreach p,$(wildcard plugins/*/pyproject.toml),-e $(dir $(p)))
	$(BIN)/payerrules schema policies >/dev/null
	@touch $@

setup: $(VENV)/.ready ## make the virtual environment, versions as locked

demo: setup ## decide the example encounters and an 837P file, and show the tables
	@$(BIN)/payerrules decide examples/encounters/*.yaml
	@$(BIN)/payerrules decide examples/claims/speech_clinic.837 --assume-history none

test: setup ## run the everyday tests, on all cores
	$(BIN)/python -m pytest -q -n auto --dist worksteal

format: setup ## put the code in its format
	$(BIN)/ruff format engine tests plugins bench
	$(BIN)/ruff check --fix --quiet engine tests plugins bench

lint: setup ## format and lint, without changing anything
	$(BIN)/ruff format --check --quiet engine tests plugins bench
	$(BIN)/ruff check --quiet engine tests plugins bench

types: setup ## mypy --strict on the engine
	$(BIN)/mypy

check: lint types test ## lint, types, tests, no finding in the policies, every golden case
	$(BIN)/payerrules check --strict
	$(BIN)/payerrules test

prove: setup ## what the golden files exercise of the policies, and which slips of the pen they notice
	@found=$$($(BIN)/payerrules exercise --fail-under 94); code=$$?; echo "$$found" | tail -n 1; exit $$code
	@found=$$($(BIN)/payerrules mutants --no-suggest --fail-under 95 --memory .payerrules/noticed.json); code=$$?; echo "$$found" | tail -n 1; exit $$code

fuzz: setup ## 10,000 generated policies and encounters, decided by both runtimes
	$(BIN)/python -m tests.fuzz.run --pairs 10000

soak: setup ## 200 kills, 8 writers and a full disk, on SQLite and PostgreSQL (installed where it is not there)
	@test -x "$$(command -v pg_ctl)" || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || apt-get install --yes postgresql
	$(BIN)/python -m pytest -q -s -m slow tests/ledger

bench: setup ## measure, beside three other engines, and write docs/performance.md
	$(MAKE) -C bench PYTHON=$(abspath $(BIN)/python)

pictures: setup ## draw the pictures of docs/pictures anew
	$(BIN)/python -m tests.show.test_pictures --draw

bench-ledger: setup ## measure the ledger, and write the figures into docs/ledger.md
	PYTHONPATH=engine:. $(BIN)/python bench/ledger.py

schemas: setup ## write policies/schema anew from the one declaration
	$(BIN)/payerrules schema policies

editor: setup ## ask the YAML language server (needs node and npm) what it offers in a policy
	cd tests/editor && npm install --no-audit --no-fund --no-package-lock --silent
	$(BIN)/python -m pytest -q tests/editor

clean: ## remove what make has made
	rm -rf $(VENV) tests/editor/node_modules policies/schema/of .mypy_cache .ruff_cache .hypothesis dist build bench/.peers bench/results
