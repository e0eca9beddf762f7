"""Reads and extends traitlets configuration without replacing what is there.

A value is a plain list or dict, or, where nothing was assigned, a
`LazyConfigValue` that remembers `append` and `update` for later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets.config.loader import LazyConfigValue

if TYPE_CHECKING:
    from traitlets.config import Config


def section_names(c: Config) -> list[str]:
    return [str(name) for name in c]


def value_of(c: Config, section: str, key: str) -> Any:
    """What was configured, or None. Asking does not create anything."""
    values = c.get(section)
    return dict.get(values, key) if isinstance(values, dict) else None


def items_of(c: Config, section: str, key: str) -> list[Any]:
    """The items of a list as far as they are known; not copies."""
    value = value_of(c, section, key)
    if isinstance(value, LazyConfigValue):
        lazy = value.to_dict()
        inserted = [item for _, item in lazy.get("inserts", [])]
        return [*lazy.get("prepend", []), *inserted, *lazy.get("extend", [])]
    return list(value) if isinstance(value, list | tuple) else []


def entries_of(c: Config, section: str, key: str) -> dict[str, Any]:
    """The entries of a dict as far as they are known."""
    value = value_of(c, section, key)
    if isinstance(value, LazyConfigValue):
        value = value.to_dict().get("update", {})
    return dict(value) if isinstance(value, dict) else {}


def append_item(c: Config, section: str, key: str, item: Any) -> None:
    value = value_of(c, section, key)
    if isinstance(value, list | tuple):
        c[section][key] = [*value, item]
    else:
        getattr(c[section], key).append(item)


def update_entries(c: Config, section: str, key: str, entries: dict[str, Any]) -> None:
    value = value_of(c, section, key)
    if isinstance(value, dict):
        c[section][key] = {**value, **entries}
    else:
        getattr(c[section], key).update(entries)
