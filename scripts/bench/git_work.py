"""Everyday work: what has changed, and a version kept aside."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from git_peers import both, costs, ours, say_costs, theirs
from git_repos import CACHE, LARGE, MIDDLE, git, repository
from tables import say, title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from git_repos import Plan
    from git_table import Rows

CHECKPOINT_BAR_MS = 50
_CHECKPOINT_BYTES = 10_000
_FILE = "notebooks/kept.ipynb"


async def measure_status(folder: Path, rows: Rows) -> None:
    """What differs between HEAD, index and files, with three files changed."""
    title(f"Status at {MIDDLE.commits:,} commits")
    with _working_copy(MIDDLE) as top:
        files = git(top, "ls-files").count("\n")
        (top / "new.txt").write_text("new\n")
        for path in git(top, "ls-files").splitlines()[:2]:
            (top / path).write_text("changed\n")
        async with both(folder, top.parent) as (one, other):

            async def our_status() -> int:
                return len((await ours(one, "status", repo=top.name)).body)

            async def our_path() -> int:
                asked = {"repo": top.name, "path": "new.txt"}
                return len((await ours(one, "status", **asked)).body)

            async def their_status() -> int:
                return len((await theirs(other, top.name, "status")).body)

            found = await costs(one, our_status), await costs(other, their_status)
            after_save = await costs(one, our_path)
    say_costs(f"status, {files:,} files", *found)
    rows.add(f"status, {files:,} files", "ms CPU", found[0].cpu_ms, found[1].cpu_ms)
    what = f"status after a save, {files:,} files"
    rows.add(what, "ms CPU", after_save.cpu_ms, found[1].cpu_ms)


async def measure_checkpoint(folder: Path, rows: Rows) -> None:
    """A version kept aside; theirs can only add and commit, on the branch itself."""
    with _working_copy(LARGE) as top:
        files = git(top, "ls-files").count("\n")
        title(f"A version of {_CHECKPOINT_BYTES:,} bytes is kept, {files:,} files")
        numbers = count()
        index = (top / ".git/index").read_bytes()

        def save() -> None:
            line = f"{next(numbers):09}\n"
            (top / _FILE).write_text(line * (_CHECKPOINT_BYTES // len(line)))

        async with both(folder, top.parent) as (one, other):

            async def our_checkpoint() -> int:
                save()
                asked = {"repo": top.name, "path": _FILE, "message": "Kept"}
                return len((await ours(one, "checkpoint", asked)).body)

            async def their_commit() -> int:
                save()
                add = {"add_all": False, "filename": _FILE}
                await theirs(other, top.name, "add", add)
                commit = {"commit_msg": "Kept", "amend": False, "author": None}
                return len((await theirs(other, top.name, "commit", commit)).body)

            mine = await costs(one, our_checkpoint)
            if (top / ".git/index").read_bytes() != index:
                raise RuntimeError("The checkpoint has changed the index.")
            their = await costs(other, their_commit)
    say_costs("kept; theirs: add and commit", mine, their)
    say("index, HEAD and branches are as before: ours yes, theirs no")
    what = f"checkpoint of 10 kB, {files:,} files"
    rows.add(what, "ms CPU", mine.cpu_ms, their.cpu_ms, CHECKPOINT_BAR_MS)
    rows.add(what, "ms wall", mine.wall_ms, their.wall_ms)


@contextmanager
def _working_copy(plan: Plan) -> Iterator[Path]:
    """A clone that is written into and thrown away; the kept one stays as it is."""
    source, folder = repository(plan), CACHE / f".work-{plan.name}"
    top = folder / "work"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        git(folder, "clone", "-q", "--shared", str(source), str(top))
        for key, value in (("name", "Bench"), ("email", "bench@example.org")):
            git(top, "config", f"user.{key}", value)
        yield top
    finally:
        shutil.rmtree(folder)
