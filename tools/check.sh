#!/bin/sh
# Say everything that is wrong, not only the first thing; exit 1 if anything is.
export PYTHONPATH=pyapp
bin=.venv/bin
failed=""
try() {
    echo "==> $*"
    "$@" || failed="$failed
  $*"
}
try $bin/ruff format --check
try $bin/ruff check
try $bin/mypy
try $bin/mypy --config-file tests/mypy.ini
try $bin/lint-imports
try $bin/python tools/files.py --check
try $bin/python tools/contract.py --check
try $bin/python tools/emergency.py --check
[ -z "$failed" ] || { echo "Failed:$failed"; exit 1; }
