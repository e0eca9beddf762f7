"""Who changed the cells of a notebook, and when."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.notebooks import MAX_CELLS
from jupyterlab_commons.git.revisions import repo_path

from .diff import VersionHandler


class BlameHandler(VersionHandler):
    """`GET blame?repo=&path=&rev=`: shaped as `gitBlame`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The last commit of each cell."""
        try:
            repo = await self.readable()
            path, name = repo_path(self.argument("path")), self.version("rev")
            await self.answer_large(await self.git.blames.blame(repo, path, name))
        except CommonsError as refusal:
            self.refuse(refusal)


class CellHistoryHandler(VersionHandler):
    """`GET cell-history?repo=&path=&rev=&index=`: stream of `gitCellHistoryLine`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The commits that changed one cell."""
        try:
            repo = await self.readable()
            path, name = repo_path(self.argument("path")), self.version("rev")
            index = self.number("index", most=MAX_CELLS)
            if index is None:
                raise CommonsError("BAD_REQUEST", "index")  # noqa: TRY301
        except CommonsError as refusal:
            self.refuse(refusal)
            return
        await self.stream(self.git.cell_history.lines(repo, path, name, index))
