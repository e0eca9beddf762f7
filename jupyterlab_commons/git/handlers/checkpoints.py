"""The versions that were kept beside all branches."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.checkpoint_refs import checkpoint_name
from jupyterlab_commons.git.revisions import repo_path

from .base import GitHandler

_MOST_ROWS = 200


class CheckpointsHandler(GitHandler):
    """`GET checkpoints?repo=&path=&after=&limit=`: a stream of `gitCheckpointLine`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """A page of them, of one file or of all; one git, whatever their number."""
        try:
            repo = await self.readable()
            path, after = self.argument("path"), self.argument("after")
            limit = self.number("limit", most=_MOST_ROWS, default=50)
            lines = self.git.checkpoints.lines(
                repo,
                repo_path(path) if path else None,
                checkpoint_name(after) if after else "",
                max(limit or 0, 1),
            )
        except CommonsError as refusal:
            self.refuse(refusal)
            return
        await self.stream(lines)
