"""JSON in slices is JSON: the same values, the same bytes, the same errors."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from jupyterlab_commons.git import sliced_json
from jupyterlab_commons.git.notebooks import dump
from jupyterlab_commons.tests.chance import by_chance

from .sample_notebooks import pair

_KEYS = ("cells", "outputs", "content", "source", "é", "", "a\\b")
_SCALARS = (None, True, 0, -1.5e30, 1e-9, "", "text", '"\\/\n\u2028', "\ud83d\ude00")


def value(chance: random.Random, depth: int = 6) -> Any:
    kind = chance.random() if depth else 0.0
    if kind < 0.3:
        return chance.choice(_SCALARS)
    if kind < 0.6:
        return [value(chance, depth - 1) for _ in range(chance.randrange(4))]
    keys = chance.choices(_KEYS, k=chance.randrange(5))
    return {key: value(chance, depth - 1) for key in keys}


def spoilt(chance: random.Random, text: str) -> str:
    """With signs that are missing, doubled or others, as JSON that was cut."""
    signs = list(text)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(signs) + 1)
        signs[at : at + chance.randint(0, 2)] = chance.choices('{}[],:" 1\n\\x', k=1)
    return "".join(signs)


def read_whole(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except ValueError:
        return ValueError


def read_sliced(text: str) -> Any:
    try:
        return sliced_json.read(text)
    except ValueError:
        return ValueError


def written_whole(made: Any) -> bytes:
    text = json.dumps(made, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(made, separators=(",", ":")).encode()


def test_what_is_read_and_written_in_slices_is_the_same() -> None:
    chance = by_chance("sliced JSON")
    for _ in range(3000):
        made = {chance.choice(_KEYS): value(chance) for _ in range(3)}
        indent = chance.choice((None, 1))
        text = json.dumps(made, indent=indent, ensure_ascii=chance.random() < 0.5)
        assert sliced_json.read(text) == json.loads(text)
        assert dump(made) == written_whole(made)
        wrong = spoilt(chance, text)
        assert read_sliced(wrong) == read_whole(wrong), wrong


_EDGES = (
    *("{", "[", '{"cells":', '{"cells":[', '{"cells":[{"outputs":[1', "{}{}", "tru"),
    *("NaN", "[1,]", '{"a":1,}', '{"a"1}', "{1:2}", '{"cells":[1]2}', "\ufeff{}"),
    '{"cells":[NaN,{"outputs":[Infinity]}],"cells":3}',
)


@pytest.mark.parametrize("text", ["", " ", ' {"a":1}\n', "{ }", *_EDGES])
def test_edges_are_as_in_json(text: str) -> None:
    assert read_sliced(text) == read_whole(text)


def test_no_slice_of_a_large_notebook_is_large() -> None:
    data, _ = pair("P60png1M", ids=True)
    made = sliced_json.read(data.decode())
    longest = max(map(len, sliced_json.pieces({"content": made}, ascii_only=False)))
    assert len(data) > 15_000_000
    assert longest < 1_200_000
