"""Which repository, its refs, and its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.history import MOST_ROWS, Query
from jupyterlab_commons.git.refs import MOST_LISTED
from jupyterlab_commons.git.revisions import repo_path, whole_hash

from .base import GitHandler

if TYPE_CHECKING:
    from jupyterlab_commons.git.refs import Ref, Refs

_LATEST = 2**43 * 1000
_MAX_SEARCH_CHARS = 1024


class RepositoryHandler(GitHandler):
    """`GET repository?path=`: shaped as `gitRepository`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """What is around this file or folder."""
        try:
            info = await self.git.repositories.info(self.argument("path"))
        except CommonsError as refusal:
            self.refuse(refusal)
        else:
            self.answer(info.told)


class RefsHandler(GitHandler):
    """`GET refs?repo=&kind=&query=`: shaped as `gitRefs`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The refs that changed last, of one kind, with a word in their name."""
        try:
            refs = await self.git.refs.read(await self.readable())
            kind, query = self.argument("kind"), self.argument("query").lower()
            found = [
                each
                for each in refs.all
                if each.kind == (kind or each.kind) and query in each.name.lower()
            ]
            self.answer(
                {
                    "refs": [_told(each) for each in found[:MOST_LISTED]],
                    "more": len(found) > MOST_LISTED,
                }
            )
        except CommonsError as refusal:
            self.refuse(refusal)


class HistoryHandler(GitHandler):
    """`GET history?repo=…`: a stream of `gitHistoryLine`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """A page of history, or of a search in it."""
        try:
            repo = await self.readable()
            refs = await self.git.refs.read(repo)
            query = self._query(refs)
        except CommonsError as refusal:
            self.refuse(refusal)
            return
        if not query.cursor:
            self.git.graphs.want(repo)
        await self.stream(self.git.history.lines(repo, refs, query))

    def _query(self, refs: Refs) -> Query:
        path, ref = self.argument("path"), self.argument("ref")
        texts = {name: self.argument(name) for name in ("text", "author")}
        if any(
            len(each) > _MAX_SEARCH_CHARS or "\0" in each for each in texts.values()
        ):
            raise CommonsError("BAD_REQUEST", "the search is too long")
        if ref and ref not in refs.names:
            whole_hash(ref)
        limit = self.number("limit", most=MOST_ROWS, default=50)
        return Query(
            limit=max(limit or 0, 1),
            ref=ref or None,
            path=repo_path(path) if path else None,
            since=self.number("since", most=_LATEST),
            until=self.number("until", most=_LATEST),
            cursor=self.argument("after"),
            **texts,
        )


def _told(ref: Ref) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": ref.kind, "name": ref.name, "hash": ref.hash}
    if ref.at is not None:
        told["at"] = max(ref.at, 0)
    if ref.upstream:
        told["upstream"] = ref.upstream
    return told
