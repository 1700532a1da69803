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
# The types of the tests take a third of the time, and a processor of their own.
said=$(mktemp)
trap 'rm -f "$said"' EXIT
$bin/mypy --config-file tests/mypy.ini >"$said" 2>&1 &
types=$!
tests_types() { wait $types; result=$?; cat "$said"; return $result; }
try $bin/ruff format --check
try $bin/ruff check
try $bin/mypy
try $bin/lint-imports
try $bin/python tools/files.py --check
try $bin/python tools/contract.py --check
try $bin/python tools/emergency.py --check
try tests_types
[ -z "$failed" ] || { echo "Failed:$failed"; exit 1; }
