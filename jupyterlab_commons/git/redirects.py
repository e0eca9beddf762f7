"""A remote that answers from another host: where to, and what can be done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import DETAIL_CHARS

from .askpass import origin_of, without_userinfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .programs import Setting

# Git follows the first answer of a remote, and names the address that it came to.
_ASKED_BY = re.compile(
    r"(?:Authentication failed|could not read (?:Username|Password)) for"
    r" '(?P<url>https?://[^'\s]+)'"
)
_PASSWORD = re.compile(r"https?://[^/@\s:]*:[^/@\s]*@")
# What stands in a command to be copied into a terminal must not mean more there.
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~%+@/-]*)?")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./-]*")
_HOST = re.compile(r"https?://[a-z0-9.:\[\]-]{1,100}")
_UNREADABLE = "another address"


def moved_to(origin: str, said: str) -> str | None:
    """The address that wants to know who asks, where it is not the remote's."""
    for match in _ASKED_BY.finditer(said):
        url = without_userinfo(match["url"])
        if origin.startswith("http") and origin_of(url) != origin:
            return url
    return None


def is_whole(url: str) -> bool:
    """Git names the host alone where it could not ask for the name."""
    return url.count("/") > "https://".count("/")


def hides_redirect(url: str) -> bool:
    """With a password in the address git names it, wherever the answer came from."""
    return _PASSWORD.match(url) is not None


def moved_detail(
    remote: str, url: str, settings: Sequence[Setting], *, push: bool
) -> str:
    """The new host, and after a space the command that makes it the remote's.

    The command is left out where it would be more than plain words: the address
    is what another host has said.
    """
    origin = origin_of(url)
    host = origin if _HOST.fullmatch(origin) else _UNREADABLE
    own = any(each.key == f"remote.{remote}.pushurl" for each in settings)
    words = ["git", "remote", "set-url", *(["--push"] if push and own else [])]
    command = " ".join([*words, remote, url.rstrip("/")])
    detail = f"{host} {command}"
    is_plain = _PLAIN_URL.fullmatch(url) and _PLAIN_NAME.fullmatch(remote)
    fits = is_whole(url) and len(detail) <= DETAIL_CHARS
    return detail if is_plain and fits else host
