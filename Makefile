# Two of these do all the set-up on a fresh machine with Python 3.11 or later: `make demo` and `make test`.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help demo test check bench faults messages requirements clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: .venv/runtime ## set everything up and run the whole site with fake cities behind it (FRESH=1 begins anew)
	@FRESH="$(FRESH)" exec $(BIN)/python manage.py demo

test: .venv/everything ## set up and run the whole suite, with every database, broker and browser that is there
	@exec $(BIN)/python -m tests.run $(ARGS)

check: .venv/everything ## style, types, imports, templates, migrations, deployment settings
	@exec $(BIN)/python -m tests.check

bench: .venv/everything ## measure; every figure is a ratio taken in one run
	@exec $(BIN)/python -m tests.benchmarks $(ARGS)

faults: .venv/everything ## play every fault on every database and broker that is there (about 25 minutes), as a table
	@exec $(BIN)/python -m tests.faults --markdown .faults.md $(ARGS)

messages: .venv/everything ## read every sentence of the sources into the catalogue of translations, and compile it (wants gettext)
	@exec $(BIN)/python -m tests.catalogue

requirements: .venv/everything ## write requirements*.txt anew from requirements*.in
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make requirements" requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make requirements" requirements.in requirements-dev.in -o requirements-dev.txt

clean: ## remove what the other targets made
	rm -rf .venv .demo .data .bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .faults.md

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, with its venv module (Debian: apt install python3-venv)." >&2; exit 1; }
	@echo "Making a virtual environment with $(PYTHON) ..."
	@$(PYTHON) -m venv .venv

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing what the site runs on (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/everything: requirements-dev.txt | .venv/bin/python
	@echo "Installing what the site and its tests run on (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/runtime
