"""What editors read of the phone: its types, and the manifest of its element."""

import copy
import json
import subprocess

import jsonschema
import pytest

from webphone.contract import SETTINGS, kebab

pytestmark = pytest.mark.build


@pytest.fixture(scope="module")
def manifest(root):
    return json.loads((root / "web" / "custom-elements.json").read_text())


@pytest.fixture(scope="module")
def check(root):
    """Says what is wrong with a manifest by the schema of the Custom Elements Manifest."""
    schema = root / "node_modules" / "custom-elements-manifest" / "schema.json"
    validator = jsonschema.validators.validator_for(given := json.loads(schema.read_text()))(given)
    return lambda told: [error.message for error in validator.iter_errors(told)]


def test_the_manifest_of_the_element_is_valid(manifest, check):
    assert check(manifest) == []
    wrong = copy.deepcopy(manifest)
    del wrong["modules"][0]["declarations"][0]["name"]
    assert check(wrong) != [], "the schema is looked at"


def test_the_manifest_names_the_element_and_every_attribute(manifest):
    [module] = manifest["modules"]
    [element] = [each for each in module["declarations"] if each.get("tagName") == "web-phone"]
    told = {each["name"] for each in element["attributes"]}
    assert {kebab(row.name) for row in SETTINGS.values() if row.attribute} <= told


def test_the_types_have_no_fault_of_their_own(root, tmp_path):
    tsc = [root / "node_modules" / ".bin" / "tsc", "--noEmit", "--strict", "--types", ""]
    for options in ([], ["--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"]):
        command = [*tsc, *options, "--target", "es2022", root / "web" / "webphone.d.ts"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
