"""The history, row by row as git finds it.

One `git log` per page, of fields that end in NUL. Where there is a commit-graph
its order is exact (`graph_walk.py`) and git is only asked what the commits say;
else, and in a search, it is git's by date. A file is followed across renames in
two phases, because `--follow` switches off the filters that make the history of a
path quick: the plain history of the path first, and at its oldest row one look
whether the file came there by a rename.
"""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .graph_file import GraphError
from .graph_walk import GraphWalks
from .refs import MOST_ROW_REFS
from .revisions import repo_path, told_path, told_text, whole_hash
from .runner import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from .refs import Refs
    from .runner import GitRunner, Repo

_FORMAT = "%H%x00%P%x00%an%x00%ae%x00%at%x00%ct%x00%s"
_FIELDS = 7
_SUBJECT_CHARS = 300
_NAME_CHARS = 256
_MOST_PARENTS = 64
MOST_ROWS = 500
_MOST_NAMED_TIPS = 4
_MOST_RENAMES = 50
_PAGE = Limits(seconds=60)
_ORDERS = ("topo", "date")
_CHANGES = {"A": "added", "D": "deleted", "R": "renamed"}


@dataclass(frozen=True)
class Query:
    """What is asked for; `ref` None means all branches."""

    limit: int = 50
    ref: str | None = None
    path: bytes | None = None
    text: str = ""
    author: str = ""
    since: int | None = None
    until: int | None = None
    cursor: str = ""

    @property
    def searches(self) -> bool:
        return bool(self.text or self.author or self.since or self.until)


@dataclass(frozen=True)
class _Place:
    """Where a page begins: so many rows below `tips`, the file's name there."""

    tips: tuple[str, ...]
    skip: int
    path: bytes | None
    # That of the first page: a graph may be written between two pages.
    order: str

    def told(self) -> str:
        """Many tips are named by their sum: the next page finds them again."""
        few = len(self.tips) <= _MOST_NAMED_TIPS
        tips = list(self.tips) if few else _sum(self.tips)
        path = None if self.path is None else told_path(self.path)
        text = json.dumps([tips, self.skip, path, self.order], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode("ascii")


class History:
    """Reads pages of history of any repository."""

    def __init__(self, runner: GitRunner) -> None:
        self._runner = runner
        self._walks = GraphWalks(runner)

    async def lines(
        self, repo: Repo, refs: Refs, query: Query
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Lines shaped as `gitHistoryLine`; the last one has `end` or `error`."""
        end: dict[str, Any] = {"order": "date"}
        try:
            exact = has_commit_graph(repo) and query.path is None and not query.searches
            place = _place_of(query, refs, "topo" if exact else "date")
            place, ordered = await self._ordered(repo, query, place)
            end["order"] = place.order
            async with aclosing(self._rows(repo, query, place, ordered)) as rows:
                async for row, reached in rows:
                    if row is None:
                        end["cursor"] = reached.told()
                    else:
                        told = refs.of(row["hash"], MOST_ROW_REFS)
                        yield {"row": {**row, **told}}
        except CommonsError as refusal:
            if refusal.code in ("GIT_BUSY", "TOO_LARGE") and query.searches:
                end["stopped"] = True
            else:
                yield {"error": {"code": refusal.code, "detail": refusal.detail}}
                return
        yield {"end": end}

    async def _ordered(
        self, repo: Repo, query: Query, place: _Place
    ) -> tuple[_Place, list[str]]:
        """The commits of an exact page; the order may turn out to be by date."""
        if place.order != "topo" or not place.tips:
            return place, []
        try:
            found = await self._walks.page(repo, place.tips, place.skip, query.limit)
        except GraphError:
            if query.cursor:
                # The pages before are in an order that there is no more.
                raise CommonsError("GIT_MOVED") from None
            return replace(place, order="date"), []
        return place, found

    async def _rows(
        self, repo: Repo, query: Query, place: _Place, ordered: list[str]
    ) -> AsyncGenerator[tuple[dict[str, Any] | None, _Place], None]:
        """Rows; then, if there may be more, no row and the place to go on from."""
        told, renames = 0, 0
        while place.tips if place.order == "date" else ordered:
            oldest: dict[str, Any] | None = None
            wanted = query.limit - told
            found = 0
            options = _options(query, place, wanted, ordered)
            async with aclosing(self._log(repo, place, options)) as records:
                async for row in records:
                    found += 1
                    if place.path is not None and row.get("change") == "added":
                        # Whether it was a rename is known one look later.
                        if oldest is not None:
                            yield oldest, place
                        oldest = row
                        continue
                    if oldest is not None:
                        yield oldest, place
                        oldest = None
                    yield row, place
            told += found
            place = replace(place, skip=place.skip + found)
            before = await self._before(repo, oldest, place)
            if oldest is not None:
                yield oldest, place
            if before is not None and renames < _MOST_RENAMES:
                place, renames = before, renames + 1
                if told < query.limit:
                    continue
            elif found < wanted:
                return
            yield None, place
            return

    async def _before(
        self, repo: Repo, oldest: dict[str, Any] | None, place: _Place
    ) -> _Place | None:
        """Where the file's history goes on under an older name; marks the row."""
        if oldest is None or place.path is None or not oldest["parents"]:
            return None
        parent = oldest["parents"][0]
        done = await self._runner.run(
            repo,
            [
                *("diff-tree", "-r", "-z", "-M", "--diff-filter=R", "--name-status"),
                *("--no-ext-diff", "--no-textconv", "--end-of-options"),
                *(parent, oldest["hash"]),
            ],
        )
        fields = done.expect().out.split(b"\0")
        for at in range(0, len(fields) - 2, 3):
            _, source, target = fields[at : at + 3]
            if target == place.path:
                oldest["change"] = "renamed"
                oldest["from"] = told_path(source)
                return _Place((parent,), 0, source, place.order)
        return None

    async def _log(
        self, repo: Repo, place: _Place, options: list[str | bytes]
    ) -> AsyncGenerator[dict[str, Any], None]:
        parser = _RowParser(place.path)
        async with aclosing(
            self._runner.stream(repo, options, limits=_PAGE)
        ) as records:
            async for record in records:
                if (row := parser.feed(record)) is not None:
                    yield row
        if (row := parser.last()) is not None:
            yield row


class _RowParser:
    """Seven fields make a row; with `--raw` the file's change may follow them."""

    def __init__(self, path: bytes | None) -> None:
        self._path = path
        self._fields: list[bytes] = []
        self._row: dict[str, Any] | None = None
        self._in_change = False

    def feed(self, record: bytes) -> dict[str, Any] | None:
        """The row before, once it is known to be whole."""
        if self._path is None:
            self._fields.append(record)
            return self._whole()
        if self._in_change:
            self._in_change = False
            return None
        if record.startswith(b"\n:") and self._row is not None and not self._fields:
            letter = record[-1:].decode("ascii", "replace")
            self._row["change"] = _CHANGES.get(letter, "changed")
            self._in_change = True
            return None
        self._fields.append(record)
        row = self._whole()
        if row is None:
            return None
        before, self._row = self._row, row
        return before

    def last(self) -> dict[str, Any] | None:
        row, self._row = self._row, None
        return row

    def _whole(self) -> dict[str, Any] | None:
        if len(self._fields) < _FIELDS:
            return None
        commit, parents, name, email, at, committed, subject = self._fields
        self._fields = []
        row: dict[str, Any] = {
            "hash": commit.decode("ascii", "replace"),
            "parents": parents.decode("ascii", "replace").split()[:_MOST_PARENTS],
            "author": {
                "name": told_text(name, _NAME_CHARS),
                "email": told_text(email, _NAME_CHARS),
            },
            "at": _milliseconds(at),
            "committedAt": _milliseconds(committed),
            "subject": told_text(subject, _SUBJECT_CHARS),
        }
        if self._path is not None:
            row |= {"change": "changed", "path": told_path(self._path)}
        return row


def _milliseconds(seconds: bytes) -> int:
    """A commit may claim any time; what is no time is the first moment of 1970."""
    try:
        return min(max(int(seconds), 0), 2**43) * 1000
    except ValueError:
        return 0


def _options(
    query: Query, place: _Place, limit: int, ordered: list[str]
) -> list[str | bytes]:
    """What git is asked for: these commits, or a walk down from the tips."""
    options: list[str | bytes] = ["log", "-z", f"--format={_FORMAT}"]
    options.append("--encoding=UTF-8")
    if place.order == "topo":
        return [*options, "--no-walk=unsorted", "--end-of-options", *ordered, "--"]
    options += [f"--max-count={limit}", f"--skip={place.skip}"]
    options += _search_options(query)
    if place.path is not None:
        options += ["--raw", "--no-abbrev", "--no-renames", "--no-ext-diff"]
    options += ["--end-of-options", *place.tips, "--"]
    if place.path is not None:
        options.append(place.path)
    return options


def _search_options(query: Query) -> list[str]:
    options = []
    if query.text:
        options += [f"--grep={query.text}", "--regexp-ignore-case"]
    if query.author:
        options += [f"--author={query.author}", "--regexp-ignore-case"]
    if query.text or query.author:
        options += ["--fixed-strings", "--all-match"]
    if query.since is not None:
        options.append(f"--since=@{query.since // 1000}")
    if query.until is not None:
        options.append(f"--until=@{query.until // 1000}")
    return options


def _place_of(query: Query, refs: Refs, order: str) -> _Place:
    if query.cursor:
        return _read_cursor(query, refs)
    return _Place(_tips(query, refs), 0, query.path, order)


def _tips(query: Query, refs: Refs) -> tuple[str, ...]:
    """The commits to begin at, by hash: refs that move later do not shift a page."""
    return refs.tips if query.ref is None else (refs.commit_of(query.ref),)


def _read_cursor(query: Query, refs: Refs) -> _Place:
    try:
        tips, skip, path, order = json.loads(base64.urlsafe_b64decode(query.cursor))
        named = [whole_hash(tip) for tip in tips] if isinstance(tips, list) else None
        before = None if path is None else repo_path(path)
    except (ValueError, TypeError, RecursionError, CommonsError):
        raise CommonsError("BAD_REQUEST", "after") from None
    if not isinstance(skip, int) or skip < 0 or order not in _ORDERS:
        raise CommonsError("BAD_REQUEST", "after")
    if named is None:
        named = list(_tips(query, refs))
        if _sum(named) != tips:
            raise CommonsError("GIT_MOVED")
    return _Place(tuple(named), skip, before, order)


def _sum(tips: Iterable[str]) -> str:
    return hashlib.sha256("".join(tips).encode("ascii")).hexdigest()


def has_commit_graph(repo: Repo) -> bool:
    """Without one an exact order would walk the whole history first."""
    objects = repo.common / "objects" / "info"
    return (objects / "commit-graph").exists() or (objects / "commit-graphs").exists()
