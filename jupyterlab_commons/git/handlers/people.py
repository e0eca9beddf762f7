"""Who can be named in a commit."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.people import MAX_CO_AUTHORS

from .base import GitHandler

_MAX_NAME_CHARS = 255


class PeopleHandler(GitHandler):
    """`GET people?user=&user=`: shaped as `gitPeople`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The e-mails of people of the hub, as far as they are known."""
        try:
            users = self.get_query_arguments("user", strip=False)
            if len(users) > MAX_CO_AUTHORS or any(
                len(user) > _MAX_NAME_CHARS for user in users
            ):
                raise CommonsError("BAD_REQUEST", "user")  # noqa: TRY301
            self.answer({"people": self.git.people.told(users)})
        except CommonsError as refusal:
            self.refuse(refusal)
