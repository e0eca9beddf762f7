"""Which remotes there are; fetch, pull and push."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.askpass import read_credentials
from jupyterlab_commons.git.remotes import RemoteRequest
from jupyterlab_commons.git.revisions import new_ref_name

from .base import GitHandler
from .writing import WritingHandler

if TYPE_CHECKING:
    from jupyterlab_commons.git.remotes import Remotes
    from jupyterlab_commons.git.runner import Repo

    from .bodies import Body


class RemotesHandler(GitHandler):
    """`GET remotes?repo=`: shaped as `gitRemotes`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Their names and hosts; nothing is asked of them."""
        try:
            self.answer(await self.git.remotes.listed(await self.readable()))
        except CommonsError as refusal:
            self.refuse(refusal)


class RemoteHandler(WritingHandler):
    """`POST fetch`, `pull` and `push`: take a `gitRemoteRequest`."""

    _task: asyncio.Task[dict[str, Any]] | None = None

    def on_connection_close(self) -> None:
        """Nobody waits any more: git is ended."""
        super().on_connection_close()
        if self._task is not None:
            self._task.cancel()

    async def write_into(self, repo: Repo, body: Body) -> dict[str, Any]:
        """May take minutes; the page ends it by leaving."""
        request = RemoteRequest(
            body.optional("remote"),
            new_ref_name(body.text("branch")) if body.has("branch") else None,
            read_credentials(body.value("credentials")),
        )
        self._task = asyncio.ensure_future(self.talk(self.git.remotes, repo, request))
        try:
            return await self._task
        except asyncio.CancelledError:
            if not self._gone:
                raise
            return {}

    async def talk(
        self, remotes: Remotes, repo: Repo, request: RemoteRequest
    ) -> dict[str, Any]:
        raise NotImplementedError


class FetchHandler(RemoteHandler):
    async def talk(
        self, remotes: Remotes, repo: Repo, request: RemoteRequest
    ) -> dict[str, Any]:
        return await remotes.fetch(repo, request)


class PullHandler(RemoteHandler):
    async def talk(
        self, remotes: Remotes, repo: Repo, request: RemoteRequest
    ) -> dict[str, Any]:
        return await remotes.pull(repo, request)


class PushHandler(RemoteHandler):
    async def talk(
        self, remotes: Remotes, repo: Repo, request: RemoteRequest
    ) -> dict[str, Any]:
        return await remotes.push(repo, request)
