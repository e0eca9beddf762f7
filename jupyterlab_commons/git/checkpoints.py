"""A version of one file kept as a commit on a ref of its own.

Written with `fast-import`: index, files, HEAD and branches stay as they are, no
hook and no filter runs, and it costs the same in a repository of 40,000 files.
The newest stay, so many of each file and in all (`checkpoint_refs.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .checkpoint_refs import (
    MOST_IN_ALL,
    MOST_OF_A_FILE,
    PREFIX,
    TRAILER,
    CheckpointRef,
    kept_at,
    new_name,
    pattern_of,
    read_path,
    too_many,
    with_path,
)
from .disk import read_file
from .people import Person
from .refusals import refusal_of
from .revisions import told_path, told_text
from .runner import Lane, Limits

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from .disk import DiskFile
    from .runner import GitRunner, Repo
    from .turns import Turns
    from .versions import Versions

# Whoever git knows nothing about may keep a version all the same.
NOBODY = Person("JupyterLab Commons", "nobody@commons.invalid")
_LIMITS = Limits(seconds=60, stdout_bytes=65_536)
_NAMES = Limits(seconds=20)
_FORMAT = (
    "%(refname)%00%(objectname)%00%(authorname)%00%(contents:subject)%00"
    f"%(contents:trailers:key={TRAILER},valueonly)%00"
)
_FIELDS = 5
_PERSON_CHARS = 256
_SUBJECT_CHARS = 300


@dataclass(frozen=True)
class Checkpoint:
    """Where the version is kept."""

    ref: str
    hash: str

    def told(self) -> dict[str, Any]:
        return {"ref": self.ref, "hash": self.hash}


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
        kept = await self._names(repo)
        last = next((each for each in reversed(kept) if each.is_of(path)), None)
        if last is not None and await self._holds(repo, last.hash, path, file.data):
            return Checkpoint(last.name, last.hash)
        ref, parent = new_name(path, kept), await self._commit(repo, "HEAD")
        text = with_path(message, path).encode("utf-8")
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
        new = CheckpointRef(ref, done.out.decode("ascii").strip())
        with suppress(CommonsError):
            await self._remove(repo, too_many([*kept, new], path))
        return Checkpoint(new.name, new.hash)

    async def lines(
        self, repo: Repo, path: bytes | None, after: str, limit: int
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Lines shaped as `gitCheckpointLine`, newest first; the last has `end`."""
        end: dict[str, Any] = {"ofFile": MOST_OF_A_FILE, "inAll": MOST_IN_ALL}
        told, place = 0, after
        try:
            async with aclosing(self._list(repo, path)) as found:
                async for each in found:
                    if after and each["ref"] >= after:
                        continue
                    if told == limit:
                        end["cursor"] = place
                        break
                    told, place = told + 1, each["ref"]
                    yield {"checkpoint": each}
        except CommonsError as refusal:
            yield {"error": {"code": refusal.code, "detail": refusal.detail}}
            return
        yield {"end": end}

    async def _list(
        self, repo: Repo, path: bytes | None
    ) -> AsyncGenerator[dict[str, Any], None]:
        """All that say of which file they are, one git for them all.

        Git ends at one whose commit is lost; then the others are asked for by name.
        """
        last = ""
        try:
            async with aclosing(self._read(repo, [pattern_of(path)])) as found:
                async for each in found:
                    last = each["ref"]
                    yield each
        except CommonsError:
            there = await self._there(repo, path)
            if there is None:
                raise
            async with aclosing(self._read(repo, there)) as found:
                async for each in found:
                    if not last or each["ref"] < last:
                        yield each

    async def _there(self, repo: Repo, path: bytes | None) -> list[str] | None:
        """Those whose commit is there; None where none is lost, or all are."""
        kept = await self._names(repo)
        mine = [each for each in kept if path is None or each.is_of(path)]
        asked = "".join(f"{each.hash}\n" for each in mine).encode("ascii")
        done = await self._runner.run(
            repo, ["cat-file", "--batch-check"], stdin=asked, limits=_NAMES
        )
        said = done.expect().out.decode("ascii", "replace").splitlines()
        lost = {line.split(" ")[0] for line in said if line.endswith(" missing")}
        there = [each.name for each in mine if each.hash not in lost]
        return there if there and lost else None

    async def _read(
        self, repo: Repo, patterns: Sequence[str]
    ) -> AsyncGenerator[dict[str, Any], None]:
        args = ["for-each-ref", "--sort=-refname", f"--format={_FORMAT}"]
        fields: list[bytes] = []
        records = self._runner.stream(repo, [*args, *patterns])
        async with aclosing(records):
            async for record in records:
                fields.append(record)
                if len(fields) == _FIELDS:
                    told, fields = _told(fields), []
                    if told is not None:
                        yield told

    async def _names(self, repo: Repo) -> list[CheckpointRef]:
        """Every checkpoint, oldest first; no commit is read for it."""
        args = ["for-each-ref", "--format=%(refname) %(objectname)", PREFIX]
        done = await self._runner.run(repo, args, limits=_NAMES)
        lines = done.expect().out.decode("utf-8", "replace").splitlines()
        named = [CheckpointRef(*line.split(" ", 1)) for line in lines if " " in line]
        return [each for each in named if kept_at(each.name) is not None]

    async def _remove(self, repo: Repo, gone: Sequence[CheckpointRef]) -> None:
        """What is not removed now is with the next one: keeping has succeeded."""
        if gone:
            lines = "".join(f"delete {each.name} {each.hash}\n" for each in gone)
            args = ["update-ref", "--stdin"]
            await self._runner.run(
                repo, args, lane=Lane.WRITE, stdin=lines.encode("ascii")
            )

    async def _commit(self, repo: Repo, name: str) -> str | None:
        asked = ["rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"]
        done = await self._runner.run(repo, asked)
        return done.out.decode("ascii").strip() if done.code == 0 else None

    async def _holds(self, repo: Repo, commit: str, path: bytes, data: bytes) -> bool:
        try:
            kept = await self._versions.entry(repo, commit, path)
        except CommonsError:
            # Its commit is lost: one that is there is kept beside it.
            return False
        return kept is not None and kept == _name(data, len(kept))


def _told(fields: list[bytes]) -> dict[str, Any] | None:
    """Shaped as one `checkpoint`; None for a ref that nobody here has made."""
    name, commit, author, subject, trailers = fields
    ref = name.strip(b"\n").decode("utf-8", "replace")
    at = kept_at(ref)
    named = trailers.decode("utf-8", "replace").strip("\n").rpartition("\n")[2]
    path = None if at is None else read_path(ref, named)
    if path is None:
        return None
    return {
        "ref": ref,
        "hash": commit.decode("ascii", "replace"),
        "path": told_path(path),
        "at": at,
        "author": told_text(author, _PERSON_CHARS),
        "message": told_text(subject, _SUBJECT_CHARS),
    }


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
