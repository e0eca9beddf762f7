"""What changed in a file, and the versions themselves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.contents import told_blob, whole_cell
from jupyterlab_commons.git.notebooks import MAX_CELLS, dump
from jupyterlab_commons.git.revisions import repo_path
from jupyterlab_commons.git.versions import version_name

from .base import GitHandler

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyterlab_commons.git.versions import Version


class VersionHandler(GitHandler):
    """Answers that may be large: put into JSON in a thread."""

    def version(self, name: str) -> str:
        return version_name(self.argument(name))

    async def told_of_version(self, tell: Callable[[Version], dict[str, Any]]) -> None:
        """Answer with what is told of the version that the call names."""
        repo = await self.readable()
        path = repo_path(self.argument("path"))
        version = await self.git.versions.read(repo, self.version("rev"), path)
        await self.answer_large(await asyncio.to_thread(tell, version))

    async def answer_large(self, body: dict[str, Any]) -> None:
        try:
            data = await asyncio.to_thread(dump, body)
        except RecursionError:
            raise CommonsError("TOO_LARGE", "its JSON is nested too deeply") from None
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(data)


class DiffHandler(VersionHandler):
    """`GET diff?repo=&path=&from=&to=&fromPath=`: shaped as `gitDiff`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """One file, in two versions."""
        try:
            from_path = self.argument("fromPath")
            told = await self.git.diffs.diff(
                await self.readable(),
                repo_path(self.argument("path")),
                self.version("to"),
                self.version("from") if self.argument("from") else None,
                repo_path(from_path) if from_path else None,
            )
            await self.answer_large(told)
        except CommonsError as refusal:
            self.refuse(refusal)


class CellHandler(VersionHandler):
    """`GET cell?repo=&path=&rev=&index=`: shaped as `gitCell`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """One cell with its outputs."""
        try:
            index = self.number("index", most=MAX_CELLS)
            if index is None:
                raise CommonsError("BAD_REQUEST", "index")  # noqa: TRY301
            await self.told_of_version(lambda version: whole_cell(version, index))
        except CommonsError as refusal:
            self.refuse(refusal)


class BlobHandler(VersionHandler):
    """`GET blob?repo=&path=&rev=`: shaped as `gitBlob`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """A version, to be opened read-only."""
        try:
            name = self.version("rev")
            await self.told_of_version(lambda version: told_blob(version, name))
        except CommonsError as refusal:
            self.refuse(refusal)
