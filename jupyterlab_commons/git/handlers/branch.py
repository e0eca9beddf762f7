"""Branches and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.checkpoints import NOBODY
from jupyterlab_commons.git.people import clean_message

from .writing import WritingHandler

if TYPE_CHECKING:
    from jupyterlab_commons.git.runner import Repo

    from .bodies import Body

_MAX_MESSAGE_CHARS = 4096


class BranchHandler(WritingHandler):
    """`POST branch`: takes a `gitBranchRequest`."""

    async def write_into(self, repo: Repo, body: Body) -> dict[str, Any]:
        """Make, check out, or delete what is merged; `hash` then tells where it was."""
        name, verb = body.text("name"), body.text("verb")
        if verb == "create":
            return await self.git.branches.create(repo, name, body.optional("at"))
        if verb == "switch":
            return await self.git.branches.switch(repo, name)
        if verb == "delete":
            return await self.git.branches.delete(repo, name)
        raise CommonsError("BAD_REQUEST", "verb")


class TagHandler(WritingHandler):
    """`POST tag`: takes a `gitTagRequest`."""

    async def write_into(self, repo: Repo, body: Body) -> dict[str, Any]:
        """Make, or delete."""
        name, verb = body.text("name"), body.text("verb")
        if verb == "delete":
            return await self.git.branches.delete_tag(repo, name)
        if verb != "create":
            raise CommonsError("BAD_REQUEST", "verb")
        message = None
        if body.has("message"):
            message = clean_message(body.value("message"), _MAX_MESSAGE_CHARS)
        author = self.author(NOBODY if message is None else None)
        return await self.git.branches.create_tag(
            repo, name, body.optional("at"), message, author
        )
