"""What may reach git as a revision, a ref name or a path; nothing else does.

All of them stand after `--end-of-options` and before `--` as well, so that even
a mistake here cannot turn a name into an option.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

if TYPE_CHECKING:
    from collections.abc import Collection

_HASH = re.compile(r"[0-9a-f]{4,64}")
_WHOLE_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_RAW = "raw:"
MAX_NAME_CHARS = 1024
MAX_PATH_BYTES = 8192
# What `git check-ref-format` forbids, and what would be read as an option.
_BAD_IN_REF = re.compile(
    r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?=/|$)|\.(?=/|$)|^[-/.]|/$|^@$"
)


def whole_hash(value: object) -> str:
    """A commit named in full."""
    if isinstance(value, str) and _WHOLE_HASH.fullmatch(value):
        return value
    raise CommonsError("BAD_REQUEST", "hash must be 40 or 64 hex digits")


def revision(value: object, known: Collection[str]) -> str:
    """A hash, or a full ref name out of our own list of refs."""
    if isinstance(value, str) and (_HASH.fullmatch(value) or value in known):
        return value
    raise CommonsError("BAD_REQUEST", "revision must be a hash or a known ref")


def new_ref_name(value: object) -> str:
    """The name of a branch or tag that is to be made."""
    if isinstance(value, str) and is_ref_name(value):
        return value
    raise CommonsError(
        "BAD_REQUEST",
        "a name has no spaces, no .., and none of ~^:?*[\\ or a leading -",
    )


def is_ref_name(value: str) -> bool:
    """Whether git takes it as a name, and nobody reads it as anything else."""
    return (
        0 < len(value) <= MAX_NAME_CHARS
        and not _BAD_IN_REF.search(value)
        # Read as a revision it would mean something else.
        and value != "HEAD"
        and not _WHOLE_HASH.fullmatch(value)
        and value.isprintable()
    )


def repo_path(value: object) -> bytes:
    """A path inside the repository, as git's bytes. Never absolute, never above it."""
    if not isinstance(value, str) or not value:
        raise CommonsError("BAD_REQUEST", "path")
    try:
        raw = (
            base64.b64decode(value[len(_RAW) :], validate=True)
            if value.startswith(_RAW)
            else value.encode("utf-8")
        )
    except (binascii.Error, UnicodeEncodeError):
        raise CommonsError("BAD_REQUEST", "path") from None
    parts = raw.split(b"/")
    forbidden = any(part in (b"", b".", b"..") for part in parts)
    inside = any(part.lower() == b".git" for part in parts)
    if b"\0" in raw or len(raw) > MAX_PATH_BYTES or forbidden or inside:
        raise CommonsError("BAD_REQUEST", "path must lie inside the repository")
    return raw


def told_path(raw: bytes) -> str:
    """The other way: UTF-8 as it is; what is none travels as `raw:` and base64."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = _RAW
    if text.startswith(_RAW):
        return _RAW + base64.b64encode(raw).decode("ascii")
    return text


def told_text(raw: bytes, most: int) -> str:
    """A name or subject for the page: bounded, with control characters shown."""
    text = raw[: most * 4].decode("utf-8", "replace")[:most]
    return cut("".join(_shown(char) for char in text), most)


def cut(text: str, most: int) -> str:
    """At most so many UTF-16 units: that is how a page counts."""
    if text.isascii() or 2 * len(text) <= most:
        return text[:most]
    units = text[:most].encode("utf-16-le", "surrogatepass")
    return units[: 2 * most].decode("utf-16-le", "ignore")


def _shown(char: str) -> str:
    """Line breaks and tabs become spaces; what cannot be seen is written out."""
    if char in "\n\r\t\v\f\x85\u2028\u2029":
        return " "
    if unicodedata.category(char) in ("Cc", "Cf") and char != "\u200d":
        return f"<{ord(char):04X}>"
    return char
