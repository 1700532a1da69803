# The few verbs of this project; each one does all of its own set-up and repeats quickly.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PORT ?= 8080
BASE_PYTHON ?= $(shell command -v python3.11 || command -v python3)
export PYTHONPATH := pyapp
# Compiled tests are kept, whatever the environment says: to compile them takes 10 s in each run.
unexport PYTHONDONTWRITEBYTECODE

PYTHON := .venv/bin/python
DEMO_READY := .venv/demo.ready
DEV_READY := .venv/dev.ready
NODE_READY := node_modules/.package-lock.json
VENDORED := web/vendor/.ready
DIST := build/dist.ready
SOURCES := $(shell find pyapp web tools -type f -not -path 'web/vendor/*' -not -name '*.pyc') \
	$(shell find examples docs/screens/examples -type f) index.html pyscript.toml package-lock.json
PURE := not browser and not interop and not build

.PHONY: help demo test test-fast test-page test-kept test-inside test-servers cover steady check bench bench-sip bench-leaks bench-calls bench-screen bench-herd bench-readers sweep sweep-page sweep-reloads soak dist screens contract clean again
help: ## List the verbs.
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' Makefile

demo: $(DEMO_READY) $(VENDORED) $(DIST) ## Build and serve the phone with its built-in exchange (no root, no apt).
	@$(PYTHON) -m webphone.exchange.serve --root dist --port $(PORT)

test: $(DEV_READY) $(VENDORED) $(DIST) ## Everything: Debian packages (needs root when some are missing), checks, all tests.
	@tools/debian.sh
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory cover
	@$(PYTHON) tools/suite.py

test-fast: $(DEV_READY) ## The pure tests in two workers: no browser, no server, a few seconds.
	@HYPOTHESIS_PROFILE=fewest $(PYTHON) -m pytest tests -m "$(PURE)" -n 2 --dist loadfile

test-page: $(DEV_READY) $(VENDORED) $(DIST) ## What needs Chromium and the built-in exchange only: no root, no other server.
	@$(PYTHON) -m pytest tests -m "browser and not interop" --durations=15

test-kept: $(DEV_READY) $(VENDORED) $(DIST) ## What needs Chromium only, on Pythons that begin as at a second visit (data-keep-runtime).
	@WEBPHONE_KEPT=1 $(PYTHON) -m pytest $(or $(TESTS),tests/page tests/examples) -m "browser and not interop" --durations=15
	@$(PYTHON) -m pytest tests/build/test_kept.py tests/build/test_kept_python.py -m more

test-servers: $(DEV_READY) $(VENDORED) $(DIST) ## The phone at Asterisk and Kamailio as docs/servers has them (as root on Debian 12).
	@tools/debian.sh
	@tools/servers.sh
	@tools/own_network.sh $(PYTHON) -m pytest tests/servers -m servers --durations=15

test-inside: $(DEV_READY) $(VENDORED) $(DIST) ## All pure tests once more, inside the trimmed runtime under Node (make test takes some of them).
	@INSIDE="sip media phone ui exchange" $(PYTHON) -m pytest tests/build/test_trim.py -k pure_tests

cover: $(DEV_READY) ## That the pure tests reach every line and branch; then many examples of every property.
	@$(PYTHON) -m coverage erase
	@$(PYTHON) -m coverage run -m pytest tests -m "$(PURE) and not timed" -n 2 --dist loadfile --durations=15
	@$(PYTHON) -m coverage combine -q
	@$(PYTHON) -m coverage report --skip-covered --show-missing
	@HYPOTHESIS_PROFILE=many $(PYTHON) -m pytest tests -m "hypothesis and $(PURE) and not timed" -n 2 --dist worksteal

steady: $(DEV_READY) $(VENDORED) $(DIST) ## Run the whole suite N times (10); fail on what needed a second try.
	@$(PYTHON) tools/suite.py --times $(or $(N),10)

check: $(DEV_READY) ## Format, lint, types, the one-way doors, and generated files up to date.
	@tools/check.sh

bench: $(DEV_READY) $(DIST) bench-sip ## Measure start-up against the stock runtimes, and SIP against JsSIP and SIP.js.
	@$(PYTHON) tools/cold_start.py $(RUNS) $(if $(WRITE),--write)

bench-sip: $(DEV_READY) $(DIST) ## How long SIP is read and written, beside JsSIP and SIP.js; how that grows.
	@$(PYTHON) tools/bench_sip.py $(ROUNDS) $(if $(WRITE),--write)

bench-leaks: $(DEV_READY) $(DIST) ## What 200 calls in a row leave behind in a page.
	@$(PYTHON) tools/bench_leaks.py $(CALLS) $(if $(WRITE),--write)

bench-calls: $(DEV_READY) $(DIST) ## How long calls take to be set up, beside JsSIP and SIP.js.
	@$(PYTHON) tools/bench_calls.py $(ROUNDS) $(if $(WRITE),--write)

bench-screen: $(DEV_READY) $(DIST) ## How fast the screen follows, with 10,000 past calls and 5 living ones (SPLIT=yes: where the time goes).
	@$(PYTHON) tools/$(if $(SPLIT),bench_split.py,bench_screen.py) $(ROUNDS) $(if $(WRITE),--write)

bench-herd: $(DEV_READY) ## 100,000 phones whose server restarts, beside JsSIP and SIP.js.
	@$(PYTHON) tools/herd.py $(PHONES) $(if $(WRITE),--write)

sweep: $(DEV_READY) ## Every fault at every message of every flow, on the stage: what becomes of the calls.
	@PYTHONPATH=pyapp:tests:tools $(PYTHON) tests/phone/sweep.py $(FLOWS) $(if $(WRITE),--write)

sweep-page: $(DEV_READY) $(DIST) ## A hundred of these faults in Chromium (CASES=100, MINUTES= to go on for so long).
	@PYTHONPATH=pyapp:tests:tools $(PYTHON) tests/page/sweep.py $(or $(CASES),100) $(if $(MINUTES),--minutes $(MINUTES))

sweep-reloads: $(DEV_READY) $(VENDORED) $(DIST) ## A page with a call loaded anew, crashed and closed TIMES=100 at three servers (as root).
	@tools/debian.sh
	@tools/servers.sh
	@PYTHONPATH=pyapp:tests:tools tools/own_network.sh $(PYTHON) tests/servers/reloads.py $(or $(TIMES),100) \
		$(if $(MINUTES),--minutes $(MINUTES)) $(if $(SETUPS),--setups $(SETUPS)) $(if $(WRITE),--write)

soak: $(DEV_READY) ## Eight hours of the phones' time: 5,000 calls and 500 faults, and nothing is left.
	@PYTHONPATH=pyapp:tests:tools $(PYTHON) tests/phone/soak.py $(if $(SEED),--seed $(SEED))

bench-readers: $(DEV_READY) ## How long the nastiest text of each size keeps each reader busy.
	@$(PYTHON) tools/bench_readers.py $(READERS)

dist: $(DIST) ## Build dist/, with .br and .gz files and the packages: one script tag puts a phone on any page.
	@echo "==> dist, compressed"
	@$(PYTHON) tools/compress.py
	@echo "==> dist/packages, for npm and pip"
	@$(PYTHON) tools/packages.py

screens: export FONTCONFIG_FILE := $(CURDIR)/.cache/fonts/fonts.conf
screens: export SCREENS := docs/screens
screens: $(DEV_READY) $(VENDORED) $(DIST) ## Take the screenshots of the documentation again, in the fonts of Debian 12.
	@tools/fonts.sh
	@$(PYTHON) -m pytest tests/page/test_demo.py -k "two_tabs and demo]"
	@$(PYTHON) -m pytest tests/examples tests/interop/test_login_page.py tests/interop/test_push.py
	@$(PYTHON) tools/gallery.py --docs

contract: $(DEV_READY) ## Write all generated files again: contract, tables, list of files, marks of the tests.
	@$(PYTHON) tools/contract.py
	@$(PYTHON) tools/emergency.py
	@$(PYTHON) tools/files.py

clean: ## Remove what was built; keep .venv and node_modules.
	@rm -rf dist build web/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(PYTHON):
	@echo "==> Python environment in .venv"
	@$(BASE_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (Debian: apt install python3-venv)."; exit 1; }
	@$(BASE_PYTHON) -m venv .venv || { echo "The venv module is missing (Debian: apt install python3-venv)."; exit 1; }

$(DEMO_READY): tools/locked/demo.txt | $(PYTHON)
	@echo "==> Python packages for the demo"
	@$(PYTHON) -m pip install -q --disable-pip-version-check --require-hashes -r tools/locked/demo.txt
	@touch $@

$(DEV_READY): $(DEMO_READY) tools/locked/dev.txt
	@echo "==> Python packages for the tests"
	@$(PYTHON) -m pip install -q --disable-pip-version-check --require-hashes -r tools/locked/dev.txt
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
