"""How people of the hub are named in commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

from .people import read_person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .people import Person


class HubPeople:
    """E-mails from what the admin has set for everybody, and from nowhere else.

    A history may know a name that looks the same, but not whose account it is.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._template = environ.get("COMMONS_EMAIL_TEMPLATE", "")
        self.user = environ.get("JUPYTERHUB_USER", "")

    def email(self, user: str) -> str | None:
        """None where nothing is set, or nobody is asked for."""
        if not user or "{username}" not in self._template:
            return None
        return self._template.replace("{username}", user)

    def told(self, users: Iterable[str]) -> list[dict[str, str]]:
        """The people of `gitPeople`, each once, in the order of asking."""
        told = []
        for user in dict.fromkeys(users):
            person = None if user == self.user else self._person(user)
            if person is not None:
                told.append(
                    {
                        "user": user,
                        "name": person.name,
                        "email": person.email,
                        "source": "template",
                    }
                )
        return told

    def _person(self, user: str) -> Person | None:
        """A name that could end its line, or speak of somebody else, is left out."""
        email = self.email(user)
        if email is None or email.count("@") != 1:
            return None
        try:
            person = read_person({"name": user, "email": email})
        except CommonsError:
            return None
        return person if (person.name, person.email) == (user, email) else None
