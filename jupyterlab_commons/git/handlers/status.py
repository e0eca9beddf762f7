"""What is staged, changed and new."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.revisions import repo_path

from .base import GitHandler

_MAX_PATHS = 100


class StatusHandler(GitHandler):
    """`GET status?repo=&path=&path=…`: shaped as `gitStatus`; no path: of all files."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """After a save asking for one path is much cheaper than for all."""
        try:
            asked = self.get_query_arguments("path", strip=False)
            if len(asked) > _MAX_PATHS:
                raise CommonsError("BAD_REQUEST", "path")  # noqa: TRY301
            paths = [repo_path(each.removesuffix("/")) for each in asked]
            self.answer(await self.git.status.read(await self.repo(), paths))
        except CommonsError as refusal:
            self.refuse(refusal)
