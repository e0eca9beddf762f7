"""Which repositories may start the programs that they name.

A repository that was unpacked from an archive, or lies in a shared folder, brings
its own configuration and hooks; so nothing of it runs until this person has seen
the list and said yes to exactly that list.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .programs import Program, Programs

_MAX_REMEMBERED = 1000


class TrustStore:
    """The user's answers, in their own data folder, never in a repository."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "trusted-repositories.json"

    def trusts(self, git_dir: Path, programs: Programs) -> bool:
        """Whether exactly these were seen; where there is none, trust is not needed."""
        return not programs.seal or self._read().get(str(git_dir)) == programs.seal

    def trust(self, git_dir: Path, programs: Programs, seen: Sequence[Program]) -> None:
        """What a person has `seen` must be all that there is now."""
        if tuple(seen) != programs.shown:
            raise CommonsError("GIT_MOVED", "it would run something else by now")
        if not programs.whole:
            raise CommonsError(
                "GIT_REFUSED", "its list of programs is too long to be looked through"
            )
        known = self._read()
        known.pop(str(git_dir), None)
        if programs.seal:
            known[str(git_dir)] = programs.seal
        self._write(dict(list(known.items())[-_MAX_REMEMBERED:]))

    def forget(self, git_dir: Path) -> None:
        known = self._read()
        if known.pop(str(git_dir), None) is not None:
            self._write(known)

    def _read(self) -> dict[str, str]:
        """What cannot be read is trusted in nothing."""
        try:
            known = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(known, dict):
            return {}
        return {
            key: value
            for key, value in known.items()
            if isinstance(key, str) and isinstance(value, str)
        }

    def _write(self, known: dict[str, str]) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".trusted-")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    # Names that are no UTF-8 stay what they are, escaped.
                    json.dump(known, file)
                os.replace(name, self._file)
            except OSError:
                with suppress(OSError):
                    os.unlink(name)
                raise
        except OSError as reason:
            raise CommonsError(
                "GIT_FAILED", f"the answer could not be kept: {reason.strerror}"
            ) from None
