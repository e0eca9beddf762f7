"""The matching of cells: the cases shared with TypeScript, and its bounds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.git import cells as cells_module
from jupyterlab_commons.git.cells import longest_rising, match_cells
from jupyterlab_commons.tests.chance import by_chance

FIXTURE = Path(__file__).parents[3] / "protocol/fixtures/cell-matching.json"
CASES = json.loads(FIXTURE.read_text("utf-8"))["cases"]


@dataclass(frozen=True)
class Cell:
    source: str
    type: str = "code"
    id: str | None = None


def cells_of(listed: list[dict[str, Any]]) -> list[Cell]:
    return [Cell(each["source"], each["type"], each.get("id")) for each in listed]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_shared_cases_are_matched_as_typescript_does(case: dict[str, Any]) -> None:
    found = match_cells(cells_of(case["before"]), cells_of(case["after"]))
    assert [list(pair) for pair in found.pairs] == case["pairs"]
    assert found.moved == case["moved"]


def test_a_longest_rising_sequence_is_found() -> None:
    random_numbers = by_chance("longest rising")
    for _ in range(200):
        values = random_numbers.sample(range(50), random_numbers.randrange(1, 12))
        rising = sorted(longest_rising(values))
        picked = [values[place] for place in rising]
        assert picked == sorted(set(picked))
        longest = [1] * len(values)
        for place, value in enumerate(values):
            for earlier in range(place):
                if values[earlier] < value:
                    longest[place] = max(longest[place], longest[earlier] + 1)
        assert len(picked) == max(longest)


def test_each_cell_is_in_one_pair_at_most_whatever_the_ids_are() -> None:
    chance = by_chance("matched cells")
    for _ in range(100):
        sides = [
            [
                Cell(
                    "\n".join(chance.choices("abcdef", k=chance.randrange(5))),
                    chance.choice(["code", "markdown"]),
                    chance.choice([None, "", "a", "b", "c"]),
                )
                for _ in range(chance.randrange(30))
            ]
            for _ in range(2)
        ]
        found = match_cells(*sides)
        firsts = [first for first, _ in found.pairs]
        seconds = [second for _, second in found.pairs]
        assert firsts == sorted(set(firsts))
        assert len(seconds) == len(set(seconds))
        assert set(found.moved) <= set(firsts)


def test_the_comparisons_grow_with_the_cells_and_not_with_their_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """5,000 cells without ids, all edited: at most a fixed number of looks each."""
    looks = 0
    plain = cells_module._dice

    def counted(one: frozenset[str], other: frozenset[str]) -> float:
        nonlocal looks
        looks += 1
        return plain(one, other)

    common = 0

    class Counted(Counter[int]):
        def __init__(self, each: Iterable[int]) -> None:
            nonlocal common
            listed = list(each)
            common += len(listed)
            super().__init__(listed)

    monkeypatch.setattr(cells_module, "_dice", counted)
    monkeypatch.setattr(cells_module, "Counter", Counted)
    size = 5000
    before = [Cell(f"x{n} = {n}\nfor i in range(3):\n  print(i)") for n in range(size)]
    after = [Cell(f"y{n} = {n}\nfor i in range(3):\n  print(i)") for n in range(size)]
    match_cells(before, after)
    assert looks <= size * (32 + 8)
    assert common <= size * 3 * 16
    same = match_cells(before, before)
    assert len(same.pairs) == size
