"""JSON of notebooks, read and written in slices.

Reading or writing a text in one go holds Python's lock until the end of it, and
with it the event loop: of a large notebook for a tenth of a second and more. Here
it is done output by output, and others have their turn in between. What comes out
is what `json` would make of it, also when that is an error.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Reader = Callable[[str, int], tuple[Any, int]]

_SPACE = re.compile(r"[ \t\n\r]*")
# What JSON does not have, a browser could not read either.
_value = json.JSONDecoder(parse_constant=lambda _: None).raw_decode
# Where a notebook is large, from the outside to the inside.
_LARGE = ("content", "cells", "outputs")


def read(text: str) -> Any:
    """As `json.loads`; ValueError and RecursionError as well."""
    found, end = _notebook(text, _skip(text, 0))
    if _skip(text, end) != len(text):
        raise _error("Extra data", text, end)
    return found


def pieces(value: Any, *, ascii_only: bool) -> Iterator[str]:
    """What `json.dumps` makes of it without spaces, in pieces; refuses NaN."""
    encode = partial(
        json.dumps, separators=(",", ":"), ensure_ascii=ascii_only, allow_nan=False
    )
    if not isinstance(value, dict) or not any(key in _LARGE for key in value):
        yield encode(value)
        return
    before = "{"
    for key, inner in value.items():
        yield f"{before}{encode(key)}:"
        before = ","
        if key not in _LARGE:
            yield encode(inner)
        elif isinstance(inner, list):
            yield "["
            for number, each in enumerate(inner):
                if number:
                    yield ","
                yield from pieces(each, ascii_only=ascii_only)
            yield "]"
        else:
            yield from pieces(inner, ascii_only=ascii_only)
    yield "}"


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()


def _error(what: str, text: str, at: int) -> json.JSONDecodeError:
    return json.JSONDecodeError(what, text, at)


def _object(inner: Mapping[str, Reader], text: str, at: int) -> tuple[Any, int]:
    """An object whose values at some keys are read in slices."""
    if text[at : at + 1] != "{":
        return _value(text, at)
    found: dict[str, Any] = {}
    at = _skip(text, at + 1)
    if text[at : at + 1] == "}":
        return found, at + 1
    while True:
        if text[at : at + 1] != '"':
            raise _error("Expecting property name", text, at)
        key, at = _value(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise _error("Expecting ':' delimiter", text, at)
        found[key], at = inner.get(key, _value)(text, _skip(text, at + 1))
        at, is_last = _after(text, at, "}")
        if is_last:
            return found, at


def _array(element: Reader, text: str, at: int) -> tuple[Any, int]:
    if text[at : at + 1] != "[":
        return _value(text, at)
    found: list[Any] = []
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return found, at + 1
    while True:
        each, at = element(text, at)
        found.append(each)
        at, is_last = _after(text, at, "]")
        if is_last:
            return found, at


def _after(text: str, at: int, end: str) -> tuple[int, bool]:
    """Where the next one begins, or what comes behind the last one."""
    at = _skip(text, at)
    sign = text[at : at + 1]
    if sign == end:
        return at + 1, True
    if sign != ",":
        raise _error("Expecting ',' delimiter", text, at)
    return _skip(text, at + 1), False


_outputs: Reader = partial(_array, _value)
_cell: Reader = partial(_object, {"outputs": _outputs})
_cells: Reader = partial(_array, _cell)
_notebook: Reader = partial(_object, {"cells": _cells})
