"""What changed since a page was last told: quantised, as a JSON Merge Patch.

Figures jitter, and a person cannot see it. So a figure that a page was told is
kept until the true one has moved visibly; the rules are one table below.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

MIB = 1024 * 1024
Json = dict[str, Any]
# What to tell, given what is so and what this page was told before.
Rule = Callable[[float, "float | None"], float]
# A table for the keys of an object; the key "*" stands for all that are not named.
Rules = Mapping[str, "Rule | Rules"]


class NotPatchableError(ValueError):
    """A merge patch cannot say `null`; the whole sample has to be sent."""


def settled(told: Mapping[str, Any], now: Mapping[str, Any], rules: Rules) -> Json:
    """`now`, where figures that moved too little to see are those of `told`.

    What is not a number that the protocol can carry (negative, not finite) is
    left out, which says "not reported".
    """
    result: Json = {}
    for key, value in now.items():
        rule = rules.get(key, rules.get("*", _exact))
        before = told.get(key)
        if isinstance(value, Mapping):
            inner = rule if isinstance(rule, Mapping) else {}
            base = before if isinstance(before, Mapping) else {}
            result[key] = settled(base, value, inner)
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            result[key] = value
        elif 0 <= value < math.inf:
            figure = rule if callable(rule) else _exact
            result[key] = figure(value, _figure(before)) if value else 0
    return result


def merge_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> Json:
    """The RFC 7396 patch from one to the other, empty when they are equal."""
    patch: Json = {key: None for key in before if key not in after}
    for key, value in after.items():
        old = before.get(key)
        if key in before and old == value:
            continue
        if value is None:
            raise NotPatchableError(key)
        if isinstance(value, Mapping):
            patch[key] = merge_patch(old if isinstance(old, Mapping) else {}, value)
        else:
            patch[key] = value
    return patch


def _figure(value: object) -> float | None:
    known = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if known else None  # type: ignore[return-value]


def _exact(value: float, _told: float | None) -> float:
    return value


def _steps(step: float, share: float, least: float, digits: int | None = None) -> Rule:
    """Multiples of `step`; told anew when it moved by `least` and by `share`."""

    def rule(value: float, told: float | None) -> float:
        if told and abs(value - told) < max(least, share * told):
            return told
        return round(round(value / step) * step, digits)

    return rule


def _moment(value: float, told: float | None) -> float:
    """A time of day that only has to be about right, unless the clock jumped."""
    return told if told is not None and 0 <= value - told < MOMENT_MS else value


MOMENT_MS = 10_000
_mib = _steps(MIB, 0.002, MIB)
_rate = _steps(1024, 0.05, 1024)
_cores = _steps(0.01, 0, 0.02, 2)
_percent = _steps(1, 0, 2)
_watts = _steps(1, 0.03, 2)
_degrees = _steps(1, 0, 2)
_megahertz = _steps(1, 0.01, 15)

_SIZES: Rules = {"*": _mib}
SAMPLE_RULES: Rules = {
    "memory": {
        "used": _mib,
        "cache": _mib,
        "shared": _mib,
        "swap": _mib,
        "peak": _mib,
        "pressure": _percent,
    },
    "cpu": {"used": _cores, "throttled": _percent, "pressure": _percent},
    "disk": {"used": _mib, "free": _mib, "measuredAt": _moment},
    "network": {"received": _rate, "sent": _rate},
    "consumers": {
        "*": {
            "cpu": _cores,
            "memory": _mib,
            "peak": _mib,
            "activeAt": _moment,
            "gpus": _SIZES,
        }
    },
    "consumersAt": _moment,
    "gpus": {
        "*": {
            "busy": _percent,
            "memoryUsed": _mib,
            "memoryBusy": _percent,
            "power": _watts,
            "temperature": _degrees,
            "fan": _percent,
            "clock": _megahertz,
            "memoryClock": _megahertz,
            "pcieReceived": _rate,
            "pcieSent": _rate,
            "nvlinkReceived": _rate,
            "nvlinkSent": _rate,
            "others": {"memory": _mib},
        }
    },
    "gpusAt": _moment,
}
