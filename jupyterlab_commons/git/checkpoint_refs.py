"""The names of checkpoints: when each was kept, of which file, and which must go.

One ref for each, so that an old one can be removed without touching the others.
Names alone say the order and the file, so that no commit is read to find one.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

from jupyterlab_commons.errors import CommonsError

from .people import with_trailers
from .revisions import repo_path, told_path

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "refs/commons/"
# The newest ones that stay; older ones go when another one is kept.
MOST_OF_A_FILE = 50
MOST_IN_ALL = 1000
_DIGEST_CHARS = 20
_NAME = re.compile(r"refs/commons/(?P<time>[0-9]{16})-(?P<file>[0-9a-f]{20})")
TRAILER = "Checkpoint-of"
# The others are written as %20 and the like: what is left reads as a path.
_SAFE = "/!#$&'()*+,-.:;<=>?@[]^_`{|}~"


@dataclass(frozen=True)
class CheckpointRef:
    """One ref, with the commit that it stands for."""

    name: str
    hash: str

    def is_of(self, path: bytes) -> bool:
        """Whether it keeps this file."""
        return self.name.endswith(f"-{_digest(path)}")


def new_name(path: bytes, kept: Sequence[CheckpointRef]) -> str:
    """A name after all those that are kept, also where the clock was set back."""
    last = (_moment(kept[-1].name) or 0) if kept else 0
    now = max(time.time_ns() // 1000, last + 1)
    return f"{PREFIX}{now:016d}-{_digest(path)}"


def pattern_of(path: bytes | None) -> str:
    """For `for-each-ref`: all, or those of one file."""
    return PREFIX if path is None else f"{PREFIX}*-{_digest(path)}"


def checkpoint_name(value: object) -> str:
    """A name as the page gives it back."""
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise CommonsError("BAD_REQUEST", "after must be the name of a checkpoint")


def kept_at(name: str) -> int | None:
    """Milliseconds since 1970; None for a name that is not ours."""
    moment = _moment(name)
    return None if moment is None else moment // 1000


def with_path(message: str, path: bytes) -> str:
    """The message with a last line that names the file, whatever its bytes are."""
    return with_trailers(message, f"{TRAILER}: {quote_from_bytes(path, safe=_SAFE)}\n")


def read_path(name: str, told: str) -> bytes | None:
    """The file of a checkpoint; None where the commit names another than the ref."""
    path = unquote_to_bytes(told)
    try:
        repo_path(told_path(path))
    except CommonsError:
        return None
    return path if CheckpointRef(name, "").is_of(path) else None


def too_many(kept: Sequence[CheckpointRef], path: bytes) -> list[CheckpointRef]:
    """Of all refs, oldest first, those that must go: of this file, and in all."""
    gone = [each for each in kept if each.is_of(path)][:-MOST_OF_A_FILE]
    names = {each.name for each in gone}
    rest = [each for each in kept if each.name not in names]
    return gone + rest[: max(len(rest) - MOST_IN_ALL, 0)]


def _moment(name: str) -> int | None:
    """Microseconds."""
    match = _NAME.fullmatch(name)
    return None if match is None else int(match["time"])


def _digest(path: bytes) -> str:
    return hashlib.sha256(path).hexdigest()[:_DIGEST_CHARS]
