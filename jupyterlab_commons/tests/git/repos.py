"""Real repositories for the tests, made by git itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ANA = ("Ana", "ana@example.org")
BO = ("Bo", "bo@example.org")


class TestRepo:
    """A repository and the verbs that a test needs to write its story."""

    __test__ = False

    def __init__(self, top: Path, *, bare: bool = False) -> None:
        self.top = top
        top.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *(["--bare"] if bare else []))
        self._clock = 1_700_000_000

    def git(
        self,
        *args: str | bytes,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
    ) -> bytes:
        """What git answers; raises with what it said."""
        done = subprocess.run(
            ["git", "-C", str(self.top), *args],
            input=stdin,
            capture_output=True,
            env={**environment(), **(env or {})},
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"git {args!r}: {done.stderr.decode()}")
        return done.stdout

    def write(self, path: str, content: str | bytes) -> Path:
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        file.write_bytes(data)
        return file

    def commit(
        self,
        message: str = "A change",
        *,
        author: tuple[str, str] = ANA,
        files: Mapping[str, str | bytes] | None = None,
    ) -> str:
        """Everything as it lies, one minute later than the commit before; its hash."""
        for path, content in (files or {}).items():
            self.write(path, content)
        self._clock += 60
        name, email = author
        when = f"{self._clock} +0000"
        self.git("add", "-A")
        self.git(
            *("commit", "-q", "--allow-empty", "-m", message),
            env={
                "GIT_AUTHOR_NAME": name,
                "GIT_AUTHOR_EMAIL": email,
                "GIT_AUTHOR_DATE": when,
                "GIT_COMMITTER_NAME": name,
                "GIT_COMMITTER_EMAIL": email,
                "GIT_COMMITTER_DATE": when,
            },
        )
        return self.head()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").decode().strip()


def environment() -> dict[str, str]:
    """Of this machine, without anybody's configuration of git."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
    }
