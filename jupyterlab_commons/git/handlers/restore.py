"""A file as it was, and a version of it kept aside."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.checkpoints import NOBODY
from jupyterlab_commons.git.people import clean_message, with_co_authors
from jupyterlab_commons.watch import LIVE_FILES

from .writing import WritingHandler

if TYPE_CHECKING:
    from jupyterlab_commons.git.runner import Repo
    from jupyterlab_commons.watch import LiveFiles

    from .bodies import Body

_MAX_MESSAGE_CHARS = 4096


class CheckpointHandler(WritingHandler):
    """`POST checkpoint`: takes a `gitCheckpoint`."""

    async def write_into(self, repo: Repo, body: Body) -> dict[str, Any]:
        """Index, files and HEAD stay as they are."""
        author = self.author(NOBODY)
        message = clean_message(body.value("message"), _MAX_MESSAGE_CHARS)
        kept = await self.git.checkpoints.checkpoint(
            repo,
            body.path("path"),
            with_co_authors(message, author, body.people("coAuthors")),
            author,
        )
        return kept.told()


class RestoreHandler(WritingHandler):
    """`POST restore`: takes a `gitRestore`; `backup` tells what was there."""

    async def write_into(self, repo: Repo, body: Body) -> dict[str, Any]:
        """A live document is restored by the page, as an edit that all can see."""
        path, rev = body.path("path"), body.hash("rev")
        live: LiveFiles | None = self.settings.get(LIVE_FILES)
        place = os.path.join(os.fsencode(repo.top), path)
        if live is not None and await asyncio.to_thread(live.has, os.fsdecode(place)):
            raise CommonsError(
                "GIT_REFUSED",
                "people have it open as a live document; restore it there",
            )
        old = body.path("fromPath") if body.has("fromPath") else path
        return await self.git.restores.restore(
            repo, path, rev, old, self.author(NOBODY)
        )
