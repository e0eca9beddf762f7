"""Finds the repository around a file and says in one word how it stands."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyterlab_commons.errors import CommonsError, printable

from .hub_people import HubPeople
from .process import first_line
from .programs import Programs
from .revisions import told_path
from .runner import Limits, Repo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .programs import Setting
    from .runner import GitRunner, Result
    from .trust import TrustStore

OLDEST_GIT = (2, 38)
_VERSION = re.compile(rb"git version (\d+)\.(\d+)")
_PARTIAL = re.compile(r"extensions\.partialclone|remote\..*\.promisor", re.DOTALL)
_COMMAND_CHARS = 1024
_NO_WORK_TREE = "this operation must be run in a work tree"
_ELSEWHERE = "its git folder lies outside of the files of this server"
_WHERE = [
    *("rev-parse", "--path-format=absolute"),
    *("--show-toplevel", "--git-dir", "--git-common-dir"),
]
_WHERE_LINES = 3
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
    programs: Programs = field(default_factory=Programs)


class _Opened(NamedTuple):
    """A repository that git can be asked about; `target` is what was asked for."""

    repo: Repo
    programs: Programs
    settings: Sequence[Setting]
    target: Path


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
        return (await self.with_programs(path))[0]

    async def readable(self, path: str) -> Repo:
        """The same for who only reads objects, at half the cost.

        It is never a trusted one: what is not read from objects runs restricted.
        """
        found = await self._around(path)
        if isinstance(found, dict):
            raise CommonsError("GIT_REFUSED", found.get("detail", "no repository"))
        return found[0]

    async def with_programs(self, path: str) -> tuple[Repo, Programs]:
        """The same, and all that it would start now."""
        found = await self._open(path)
        if isinstance(found, dict):
            raise CommonsError("GIT_REFUSED", found.get("detail", "no repository"))
        return found.repo, found.programs

    async def info(self, path: str) -> RepositoryInfo:
        """What is around a file or folder, as the contents API names it."""
        found = await self._open(path)
        if isinstance(found, dict):
            return RepositoryInfo(found)
        return await self._describe(found)

    async def _open(self, path: str) -> _Opened | dict[str, Any]:
        """The repository with what it would start, or what there is instead."""
        found = await self._around(path)
        if isinstance(found, dict):
            return found
        repo, target = found
        try:
            settings = await self.runner.settings(repo)
        except CommonsError as refusal:
            return {"kind": "broken", "detail": refusal.detail}
        programs = await self.runner.programs(repo, settings)
        trusted = self.trust.trusts(repo.git_dir, programs)
        repo = replace(repo, trusted=trusted, seal=programs.seal)
        return _Opened(repo, programs, settings, target)

    async def _around(self, path: str) -> tuple[Repo, Path] | dict[str, Any]:
        """The repository and what was asked for, or what there is instead."""
        problem = await self._git_problem()
        if problem is not None:
            return {"kind": problem}
        target, folder = self._target(path)
        if target is None or folder is None:
            return {"kind": "none"}
        repo = await self._find(folder)
        return repo if isinstance(repo, dict) else (repo, target)

    async def _git_problem(self) -> str | None:
        if self._version is None:
            said = await self.runner.version(self._root)
            match = _VERSION.match(said or b"")
            if match is None:
                return "no-git"
            self._version = (int(match[1]), int(match[2]))
        return "old-git" if self._version < OLDEST_GIT else None

    def _target(self, path: str) -> tuple[Path | None, Path | None]:
        """With its folder. None: outside of the root, also through a link, or gone."""
        try:
            target = (self._root / path.strip("/")).resolve()
            if not target.is_relative_to(self._root):
                return None, None
            # A deleted file still has a history; its folder may be gone, too.
            while not target.parent.is_dir() and target != self._root:
                target = target.parent
            return target, target if target.is_dir() else target.parent
        except (OSError, ValueError, RuntimeError):
            # Too long, not allowed, a circle of links, or no name at all.
            return None, None

    async def _find(self, folder: Path) -> Repo | dict[str, Any]:
        """The repository, or what there is instead."""
        place = _Search(folder, folder, "", folder, above=self._root.parent)
        asked = await self.runner.run(place, _WHERE, limits=_QUICK)
        if asked.code != 0:
            return _refusal(asked, folder, self._root)
        lines = asked.out.split(b"\n")
        if len(lines) != _WHERE_LINES + 1:
            return {"kind": "broken", "detail": "its folder's name has a line break"}
        top, git_dir, common = (Path(os.fsdecode(line)) for line in lines[:-1])
        if not (folder.is_relative_to(top) and top.is_relative_to(self._root)):
            # Its configuration points at a work tree elsewhere.
            return {"kind": "broken", "detail": "its work tree is another folder"}
        if not all(self._is_inside(each) for each in (git_dir, common)):
            return {"kind": "broken", "detail": _ELSEWHERE}
        contents = top.relative_to(self._root)
        name = "" if contents == contents.parent else contents.as_posix()
        return Repo(top, git_dir, name, common)

    def _is_inside(self, folder: Path) -> bool:
        try:
            return folder.resolve().is_relative_to(self._root)
        except (OSError, RuntimeError):
            return False

    async def _describe(self, found: _Opened) -> RepositoryInfo:
        repo, programs, settings, target = found
        values = {each.key.lower(): each.value for each in settings}
        told: dict[str, Any] = {
            "kind": "ok",
            "repo": repo.path,
            "trusted": repo.trusted,
            "programs": [asdict(each) for each in programs.shown],
            **await self._head(repo),
            **_marks(repo, settings),
        }
        if target != repo.top:
            told["path"] = told_path(os.fsencode(target.relative_to(repo.top)))
        author = self._author(values)
        if author is not None:
            told["author"] = author
        if "head" not in told:
            told["kind"] = "empty"
        return RepositoryInfo(told, repo, programs)

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

    def _author(self, settings: Mapping[str, str]) -> dict[str, str] | None:
        """Git's own `user.email`; else what the admin's template makes of the user."""
        people = HubPeople(self._environ)
        name = settings.get("user.name") or people.user
        email = settings.get("user.email") or people.email(people.user)
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

    @property
    def place(self) -> Mapping[str, str]:
        """Where its files are is what is asked."""
        return {}


def _refusal(asked: Result, folder: Path, root: Path) -> dict[str, Any]:
    """Why git does not open it, in one of our words.

    Names are part of what git says, so that only its beginning is relied upon.
    """
    said = asked.err
    detail = first_line(said)
    if detail.startswith("detected dubious ownership in repository at "):
        told = {"kind": "foreign", "detail": detail}
        place = shlex.quote(str(_repository_above(folder, root)))
        command = f"git config --global --add safe.directory {place}"
        if command.isprintable() and len(command) <= _COMMAND_CHARS:
            told["command"] = command
        return told
    if detail.startswith(("cannot use bare repository ", _NO_WORK_TREE)):
        return {"kind": "bare", "detail": detail}
    passed_over = (_repository_above(folder, root) / ".git").exists()
    if detail.startswith("not a git repository (or any ") and not passed_over:
        return {"kind": "none"}
    return {"kind": "broken", "detail": detail}


def _repository_above(folder: Path, root: Path) -> Path:
    for each in (folder, *folder.parents):
        if (each / ".git").exists() or each == root:
            return each
    return folder


def _marks(repo: Repo, settings: Sequence[Setting]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if (repo.common / "shallow").exists():
        told["shallow"] = True
    if any(_PARTIAL.fullmatch(each.key.lower()) for each in settings):
        told["partial"] = True
    if repo.common.resolve() != repo.git_dir.resolve():
        told["worktree"] = True
    elif (repo.top / ".git").is_file():
        told["submodule"] = True
    for name, verb in _HALF_DONE:
        if (repo.git_dir / name).exists():
            told["doing"] = verb
            break
    return told
