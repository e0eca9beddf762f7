"""Which hosts stand behind the name of a remote, as git itself will reach them.

Its `url` alone does not tell: a `pushurl`, a second `url` and all that is
rewritten (`insteadOf`, `pushInsteadOf`) send a push, or everything, elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .askpass import origin_of
from .revisions import told_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .programs import Setting

# Lists each address of each remote after all rewriting; asks nobody.
LISTING = ("remote", "--verbose")
_LINE = re.compile(r"(?P<name>[^\t]*)\t(?P<url>.*) \((?P<way>fetch|push)\)(?: \[.*\])?")
_ADDRESSES = ("remote.", "url.")
_HOST_CHARS = 256
_MOST_HOSTS = 10
_UNREADABLE = "?"
_MORE = "…"


def read_hosts(
    names: Iterable[str], listing: bytes, settings: Sequence[Setting]
) -> list[dict[str, Any]]:
    """Those of `gitRemotes`; `push` where a push goes anywhere else than a fetch."""
    lines = listing.decode("utf-8", "replace").split("\n")
    if any("\n" in each.value for each in settings if _is_address(each)):
        # One address could pass for the line of another remote.
        lines = []
    found: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        if (match := _LINE.fullmatch(line)) is not None:
            hosts = found.setdefault((match["name"], match["way"]), [])
            hosts.append(_told(origin_of(match["url"])))
    return [_remote(name, found) for name in names]


def _remote(name: str, found: dict[tuple[str, str], list[str]]) -> dict[str, Any]:
    (host, *_) = found.get((name, "fetch"), [_UNREADABLE])
    push = list(dict.fromkeys(found.get((name, "push"), [_UNREADABLE])))
    if len(push) > _MOST_HOSTS:
        push[_MOST_HOSTS - 1 :] = [_MORE]
    return {"name": name, "host": host, **({} if push == [host] else {"push": push})}


def _is_address(each: Setting) -> bool:
    return each.key.startswith(_ADDRESSES)


def _told(host: str) -> str:
    return told_text(host.encode("utf-8", "replace"), _HOST_CHARS)
