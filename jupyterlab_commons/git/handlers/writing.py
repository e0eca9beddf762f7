"""What every verb that writes has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.people import author_of

from .base import GitHandler
from .bodies import Body

if TYPE_CHECKING:
    from jupyterlab_commons.git.people import Person
    from jupyterlab_commons.git.repository import RepositoryInfo
    from jupyterlab_commons.git.runner import Repo


class WritingHandler(GitHandler):
    """`POST` with a JSON body that names `repo`; answers `gitDone`."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Do it, and tell the pages that listen, also when it failed half-way."""
        try:
            body = Body(self.get_json_body())
            self.info: RepositoryInfo = await self.git.repositories.info(body.repo)
            repo = self.info.repo
            if repo is None:
                raise CommonsError(  # noqa: TRY301
                    "GIT_REFUSED", self.info.told.get("detail", "no repository")
                )
            try:
                self.answer(await self.write_into(repo, body))
            finally:
                self.git.changed(repo)
        except CommonsError as refusal:
            self.refuse(refusal)

    async def write_into(self, repo: Repo, body: Body) -> dict[str, Any]:
        raise NotImplementedError

    def author(self, other: Person | None = None) -> Person:
        """Whoever uses this server; a refusal where nobody knows, unless `other`."""
        if other is not None and "author" not in self.info.told:
            return other
        return author_of(self.info.told)
