"""Finds the repository around a file and says in one word how it stands."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError, printable

from .revisions import told_path
from .runner import Limits, Repo, first_line
from .trust import entries_of, filters_of, hooks_in, programs_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .runner import GitRunner, Result
    from .trust import Program, TrustStore

OLDEST_GIT = (2, 38)
_VERSION = re.compile(rb"git version (\d+)\.(\d+)")
_QUICK = Limits(seconds=10, stdout_bytes=2 * 1024 * 1024)
# The first of these files that is there says which verb is half done.
_HALF_DONE = (
    ("MERGE_HEAD", "merge"),
    ("rebase-merge", "rebase"),
    ("rebase-apply/applying", "am"),
    ("rebase-apply", "rebase"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("BISECT_LOG", "bisect"),
)


@dataclass(frozen=True)
class RepositoryInfo:
    """`repo` is None unless git can be asked about it; `told` is `gitRepository`."""

    told: dict[str, Any]
    repo: Repo | None = None
    programs: tuple[Program, ...] = ()


class Repositories:
    """Opens repositories below the server's root, and nowhere else."""

    def __init__(
        self,
        root: Path,
        runner: GitRunner,
        trust: TrustStore,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._root = root.resolve()
        self.runner = runner
        self.trust = trust
        self._environ = os.environ if environ is None else environ
        self._version: tuple[int, int] | None = None

    async def open(self, path: str) -> Repo:
        """The repository of a folder; refused where `info` would not be ok or empty."""
        info = await self.info(path)
        if info.repo is None:
            raise CommonsError("GIT_REFUSED", info.told.get("detail", "no repository"))
        return info.repo

    async def info(self, path: str) -> RepositoryInfo:
        """What is around a file or folder, as the contents API names it."""
        problem = await self._git_problem()
        if problem is not None:
            return RepositoryInfo({"kind": problem})
        target = self._target(path)
        if target is None:
            return RepositoryInfo({"kind": "none"})
        folder = target if target.is_dir() else target.parent
        found = await self._find(folder)
        if isinstance(found, dict):
            return RepositoryInfo(found)
        return await self._describe(found, target)

    async def _git_problem(self) -> str | None:
        if self._version is None:
            try:
                process = await self.runner.start(self._root, ["version"], piped=False)
            except CommonsError:
                return "no-git"
            out, _ = await process.communicate()
            match = _VERSION.match(out)
            if match is None:
                return "no-git"
            self._version = (int(match[1]), int(match[2]))
        return "old-git" if self._version < OLDEST_GIT else None

    def _target(self, path: str) -> Path | None:
        """None for what lies outside of the root, also through a link, or is gone."""
        if "\0" in path:
            return None
        target = (self._root / path.strip("/")).resolve()
        if not target.is_relative_to(self._root):
            return None
        # A deleted file still has a history; its folder may be gone, too.
        while not target.parent.is_dir() and target != self._root:
            target = target.parent
        return target

    async def _find(self, folder: Path) -> Repo | dict[str, Any]:
        """The repository, or what there is instead."""
        asked = await self._rev_parse(folder)
        if asked.code != 0:
            return self._refusal(asked, folder)
        top, git_dir = (
            self._root / os.fsdecode(line) for line in asked.out.split(b"\n")[:2]
        )
        if not (folder.is_relative_to(top) and top.is_relative_to(self._root)):
            # Its configuration points at a work tree elsewhere.
            return {"kind": "broken", "detail": "its work tree is another folder"}
        contents = top.relative_to(self._root)
        name = "" if contents == contents.parent else contents.as_posix()
        return Repo(top, git_dir, name)

    async def _rev_parse(self, folder: Path) -> Result:
        place = _Search(folder, folder, "", above=self._root.parent)
        return await self.runner.run(
            place,
            ["rev-parse", "--show-toplevel", "--absolute-git-dir"],
            limits=_QUICK,
        )

    def _refusal(self, asked: Result, folder: Path) -> dict[str, Any]:
        said = asked.err
        detail = first_line(said)
        if "dubious ownership" in said:
            where = re.search(r"safe\.directory (.+)$", said, re.MULTILINE)
            name = where[1].strip("'") if where else str(folder)
            return {
                "kind": "foreign",
                "detail": detail,
                "command": "git config --global --add safe.directory "
                + shlex.quote(name),
            }
        if "bare repository" in said or "must be run in a work tree" in said:
            return {"kind": "bare", "detail": detail}
        if "not a git repository" in said and "(or any" in said:
            return {"kind": "none"}
        return {"kind": "broken", "detail": detail}

    async def _describe(self, repo: Repo, target: Path) -> RepositoryInfo:
        listing = (
            await self.runner.run(
                repo, ["config", "--list", "--show-scope", "-z"], limits=_QUICK
            )
        ).out
        common = await self._common_dir(repo)
        settings = {key.lower(): value for _, key, value in entries_of(listing)}
        programs = programs_of(listing, hooks_in(_hooks_folder(common, settings)))
        trusted = self.trust.trusts(repo.git_dir, programs)
        repo = Repo(repo.top, repo.git_dir, repo.path, trusted, filters_of(listing))
        told: dict[str, Any] = {
            "kind": "ok",
            "repo": repo.path,
            "trusted": trusted,
            "programs": [
                {"key": each.key, "value": each.value, "scope": each.scope}
                for each in programs
            ],
            **await self._head(repo),
            **self._marks(repo, common, settings),
        }
        if target != repo.top:
            told["path"] = told_path(os.fsencode(target.relative_to(repo.top)))
        author = self._author(settings)
        if author is not None:
            told["author"] = author
        if "head" not in told:
            told["kind"] = "empty"
        return RepositoryInfo(told, repo, programs)

    async def _common_dir(self, repo: Repo) -> Path:
        """Of a linked work tree the main one's; there are its hooks and refs."""
        asked = await self.runner.run(repo, ["rev-parse", "--git-common-dir"])
        return repo.top / os.fsdecode(asked.expect().out.rstrip(b"\n"))

    async def _head(self, repo: Repo) -> dict[str, str]:
        told = {}
        branch = await self.runner.run(
            repo, ["symbolic-ref", "--quiet", "--short", "HEAD"]
        )
        if branch.code == 0:
            told["branch"] = printable(branch.out.decode("utf-8", "replace").strip())
        head = await self.runner.run(
            repo, ["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]
        )
        if head.code == 0:
            told["head"] = head.out.decode("ascii").strip()
        return told

    def _marks(
        self, repo: Repo, common: Path, settings: Mapping[str, str]
    ) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if (common / "shallow").exists():
            told["shallow"] = True
        if "extensions.partialclone" in settings or any(
            re.fullmatch(r"remote\..+\.promisor", key) for key in settings
        ):
            told["partial"] = True
        if common.resolve() != repo.git_dir.resolve():
            told["worktree"] = True
        elif (repo.top / ".git").is_file():
            told["submodule"] = True
        for name, verb in _HALF_DONE:
            if (repo.git_dir / name).exists():
                told["doing"] = verb
                break
        return told

    def _author(self, settings: Mapping[str, str]) -> dict[str, str] | None:
        """Git's own `user.email`; else what the admin's template makes of the user."""
        user = self._environ.get("JUPYTERHUB_USER", "")
        name = settings.get("user.name") or user
        email = settings.get("user.email")
        template = self._environ.get("COMMONS_EMAIL_TEMPLATE", "")
        if not email and user and "{username}" in template:
            email = template.replace("{username}", user)
        if not name or not email:
            return None
        return {"name": printable(name, 256), "email": printable(email, 256)}


@dataclass(frozen=True)
class _Search(Repo):
    """A folder in which git looks for a repository, no higher than the root."""

    above: Path | None = None

    @property
    def ceiling(self) -> Path:
        return self.above or self.top.parent


def _hooks_folder(common: Path, settings: Mapping[str, str]) -> Path:
    """A `core.hooksPath` of the repository is on the list of programs itself."""
    configured = settings.get("core.hookspath")
    return common.parent / configured if configured else common / "hooks"
