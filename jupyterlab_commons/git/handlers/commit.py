"""One commit in full, or the change from one to another; and a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.commits import CommitRequest
from jupyterlab_commons.git.people import clean_message
from jupyterlab_commons.git.revisions import whole_hash

from .writing import WritingHandler

if TYPE_CHECKING:
    from jupyterlab_commons.git.runner import Repo

    from .bodies import Body


class CommitHandler(WritingHandler):
    """`GET commit?repo=&hash=&from=`: shaped as `gitCommit`.

    `POST commit` takes a `gitCommitRequest` and commits what is staged.
    """

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Its message, its people, its refs and the files that it changed."""
        try:
            commit = whole_hash(self.argument("hash"))
            base = self.argument("from")
            repo = await self.readable()
            told = await self.git.details.commit(
                repo, commit, whole_hash(base) if base else None
            )
            refs = await self.git.refs.read(repo)
            told["row"] |= refs.of(told["row"]["hash"])
            self.answer(told)
        except CommonsError as refusal:
            self.refuse(refusal)

    async def write_into(self, repo: Repo, body: Body) -> dict[str, Any]:
        """Only on top of the HEAD that the page has seen."""
        request = CommitRequest(
            clean_message(body.value("message")),
            body.hash_or_none("head"),
            body.people("coAuthors"),
            body.flag("hooks"),
        )
        return await self.git.commits.commit(
            repo, self.author(), request, self.info.told.get("doing")
        )
