"""Fetch, pull and push. Nothing of the person's own is ever moved or forced."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .askpass import answering, origin_of, without_userinfo
from .process import first_line
from .redirects import Way, is_whole, moved_detail, moved_to, watching
from .refusals import refusal_of
from .remote_hosts import LISTING, read_hosts
from .revisions import is_ref_name
from .runner import Lane, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .askpass import Credentials
    from .programs import Setting
    from .runner import GitRunner, Repo, Result
    from .turns import Turns

_NETWORK = Limits(seconds=600)
_CHECKOUT = Limits(seconds=300)
_DETAIL_CHARS = 4096
_HEADS = "refs/heads/"
_MOST_REMOTES = 100
_AUTH = re.compile(
    r"Authentication failed|could not read (Username|Password)"
    r"|terminal prompts disabled|returned error: 40[13]|Permission denied \("
    r"|Access denied|invalid credentials"
)
# Git follows the first answer alone, and some hosts send elsewhere after it.
_NOT_FOLLOWED = re.compile(r"(returned error:|HTTP) 30[1278]\b")
_STRANGER = "Host key verification failed"
# In git's own form of `-c`, so that they come after what the runner sets by number:
# no helper writes a typed secret to the disk, and no redirect is followed in
# the middle.
_ONCE = "'credential.helper'='' 'http.followRedirects'='initial'"


@dataclass(frozen=True)
class RemoteRequest:
    """A `gitRemoteRequest`, decoded."""

    remote: str | None = None
    branch: str | None = None
    credentials: Credentials | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _Way:
    """Which remote, and what its configuration says about the branch."""

    remote: str
    refspecs: tuple[str, ...]
    branch: str | None
    # The remote's branch that it follows, by its full name there.
    merge: str | None
    # Whether there is one, of any remote.
    has_upstream: bool
    settings: Sequence[Setting]


class Remotes:
    """Talks to the remotes of any repository."""

    def __init__(self, runner: GitRunner, turns: Turns) -> None:
        self._runner = runner
        self._turns = turns

    async def listed(self, repo: Repo) -> dict[str, Any]:
        """Shaped as `gitRemotes`; `usual` is the one that is taken without a choice."""
        settings = await self._runner.settings(repo)
        values = {each.key: each.value for each in settings}
        names = [each for each in _remotes(settings) if is_ref_name(each)]
        listed = names[:_MOST_REMOTES]
        follows = values.get(f"branch.{await self._head(repo)}.remote")
        try:
            usual = {"usual": _usual(listed, follows)}
        except CommonsError:
            usual = {}
        done = (await self._runner.run(repo, LISTING)).expect()
        return {
            "remotes": read_hosts(listed, done.out, settings),
            "more": len(names) > len(listed),
            **usual,
        }

    async def fetch(self, repo: Repo, request: RemoteRequest) -> dict[str, Any]:
        """What the remote has, below `refs/remotes/` and nowhere else."""
        way = await self._way(repo, request)
        return _told(await self._fetch(repo, way, request))

    async def pull(self, repo: Repo, request: RemoteRequest) -> dict[str, Any]:
        """Fetch, then move the checked-out branch forward; or say why it cannot."""
        way = await self._way(repo, request, own=False)
        branch, follows = await self._head(repo), way.merge
        if request.branch is not None:
            follows = f"{_HEADS}{request.branch}"
        if branch is None:
            raise CommonsError("GIT_REFUSED", "no branch is checked out")
        if follows is None:
            raise CommonsError(
                "GIT_REFUSED", f"{branch} follows no branch of {way.remote}; push it"
            )
        await self._fetch(repo, way, request)
        name = follows.removeprefix(_HEADS)
        async with self._turns.of(repo):
            return await self._forward(repo, f"refs/remotes/{way.remote}/{name}")

    async def push(self, repo: Repo, request: RemoteRequest) -> dict[str, Any]:
        """One branch to the branch of its name; never forced."""
        way = await self._way(repo, request)
        if way.branch is None:
            raise CommonsError("GIT_REFUSED", "no branch is checked out")
        target = f"{_HEADS}{way.branch}"
        if way.merge not in (None, target):
            other = (way.merge or "").removeprefix(_HEADS)
            raise CommonsError(
                "GIT_REFUSED",
                f"{way.branch} follows {other}, a branch of another name",
            )
        # One that follows a branch goes on following it, wherever else it is pushed.
        follow = [] if way.has_upstream else ["--set-upstream"]
        args = ["push", "--porcelain", "--no-progress", "--no-follow-tags", *follow]
        args += ["--", way.remote, f"{target}:{target}"]
        done = await self._far(repo, way, request, args, push=True)
        rejected = [line for line in done.out.splitlines() if line.startswith(b"!")]
        if rejected:
            raise CommonsError("GIT_REFUSED", _why_rejected(rejected[0]))
        if done.code != 0:
            raise _said(repo, done)
        return {"ref": way.branch, **_told(done)}

    async def _fetch(self, repo: Repo, way: _Way, request: RemoteRequest) -> Result:
        args = ["fetch", "--no-progress", "--refmap="]
        args += ["--", way.remote, *way.refspecs]
        done = await self._far(repo, way, request, args)
        if done.code != 0:
            raise _said(repo, done)
        return done

    async def _far(
        self,
        repo: Repo,
        way: _Way,
        request: RemoteRequest,
        args: Sequence[str],
        *,
        push: bool = False,
    ) -> Result:
        """A command on the network, with the secret for this one command."""
        urls = await self._urls(repo, way.remote, push=push)
        origins = [origin_of(each) for each in urls]
        given = request.credentials
        # Of several the one that the person was asked by.
        asked = given.origin if given is not None else None
        place = origins.index(asked) if asked in origins else 0
        origin, there = origins[place], Way(urls[place])
        env = {"GIT_CONFIG_PARAMETERS": "'http.followRedirects'='initial'"}
        async with AsyncExitStack() as stack:
            if origin.startswith("http"):
                env |= await stack.enter_async_context(watching(there))
            if given is not None:
                if not origin or given.origin not in (None, origin):
                    raise CommonsError("GIT_MOVED", "the remote has another address")
                asking = await stack.enter_async_context(answering(origin, given))
                env |= {"GIT_CONFIG_PARAMETERS": _ONCE, **asking}
            done = await self._runner.run(
                repo, args, lane=Lane.NETWORK, env=env, limits=_NETWORK
            )
        if done.code != 0 and _STRANGER in done.err:
            raise CommonsError(
                "GIT_REFUSED",
                f"ssh does not know {origin} yet; connect to it once in a terminal",
            )
        if done.code != 0:
            moved = _moved(origin, done.err, there)
            if moved is not None and origin_of(moved) not in origins:
                detail = moved_detail(way.remote, moved, way.settings, push=push)
                raise CommonsError("GIT_REDIRECTED", detail)
            if _AUTH.search(done.err):
                raise CommonsError("GIT_AUTH", origin_of(moved or "") or origin)
        return done

    async def _forward(self, repo: Repo, upstream: str) -> dict[str, Any]:
        target = await self._runner.run(
            repo, ["rev-parse", "--quiet", "--verify", f"{upstream}^{{commit}}"]
        )
        if target.code != 0:
            raise CommonsError("GIT_REFUSED", "the remote has no such branch any more")
        new = target.out.decode("ascii").strip()
        born = await self._runner.run(
            repo, ["rev-parse", "--quiet", "--verify", "HEAD"]
        )
        ahead, behind = 0, 1
        if born.code == 0:
            count = ["rev-list", "--left-right", "--count", f"HEAD...{new}"]
            counted = (await self._runner.run(repo, count)).expect().out.split()
            ahead, behind = int(counted[0]), int(counted[1])
        if behind == 0:
            return {"hash": new, "detail": "Already up to date."}
        if ahead:
            raise CommonsError(
                "GIT_REFUSED",
                f"both sides have new commits: {ahead} here, {behind} there; merge or"
                " rebase them in a terminal",
            )
        args = ["merge", "--ff-only", "--no-overwrite-ignore", "--no-squash"]
        args += ["--no-autostash", "--no-stat", "--end-of-options", new]
        done = await self._runner.run(repo, args, lane=Lane.WRITE, limits=_CHECKOUT)
        if done.code != 0:
            raise refusal_of(repo, done)
        return {"hash": new, "detail": f"{behind} new commits"}

    async def _way(
        self, repo: Repo, request: RemoteRequest, *, own: bool = True
    ) -> _Way:
        settings = await self._runner.settings(repo)
        branch = await self._head(repo)
        if own and request.branch is not None:
            branch = request.branch
            if not await self._is_branch(repo, branch):
                raise CommonsError("GIT_NOT_FOUND", "there is no such branch")
        values = {each.key: each.value for each in settings}
        follows = values.get(f"branch.{branch}.remote")
        names = _remotes(settings)
        if request.remote is not None and request.remote not in names:
            raise CommonsError("GIT_NOT_FOUND", "there is no such remote")
        remote = request.remote or _usual(names, follows)
        merge = values.get(f"branch.{branch}.merge") if follows == remote else None
        has_upstream = follows is not None and f"branch.{branch}.merge" in values
        specs = _refspecs(settings, remote)
        return _Way(remote, specs, branch, merge, has_upstream, settings)

    async def _head(self, repo: Repo) -> str | None:
        done = await self._runner.run(repo, ["symbolic-ref", "--quiet", "HEAD"])
        name = done.out.decode("utf-8", "surrogateescape").strip()
        return name.removeprefix(_HEADS) if done.code == 0 else None

    async def _is_branch(self, repo: Repo, name: str) -> bool:
        asked = ["rev-parse", "--quiet", "--verify", f"{_HEADS}{name}^{{commit}}"]
        done = await self._runner.run(repo, asked)
        return done.code == 0

    async def _urls(self, repo: Repo, remote: str, *, push: bool) -> list[str]:
        """As they will be used, after all rewriting; a fetch takes the first alone."""
        far = ["--push", "--all"] if push else []
        args = ["remote", "get-url", *far, "--", remote]
        done = await self._runner.run(repo, args)
        if done.code != 0:
            raise _said(repo, done)
        return done.out.decode("utf-8", "replace").strip().split("\n")


def _moved(origin: str, said: str, way: Way) -> str | None:
    """The other address that did not let git in; None where it was this one."""
    if not (_AUTH.search(said) or _NOT_FOLLOWED.search(said)):
        return None
    found = moved_to(origin, said)
    return found if found is not None and is_whole(found) else way.end or found


def _remotes(settings: Sequence[Setting]) -> list[str]:
    return list(
        dict.fromkeys(
            each.key.removeprefix("remote.").removesuffix(".url")
            for each in settings
            # One that has no name, `remote.url`, is none.
            if each.key.startswith("remote.") and each.key[7:].endswith(".url")
        )
    )


def _usual(names: Sequence[str], follows: str | None) -> str:
    if follows in names:
        return str(follows)
    if follows == ".":
        raise CommonsError(
            "GIT_REFUSED", "this branch follows another branch of this repository"
        )
    if "origin" in names:
        return "origin"
    if len(names) == 1:
        return names[0]
    raise CommonsError(
        "GIT_REFUSED", "choose a remote" if names else "there is no remote"
    )


def _refspecs(settings: Sequence[Setting], remote: str) -> tuple[str, ...]:
    """Those that write below `refs/remotes/`: others could move a branch or tag."""
    given = [e.value for e in settings if e.key == f"remote.{remote}.fetch"]
    kept = [
        each
        for each in given
        if each.startswith("^") or each.partition(":")[2].startswith("refs/remotes/")
    ]
    if any(not each.startswith("^") for each in kept):
        return tuple(kept)
    return (f"+{_HEADS}*:refs/remotes/{remote}/*", *kept)


def _said(repo: Repo, done: Result) -> CommonsError:
    refusal = refusal_of(repo, done)
    return CommonsError(refusal.code, without_userinfo(refusal.detail))


def _told(done: Result) -> dict[str, Any]:
    detail = without_userinfo(done.err.strip())[:_DETAIL_CHARS]
    return {"detail": detail} if detail else {}


def _why_rejected(line: bytes) -> str:
    why = first_line(line.decode("utf-8", "replace").split("\t")[-1])
    if "fetch first" in why or "non-fast-forward" in why:
        return "the remote has commits that are not here yet; pull first"
    return without_userinfo(f"the remote says: {why}")
