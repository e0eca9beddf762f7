"""Deltas are small, lose nothing a person can see, and add up to the truth."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.tests.chance import by_chance
from jupyterlab_commons.usage.deltas import (
    SAMPLE_RULES,
    NotPatchableError,
    merge_patch,
    settled,
)

from .fakes import MIB

FIXTURES = Path(__file__).parents[3] / "protocol" / "fixtures"


def apply(target: Any, patch: Any) -> Any:
    """MergePatch of RFC 7396, word by word."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = apply(result.get(name), value)
    return result


def some_json(chance: random.Random, depth: int = 0) -> Any:
    """A JSON object without null; few names, so that they often meet."""
    kind = chance.random()
    if depth == 0 or (depth < 4 and kind < 0.4):
        names = chance.sample("abcde", chance.randint(0, 4))
        return {name: some_json(chance, depth + 1) for name in names}
    if kind < 0.6:
        return [some_json(chance, 4) for _ in range(chance.randint(0, 2))]
    return chance.choice([0, 1, 2.5, "", "x", True, False])


def test_a_patch_leads_exactly_from_one_state_to_the_other() -> None:
    chance = by_chance("patches")
    for _ in range(3000):
        before, after = some_json(chance), some_json(chance)
        patch = merge_patch(before, after)
        assert apply(before, patch) == after
        assert bool(patch) == (before != after)


@pytest.mark.parametrize(
    ("before", "after"),
    [({}, {"a": None}), ({"a": {}}, {"a": {"b": None}}), ({"a": 1}, {"a": None})],
)
def test_null_is_said_by_no_patch(before: Any, after: Any) -> None:
    with pytest.raises(NotPatchableError):
        merge_patch(before, after)


def test_a_null_that_stays_hinders_no_patch() -> None:
    before = {"gpus": {"0": None}, "memory": 1}
    assert merge_patch(before, {**before, "memory": 2}) == {"memory": 2}


def test_bytes_move_in_whole_mebibytes_and_only_when_it_shows() -> None:
    def told(before: int | None, now: int) -> Any:
        base = {} if before is None else {"memory": {"used": before}}
        return settled(base, {"memory": {"used": now}}, SAMPLE_RULES)["memory"]["used"]

    assert told(None, 100 * MIB + 5) == 100 * MIB
    assert told(100 * MIB, 101 * MIB - 1) == 100 * MIB
    assert told(100 * MIB, 101 * MIB) == 101 * MIB
    # 0.2 % of 4 GiB are some 8 MiB.
    assert told(4096 * MIB, 4103 * MIB) == 4096 * MIB
    assert told(4096 * MIB, 4105 * MIB) == 4105 * MIB
    assert isinstance(told(None, 7), int)


def test_what_is_told_is_never_far_from_the_truth_however_it_creeps() -> None:
    told: Any = {}
    for used in range(1000 * MIB, 1200 * MIB, MIB // 3):
        told = settled(told, {"memory": {"used": used}}, SAMPLE_RULES)
        assert abs(told["memory"]["used"] - used) <= max(MIB, 0.002 * used) + MIB / 2


def test_zero_is_told_at_once_and_a_limit_to_the_byte() -> None:
    before = {"cpu": {"used": 0.01}, "memory": {"used": 3 * MIB, "limit": 1}}
    now = {"cpu": {"used": 0.0}, "memory": {"used": 0, "limit": 4 * MIB + 1}}
    assert settled(before, now, SAMPLE_RULES) == {
        "cpu": {"used": 0},
        "memory": {"used": 0, "limit": 4 * MIB + 1},
    }


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, -math.inf])
def test_a_figure_that_makes_no_sense_is_not_reported(value: float) -> None:
    now = {"cpu": {"used": value, "total": 2}, "memory": {"used": value}}
    assert settled({}, now, SAMPLE_RULES) == {"cpu": {"total": 2}, "memory": {}}


def test_the_example_of_the_protocol_passes_through_whole() -> None:
    sample = json.loads((FIXTURES / "usage-sample.json").read_text("utf8"))
    told = settled({}, sample, SAMPLE_RULES)
    assert told.keys() == sample.keys()
    for part in ("gpus", "consumers", "incidents"):
        assert told[part].keys() == sample[part].keys()
        for key, value in sample[part].items():
            assert told[part][key].keys() == value.keys()
    assert told["incidents"] == sample["incidents"]
    assert settled(told, sample, SAMPLE_RULES) == told
