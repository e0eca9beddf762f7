"""Pairs of large notebooks, as people have them: the same ones in every run.

Between the two of a pair a tenth of the cells was edited and as many run again,
one was added, one deleted, one moved.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from typing import Any

from .notebooks import cell, markdown, notebook, png, stream

Make = Callable[[random.Random, int], dict[str, Any]]


def _code(chance: random.Random, lines: int) -> str:
    names = [f"value_{chance.randrange(400)}" for _ in range(lines)]
    return "\n".join(f"{name} = compute({chance.random():.6f})" for name in names)


def _picture(chance: random.Random, size: int) -> dict[str, Any]:
    return png(base64.b64encode(chance.randbytes(size * 3 // 4)).decode("ascii"))


def _log(chance: random.Random, lines: int) -> dict[str, Any]:
    text = [f"step {n} loss {chance.random():.9f}\n" for n in range(lines)]
    return {**stream(""), "text": text}


def _texts(lines: int) -> Make:
    def make(chance: random.Random, number: int) -> dict[str, Any]:
        if number % 4 == 0:
            return markdown(f"## Part {number}\n\n" + _code(chance, 3))
        return cell(_code(chance, 6), None, stream(_code(chance, lines)))

    return make


def _plots(every: int, size: int) -> Make:
    def make(chance: random.Random, number: int) -> dict[str, Any]:
        outputs = [_picture(chance, size)] if number % every == 0 else []
        return cell(_code(chance, 5), None, *outputs)

    return make


def _logs(lines: int) -> Make:
    def make(chance: random.Random, number: int) -> dict[str, Any]:
        return cell(_code(chance, 5), None, _log(chance, lines))

    return make


# Name: how many cells, and what they are.
_KINDS: dict[str, tuple[int, Make]] = {
    "S50": (50, _texts(2)),
    "M200png": (200, _plots(2, 52_000)),
    "L500txt": (500, _texts(40)),
    "T100stream1k": (100, _logs(700)),
    "P60png1M": (60, _plots(4, 1_060_000)),
}
NAMES = tuple(_KINDS)


def pair(name: str, *, ids: bool) -> tuple[bytes, bytes]:
    """The notebook before and after."""
    chance = random.Random(f"{name}")
    size, make = _KINDS[name]
    before = [make(chance, number) for number in range(size)]
    after = [dict(each) for each in before]
    for number, each in enumerate(before):
        if ids:
            each["id"] = after[number]["id"] = f"cell-{number:05d}"
    for number in range(5, size, 10):
        lines = _lines(after[number])
        lines[len(lines) // 2] = f"edited = {chance.random()}\n"
        after[number]["source"] = lines
    for number in range(0, size, 10):
        if after[number].get("outputs"):
            after[number]["outputs"] = make(chance, number)["outputs"]
    del after[size // 3]
    after.insert(size // 2, after.pop(size // 4))
    added = cell(_code(chance, 4), "cell-added" if ids else None)
    after.insert(size // 5, added)
    return notebook(*before).encode(), notebook(*after).encode()


def _lines(each: dict[str, Any]) -> list[str]:
    source = each["source"]
    text = source if isinstance(source, str) else "".join(source)
    return text.splitlines(keepends=True)
