"""Branches, remote branches and tags, read once and kept until one of them moves.

A repository can have 50,000 tags. Reading them costs a quarter of a second, so
it is never part of a page of history; rows get theirs from what is kept here.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .revisions import told_text, whole_hash
from .runner import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .runner import GitRunner, Repo

_FORMAT = (
    "%(objectname)%00%(*objectname)%00%(refname)%00%(creatordate:unix)%00%(upstream)%00"
)
_FIELDS = 5
_KINDS = {
    "refs/heads/": "branch",
    "refs/remotes/": "remote",
    "refs/tags/": "tag",
}
_LIMITS = Limits(seconds=30, stdout_bytes=64 * 1024 * 1024)
_MOST_FOLDERS = 500
# To begin at more tags than this would cost more than the page itself.
_MOST_TAG_TIPS = 500
_MOST_TIPS = 2000
_MOST_KEPT = 8
MOST_COMMIT_REFS = 20
# A page of rows stays small where releases have hundreds of tags each.
MOST_ROW_REFS = 4
MOST_LISTED = 200


@dataclass(frozen=True)
class Ref:
    """One ref. `hash` is the commit, also where a tag is an object of its own."""

    kind: str
    name: str
    full: str
    hash: str
    at: int | None
    upstream: str


@dataclass(frozen=True)
class Refs:
    """All refs of a repository at one moment."""

    signature: tuple[Any, ...]
    all: tuple[Ref, ...] = ()
    # The commit that is checked out; None in a repository without one.
    head: str | None = None
    by_hash: dict[str, list[Ref]] = field(default_factory=dict)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every full name, and every short one: what may stand as a revision."""
        return frozenset(
            name for each in self.all for name in (each.full, each.name)
        ) | {"HEAD"}

    def commit_of(self, name: str) -> str:
        """The commit of a ref, by its full name before its short one, or of a hash."""
        if name == "HEAD":
            found = self.head
        else:
            found = next((e.hash for e in self.all if e.full == name), None) or next(
                (e.hash for e in self.all if e.name == name), None
            )
        return found if found is not None else whole_hash(name)

    @cached_property
    def tips(self) -> tuple[str, ...]:
        """The commits that are named, once each; without tags where they are many."""
        tags = sum(each.kind == "tag" for each in self.all)
        with_tags = tags <= _MOST_TAG_TIPS
        tips = dict.fromkeys(
            each.hash for each in self.all if with_tags or each.kind != "tag"
        )
        if self.head is not None:
            tips[self.head] = None
        return tuple(tips)[:_MOST_TIPS]

    def of(self, commit: str, most: int = MOST_COMMIT_REFS) -> dict[str, Any]:
        """What is told of a commit, or of a row of many; branches before tags."""
        here = self.by_hash.get(commit)
        if not here:
            return {}
        shown = [{"kind": e.kind, "name": e.name} for e in here[:most]]
        more = len(here) - len(shown)
        return {"refs": shown, **({"moreRefs": more} if more else {})}


class RefsReader:
    """Keeps the refs of the repositories that were asked for last."""

    def __init__(self, runner: GitRunner) -> None:
        self._runner = runner
        self._kept: dict[Path, Refs] = {}

    async def read(self, repo: Repo) -> Refs:
        """As they are now; a stat of a few folders when nothing has moved."""
        signature = refs_signature(repo.git_dir)
        kept = self._kept.pop(repo.git_dir, None)
        if kept is None or kept.signature != signature:
            kept = _grouped(signature, await self._list(repo), await self._head(repo))
        self._kept[repo.git_dir] = kept
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return kept

    async def _head(self, repo: Repo) -> str | None:
        asked = ["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]
        done = await self._runner.run(repo, asked)
        return done.out.decode("ascii").strip() if done.code == 0 else None

    async def _list(self, repo: Repo) -> tuple[Ref, ...]:
        done = await self._runner.run(
            repo,
            [
                "for-each-ref",
                f"--format={_FORMAT}",
                "--sort=-creatordate",
                *_KINDS,
            ],
            limits=_LIMITS,
        )
        fields = done.expect().out.split(b"\0")
        return tuple(_parse(fields))


def _parse(fields: list[bytes]) -> Iterator[Ref]:
    for at in range(0, len(fields) - _FIELDS, _FIELDS):
        direct, peeled, full, date, upstream = fields[at : at + _FIELDS]
        name = full.decode("utf-8", "surrogateescape")
        prefix = next((each for each in _KINDS if name.startswith(each)), None)
        if prefix is None or name.endswith("/HEAD"):
            continue
        commit = (peeled or direct).strip().decode("ascii", "replace")
        yield Ref(
            _KINDS[prefix],
            told_text(name.removeprefix(prefix).encode("utf-8", "replace"), 1024),
            name,
            commit,
            int(date) * 1000 if date.isdigit() else None,
            upstream.decode("utf-8", "replace").removeprefix("refs/remotes/"),
        )


def _grouped(
    signature: tuple[Any, ...], refs: tuple[Ref, ...], head: str | None
) -> Refs:
    rank = {kind: place for place, kind in enumerate(_KINDS.values())}
    by_hash: dict[str, list[Ref]] = {}
    for each in sorted(refs, key=lambda ref: rank[ref.kind]):
        by_hash.setdefault(each.hash, []).append(each)
    return Refs(signature, refs, head, by_hash)


def refs_signature(git_dir: Path) -> tuple[Any, ...]:
    """Changes when a ref does: git writes a ref by renaming, so its folder tells."""
    common = git_dir
    with suppress(OSError):
        common = git_dir / (git_dir / "commondir").read_text("utf-8").strip()
    folders = list(_folders(common / "refs"))
    files = [
        git_dir / "HEAD",
        git_dir / "logs" / "HEAD",
        common / "packed-refs",
        common / "reftable" / "tables.list",
    ]
    return tuple(_stamp(path) for path in (*files, *folders))


def _folders(top: Path) -> Iterator[Path]:
    waiting, seen = [top], 0
    while waiting and seen < _MOST_FOLDERS:
        folder = waiting.pop()
        seen += 1
        yield folder
        try:
            with os.scandir(folder) as entries:
                waiting += [
                    folder / entry.name
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False)
                ]
        except OSError:
            continue


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size)
