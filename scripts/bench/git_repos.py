"""Repositories to measure with, written by `git fast-import` and kept below .cache.

The same ones in every run: what happens in them is drawn from a seeded chance.
They look as a team's repository does: folders of small files, notebooks, branches
that are merged back, files that are renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tables import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "bench-git-repos"
STUDY, DRAFT = "study/analysis.ipynb", "study/draft.ipynb"
STUDY_COMMITS, STUDY_CELLS = 47, 12
# Raised when other repositories are written than before.
_VERSION = 2
_BEGIN, _STEP_SECONDS = 1_200_000_000, 600
_PEOPLE = 40
_BRANCHES = 20
# Returning memory and asking for it again is a third of what the import takes.
_MEMORY_KEPT = {
    f"MALLOC_{name}_": str(10**9) for name in ("TRIM_THRESHOLD", "MMAP_THRESHOLD")
} | {"MALLOC_TOP_PAD_": str(64 * 2**20)}


@dataclass(frozen=True)
class Plan:
    """How large a repository is."""

    name: str
    commits: int
    folders: int
    files_per_folder: int
    notebooks: int
    tags: int = 100
    merged_share: float = 0.07
    renamed_share: float = 0.005


MIDDLE = Plan("middle", 80_000, 100, 48, 200)
LARGE = Plan("large", 600_000, 1_000, 38, 2_000)
TAGS = Plan("tags", 27_000, 60, 40, 100, tags=48_000)


def environment() -> dict[str, str]:
    """Nobody's configuration of git."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }


def git(top: Path, *args: str) -> str:
    done = subprocess.run(  # noqa: S603
        ["git", "-C", str(top), *args],  # noqa: S607
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def repository(plan: Plan) -> Path:
    """The repository of a plan with its files checked out, made where it is missing."""
    return kept(plan.name, asdict(plan), lambda top: _build(top, plan))


def kept(name: str, about: object, build: Callable[[Path], None]) -> Path:
    """A folder below the cache; built again when what it is about has changed."""
    text = json.dumps([_VERSION, about], sort_keys=True)
    top = CACHE / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    if top.exists():
        return top
    for older in CACHE.glob(f"{name}-*"):
        shutil.rmtree(older)
    making = CACHE / f".{top.name}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    say(f"making the repository `{name}` (kept for the next run)")
    build(making)
    making.rename(top)
    return top


def without_graph(top: Path) -> None:
    """As a plain clone is."""
    info = top / ".git" / "objects" / "info"
    (info / "commit-graph").unlink(missing_ok=True)
    shutil.rmtree(info / "commit-graphs", ignore_errors=True)


def _build(top: Path, plan: Plan) -> None:
    git(top, "init", "-q", "-b", "main")
    with subprocess.Popen(  # noqa: S603
        ["git", "-C", str(top), "fast-import", "--quiet", "--done"],  # noqa: S607
        stdin=subprocess.PIPE,
        env={**environment(), **_MEMORY_KEPT},
    ) as process:
        assert process.stdin is not None  # noqa: S101
        with process.stdin as stdin:
            stdin.writelines(part.encode() for part in _Story(plan).parts())
    if process.returncode != 0:
        raise RuntimeError("git fast-import failed")
    git(top, "pack-refs", "--all")
    git(top, "reset", "-q", "--hard", "main")


class _Story:
    """Writes what a plan says as a stream for `fast-import`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._chance = random.Random(plan.name)  # noqa: S311
        self._mark = 0
        self._clock = _BEGIN
        self._files = [
            f"src/area{folder // 20:02}/part{folder:03}/step{number:02}.py"
            for folder in range(plan.folders)
            for number in range(plan.files_per_folder)
        ]
        self._notebooks = [
            f"notebooks/week{number // 40:02}/run{number:04}.ipynb"
            for number in range(plan.notebooks)
        ]
        self._study = 0

    def parts(self) -> Iterator[str]:
        yield from self._commit("main", "The beginning", self._all())
        # The last one is far below the tip.
        every = self._plan.commits // (STUDY_COMMITS + 1)
        while self._mark < self._plan.commits:
            if self._study < min(self._mark // every, STUDY_COMMITS):
                yield from self._commit("main", "Study", self._next_study())
            elif self._chance.random() < self._plan.merged_share / 2:
                yield from self._side()
            else:
                yield from self._commit("main", self._subject(), self._change())
        yield "reset refs/heads/side\nfrom 0000000000000000000000000000000000000000\n\n"
        yield from self._refs()
        yield "done\n"

    def _all(self) -> str:
        files = [_file(path, f"# {path}\nvalue = 0\n") for path in self._files]
        files += [_file(path, notebook(path, 0)) for path in self._notebooks]
        return "".join([*files, _file(DRAFT, study(0))])

    def _commit(
        self, branch: str, subject: str, changes: str, parents: str = ""
    ) -> Iterator[str]:
        self._mark += 1
        self._clock += _STEP_SECONDS
        person = self._chance.randrange(_PEOPLE)
        who = f"Person {person} <person{person}@example.org> {self._clock} +0000"
        yield (
            f"commit refs/heads/{branch}\nmark :{self._mark}\nauthor {who}\n"
            f"committer {who}\ndata {len(subject)}\n{subject}\n{parents}{changes}\n"
        )

    def _side(self) -> Iterator[str]:
        """A branch of a few commits, and its merge; main goes on meanwhile."""
        base, changes = self._mark, ""
        parents = f"from :{base}\n"
        for _ in range(self._chance.randint(1, 3)):
            change = self._edit()
            changes += change
            yield from self._commit("side", self._subject(), change, parents)
            parents = ""
        side = self._mark
        yield from self._commit("main", self._subject(), self._edit())
        yield from self._commit("main", "Merge side", changes, f"merge :{side}\n")

    def _change(self) -> str:
        if self._chance.random() >= self._plan.renamed_share:
            return self._edit()
        place = self._chance.randrange(len(self._files))
        old = self._files[place]
        new = self._files[place] = f"{old[:-3]}_{self._mark}.py"
        return f"R {old} {new}\n"

    def _edit(self) -> str:
        if self._notebooks and self._chance.random() < 0.2:  # noqa: PLR2004
            path = self._chance.choice(self._notebooks)
            return _file(path, notebook(path, self._mark))
        path = self._chance.choice(self._files)
        return _file(path, f"# {path}\nvalue = {self._mark}\n")

    def _subject(self) -> str:
        return f"Change {self._mark + 1} of part {self._chance.randrange(400)}"

    def _next_study(self) -> str:
        self._study += 1
        content = study(self._study)
        half = STUDY_COMMITS // 2
        if self._study < half:
            return _file(DRAFT, content)
        renamed = f"R {DRAFT} {STUDY}\n" if self._study == half else ""
        return renamed + _file(STUDY, content)

    def _refs(self) -> Iterator[str]:
        for number in range(_BRANCHES):
            at = self._mark - self._chance.randrange(self._mark // 10) - 1
            yield f"reset refs/heads/topic/{number:02}\nfrom :{at}\n\n"
        for number in range(self._plan.tags):
            at = max(1, self._mark * (number + 1) // self._plan.tags)
            name = f"@scope/package-{number % 70:02}@{number // 70}.0.0"
            yield f"reset refs/tags/{name}\nfrom :{at}\n\n"


def _file(path: str, content: str) -> str:
    return f"M 100644 inline {path}\ndata {len(content)}\n{content}\n"


def notebook(path: str, version: int) -> str:
    """A small one; each version has other numbers in one of its cells."""
    numbers = [version if cell == version % 5 else cell for cell in range(5)]
    return _json(
        [
            _cell(f"{cell}", f"# {path}\nvalue = {n}", n)
            for cell, n in enumerate(numbers)
        ]
    )


def study(version: int) -> str:
    """The notebook whose cells' past is looked at: each version edits one cell."""
    last = [0] * STUDY_CELLS
    for number in range(1, version + 1):
        last[number * 5 % STUDY_CELLS] = number
    return _json(
        [
            _cell(f"study-{cell:02}", f"step_{cell} = compute({at})\nplot({cell})", at)
            for cell, at in enumerate(last)
        ]
    )


def _cell(name: str, source: str, number: int) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": number,
        "id": f"cell-{name}",
        "metadata": {},
        "outputs": [
            {"name": "stdout", "output_type": "stream", "text": [f"{number}\n"] * 20}
        ],
        "source": source.splitlines(keepends=True),
    }


def _json(cells: list[dict[str, object]]) -> str:
    about = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    whole = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1) + "\n"
