"""One commit in full, or the change from one to another."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.revisions import whole_hash

from .base import GitHandler


class CommitHandler(GitHandler):
    """`GET commit?repo=&hash=&from=`: shaped as `gitCommit`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Its message, its people, its refs and the files that it changed."""
        try:
            commit = whole_hash(self.argument("hash"))
            base = self.argument("from")
            repo = await self.repo()
            told = await self.git.details.commit(
                repo, commit, whole_hash(base) if base else None
            )
            refs = await self.git.refs.read(repo)
            told["row"] |= refs.of(told["row"]["hash"])
            self.answer(told)
        except CommonsError as refusal:
            self.refuse(refusal)
