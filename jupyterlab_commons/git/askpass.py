"""Hands a typed name and secret to one git command, and to nobody else.

Git asks through a small program, the program asks here over a socket in a folder
that only this user can enter. So the secret is in no argument, no environment, no
file and no log, and is forgotten with the command. It is given for the address
that the person has seen only: a redirect to another host gets nothing.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyterlab_commons.errors import CommonsError

if TYPE_CHECKING:
    from types import TracebackType

_PROGRAM = Path(__file__).with_name("askpass_program.py")
_HTTP = re.compile(r"(?P<what>Username|Password) for '(?P<url>.*)': ?")
_PASSPHRASE = re.compile(r"Enter passphrase for .*: ?")
_SSH = re.compile(
    r"(?:.*@)?(?P<host>[^@]+)'s password: ?|\((?:.*@)?(?P<other>[^@)]+)\) .*"
    r"[Pp]ass(?:word|phrase).*"
)
_SCP = re.compile(r"(?:[^/@]*@)?(?P<host>\[[^]/]+\]|[^/:@]+):(?!//)")
_USERINFO = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s'\"]*@")
_PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}
_QUESTION_SECONDS = 20
# A command may connect more than once: for tags, or to push after looking.
_MOST_ANSWERS = 8


@dataclass(frozen=True)
class Credentials:
    """What a person has typed; never shown when it is printed."""

    username: str = field(repr=False)
    secret: str = field(repr=False)
    # The address that they were asked for, when the page says so.
    origin: str | None = None


def read_credentials(value: object) -> Credentials | None:
    """Decode `credentials` of a `gitRemoteRequest`; a refusal repeats nothing of it."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise CommonsError("BAD_REQUEST", "credentials")
    username, secret = value.get("username"), value.get("secret")
    origin = value.get("origin")
    if (
        not isinstance(username, str)
        or not isinstance(secret, str)
        or not isinstance(origin, (str, type(None)))
        or any(each in text for text in (username, secret) for each in "\r\n\0")
        or len(username) > 256  # noqa: PLR2004
        or len(secret) > 4096  # noqa: PLR2004
    ):
        raise CommonsError("BAD_REQUEST", "credentials")
    return Credentials(username, secret, origin)


def origin_of(url: str) -> str:
    """Scheme, host and port that are not the usual ones; '' for no far address."""
    if (scp := _SCP.match(url)) is not None:
        return f"ssh://{scp['host'].lower()}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not host:
        return ""
    shown = f"[{host}]" if ":" in host else host
    usual = port in (None, _PORTS[parts.scheme])
    return f"{parts.scheme}://{shown}" + ("" if usual else f":{port}")


def without_userinfo(text: str) -> str:
    """With names and tokens taken out of all addresses."""
    return _USERINFO.sub(r"\1", text)


class Askpass:
    """Answers while it is entered; gives the variables that lead git to it."""

    def __init__(self, origin: str, credentials: Credentials) -> None:
        self._origin = origin
        self._credentials = credentials
        self._left = _MOST_ANSWERS
        self._folder: str | None = None
        self._server: asyncio.AbstractServer | None = None

    async def __aenter__(self) -> Askpass:
        self._folder = tempfile.mkdtemp(prefix="commons-")
        try:
            place = os.path.join(self._folder, "socket")
            self._server = await asyncio.start_unix_server(self._answer, place)
            os.chmod(place, 0o600)
            program = os.path.join(self._folder, "ask")
            words = shlex.join([sys.executable, "-I", "-S", str(_PROGRAM)])
            with open(os.open(program, os.O_CREAT | os.O_WRONLY, 0o700), "w") as file:
                file.write(f'#!/bin/sh\nexec {words} "$@"\n')
        except OSError as reason:
            await self.__aexit__(None, None, None)
            raise CommonsError("GIT_FAILED", f"asking: {reason.strerror}") from None
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._left = 0
        server, self._server = self._server, None
        if server is not None:
            server.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def env(self) -> dict[str, str]:
        """What git needs to find it. No secret is in here."""
        folder = self._folder or ""
        program = os.path.join(folder, "ask")
        return {
            "GIT_ASKPASS": program,
            "SSH_ASKPASS": program,
            "SSH_ASKPASS_REQUIRE": "force",
            "COMMONS_ASKPASS": os.path.join(folder, "socket"),
        }

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), _QUESTION_SECONDS)
            answer = self._answer_to(line.decode("utf-8", "replace").rstrip("\n"))
            if answer is not None and self._left > 0:
                self._left -= 1
                writer.write(answer.encode("utf-8", "surrogateescape") + b"\n")
                await writer.drain()
        except (TimeoutError, asyncio.TimeoutError, OSError, ValueError):
            pass
        finally:
            writer.close()

    def _answer_to(self, question: str) -> str | None:
        """None for anything but the questions that this person was asked."""
        far = self._origin.startswith("ssh://")
        if (asked := _HTTP.fullmatch(question)) is not None:
            if far or origin_of(asked["url"]) != self._origin:
                return None
            name = asked["what"] == "Username"
            return self._credentials.username if name else self._credentials.secret
        if far and _PASSPHRASE.fullmatch(question):
            return self._credentials.secret
        if far and (match := _SSH.fullmatch(question)) is not None:
            host = (match["host"] or match["other"]).lower()
            if host == urlsplit(self._origin).hostname:
                return self._credentials.secret
        return None
