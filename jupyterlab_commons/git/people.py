"""Names in commits: who writes, who wrote with them, and the message around both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_MESSAGE_CHARS = 65_536
MAX_CO_AUTHORS = 200
_MAX_NAME_CHARS = 256
_TRAILER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*:\s")
_CO_AUTHOR = re.compile(r"co-authored-by:[^<\n]*<(?P<email>[^>\n]*)>", re.IGNORECASE)


@dataclass(frozen=True)
class Person:
    """A name and an e-mail that can stand in a commit as they are."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


def read_person(value: object) -> Person:
    """Decode a `gitPerson`; what would break the line of a commit is refused."""
    if not isinstance(value, dict):
        raise CommonsError("BAD_REQUEST", "a person has a name and an email")
    name, email = value.get("name"), value.get("email")
    if not isinstance(name, str) or not isinstance(email, str):
        raise CommonsError("BAD_REQUEST", "a person has a name and an email")
    name, email = name.strip(), email.strip()
    for text in (name, email):
        if not text or len(text) > _MAX_NAME_CHARS or not _is_plain(text):
            raise CommonsError(
                "BAD_REQUEST", "a name or e-mail is one line without < and >"
            )
    if any(char.isspace() for char in email):
        raise CommonsError("BAD_REQUEST", "an e-mail has no spaces")
    return Person(name, email)


def _is_plain(text: str) -> bool:
    return text.isprintable() and not set(text) & set("<>")


def author_of(told: Mapping[str, object]) -> Person:
    """Whoever commits in the repository that `gitRepository` tells about."""
    author = told.get("author")
    if author is None:
        raise CommonsError(
            "GIT_REFUSED",
            "git does not know who you are; run in a terminal: git config --global"
            " user.name and user.email",
        )
    return read_person(author)


def as_author(person: Person) -> dict[str, str]:
    """The variables by which git knows author, committer and tagger."""
    return {
        "GIT_AUTHOR_NAME": person.name,
        "GIT_AUTHOR_EMAIL": person.email,
        "GIT_COMMITTER_NAME": person.name,
        "GIT_COMMITTER_EMAIL": person.email,
    }


def clean_message(value: object, most: int = MAX_MESSAGE_CHARS) -> str:
    """Line ends are LF, none has spaces after it, no blank lines around the whole.

    Nothing else is touched: neither lines that begin with # nor blank lines inside.
    """
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise CommonsError("BAD_REQUEST", f"message: a text of at most {most}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise CommonsError("BAD_REQUEST", "message: not Unicode") from None
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(line.rstrip(" \t") for line in lines).strip("\n")
    if not text.strip():
        raise CommonsError("BAD_REQUEST", "a commit needs a message")
    return text + "\n"


def with_co_authors(message: str, author: Person, others: Sequence[Person]) -> str:
    """A trailer for each person once, and none for the author."""
    known = {match["email"].strip().lower() for match in _CO_AUTHOR.finditer(message)}
    known.add(author.email.lower())
    trailers = []
    for each in others:
        if each.email.lower() not in known:
            known.add(each.email.lower())
            trailers.append(f"Co-authored-by: {each}\n")
    return with_trailers(message, "".join(trailers))


def with_trailers(message: str, trailers: str) -> str:
    """At the end, in one paragraph with those that are there."""
    if not trailers:
        return message
    gap = "" if _ends_in_trailers(message) else "\n"
    return f"{message}{gap}{trailers}"


def _ends_in_trailers(message: str) -> bool:
    paragraphs = message.rstrip("\n").split("\n\n")
    last = paragraphs[-1].split("\n")
    return len(paragraphs) > 1 and all(_TRAILER.match(line) for line in last)
