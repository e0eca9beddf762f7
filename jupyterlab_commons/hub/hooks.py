"""Puts the spawn hook in front of those that are configured, and takes it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets.config.loader import LazyConfigValue

from .config_values import section_names, value_of
from .spawn_hook import TRAIT, SpawnHook

if TYPE_CHECKING:
    from traitlets.config import Config

    from .companion_asker import CompanionAsker
    from .spawn_hook import Fail


def hook_sections(c: Config) -> list[str]:
    """Where a hook is set: `c.KubeSpawner.pre_spawn_hook` hides that of `c.Spawner`."""
    others = [
        section
        for section in section_names(c)
        if section.endswith("Spawner")
        and section != "Spawner"
        and _hook_of(c, section) is not None
    ]
    return ["Spawner", *others]


def bad_hooks(c: Config) -> list[str]:
    """The sections whose hook is nothing that can be called."""
    return [
        section
        for section in hook_sections(c)
        if (hook := _hook_of(c, section)) is not None and not callable(hook)
    ]


def chain_hooks(c: Config, asker: CompanionAsker, *, fail: Fail) -> None:
    """Ours asks first, then theirs runs; one of an earlier call is replaced."""
    unchain_hooks(c)
    for section in hook_sections(c):
        before = _hook_of(c, section)
        c[section][TRAIT] = SpawnHook(asker, fail=fail, before=before)


def unchain_hooks(c: Config) -> None:
    for section in hook_sections(c):
        hook = _hook_of(c, section)
        if isinstance(hook, SpawnHook):
            if hook.before is None:
                del c[section][TRAIT]
            else:
                c[section][TRAIT] = hook.before


def hooks_missing(c: Config) -> list[str]:
    """The sections whose servers start without being asked about."""
    return [
        section
        for section in hook_sections(c)
        if not isinstance(_hook_of(c, section), SpawnHook)
    ]


def _hook_of(c: Config, section: str) -> Any:
    hook = value_of(c, section, TRAIT)
    # Somebody has only looked whether one is set.
    return None if isinstance(hook, LazyConfigValue) else hook
