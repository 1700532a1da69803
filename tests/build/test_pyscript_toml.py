"""pyscript.toml names every file of the package, and the one list serves both pages."""

import files


def test_the_files_table_is_what_lies_on_disk():
    assert files.in_toml() == files.on_disk(), "run: python tools/files.py"


def test_rewriting_replaces_only_the_files_table():
    before = 'packages = []\n\n[files]\n"./old.py" = "./old.py"\n'
    after = files.rewritten(before, {"./pyapp/new.py": "./new.py"})
    assert after == 'packages = []\n\n[files]\n"./pyapp/new.py" = "./new.py"\n'
