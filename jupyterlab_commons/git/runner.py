"""The only place that starts git.

Argument arrays and never a shell; settings and an environment under which what
lies in a repository cannot run a program (`defences.py`); limits on time and
output, by ending the whole process group; and lanes, so that a fetch never holds
up a look.

What no fixed word can switch off is what the repository itself names, such as
`filter.<name>.clean`. Before a command that could start it the list is read anew,
in the turn of that command: what is on it is switched off by name, or it is
exactly the list that the user has trusted, or the command is refused.
"""

from __future__ import annotations

import asyncio
import enum
import os
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from jupyterlab_commons.errors import CommonsError

from . import defences
from .process import (
    CHUNK_BYTES,
    STDERR_BYTES,
    Limits,
    communicate,
    end_group,
    first_line,
    read_some,
    readable,
    records,
    started,
    too_slow,
)
from .programs import FILTERING, NETWORK, read_programs, read_settings

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Awaitable,
        Callable,
        Mapping,
        Sequence,
    )
    from pathlib import Path

    from .programs import Programs, Setting

__all__ = ["GitRunner", "Lane", "Limits", "Repo", "Result"]

_READ_AT_A_TIME = 4
_BACKGROUND_NICENESS = 19
_STDIN = {True: asyncio.subprocess.PIPE, False: asyncio.subprocess.DEVNULL}
_SETTINGS = Limits(seconds=10, stdout_bytes=2 * 1024 * 1024)


class Lane(enum.Enum):
    """Where a command waits: with the reads, the writes, or the slow network.

    What nobody waits for is in the background and yields to all else.
    """

    READ = "read"
    WRITE = "write"
    NETWORK = "network"
    BACKGROUND = "background"


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
    """One repository, found and checked by `repository.Repositories`."""

    top: Path
    git_dir: Path
    # The folder as the contents API names it.
    path: str
    # Of a linked work tree the main one's: there are objects, refs and hooks.
    common: Path
    trusted: bool = False
    # Of the programs that were listed when it was opened.
    seal: str = ""

    @property
    def ceiling(self) -> Path:
        """Git does not look for a repository here or above."""
        return self.top.parent

    @property
    def place(self) -> Mapping[str, str]:
        """Whatever a `core.worktree` says by now, files are those below `top`."""
        return {"GIT_WORK_TREE": str(self.top)}


@dataclass
class _Lanes:
    """Of one repository. Held by the commands that use them, then forgotten."""

    read: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_READ_AT_A_TIME)
    )
    write: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    network: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    background: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    def of(self, lane: Lane) -> asyncio.Semaphore:
        return {
            Lane.READ: self.read,
            Lane.WRITE: self.write,
            Lane.NETWORK: self.network,
            Lane.BACKGROUND: self.background,
        }[lane]

    __hash__ = object.__hash__


@dataclass(frozen=True)
class _Command:
    """What is started: git's words after its name, and what it finds around it."""

    words: list[str | bytes]
    env: dict[str, str]


class GitRunner:
    """Starts git for one user's server, on its event loop."""

    def __init__(
        self, *, environ: Mapping[str, str] | None = None, git: str = "git"
    ) -> None:
        self._git = git
        self._environ = defences.clean_environment(
            os.environ if environ is None else environ
        )
        self._lanes: WeakValueDictionary[Path, _Lanes] = WeakValueDictionary()
        # How many have been started; a panel at rest must not raise it.
        self.started = 0
        # Who works in the background makes way; awaited before a write begins.
        self.before_write: Callable[[Repo], Awaitable[None]] | None = None

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
        """Run to the end.

        GIT_BUSY: it took too long. GIT_UNTRUSTED: it needs programs that nobody
        has trusted. GIT_MOVED: they are others than those that were trusted.
        `worktree` says that files are read or written, where the verb does not;
        `hooks` lets a trusted repository's run.
        """
        async with self._turn(repo, lane):
            command = await self._command(
                repo, args, lane=lane, worktree=worktree, hooks=hooks
            )
            command.env.update(env or {})
            if lane in (Lane.WRITE, Lane.NETWORK) and self.before_write is not None:
                await self.before_write(repo)
            return await self._run(repo, command, lane, stdin, limits or Limits())

    async def _run(
        self,
        repo: Repo,
        command: _Command,
        lane: Lane,
        stdin: bytes | None,
        limits: Limits,
    ) -> Result:
        piped = stdin is not None
        async with self._process(repo, command, lane=lane, piped=piped) as process:
            if lane is Lane.BACKGROUND:
                with suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, process.pid, _BACKGROUND_NICENESS)
            try:
                out, err, cut = await asyncio.wait_for(
                    communicate(process, stdin, limits.stdout_bytes), limits.seconds
                )
            except (TimeoutError, asyncio.TimeoutError):
                raise too_slow(limits) from None
            if cut:
                await end_group(process)
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
        async with self._turn(repo, Lane.READ):
            command = await self._command(repo, args, lane=Lane.READ)
            async with self._process(repo, command, lane=Lane.READ) as process:
                said = asyncio.ensure_future(read_some(process.stderr, STDERR_BYTES))
                try:
                    async for record in records(process, separator, limits, until):
                        yield record
                    code = await process.wait()
                    Result(code, b"", readable(await said)).expect(0)
                finally:
                    said.cancel()

    async def settings(self, repo: Repo) -> list[Setting]:
        """Git's configuration as it is now, all of it or a refusal."""
        listing = ["config", "--list", "--show-scope", "-z"]
        command = _Command([*defences.prefix(), *listing], dict(repo.place))
        done = await self._run(repo, command, Lane.READ, None, _SETTINGS)
        if done.cut:
            raise CommonsError("GIT_FAILED", "its configuration is too large")
        return read_settings(done.expect().out)

    async def programs(
        self, repo: Repo, settings: Sequence[Setting] | None = None
    ) -> Programs:
        """What it would start, as of now."""
        if settings is None:
            settings = await self.settings(repo)
        return await asyncio.to_thread(read_programs, settings, repo.top, repo.common)

    async def _command(
        self,
        repo: Repo,
        args: Sequence[str | bytes],
        *,
        lane: Lane,
        worktree: bool = False,
        hooks: bool = False,
    ) -> _Command:
        words = defences.with_options(args)
        # Hooks look for their repository themselves, and elsewhere, too.
        env = {} if hooks else dict(repo.place)
        reads_objects = words[0] in defences.DATABASE_VERBS and not worktree
        if reads_objects and not hooks and lane is not Lane.NETWORK:
            return _Command([*defences.prefix(), *words], env)
        now = await self.programs(repo)
        trusted = repo.trusted and not (now.seal and now.seal != repo.seal)
        if repo.trusted and not trusted:
            raise CommonsError("GIT_MOVED", "it would run something else by now")
        if not trusted:
            filters = lane in (Lane.WRITE, Lane.NETWORK) and (
                worktree or words[0] in defences.FILTERING_VERBS
            )
            _refuse_programs(now, lane, filters=filters, hooks=hooks)
            env |= defences.as_environment(now.blanks, self._environ)
        prefix = defences.prefix(restricted=not trusted, hooks=hooks)
        return _Command([*prefix, *words], env)

    @asynccontextmanager
    async def _turn(self, repo: Repo, lane: Lane) -> AsyncIterator[None]:
        lanes = self._lanes.get(repo.git_dir)
        if lanes is None:
            lanes = self._lanes[repo.git_dir] = _Lanes()
        async with lanes.of(lane):
            yield

    @asynccontextmanager
    async def _process(
        self, repo: Repo, command: _Command, *, lane: Lane, piped: bool = False
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await self.start(
            repo.top,
            command.words,
            lane=lane,
            env=command.env,
            ceiling=repo.ceiling,
            piped=piped,
        )
        try:
            yield process
        finally:
            await end_group(process, gently=lane is not Lane.READ)

    async def quiet(self, repo: Repo) -> None:
        """Returns when nothing writes into the repository."""
        for lane in (Lane.WRITE, Lane.NETWORK):
            async with self._turn(repo, lane):
                pass

    async def start(
        self,
        folder: Path,
        args: Sequence[str | bytes],
        *,
        lane: Lane = Lane.READ,
        env: Mapping[str, str] | None = None,
        ceiling: Path | None = None,
        piped: bool = True,
        pipes: tuple[int, int] | None = None,
    ) -> asyncio.subprocess.Process:
        """Start git in a folder. For this package alone; the caller ends it.

        `pipes`: what it reads and writes, where that is not the event loop's.
        """
        network = lane is Lane.NETWORK
        environ = {
            **self._environ,
            **(defences.ONLINE if network else defences.OFFLINE),
            **(env or {}),
        }
        if ceiling is not None:
            environ["GIT_CEILING_DIRECTORIES"] = str(ceiling)
        self.started += 1
        stdin, stdout = pipes or (_STDIN[piped], asyncio.subprocess.PIPE)
        try:
            starting = asyncio.create_subprocess_exec(
                self._git,
                *args,
                cwd=folder,
                env=environ,
                stdin=stdin,
                stdout=stdout,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                limit=CHUNK_BYTES,
            )
            return await started(starting, gently=lane is not Lane.READ)
        except ValueError:
            raise CommonsError("BAD_REQUEST", "git cannot be told this") from None
        except OSError as reason:
            raise _not_started(reason, folder) from None

    async def version(self, folder: Path) -> bytes | None:
        """What git says of itself; None where there is none."""
        try:
            process = await self.start(folder, ["version"], piped=False)
        except CommonsError:
            return None
        try:
            said = communicate(process, None, CHUNK_BYTES)
            out, _, _ = await asyncio.wait_for(said, _SETTINGS.seconds)
        except (TimeoutError, asyncio.TimeoutError):
            return None
        finally:
            await end_group(process)
        return out


def _not_started(reason: OSError, folder: Path) -> CommonsError:
    if not folder.is_dir():
        return CommonsError("GIT_MOVED", "its folder is gone")
    if isinstance(reason, FileNotFoundError):
        return CommonsError("GIT_FAILED", "git is not installed here")
    return CommonsError("GIT_FAILED", str(reason.strerror))


def _refuse_programs(
    programs: Programs, lane: Lane, *, filters: bool, hooks: bool
) -> None:
    """GIT_UNTRUSTED where the command means something only with them."""
    keys = [each.key for each in programs.shown if hooks and each.scope == "hook"]
    if lane is Lane.NETWORK:
        keys += programs.matching(NETWORK)
    if filters:
        keys += programs.matching(FILTERING)
    if hooks or keys:
        raise CommonsError("GIT_UNTRUSTED", ", ".join(keys) or "hooks")
