"""What git means when it says no, in the words of our table."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

from .process import first_line

if TYPE_CHECKING:
    from .runner import Repo, Result

_LOCKED = re.compile(r"Unable to create '(?P<file>[^\n]*\.lock)': File exists")
_MOVED = re.compile(
    r"cannot lock ref .*(is at \w+ but expected|reference already exists"
    r"|unable to resolve reference)"
)
# Git lists the files below such a line, one a line after a tab, which is told as
# a replacement character.
_IN_THE_WAY = re.compile(
    r"would be (overwritten|removed|lost) by|local changes .* would be"
    r"|not uptodate|is ignored by|are ignored by|unmerged|while merging"
)
_REFUSED = re.compile(
    r"already exists|not fully merged|already checked out|already used by worktree"
    r"|cannot (delete|switch|do a)|[Cc]annot delete branch|in the middle of"
    r"|beyond a symbolic link|is in submodule|outside of your sparse|unborn"
    r"|resolve your current index|not possible because you have"
)
_MARK = "\N{REPLACEMENT CHARACTER}"
_MOST_NAMED = 5


def refusal_of(repo: Repo, done: Result) -> CommonsError:
    """To be raised for a command that has failed. Nothing is ever cleared away."""
    said = done.err
    if (locked := _LOCKED.search(said)) is not None:
        return CommonsError("GIT_BUSY", _about_lock(repo, locked["file"]))
    if _MOVED.search(said):
        return CommonsError("GIT_MOVED", first_line(said))
    detail = first_line(said) or f"git ended with code {done.code}"
    if _IN_THE_WAY.search(said):
        return CommonsError("GIT_REFUSED", _with_names(detail, said))
    if _REFUSED.search(detail):
        return CommonsError("GIT_REFUSED", detail)
    return CommonsError("GIT_FAILED", detail)


def _with_names(detail: str, said: str) -> str:
    names = [line[1:] for line in said.splitlines() if line.startswith(_MARK)]
    if not names:
        return detail
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{detail.rstrip(':')}: {', '.join(names[:_MOST_NAMED])}{more}"


def _about_lock(repo: Repo, file: str) -> str:
    """What a person can do about a lock that a dead git has left behind."""
    name = os.path.relpath(file, repo.top)
    try:
        age = f" for {max(int(time.time() - os.stat(file).st_mtime), 0)} s"
    except OSError:
        age = ""
    return (
        f"{name} has been there{age}; when no other git command is at work in this"
        " repository, delete that file"
    )
