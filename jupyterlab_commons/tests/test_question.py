"""What decides about a start is told whole, or the start is refused in words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jupyterlab_commons.hub.question import (
    MOST_OPTIONS,
    OPTIONS_BYTES,
    UnaskableError,
    cut,
    question_of,
    units,
)

FACE = "\N{GRINNING FACE}"


def started(options: Any, *, name: str = "gpu", groups: tuple[str, ...] = ()) -> Any:
    user = SimpleNamespace(
        name="ada", groups=[SimpleNamespace(name=group) for group in groups]
    )
    return SimpleNamespace(user=user, name=name, user_options=options)


def test_options_are_told_as_the_hub_tells_them_itself() -> None:
    options = {
        "profile": ["a"],
        "cores": 4,
        "memory": 2.0,
        "share": 0.5,
        "gpu": True,
        "none": None,
        "nothing": [],
        "unset": [None],
        "long": "x" * 256,
        "n" * 65: "a",
    }
    asked = question_of(started(options))
    assert asked["options"] == {
        "profile": "a",
        "cores": "4",
        "memory": "2",
        "share": "0.5",
        "gpu": "true",
        "long": "x" * 255,
    }
    assert asked["profile"] == "a"
    assert question_of(started({}))["options"] == {}
    assert question_of(started(None))["options"] == {}


def test_texts_are_as_long_as_the_companion_counts_them() -> None:
    chosen = question_of(started({"a": FACE * 255}))["options"]["a"]
    assert units(chosen) == 255
    assert chosen[:127] == FACE * 127
    assert cut(FACE * 3, 4) == FACE * 2
    # The key is dropped by the companion too.
    assert question_of(started({FACE * 33: "x"}))["options"] == {}


def test_a_group_that_no_policy_can_name_makes_nobody_unaskable() -> None:
    groups = ("lab", FACE * 128, "x" * 255)
    assert question_of(started({}, groups=groups))["groups"] == ["lab", "x" * 255]


def junk(count: int) -> dict[str, str]:
    return {f"k{number}": "x" for number in range(count)}


UNASKABLE = [
    (junk(MOST_OPTIONS) | {"profile": "a100"}, "too many options: 51"),
    ({"x": "y" * OPTIONS_BYTES}, "larger than 64 KiB"),
    ({"n" * 65: ["y"] * OPTIONS_BYTES}, "larger than 64 KiB"),
    ({"profile": ["a100", "x"]}, "option “profile” is not one"),
    ({"profile": {"a": 1}}, "option “profile” is not one"),
    ({"profile": [["a100"]]}, "option “profile” is not one"),
    ({"\x1b" * 64: {}}, "option “\N{REPLACEMENT CHARACTER}"),
    ({"x": float("nan")}, "cannot be read"),
    ({"x": float("inf")}, "cannot be read"),
    ({"x": b"y"}, "cannot be read"),
    ({"n" * 65: object()}, "cannot be read"),
    (["profile"], "cannot be read"),
    ([], "cannot be read"),
]


@pytest.mark.parametrize(("options", "words"), UNASKABLE)
def test_nothing_that_may_decide_is_left_out(options: Any, words: str) -> None:
    with pytest.raises(UnaskableError) as reason:
        question_of(started(options))
    assert words in str(reason.value)
    assert str(reason.value).isprintable()


def test_as_many_options_as_are_read_may_be_chosen() -> None:
    options = junk(MOST_OPTIONS - 1) | {"profile": "a100"}
    assert question_of(started(options))["profile"] == "a100"


@pytest.mark.parametrize("name", ["x" * 256, FACE * 128])
def test_a_server_whose_name_is_too_long_is_refused(name: str) -> None:
    with pytest.raises(UnaskableError, match="longer than 255"):
        question_of(started({}, name=name))
    assert question_of(started({}, name=name[:127]))["server"] == name[:127]
