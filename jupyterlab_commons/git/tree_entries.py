"""What the index and HEAD have below some paths, read without any filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .refusals import refusal_of
from .runner import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .runner import GitRunner, Repo

_LIMITS = Limits(seconds=60, stdout_bytes=256 * 1024 * 1024)


class Entry(NamedTuple):
    """Mode and hash, as git writes them."""

    mode: str
    hash: str


async def index_entries(
    runner: GitRunner, repo: Repo, paths: Sequence[bytes]
) -> tuple[dict[bytes, Entry], list[bytes]]:
    """The entries, and apart from them the paths that are in conflict."""
    args: list[str | bytes] = ["ls-files", "--stage", "-z", "--", *paths]
    done = await runner.run(repo, args, limits=_LIMITS)
    if done.code != 0:
        raise refusal_of(repo, done)
    entries: dict[bytes, Entry] = {}
    conflicts: dict[bytes, None] = {}
    for record in done.out.split(b"\0")[:-1]:
        about, _, path = record.partition(b"\t")
        mode, name, stage = about.decode("ascii").split(" ")
        if stage == "0":
            entries[path] = Entry(mode, name)
        else:
            conflicts[path] = None
    return entries, list(conflicts)


async def head_entries(
    runner: GitRunner, repo: Repo, paths: Sequence[bytes]
) -> dict[bytes, Entry]:
    """Those of HEAD; none where there is no commit yet."""
    head = await runner.run(repo, ["rev-parse", "--quiet", "--verify", "HEAD^{tree}"])
    if head.code != 0:
        return {}
    return await tree_entries(runner, repo, head.out.decode("ascii").strip(), paths)


async def tree_entries(
    runner: GitRunner, repo: Repo, tree: str, paths: Sequence[bytes]
) -> dict[bytes, Entry]:
    """Those of any commit or tree, by its hash."""
    args: list[str | bytes] = ["ls-tree", "-r", "-z", "--full-tree", tree, "--"]
    done = await runner.run(repo, [*args, *paths], limits=_LIMITS)
    if done.code != 0:
        raise refusal_of(repo, done)
    entries = {}
    for record in done.out.split(b"\0")[:-1]:
        about, _, path = record.partition(b"\t")
        mode, _, name = about.decode("ascii").split(" ")
        entries[path] = Entry(mode, name)
    return entries
