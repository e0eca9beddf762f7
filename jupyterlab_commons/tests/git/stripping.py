"""Takes one defence away and runs the tests that must notice.

A plugin for pytest that only `scripts/git-defences.mjs` and `test_defences.py`
load: nothing in the package knows of it.

    pytest -p jupyterlab_commons.tests.git.stripping --without "core.fsmonitor"
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import pytest

from jupyterlab_commons.git import (
    checkpoint_refs,
    defences,
    process,
    programs,
    redirects,
    repository,
    revisions,
    runner,
    trust,
)

Strip = Callable[[], None]


def _drop(table: dict[str, str], key: str) -> Strip:
    return lambda: table.__delitem__(key)


def _option(verb: str, option: str) -> Strip:
    table = defences.VERB_OPTIONS
    return lambda: table.__setitem__(
        verb, tuple(each for each in table[verb] if each != option)
    )


def _put(place: Any, name: str, instead: Any) -> Strip:
    return lambda: setattr(place, name, instead)


def _accept_all(name: str) -> Strip:
    """A validator that takes what comes."""
    return _put(revisions, name, lambda value, *_: value)


def _any_address() -> None:
    """What another host has said goes into a command as it is."""
    _put(redirects, "_PLAIN_URL", re.compile(".*"))()


def _relative_path() -> None:
    clean = defences.clean_environment

    def dirty(environ: Any) -> dict[str, str]:
        return {**clean(environ), "PATH": environ.get("PATH", "")}

    defences.clean_environment = dirty


def _stale_list() -> None:
    """What was listed at the opening is believed for ever."""
    ask = runner.GitRunner.programs

    async def programs_of(self: Any, repo: Any, settings: Any = None) -> Any:
        if settings is not None:
            return await ask(self, repo, settings)
        return programs.Programs(seal=repo.seal)

    _put(runner.GitRunner, "programs", programs_of)()


def _only_git() -> None:
    def kill(gone: Any, how: Any = 9) -> None:
        if gone.returncode is None:
            os.kill(gone.pid, how)

    _put(process, "kill_group", kill)()


def _killed_at_once() -> None:
    end = process.end_group

    async def end_group(gone: Any, *, gently: bool = False) -> None:
        await end(gone)

    _put(runner, "end_group", end_group)()


def _half_refused(keys: re.Pattern[str]) -> Strip:
    """Commands that need programs of one kind are no longer refused."""
    find = programs.Programs.matching

    def matching(self: Any, asked: re.Pattern[str]) -> list[str]:
        return [] if asked is keys else find(self, asked)

    return _put(programs.Programs, "matching", matching)


class _Uncut(runner.Result):
    def __getattribute__(self, name: str) -> Any:
        return False if name == "cut" else super().__getattribute__(name)


DEFENCES: dict[str, Strip] = {
    **{key: _drop(defences.FIXED, key) for key in defences.FIXED},
    **{key: _drop(defences.RESTRICTED, key) for key in defences.RESTRICTED},
    **{
        f"{verb} {option}": _option(verb, option)
        for verb, options in defences.VERB_OPTIONS.items()
        for option in options
    },
    **{
        f"environment {key}": _drop(defences.ENVIRONMENT, key)
        for key in defences.ENVIRONMENT
    },
    **{f"{key} of reads": _drop(defences.OFFLINE, key) for key in defences.OFFLINE},
    **{f"{key} of the network": _drop(defences.ONLINE, key) for key in defences.ONLINE},
    "literal": _put(defences, "GLOBAL_OPTIONS", ()),
    "variables": _put(defences, "_KEPT_VARIABLES", ("GIT_",)),
    "relative PATH": _relative_path,
    "GIT_WORK_TREE": _put(runner.Repo, "place", {}),
    "group": _only_git,
    "gentle end": _killed_at_once,
    "blanks": _put(programs, "_blanks", lambda *_: ()),
    "fresh list": _stale_list,
    "hooks are listed": _put(programs, "_hooks", lambda *_: []),
    "own settings": _put(programs, "_OWN_SCOPES", ("nobody",)),
    "untrusted writes": _half_refused(programs.FILTERING),
    "untrusted network": _half_refused(programs.NETWORK),
    "seal": _put(trust.TrustStore, "trusts", lambda *_: True),
    "shown list": _put(programs.Program, "__eq__", lambda *_: True),
    "whole list": _put(programs, "MAX_PROGRAMS", 100_000),
    "cut settings": _put(runner, "Result", _Uncut),
    "outside": _put(repository.Repositories, "_is_inside", lambda *_: True),
    "secrets": _put(process, "_USER_INFO", re.compile("$^")),
    "whole_hash": _accept_all("whole_hash"),
    "revision": _accept_all("revision"),
    "repo_path": _accept_all("repo_path"),
    "new_ref_name": _accept_all("new_ref_name"),
    "plain address": _any_address,
    "file of a checkpoint": _put(checkpoint_refs, "repo_path", lambda value: value),
    "checkpoint_name": _put(checkpoint_refs, "checkpoint_name", lambda value: value),
    "told_text": _put(revisions, "_shown", lambda char: char),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without", default="", help="a defence; ? lists them")


def pytest_configure(config: pytest.Config) -> None:
    name = config.getoption("--without")
    if name == "?":
        pytest.exit("\n".join(["Defences:", *DEFENCES]), returncode=0)
    DEFENCES[name]()


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    name = config.getoption("--without")
    items[:] = [
        item
        for item in items
        if any(name in mark.args for mark in item.iter_markers("defence"))
    ]
