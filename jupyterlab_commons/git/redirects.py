"""A remote that answers from another host: where to, and what can be done."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from jupyterlab_commons.errors import DETAIL_CHARS

from .askpass import origin_of, without_userinfo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from .programs import Setting

# Headers only, and what is sent in them without a secret.
_TRACED = {"GIT_TRACE_CURL_NO_DATA": "1", "GIT_TRACE_REDACT": "1"}

# Git follows the first answer of a remote, and names the address that it came to.
_ASKED_BY = re.compile(
    r"(?:Authentication failed|could not read (?:Username|Password)) for"
    r" '(?P<url>https?://[^'\s]+)'"
)
_TRACED_HEADER = re.compile(rb"\S+ \S+ +<= Recv header: (?P<header>.*)")
_REDIRECTING = re.compile(r"HTTP/\S+ 3\d\d\b")
_STATUS = "HTTP/"
_LOCATION = "location:"
# What git asks a remote for first, to fetch or to push; a redirect must keep it.
_FIRST_ASKED = "/info/refs?service=git-"
_SERVICE = re.compile(r"/(?:info/refs\?service=)?git-\w+-pack$")
_LINE_BYTES = 16_384
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


class Way:
    """Where the redirects of one command lead, from header to header."""

    def __init__(self, url: str) -> None:
        self._from = without_userinfo(url)
        self._here = f"{self._from.rstrip('/')}{_FIRST_ASKED}upload-pack"
        self._redirecting = False
        self._rest = b""

    def read(self, trace: bytes) -> None:
        """Takes the next of what git traces."""
        *lines, rest = (self._rest + trace).split(b"\n")
        self._rest = rest[-_LINE_BYTES:]
        for line in lines:
            if (match := _TRACED_HEADER.match(line)) is not None:
                self._take(match["header"].decode("utf-8", "replace").strip())

    @property
    def end(self) -> str | None:
        """None for the host that was asked; of what is no repository the host alone."""
        origin = origin_of(self._here)
        if origin in ("", origin_of(self._from)):
            return None
        found = _SERVICE.sub("", self._here)
        return origin if found == self._here else without_userinfo(found)

    def _take(self, header: str) -> None:
        if header.startswith(_STATUS):
            self._redirecting = _REDIRECTING.match(header) is not None
        elif self._redirecting and header.lower().startswith(_LOCATION):
            self._here = _joined(self._here, header[len(_LOCATION) :].strip())


@asynccontextmanager
async def watching(way: Way) -> AsyncIterator[dict[str, str]]:
    """The variables with which one command traces its headers into `way`.

    They come through a pipe: what git sends with them is never on the disk. Beside
    it they would fill what git says to a person.
    """
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="commons-"))
    loop = asyncio.get_running_loop()
    try:
        os.mkfifo(folder / "trace", 0o600)
        # Open to write as well, it does not end between two writers.
        pipe = os.open(folder / "trace", os.O_RDWR | os.O_NONBLOCK)
        try:
            loop.add_reader(pipe, lambda: _read(pipe, way))
            yield {"GIT_TRACE_CURL": str(folder / "trace"), **_TRACED}
            _read(pipe, way)
        finally:
            loop.remove_reader(pipe)
            os.close(pipe)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _read(pipe: int, way: Way) -> None:
    # A pipe holds no more than this.
    with suppress(BlockingIOError):
        way.read(os.read(pipe, 1024 * 1024))


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
