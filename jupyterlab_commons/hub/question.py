"""What the hub's hook asks: who starts what, in words that the companion can read."""

from __future__ import annotations

import json
from typing import Any

from jupyterlab_commons.errors import printable

MOST_GROUPS = 10_000
MOST_OPTIONS = 50
OPTIONS_BYTES = 64 * 1024
KEY_UNITS = 64
"""Of names and of values, in UTF-16 units, as the companion counts them."""
TEXT_UNITS = 255


class UnaskableError(Exception):
    """Nobody can be asked about such a start; the message is for the person."""


def question_of(spawner: Any) -> dict[str, Any]:
    """Shaped as protocol/fixtures/spawn-question.json.

    Raise UnaskableError where something would be left out that may decide: what
    is not told could be a dearer profile.
    """
    if units(spawner.name) > TEXT_UNITS:
        raise UnaskableError(
            "No server is started, because its name is longer than"
            f" {TEXT_UNITS} characters. Give it a shorter one."
        )
    chosen = plain_options(spawner.user_options)
    groups = [group.name for group in spawner.user.groups]
    question: dict[str, Any] = {
        "user": spawner.user.name,
        "server": spawner.name,
        # No policy can name a longer one.
        "groups": [name for name in groups if units(name) <= TEXT_UNITS][:MOST_GROUPS],
        "options": chosen,
    }
    if "profile" in chosen:
        question["profile"] = chosen["profile"]
    return question


def plain_options(options: Any) -> dict[str, str]:
    """As the companion reads them from the hub, so that both find the same profile.

    Texts, numbers and flags; forms put single values into lists. Nothing chosen
    (null) is left out, and so is a key that no policy could name.
    """
    if options is None:
        return {}
    _refuse_beyond_bounds(options)
    plain: dict[str, str] = {}
    for key, given in options.items():
        value = given[0] if isinstance(given, list) and len(given) == 1 else given
        name = str(key)
        if value is None or value == [] or units(name) > KEY_UNITS:
            continue
        text = _plain_text(value)
        if text is None:
            raise UnaskableError(
                f"No server is started, because the option “{printable(name, 64)}” is"
                " not one text, number or flag. Choose one value for it, or tell the"
                " admin of this hub."
            )
        plain[name] = cut(text, TEXT_UNITS)
    return plain


def _refuse_beyond_bounds(options: Any) -> None:
    """Also what is no JSON: the hub's list of servers would be none with it."""
    if isinstance(options, dict) and len(options) > MOST_OPTIONS:
        raise UnaskableError(
            f"No server is started, because it has too many options: {len(options)},"
            f" where at most {MOST_OPTIONS} can be read. Choose fewer."
        )
    try:
        size = len(json.dumps(options, allow_nan=False)) if options else 0
    except (TypeError, ValueError, RecursionError):
        size = -1
    if size < 0 or not isinstance(options, dict):
        raise UnaskableError(
            "No server is started, because its options cannot be read. Choose others,"
            " or tell the admin of this hub."
        )
    if size > OPTIONS_BYTES:
        raise UnaskableError(
            "No server is started, because its options are larger than"
            f" {OPTIONS_BYTES // 1024} KiB. Choose less."
        )


def _plain_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else None


def units(text: str) -> int:
    """How long a text is to the companion."""
    return len(_utf16(text)) // 2


def cut(text: str, most: int) -> str:
    """At most so many units of it."""
    return _utf16(text)[: 2 * most].decode("utf-16-le", "surrogatepass")


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")
