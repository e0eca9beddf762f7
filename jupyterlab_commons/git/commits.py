"""A commit of what is staged, on top of exactly the HEAD that a person has seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .people import as_author, with_co_authors
from .process import first_line
from .refusals import refusal_of
from .revisions import told_text
from .runner import Lane, Limits

if TYPE_CHECKING:
    from .people import Person
    from .runner import GitRunner, Repo, Result
    from .turns import Turns

_HOOK_LIMITS = Limits(seconds=600)
_DETAIL_CHARS = 4096
_SUBJECT_CHARS = 200
# Hooks may need what reading must not: the network, to install what they check with.
_ONLINE = {"GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file", "GIT_NO_LAZY_FETCH": "0"}
# With one of these git knows better what a commit has to finish.
_STATE = ("MERGE_HEAD", "SQUASH_MSG", "MERGE_MSG")


@dataclass(frozen=True)
class CommitRequest:
    """A `gitCommitRequest`, decoded. `head` is None before the first commit."""

    message: str
    head: str | None
    co_authors: list[Person] = field(default_factory=list)
    hooks: bool = False


class Commits:
    """Commits in any repository."""

    def __init__(self, runner: GitRunner, turns: Turns) -> None:
        self._runner = runner
        self._turns = turns

    async def commit(
        self,
        repo: Repo,
        author: Person,
        request: CommitRequest,
        doing: str | None = None,
    ) -> dict[str, Any]:
        """Shaped as `gitDone`. `doing` is what is half done in the repository."""
        if doing not in (None, "merge"):
            raise CommonsError(
                "GIT_REFUSED", f"a {doing} is half done; finish or end it in a terminal"
            )
        message = with_co_authors(request.message, author, request.co_authors)
        async with self._turns.of(repo):
            if await self._head(repo) != request.head:
                raise CommonsError("GIT_MOVED")
            await self._refuse_conflicts(repo)
            if request.hooks or await self._is_gits_business(repo):
                said = await self._let_git(repo, author, message, hooks=request.hooks)
            else:
                said = await self._compare_and_swap(repo, author, message, request.head)
            told: dict[str, Any] = {"hash": await self._head(repo)}
            if said:
                told["detail"] = said[:_DETAIL_CHARS]
            return told

    async def _compare_and_swap(
        self, repo: Repo, author: Person, message: str, head: str | None
    ) -> str:
        """HEAD moves from `head` to the new commit, or nothing happens at all."""
        tree = await self._one_line(repo, ["write-tree"])
        before = await self._tree_of(repo, head)
        # An index that has never been written makes the empty tree.
        nothing = await self._one_line(repo, ["mktree"], b"")
        if tree == (before or nothing):
            raise CommonsError("GIT_REFUSED", "nothing is staged")
        parents = [] if head is None else ["-p", head]
        # Committer and author are one; so the moment is, too.
        new = await self._one_line(
            repo,
            ["commit-tree", tree, *parents, "-F", "-"],
            message.encode("utf-8"),
            author,
        )
        kind = "commit" if head else "commit (initial)"
        subject = message.partition("\n")[0].encode("utf-8")
        note = f"{kind}: {told_text(subject, _SUBJECT_CHARS)}"
        args = ["update-ref", "-m", note, "HEAD", new, head or ""]
        done = await self._runner.run(
            repo, args, lane=Lane.WRITE, env=as_author(author)
        )
        if done.code != 0:
            raise refusal_of(repo, done)
        return ""

    async def _let_git(
        self, repo: Repo, author: Person, message: str, *, hooks: bool
    ) -> str:
        """`git commit`, which knows hooks, merges and signatures."""
        args = ["commit", "--cleanup=verbatim", "--file=-"]
        done = await self._runner.run(
            repo,
            args,
            lane=Lane.WRITE,
            stdin=message.encode("utf-8"),
            limits=_HOOK_LIMITS,
            env={**as_author(author), **(_ONLINE if hooks else {})},
            hooks=hooks,
        )
        if done.code == 0:
            return done.err
        if _says_nothing_staged(done):
            raise CommonsError("GIT_REFUSED", "nothing is staged")
        refusal = refusal_of(repo, done)
        if hooks and refusal.code == "GIT_FAILED":
            raise CommonsError("GIT_REFUSED", f"a hook says: {first_line(done.err)}")
        raise refusal

    async def _is_gits_business(self, repo: Repo) -> bool:
        if any((repo.git_dir / name).exists() for name in _STATE):
            return True
        if not repo.trusted:
            return False
        asked = ["config", "--type=bool", "--get", "commit.gpgSign"]
        return (await self._runner.run(repo, asked)).out.strip() == b"true"

    async def _refuse_conflicts(self, repo: Repo) -> None:
        done = await self._runner.run(repo, ["ls-files", "--unmerged", "-z"])
        paths = {each.partition(b"\t")[2] for each in done.expect().out.split(b"\0")}
        names = sorted(told_text(path, 100) for path in paths if path)
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise CommonsError("GIT_REFUSED", f"{names[0]}{more}: in conflict")

    async def _head(self, repo: Repo) -> str | None:
        asked = ["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]
        done = await self._runner.run(repo, asked)
        return done.out.decode("ascii").strip() if done.code == 0 else None

    async def _tree_of(self, repo: Repo, head: str | None) -> str | None:
        if head is None:
            return None
        return await self._one_line(repo, ["rev-parse", "--verify", f"{head}^{{tree}}"])

    async def _one_line(
        self,
        repo: Repo,
        args: list[str],
        stdin: bytes | None = None,
        author: Person | None = None,
    ) -> str:
        env = {} if author is None else as_author(author)
        done = await self._runner.run(repo, args, lane=Lane.WRITE, stdin=stdin, env=env)
        if done.code != 0:
            raise refusal_of(repo, done)
        return done.out.decode("ascii").strip()


def _says_nothing_staged(done: Result) -> bool:
    return any(
        words in done.out
        for words in (b"nothing to commit", b"nothing added", b"no changes added")
    )
