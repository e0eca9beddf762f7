"""Which programs a repository would run, and which repositories may run them.

Git's configuration and hooks can name programs. A repository that was unpacked
from an archive, or lies in a shared folder, brings its own; so nothing of it
runs until this person has seen the list and said yes to exactly that list.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

MAX_PROGRAMS = 200
_VALUE_CHARS = 4096
_MAX_REMEMBERED = 1000

# Keys whose value is a program, or decides which program is run. Lower case,
# since git's section and variable names have no case.
_PROGRAM_KEYS = re.compile(
    r"core\.(fsmonitor|hookspath|sshcommand|gitproxy|askpass|pager|editor"
    r"|alternaterefscommand)"
    r"|pager\..+|alias\..+|sequence\.editor|credential(\..*)?\.helper"
    r"|filter\..+\.(clean|smudge|process)"
    r"|diff\.external|diff\..+\.(command|textconv)|merge\..+\.driver"
    r"|(diff|merge)tool\..+\.(cmd|path)|gpg(\..+)?\.(program|defaultkeycommand)"
    r"|remote\..+\.(uploadpack|receivepack|vcs)|submodule\..+\.update"
    r"|uploadpack\.packobjectshook|trailer\..+\.(command|cmd)"
    r"|browser\..+\.(cmd|path)|man\..+\.(cmd|path)|web\.browser"
    r"|interactive\.difffilter|sendemail\..*|tar\..+\.command"
    r"|include\.path|includeif\..+\.path"
)
_FILTER = re.compile(r"filter\.(.+)\.(?:clean|smudge|process)", re.DOTALL)
_HARMLESS_VALUES = {"core.fsmonitor": {"false", "0", "no", "off", ""}}


@dataclass(frozen=True)
class Program:
    """One line of the list that a person sees; `key` of a hook is its file name."""

    key: str
    value: str
    scope: str


def programs_of(listing: bytes, hooks: Iterable[str]) -> tuple[Program, ...]:
    """From `config --list --show-scope -z`, and the executable hooks."""
    found = [
        Program(printable(key, 1024), printable(value, _VALUE_CHARS), scope)
        for scope, key, value in entries_of(listing)
        if scope in ("local", "worktree")
        and _PROGRAM_KEYS.fullmatch(key.lower())
        and value.lower() not in _HARMLESS_VALUES.get(key.lower(), ())
    ]
    found += [Program(printable(hook, 1024), "", "hook") for hook in hooks]
    return tuple(found[:MAX_PROGRAMS])


def filters_of(listing: bytes) -> tuple[str, ...]:
    """Names of all filters, whoever defines them: attributes choose among them all."""
    names = (
        match[1]
        for scope, key, _ in entries_of(listing)
        if scope in ("local", "worktree") and (match := _FILTER.fullmatch(key))
    )
    return tuple(dict.fromkeys(names))


def entries_of(listing: bytes) -> list[tuple[str, str, str]]:
    """(scope, key, value) of each setting; a key without value has none."""
    fields = listing.split(b"\0")
    pairs = zip(fields[0::2], fields[1::2], strict=False)
    entries = []
    for scope, setting in pairs:
        key, _, value = setting.partition(b"\n")
        entries.append(
            (
                scope.decode("ascii", "replace"),
                key.decode("utf-8", "surrogateescape"),
                value.decode("utf-8", "surrogateescape"),
            )
        )
    return entries


def hooks_in(folder: Path) -> tuple[str, ...]:
    """The executable files in a hooks folder, without git's samples."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return ()
    return tuple(
        name
        for name in names
        if not name.endswith(".sample") and os.access(folder / name, os.X_OK)
    )


class TrustStore:
    """Which lists of programs this person has said yes to; a file of their own."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "trusted-repositories.json"

    def trusts(self, git_dir: Path, programs: Sequence[Program]) -> bool:
        """Whether exactly this list was seen; an empty one needs no trust."""
        return not programs or self._read().get(str(git_dir)) == _seal(programs)

    def trust(self, git_dir: Path, programs: Sequence[Program]) -> None:
        known = self._read()
        known.pop(str(git_dir), None)
        known[str(git_dir)] = _seal(programs)
        self._write(dict(list(known.items())[-_MAX_REMEMBERED:]))

    def forget(self, git_dir: Path) -> None:
        known = self._read()
        if known.pop(str(git_dir), None) is not None:
            self._write(known)

    def _read(self) -> dict[str, str]:
        """What cannot be read is trusted in nothing."""
        try:
            known = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(known, dict):
            return {}
        return {
            key: value
            for key, value in known.items()
            if isinstance(key, str) and isinstance(value, str)
        }

    def _write(self, known: dict[str, str]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".trusted-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(known, file)
            os.replace(name, self._file)
        except OSError:
            with suppress(OSError):
                os.unlink(name)
            raise


def _seal(programs: Sequence[Program]) -> str:
    """Changes with any key, value, scope or order."""
    listed = json.dumps([asdict(each) for each in programs])
    return hashlib.sha256(listed.encode("utf-8", "surrogatepass")).hexdigest()
