"""Branches and tags: made, checked out, deleted, and never moved away from work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .people import as_author
from .refusals import refusal_of
from .revisions import new_ref_name
from .runner import Lane, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .people import Person
    from .refs import Ref, Refs, RefsReader
    from .runner import GitRunner, Repo
    from .turns import Turns

_CHECKOUT = Limits(seconds=300)
# A branch of a remote becomes one's own under its name there, and only when there is
# none; files that git ignores are somebody's work as well.
_SWITCH = ["switch", "--quiet", "--no-guess", "--no-overwrite-ignore"]
_SWITCH += ["--no-recurse-submodules"]


class Branches:
    """Changes refs of any repository, below `refs/heads/` and `refs/tags/`."""

    def __init__(self, runner: GitRunner, refs: RefsReader, turns: Turns) -> None:
        self._runner = runner
        self._refs = refs
        self._turns = turns

    async def create(self, repo: Repo, name: str, at: str | None) -> dict[str, Any]:
        """A branch at a commit or ref, or at HEAD; it is not checked out."""
        name = new_ref_name(name)
        async with self._turns.of(repo):
            refs = await self._refs.read(repo)
            _refuse_existing(refs, "branch", name)
            start = None if at is None else _find(refs, ("remote",), at)
            # One that follows a branch of another name would be pushed there.
            follows = start is not None and start.name.partition("/")[2] == name
            place = start.full if start is not None and follows else _place(refs, at)
            track = "--track" if follows else "--no-track"
            await self._write(repo, ["branch", track, "--end-of-options", name, place])
            return {"ref": name}

    async def switch(self, repo: Repo, name: str) -> dict[str, Any]:
        """Check out a branch; one of a remote as the own branch of that name."""
        async with self._turns.of(repo):
            refs = await self._refs.read(repo)
            if _find(refs, ("branch",), name) is not None:
                return await self._switch(repo, name, [name])
            remote = _find(refs, ("remote",), name)
            if remote is None:
                raise CommonsError("GIT_NOT_FOUND", "there is no such branch")
            own = new_ref_name(remote.name.partition("/")[2])
            mine = _find(refs, ("branch",), own)
            if mine is None:
                words = ["--track", "--create", own, remote.full]
                return await self._switch(repo, own, words)
            told = await self._switch(repo, own, [own])
            if mine.hash != remote.hash:
                told["detail"] = f"your own {own}, which differs from {remote.name}"
            return told

    async def delete(self, repo: Repo, name: str) -> dict[str, Any]:
        """Only when all of it is in HEAD or in the branch that it follows."""
        async with self._turns.of(repo):
            found = await self._existing(repo, "branch", name)
            await self._refuse_unmerged(repo, found)
            await self._write(
                repo, ["branch", "--delete", "--end-of-options", found.name]
            )
            return {"ref": found.name, "hash": found.hash}

    async def create_tag(
        self, repo: Repo, name: str, at: str | None, message: str | None, author: Person
    ) -> dict[str, Any]:
        """A light one, or with a message one that says who made it."""
        name = new_ref_name(name)
        async with self._turns.of(repo):
            refs = await self._refs.read(repo)
            _refuse_existing(refs, "tag", name)
            place = _place(refs, at)
            how = [] if message is None else ["-a", "--cleanup=verbatim", "-F", "-"]
            stdin = None if message is None else message.encode("utf-8")
            args = ["tag", *how, "--end-of-options", name, place]
            await self._write(repo, args, stdin=stdin, env=as_author(author))
            return {"ref": name}

    async def delete_tag(self, repo: Repo, name: str) -> dict[str, Any]:
        """Answers what it stood for, so that it can be made again."""
        async with self._turns.of(repo):
            found = await self._existing(repo, "tag", name)
            args = ["tag", "--delete", "--end-of-options", found.name]
            await self._write(repo, args)
            return {"ref": found.name, "hash": found.hash}

    async def _existing(self, repo: Repo, kind: str, name: str) -> Ref:
        found = _find(await self._refs.read(repo), (kind,), name)
        if found is None:
            raise CommonsError("GIT_NOT_FOUND", f"there is no such {kind}")
        return found

    async def _refuse_unmerged(self, repo: Repo, branch: Ref) -> None:
        """Git looks at the branch that it follows, which may be the branch itself."""
        asked = ["for-each-ref", "--format=%(upstream)", branch.full]
        done = await self._runner.run(repo, asked)
        if done.out.decode("utf-8", "surrogateescape").strip() == branch.full:
            args = ["merge-base", "--is-ancestor", branch.hash, "HEAD"]
            if (await self._runner.run(repo, args)).code != 0:
                raise CommonsError("GIT_REFUSED", "this branch is not fully merged")

    async def _switch(
        self, repo: Repo, name: str, words: Sequence[str]
    ) -> dict[str, Any]:
        await self._write(repo, [*_SWITCH, *words], limits=_CHECKOUT)
        return {"ref": name}

    async def _write(
        self,
        repo: Repo,
        args: Sequence[str],
        *,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        done = await self._runner.run(
            repo, args, lane=Lane.WRITE, stdin=stdin, env=env, limits=limits
        )
        if done.code != 0:
            raise refusal_of(repo, done)


def _find(refs: Refs, kinds: Sequence[str], name: str) -> Ref | None:
    return next((e for e in refs.all if e.kind in kinds and e.name == name), None)


def _refuse_existing(refs: Refs, kind: str, name: str) -> None:
    if _find(refs, (kind,), name) is not None:
        raise CommonsError("GIT_REFUSED", f"there is a {kind} of this name already")


def _place(refs: Refs, at: str | None) -> str:
    """The commit of a name that we have listed, or a hash in full."""
    if at is None and refs.head is None:
        raise CommonsError("GIT_REFUSED", "there is no commit yet")
    return refs.commit_of("HEAD" if at is None else at)
