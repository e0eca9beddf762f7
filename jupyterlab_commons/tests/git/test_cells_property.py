"""Random edits of notebooks: what diff and blame say of them is always true."""

from __future__ import annotations

from typing import Any

from jupyterlab_commons.git.blame import Blames
from jupyterlab_commons.git.cells import match_cells
from jupyterlab_commons.git.diff import compare_notebooks
from jupyterlab_commons.git.notebooks import read_notebook
from jupyterlab_commons.git.objects import Objects
from jupyterlab_commons.git.refs import RefsReader
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner
from jupyterlab_commons.git.versions import Versions
from jupyterlab_commons.tests.chance import by_chance

from .notebooks import cell, notebook, stream
from .repos import TestRepo

Cells = list[dict[str, Any]]


class Author:
    """Edits notebooks by chance."""

    def __init__(self, *, ids: bool) -> None:
        self.chance = by_chance(f"author, ids: {ids}")
        self._ids = ids
        self._made = 0

    def source(self) -> str:
        words = self.chance.choices("abcdefgh", k=self.chance.randrange(1, 6))
        return "\n".join(
            f"{word} = {word}({self.chance.randrange(3)})" for word in words
        )

    def cell(self) -> dict[str, Any]:
        self._made += 1
        return cell(self.source(), f"id{self._made}" if self._ids else None)

    def edited(self, cells: Cells) -> Cells:
        """Up to four random edits of a copy."""
        cells = [dict(each) for each in cells]
        for _ in range(self.chance.randrange(1, 5)):
            at = self.chance.randrange(len(cells) + 1)
            verb = self.chance.choice(["add", "delete", "edit", "run", "move", "twice"])
            if verb == "add" or at == len(cells):
                cells.insert(at, self.cell())
            elif verb == "delete":
                del cells[at]
            elif verb == "edit":
                lines = "".join(cells[at]["source"]).split("\n")
                lines[self.chance.randrange(len(lines))] = self.source()
                cells[at]["source"] = "\n".join(lines)
            elif verb == "run":
                cells[at]["outputs"] = [stream(str(self.chance.randrange(3)))]
            elif verb == "move":
                cells.insert(self.chance.randrange(len(cells)), cells.pop(at))
            else:
                cells.insert(at, dict(cells[at]))
        return cells


def read(cells: Cells) -> Any:
    found = read_notebook(notebook(*cells).encode())
    assert found is not None
    return found


def test_the_diff_applied_to_the_old_side_gives_the_new_one() -> None:
    for ids in (True, False):
        author = Author(ids=ids)
        cells: Cells = []
        for _ in range(300):
            edited = author.edited(cells)
            before, after = read(cells), read(edited)
            told = compare_notebooks(before, after)["cells"]
            assert applied(told, before.cells) == [each.source for each in after.cells]
            for side, size in (("before", len(before.cells)), ("after", len(edited))):
                seen = [each for entry in told for each in numbers(entry, side)]
                assert sorted(seen) == list(range(size))
            cells = edited[:40]


def applied(entries: list[dict[str, Any]], before: list[Any]) -> list[str]:
    """The sources; a cell of which the id alone is another one is the same."""
    made: list[str] = []
    for entry in entries:
        run = numbers(entry, "before") if "run" in entry else []
        made += [before[number].source for number in run]
        change = entry.get("cell", {})
        if "after" not in change:
            continue
        same = before[change["before"]["index"]].source if "before" in change else ""
        made.append(change["after"].get("source", same))
    return made


def numbers(entry: dict[str, Any], side: str) -> list[int]:
    if "run" in entry:
        return list(range(entry[side], entry[side] + entry["run"]))
    return [entry["cell"][side]["index"]] if side in entry["cell"] else []


async def test_blame_never_names_a_commit_in_which_the_cell_did_not_change(
    repositories: Repositories, runner: GitRunner, work: TestRepo
) -> None:
    objects = Objects(runner)
    versions = Versions(runner, objects)
    blames = Blames(runner, versions, RefsReader(runner))
    for round_ in range(4):
        author = Author(ids=round_ % 2 == 0)
        name = f"n{round_}.ipynb"
        history: list[tuple[str, Any]] = []
        cells = [author.cell() for _ in range(6)]
        for _ in range(12):
            commit = work.commit(files={name: notebook(*cells)})
            history.append((commit, read(cells).cells))
            cells = author.edited(cells)
        repo = await repositories.open("work")
        told = await blames.blame(repo, name.encode(), history[-1][0])
        for entry in told["cells"]:
            for part in ("source", "outputs"):
                if entry.get(part) is not None:
                    expect_change(history, entry["index"], part, entry[part])
            assert entry["source"] is not None
    await objects.close()


def expect_change(
    history: list[tuple[str, Any]], index: int, part: str, named: str
) -> None:
    """Goes back cell by cell, and finds the first change at the named commit."""
    for (commit, cells), (_, before) in zip(
        reversed(history), reversed(history[:-1]), strict=False
    ):
        pairs = {second: first for first, second in match_cells(before, cells).pairs}
        first = pairs.get(index)
        if first is None or getattr(before[first], part) != getattr(cells[index], part):
            assert commit == named
            return
        index = first
    assert history[0][0] == named
