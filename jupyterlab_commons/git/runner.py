"""The only place that starts git.

Argument arrays and never a shell; a fixed prefix and environment under which
what lies in a repository cannot run a program; limits on time and output, by
ending the whole process group; and lanes, so that a fetch never holds up a look.

What the prefix cannot switch off by a fixed word is what the repository itself
names (`filter.<name>.clean`): commands that read the work tree say `worktree=True`,
and those filters are blanked by name, unless the repository is trusted.
"""

from __future__ import annotations

import asyncio
import enum
import os
import signal
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from jupyterlab_commons.errors import CommonsError, printable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
    from pathlib import Path

_READ_AT_A_TIME = 4
_CHUNK_BYTES = 65_536
_STDERR_BYTES = 16_384
_KILL_SECONDS = 2

# Switches off, whatever the repository's own configuration says, each way in
# which reading it is known to start a program.
SAFE_PREFIX = (
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "protocol.ext.allow=never",
    "-c",
    "log.showSignature=false",
    "-c",
    "core.alternateRefsCommand=",
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",
    "-c",
    "submodule.recurse=false",
)

# Of the variables that steer git only these are the user's own and harmless here.
_KEPT_VARIABLES = (
    "GIT_SSL_",
    "GIT_HTTP_",
    "GIT_SSH",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_EXEC_PATH",
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
)


class Lane(enum.Enum):
    """Where a command waits: with the reads, the writes, or the slow network."""

    READ = "read"
    WRITE = "write"
    NETWORK = "network"


@dataclass(frozen=True)
class Limits:
    """What a command may take; at either bound its process group is ended."""

    seconds: float = 60
    stdout_bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True)
class Result:
    """How a command ended. `err` is what it said, printable and short."""

    code: int
    out: bytes
    err: str
    # The output was longer than the limit; `out` is its beginning.
    cut: bool = False

    def expect(self, *codes: int) -> Result:
        """Itself, or GIT_FAILED with the first line that git said."""
        if self.code in (codes or (0,)):
            return self
        raise CommonsError("GIT_FAILED", first_line(self.err) or f"code {self.code}")


@dataclass(frozen=True)
class Repo:
    """One repository, found and checked by `repository.open_repository`."""

    top: Path
    git_dir: Path
    # The folder as the contents API names it.
    path: str
    trusted: bool = False
    # Names of filters that its own configuration defines.
    filters: tuple[str, ...] = ()

    @property
    def ceiling(self) -> Path:
        """Git does not look for a repository here or above."""
        return self.top.parent


@dataclass
class _Lanes:
    """Of one repository. Held by the commands that use them, then forgotten."""

    read: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_READ_AT_A_TIME)
    )
    write: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    network: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    def of(self, lane: Lane) -> asyncio.Semaphore:
        return {
            Lane.READ: self.read,
            Lane.WRITE: self.write,
            Lane.NETWORK: self.network,
        }[lane]

    __hash__ = object.__hash__


class GitRunner:
    """Starts git for one user's server, on its event loop."""

    def __init__(
        self, *, environ: Mapping[str, str] | None = None, git: str = "git"
    ) -> None:
        self._git = git
        self._environ = clean_environment(os.environ if environ is None else environ)
        self._lanes: WeakValueDictionary[Path, _Lanes] = WeakValueDictionary()
        # How many have been started; a panel at rest must not raise it.
        self.started = 0

    async def run(
        self,
        repo: Repo,
        args: Sequence[str | bytes],
        *,
        lane: Lane = Lane.READ,
        stdin: bytes | None = None,
        limits: Limits | None = None,
        env: Mapping[str, str] | None = None,
        worktree: bool = False,
        hooks: bool = False,
    ) -> Result:
        """Run to the end. Refused only for time (GIT_BUSY) or a missing git.

        `hooks` needs a trusted repository; `worktree` says that files are read
        through the repository's filters.
        """
        limits = limits or Limits()
        prefix = _prefix(repo, worktree=worktree, hooks=hooks)
        async with (
            self._turn(repo, lane),
            self._process(
                repo, [*prefix, *args], lane=lane, env=env, piped=stdin is not None
            ) as process,
        ):
            try:
                out, err, cut = await asyncio.wait_for(
                    _communicate(process, stdin, limits.stdout_bytes), limits.seconds
                )
            except (TimeoutError, asyncio.TimeoutError):
                raise CommonsError(
                    "GIT_BUSY", f"it took longer than {limits.seconds:g} s"
                ) from None
            if cut:
                _end(process)
            code = await process.wait()
        return Result(0 if cut else code, out, readable(err), cut)

    async def stream(
        self,
        repo: Repo,
        args: Sequence[str | bytes],
        *,
        separator: bytes = b"\0",
        limits: Limits | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """The records of a reading command as they come; leaving ends the command.

        Ends with GIT_FAILED when git failed, with TOO_LARGE at the limit.
        """
        limits = limits or Limits()
        until = asyncio.get_running_loop().time() + limits.seconds
        prefix = _prefix(repo)
        async with (
            self._turn(repo, Lane.READ),
            self._process(repo, [*prefix, *args], lane=Lane.READ) as process,
        ):
            said = asyncio.ensure_future(_read_some(process.stderr, _STDERR_BYTES))
            try:
                async for record in _records(process, separator, limits, until):
                    yield record
                code = await process.wait()
                err = readable(await said)
                Result(code, b"", err).expect(0)
            finally:
                said.cancel()

    @asynccontextmanager
    async def _turn(self, repo: Repo, lane: Lane) -> AsyncIterator[None]:
        lanes = self._lanes.get(repo.git_dir)
        if lanes is None:
            lanes = self._lanes[repo.git_dir] = _Lanes()
        async with lanes.of(lane):
            yield

    @asynccontextmanager
    async def _process(
        self,
        repo: Repo,
        args: Sequence[str | bytes],
        *,
        lane: Lane,
        env: Mapping[str, str] | None = None,
        piped: bool = False,
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await self.start(
            repo.top, args, lane=lane, env=env, ceiling=repo.ceiling, piped=piped
        )
        try:
            yield process
        finally:
            await end_group(process)

    async def start(
        self,
        folder: Path,
        args: Sequence[str | bytes],
        *,
        lane: Lane = Lane.READ,
        env: Mapping[str, str] | None = None,
        ceiling: Path | None = None,
        piped: bool = True,
    ) -> asyncio.subprocess.Process:
        """Start git in a folder. For this package alone; the caller ends it."""
        environ = {**self._environ, **(env or {})}
        if lane is not Lane.NETWORK:
            # Objects that a partial clone lacks are not fetched behind our back.
            environ |= {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
        if ceiling is not None:
            environ["GIT_CEILING_DIRECTORIES"] = str(ceiling)
        self.started += 1
        try:
            return await asyncio.create_subprocess_exec(
                self._git,
                *args,
                cwd=folder,
                env=environ,
                stdin=asyncio.subprocess.PIPE if piped else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                limit=_CHUNK_BYTES,
            )
        except FileNotFoundError:
            raise CommonsError("GIT_FAILED", "git is not installed here") from None
        except OSError as reason:
            raise CommonsError("GIT_FAILED", str(reason.strerror)) from None


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's environment, without what would lead git elsewhere or make it ask."""
    kept = {
        key: value
        for key, value in environ.items()
        if not key.startswith("GIT_") or key.startswith(_KEPT_VARIABLES)
    }
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "false",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS": "true",
        "SSH_ASKPASS_REQUIRE": "force",
        "LC_ALL": "C.UTF-8",
    }


def _prefix(repo: Repo, *, worktree: bool = False, hooks: bool = False) -> list[str]:
    prefix = list(SAFE_PREFIX)
    if hooks:
        if not repo.trusted:
            raise CommonsError("GIT_UNTRUSTED", "hooks")
        place = prefix.index("core.hooksPath=/dev/null")
        del prefix[place - 1 : place + 1]
    if worktree and not repo.trusted:
        for name in repo.filters:
            for key, value in (("clean", ""), ("smudge", ""), ("process", "")):
                prefix += ["-c", f"filter.{name}.{key}={value}"]
            prefix += ["-c", f"filter.{name}.required=false"]
    return prefix


async def _communicate(
    process: asyncio.subprocess.Process, stdin: bytes | None, most: int
) -> tuple[bytes, bytes, bool]:
    """Like `communicate`, but no more than `most` bytes are ever held."""

    async def feed() -> None:
        if stdin is None or process.stdin is None:
            return
        # A command that has ended early says why by itself.
        with suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(stdin)
            await process.stdin.drain()
        process.stdin.close()

    fed = asyncio.ensure_future(feed())
    said = asyncio.ensure_future(_read_some(process.stderr, _STDERR_BYTES))
    try:
        out = await _read_some(process.stdout, most + 1, rest=False)
        if len(out) > most:
            return out[:most], b"", True
        await fed
        return out, await said, False
    finally:
        fed.cancel()
        said.cancel()


async def _read_some(
    reader: asyncio.StreamReader | None, most: int, *, rest: bool = True
) -> bytes:
    """The first `most` bytes; with `rest` the others are read and dropped."""
    data = bytearray()
    while reader is not None and (chunk := await reader.read(_CHUNK_BYTES)):
        data += chunk[: most - len(data)]
        if len(data) >= most and not rest:
            break
    return bytes(data)


async def _records(
    process: asyncio.subprocess.Process, separator: bytes, limits: Limits, until: float
) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    assert process.stdout is not None  # noqa: S101
    rest, total = b"", 0
    while True:
        try:
            chunk = await asyncio.wait_for(
                process.stdout.read(_CHUNK_BYTES), max(0.0, until - loop.time())
            )
        except (TimeoutError, asyncio.TimeoutError):
            raise CommonsError(
                "GIT_BUSY", f"it took longer than {limits.seconds:g} s"
            ) from None
        total += len(chunk)
        if total > limits.stdout_bytes:
            raise CommonsError("TOO_LARGE", f"{limits.stdout_bytes} bytes of history")
        if not chunk:
            break
        *whole, rest = (rest + chunk).split(separator)
        for record in whole:
            yield record
    if rest:
        yield rest


async def end_group(process: asyncio.subprocess.Process) -> None:
    """End the process with its children, and close its pipes."""
    _end(process)
    with suppress(TimeoutError, asyncio.TimeoutError):
        await asyncio.wait_for(process.wait(), _KILL_SECONDS)
    # Closed by hand, or the pipes would wait for the collector.
    process._transport.close()  # type: ignore[attr-defined] # noqa: SLF001


def _end(process: asyncio.subprocess.Process) -> None:
    """The process group: git's own children must not outlive it."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def readable(err: bytes) -> str:
    """What git said, without control characters, line by line."""
    lines = err.decode("utf-8", "replace").splitlines()
    return "\n".join(printable(line) for line in lines[:40])


def first_line(err: str) -> str:
    """The line that says what is wrong, without git's `fatal:`."""
    lines = [line for line in err.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))]
    line = (telling or lines or [""])[0]
    return line.removeprefix("fatal: ").removeprefix("error: ")
