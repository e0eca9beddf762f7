"""Finds scopes with which one user's server could act as another user.

The companion takes a token for its user's when the token may access that
user's own server. A visitor's token, which lies in the server that is visited,
must therefore never carry access to any other server than that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import printable

from .config_values import entries_of, items_of, section_names, value_of

if TYPE_CHECKING:
    from traitlets.config import Config

KEY = "oauth_client_allowed_scopes"

# These stand for everything that the visitor may do.
_EVERYTHING = {"self", "inherit", "all"}


def unsafe_scopes(c: Config) -> list[str]:
    """One sentence for each setting that must be changed, with what to write."""
    found = []
    for section in section_names(c):
        if not section.endswith("Spawner"):
            continue
        name = f"c.{section}.{KEY}"
        value = value_of(c, section, KEY)
        if callable(value):
            found.append(_callable_sentence(name))
        else:
            found += _scope_sentences(name, items_of(c, section, KEY))
        if value_of(c, section, "oauth_roles"):
            found.append(
                f"c.{section}.oauth_roles can give a server access to the servers of"
                f" its visitors. Remove it and name the scopes that are needed:"
                f" {name} = ['...']"
            )
        found += _override_sentences(c, section)
    return found


def _override_sentences(c: Config, section: str) -> list[str]:
    found: list[str] = []
    for group, override in entries_of(c, section, "group_overrides").items():
        change = (
            override.get("spawner_override") if isinstance(override, dict) else None
        )
        scopes = change.get(KEY) if isinstance(change, dict) else None
        name = f"{KEY} in c.{section}.group_overrides[{printable(group)!r}]"
        if callable(scopes):
            found.append(_callable_sentence(name))
        elif isinstance(scopes, list | tuple):
            found += _scope_sentences(name, list(scopes))
    return found


def _callable_sentence(name: str) -> str:
    return (
        f"{name} is a function, so nobody can say beforehand whether it lets one"
        " user's server act as another user. Write a list instead, without"
        " 'access:servers': ['...']"
    )


def _scope_sentences(name: str, scopes: list[Any]) -> list[str]:
    return [
        f"{name} contains {printable(scope)!r}. With it a user's server could act as"
        " every visitor, admins included. Remove it; access to the server itself"
        " ('access:servers!server') is always there."
        for scope in scopes
        if not _is_safe(scope)
    ]


def _is_safe(scope: Any) -> bool:
    base = str(scope).partition("!")[0]
    return scope == "access:servers!server" or base not in (
        "access:servers",
        *_EVERYTHING,
    )
