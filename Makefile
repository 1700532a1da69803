# The few verbs of this project; each one does all of its own set-up and repeats quickly.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PORT ?= 8080
BASE_PYTHON ?= $(shell command -v python3.11 || command -v python3)
export PYTHONPATH := pyapp

PYTHON := .venv/bin/python
DEMO_READY := .venv/demo.ready
DEV_READY := .venv/dev.ready
NODE_READY := node_modules/.package-lock.json
VENDORED := web/vendor/.ready
DIST := build/dist.ready
SOURCES := $(shell find pyapp web tools -type f -not -path 'web/vendor/*' -not -name '*.pyc') \
	$(shell find examples docs/screens/examples -type f) index.html pyscript.toml package-lock.json
FAST_TESTS = $(wildcard tests/sip tests/media tests/phone tests/ui tests/exchange tests/test_rooms.py tests/test_blame.py tests/test_steady_clock.py tests/test_contract.py tests/test_frame.py)

.PHONY: help demo test test-fast check bench dist screens contract clean again
help: ## List the verbs.
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: $(DEMO_READY) $(VENDORED) $(DIST) ## Build and serve the phone with its built-in exchange (no root, no apt).
	@$(PYTHON) -m webphone.exchange.serve --root dist --port $(PORT)

test: $(DEV_READY) $(VENDORED) $(DIST) ## Everything: Debian packages (needs root when some are missing), checks, all tests.
	@tools/debian.sh
	@$(MAKE) --no-print-directory check
	@$(PYTHON) -m pytest tests || { echo "==> Once more what failed: a busy machine, or a mistake?"; \
		$(PYTHON) -m pytest tests --last-failed --last-failed-no-failures none; }

test-fast: $(DEV_READY) ## The pure Python tests: no browser, no server, a few seconds.
	@$(PYTHON) -m pytest $(FAST_TESTS) -m "not browser and not interop"

check: $(DEV_READY) ## Format, lint, types, the one-way doors, and generated files up to date.
	@tools/check.sh

bench: $(DEV_READY) $(DIST) ## Measure start-up against the stock runtimes.
	@$(PYTHON) tools/cold_start.py $(RUNS) $(if $(WRITE),--write)

dist: $(DIST) ## Build dist/, with .br and .gz files and the packages: one script tag puts a phone on any page.
	@echo "==> dist, compressed"
	@$(PYTHON) tools/compress.py
	@echo "==> dist/packages, for npm and pip"
	@$(PYTHON) tools/packages.py

screens: $(DEV_READY) $(VENDORED) $(DIST) ## Take the screenshots of the documentation again.
	@SCREENS=docs/screens $(PYTHON) -m pytest tests/interop/test_demo.py -k dist
	@SCREENS=docs/screens $(PYTHON) -m pytest tests/examples
	@$(PYTHON) tools/gallery.py --docs

contract: $(DEV_READY) ## Generate what pyapp/webphone/contract.py says about the outside.
	@$(PYTHON) tools/contract.py
	@$(PYTHON) tools/files.py

clean: ## Remove what was built; keep .venv and node_modules.
	@rm -rf dist build web/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(PYTHON):
	@echo "==> Python environment in .venv"
	@$(BASE_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (Debian: apt install python3-venv)."; exit 1; }
	@$(BASE_PYTHON) -m venv .venv || { echo "The venv module is missing (Debian: apt install python3-venv)."; exit 1; }

$(DEMO_READY): pyproject.toml tools/requirements.py | $(PYTHON)
	@echo "==> Python packages for the demo"
	@$(PYTHON) tools/requirements.py demo | $(PYTHON) -m pip install -q --disable-pip-version-check -r /dev/stdin
	@touch $@

$(DEV_READY): $(DEMO_READY)
	@echo "==> Python packages for the tests"
	@$(PYTHON) tools/requirements.py dev | $(PYTHON) -m pip install -q --disable-pip-version-check -r /dev/stdin
	@touch $@

$(NODE_READY): package-lock.json
	@echo "==> Node packages (PyScript, Pyodide, the bundler)"
	@command -v npm >/dev/null || { echo "Node 20 with npm is needed: https://nodejs.org"; exit 1; }
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(VENDORED): $(NODE_READY) tools/vendor.py | $(PYTHON)
	@echo "==> PyScript and Pyodide into web/vendor"
	@$(PYTHON) tools/vendor.py

$(DIST): $(NODE_READY) $(DEMO_READY) $(SOURCES) $(if $(wildcard dist/webphone.js),,again) $(if $(TRIM),again)
	@echo "==> dist"
	@$(PYTHON) tools/build.py $(if $(filter no,$(TRIM)),--no-trim)
