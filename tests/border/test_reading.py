"""JSON of others: as deep as anybody means it, and no deeper."""

import json

import pytest

from webphone.border.reading import DEEPEST, parsed


def test_many_brackets_are_no_depth():
    flat = [[] for _ in range(3 * DEEPEST)] + ["[" * DEEPEST]
    assert parsed(json.dumps(flat)) == flat


def test_what_is_nested_deeper_is_refused_before_it_is_read():
    deep = "[" * (DEEPEST + 1)
    with pytest.raises(ValueError, match=f"deeper than {DEEPEST}"):
        parsed(deep + "]" * (DEEPEST + 1))
