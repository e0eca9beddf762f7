"""A version of one file kept as a commit on a ref of its own.

Written with `fast-import`: index, files, HEAD and branches stay as they are, no
hook and no filter runs, and it costs the same in a repository of 40,000 files.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .disk import read_file
from .people import Person
from .refusals import refusal_of
from .runner import Lane, Limits

if TYPE_CHECKING:
    from .disk import DiskFile
    from .runner import GitRunner, Repo
    from .turns import Turns
    from .versions import Versions

PREFIX = "refs/commons/"
# Whoever git knows nothing about may keep a version all the same.
NOBODY = Person("JupyterLab Commons", "nobody@commons.invalid")
_LIMITS = Limits(seconds=60, stdout_bytes=65_536)
_NAME_CHARS = 40


@dataclass(frozen=True)
class Checkpoint:
    """Where the version is kept."""

    ref: str
    hash: str

    def told(self) -> dict[str, Any]:
        return {"ref": self.ref, "hash": self.hash}


def ref_of(path: bytes) -> str:
    """The ref on which all checkpoints of a file follow one another."""
    return PREFIX + hashlib.sha256(path).hexdigest()[:_NAME_CHARS]


class Checkpoints:
    """Keeps versions of files of any repository."""

    def __init__(self, runner: GitRunner, versions: Versions, turns: Turns) -> None:
        self._runner = runner
        self._versions = versions
        self._turns = turns

    async def checkpoint(
        self, repo: Repo, path: bytes, message: str, author: Person
    ) -> Checkpoint:
        """The file as it lies on the disk; GIT_NOT_FOUND where it does not."""
        async with self._turns.of(repo):
            file = await asyncio.to_thread(read_file, repo.top, path)
            if file is None:
                raise CommonsError("GIT_NOT_FOUND", "there is no such file")
            return await self.keep(repo, path, file, message, author)

    async def keep(
        self, repo: Repo, path: bytes, file: DiskFile, message: str, author: Person
    ) -> Checkpoint:
        """What was read from the disk; for whoever has the turn already."""
        ref = ref_of(path)
        last = await self._commit(repo, ref)
        if last is not None and await self._holds(repo, last, path, file.data):
            return Checkpoint(ref, last)
        parent = last or await self._commit(repo, "HEAD")
        text = message.encode("utf-8")
        stream = _header(ref, parent, author, text) + _change(path, file)
        done = await self._runner.run(
            repo,
            ["fast-import", "--quiet", "--done", "--date-format=raw"],
            lane=Lane.WRITE,
            stdin=stream,
            limits=_LIMITS,
        )
        if done.code != 0:
            raise refusal_of(repo, done)
        return Checkpoint(ref, done.out.decode("ascii").strip())

    async def _commit(self, repo: Repo, name: str) -> str | None:
        asked = ["rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"]
        done = await self._runner.run(repo, asked)
        return done.out.decode("ascii").strip() if done.code == 0 else None

    async def _holds(self, repo: Repo, commit: str, path: bytes, data: bytes) -> bool:
        kept = await self._versions.entry(repo, commit, path)
        return kept is not None and kept == _name(data, len(kept))


def _name(data: bytes, digits: int) -> str:
    """What git would call a blob with this content."""
    kind = (
        "sha1"
        if digits == hashlib.sha1(usedforsecurity=False).digest_size * 2
        else "sha256"
    )
    digest = hashlib.new(kind, b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()


def _header(ref: str, parent: str | None, author: Person, text: bytes) -> bytes:
    who = f"{author} {int(time.time())} {time.strftime('%z')}"
    lines = [
        f"commit {ref}\nmark :1\nauthor {who}\ncommitter {who}\n".encode(),
        b"data %d\n%b\n" % (len(text), text),
        b"" if parent is None else f"from {parent}\n".encode("ascii"),
    ]
    return b"".join(lines)


def _change(path: bytes, file: DiskFile) -> bytes:
    lines = [
        b'M %b inline "%b"\n' % (file.mode.encode("ascii"), _quoted(path)),
        b"data %d\n%b\n" % (len(file.data), file.data),
        b"get-mark :1\ndone\n",
    ]
    return b"".join(lines)


def _quoted(path: bytes) -> bytes:
    """In quotes each byte that could end them, or the line, is written as a number."""
    return b"".join(
        b"\\%03o" % byte if byte < 32 or byte in b'"\\' else bytes((byte,))  # noqa: PLR2004
        for byte in path
    )
