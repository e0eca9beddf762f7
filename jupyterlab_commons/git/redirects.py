"""A remote that answers from another host: where to, and what can be done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from jupyterlab_commons.errors import DETAIL_CHARS

from .askpass import origin_of, without_userinfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .programs import Setting

# Git tells each header that it gets, and what it sends without a secret.
TRACED = {
    "GIT_TRACE_CURL": "1",
    "GIT_TRACE_CURL_NO_DATA": "1",
    "GIT_TRACE_REDACT": "1",
}

# Git follows the first answer of a remote, and names the address that it came to.
_ASKED_BY = re.compile(
    r"(?:Authentication failed|could not read (?:Username|Password)) for"
    r" '(?P<url>https?://[^'\s]+)'"
)
_REFUSED = re.compile(r"returned error: 40[13]")
_TRACED_HEADER = re.compile(r"^\S+ \S+ +<= Recv header: (?P<header>.*)$", re.MULTILINE)
_REDIRECTING = re.compile(r"HTTP/\S+ 3\d\d\b")
_STATUS = "HTTP/"
_LOCATION = "location:"
# What git asks a remote for first; a redirect must keep it.
_FIRST_ASKED = "/info/refs?service=git-upload-pack"
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


def hides_redirect(url: str, said: str) -> bool:
    """Git may have named the remote's address, wherever the answer came from.

    It does so with a password in the address, and where it is refused without
    being asked for one.
    """
    told = _PASSWORD.match(url) or _REFUSED.search(said)
    return url.startswith("http") and told is not None


def led_to(url: str, said: str) -> str | None:
    """Where the redirects of an `ls-remote` of `url`, run with `TRACED`, have ended.

    None where that is the host of `url`; of what is no repository the host alone.
    """
    here, redirecting = url.rstrip("/") + _FIRST_ASKED, False
    for match in _TRACED_HEADER.finditer(said):
        header = match["header"].strip()
        if header.startswith(_STATUS):
            redirecting = _REDIRECTING.match(header) is not None
        elif redirecting and header.lower().startswith(_LOCATION):
            here = _joined(here, header[len(_LOCATION) :].strip())
    if origin_of(here) in ("", origin_of(url)):
        return None
    found = here.removesuffix(_FIRST_ASKED)
    return origin_of(here) if found == here else without_userinfo(found)


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return url


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
