"""What `check` found: one line each."""

from __future__ import annotations

from dataclasses import dataclass

from jupyterlab_commons.errors import printable

LINE_CHARS = 600


@dataclass(frozen=True)
class Finding:
    """A problem says in its text what to do about it."""

    text: str
    problem: bool = False

    def line(self) -> str:
        mark = "PROBLEM" if self.problem else "ok     "
        return f"{mark} {printable(self.text, LINE_CHARS)}"


def good(text: str) -> Finding:
    return Finding(text)


def bad(text: str) -> Finding:
    return Finding(text, problem=True)
