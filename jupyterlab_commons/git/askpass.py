"""Hands a typed name and secret to one git command, and to nobody else.

Git asks through a small program, the program asks here over a socket in a folder
that only this user can enter. So the secret is in no argument, no environment, no
file and no log, and is forgotten with the command. It is given for the address
that the person has seen only: a redirect to another host gets nothing.
"""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
import sys
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyterlab_commons.errors import CommonsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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


@asynccontextmanager
async def answering(
    origin: str, credentials: Credentials
) -> AsyncIterator[dict[str, str]]:
    """The variables that lead git here, for one command. No secret is in them."""
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="commons-"))
    answers = _Answers(origin, credentials)
    try:
        program, place = folder / "ask", folder / "socket"
        server = await asyncio.start_unix_server(answers.answer, place)
        try:
            await asyncio.to_thread(_prepare, program, place)
            yield {
                "GIT_ASKPASS": str(program),
                "SSH_ASKPASS": str(program),
                "SSH_ASKPASS_REQUIRE": "force",
                "COMMONS_ASKPASS": str(place),
            }
        finally:
            answers.left = 0
            server.close()
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _prepare(program: Path, place: Path) -> None:
    """Git starts a file, not a command with arguments."""
    place.chmod(0o600)
    words = shlex.join([sys.executable, "-I", "-S", str(_PROGRAM)])
    program.touch(0o700)
    program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')


class _Answers:
    def __init__(self, origin: str, credentials: Credentials) -> None:
        self._origin = origin
        self._credentials = credentials
        self.left = _MOST_ANSWERS

    async def answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), _QUESTION_SECONDS)
            answer = self._answer_to(line.decode("utf-8", "replace").rstrip("\n"))
            if answer is not None and self.left > 0:
                self.left -= 1
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
