"""Reads the bodies of calls that write; what is not as the protocol says is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.people import MAX_CO_AUTHORS, read_person
from jupyterlab_commons.git.revisions import repo_path, whole_hash

if TYPE_CHECKING:
    from jupyterlab_commons.git.people import Person

_MAX_REPO_CHARS = 4096
_MAX_PATHS = 2000
# The arguments of one command have to hold them.
_MAX_PATHS_BYTES = 1024 * 1024
_MAX_CELLS = 20_000


class Body:
    """A JSON object, field by field."""

    def __init__(self, body: object) -> None:
        if not isinstance(body, dict):
            raise CommonsError("BAD_REQUEST", "the body must be a JSON object")
        self._body = body

    @property
    def repo(self) -> str:
        value = self._body.get("repo")
        if not isinstance(value, str) or len(value) > _MAX_REPO_CHARS:
            raise CommonsError("BAD_REQUEST", "repo")
        return value

    def value(self, name: str) -> object:
        return self._body.get(name)

    def has(self, name: str) -> bool:
        return self._body.get(name) is not None

    def text(self, name: str, most: int = 1024) -> str:
        value = self._body.get(name)
        if not isinstance(value, str) or not value or len(value) > most:
            raise CommonsError("BAD_REQUEST", name)
        return value

    def optional(self, name: str, most: int = 1024) -> str | None:
        return self.text(name, most) if self.has(name) else None

    def flag(self, name: str) -> bool:
        value = self._body.get(name, False)
        if not isinstance(value, bool):
            raise CommonsError("BAD_REQUEST", name)
        return value

    def path(self, name: str) -> bytes:
        return repo_path(self._body.get(name))

    def paths(self, name: str) -> list[bytes]:
        """At least one: no path would mean all of them. A folder may end in a slash."""
        value = self._body.get(name)
        if not isinstance(value, list) or not 0 < len(value) <= _MAX_PATHS:
            raise CommonsError("BAD_REQUEST", name)
        paths = [
            repo_path(each[:-1] if isinstance(each, str) and each[-1:] == "/" else each)
            for each in value
        ]
        if sum(map(len, paths)) > _MAX_PATHS_BYTES:
            raise CommonsError("BAD_REQUEST", f"{name} are too long for one call")
        return paths

    def places(self, name: str) -> list[int]:
        value = self._body.get(name, [])
        if not isinstance(value, list) or len(value) > _MAX_CELLS:
            raise CommonsError("BAD_REQUEST", name)
        for each in value:
            if not isinstance(each, int) or isinstance(each, bool) or each < 0:
                raise CommonsError("BAD_REQUEST", name)
        return value

    def hash(self, name: str) -> str:
        return whole_hash(self._body.get(name))

    def hash_or_none(self, name: str) -> str | None:
        if name not in self._body:
            raise CommonsError("BAD_REQUEST", name)
        return self.hash(name) if self.has(name) else None

    def people(self, name: str) -> list[Person]:
        value = self._body.get(name) or []
        if not isinstance(value, list) or len(value) > MAX_CO_AUTHORS:
            raise CommonsError("BAD_REQUEST", name)
        return [read_person(each) for each in value]
