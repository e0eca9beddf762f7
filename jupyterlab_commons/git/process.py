"""One git process: what it says, record by record, and its certain end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError, printable

from .ending import ask_to_end

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

CHUNK_BYTES = 65_536
STDERR_BYTES = 16_384
_STDERR_LINES = 40
_KILL_SECONDS = 2
_USER_INFO = re.compile(r"(?<=://)[^/\s'\"]*@")


@dataclass(frozen=True)
class Limits:
    """What a command may take; at either bound its process group is ended."""

    seconds: float = 60
    stdout_bytes: int = 8 * 1024 * 1024


def too_slow(limits: Limits) -> CommonsError:
    return CommonsError("GIT_BUSY", f"it took longer than {limits.seconds:g} s")


async def started(
    starting: Coroutine[Any, Any, asyncio.subprocess.Process], *, gently: bool
) -> asyncio.subprocess.Process:
    """The process. Cancelled meanwhile, it is ended as any other one.

    asyncio would kill it, and its lock files would stay.
    """
    task = asyncio.ensure_future(starting)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(OSError, ValueError):
            await end_group(await task, gently=gently)
        raise


async def communicate(
    process: asyncio.subprocess.Process, stdin: bytes | None, most: int
) -> tuple[bytes, bytes, bool]:
    """Like `Process.communicate`, but no more than `most` bytes are ever held."""

    async def feed() -> None:
        if stdin is None or process.stdin is None:
            return
        # A command that has ended early says why by itself.
        with suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(stdin)
            await process.stdin.drain()
        process.stdin.close()

    fed = asyncio.ensure_future(feed())
    said = asyncio.ensure_future(read_some(process.stderr, STDERR_BYTES))
    try:
        out = await read_some(process.stdout, most + 1, rest=False)
        if len(out) > most:
            return out[:most], b"", True
        await fed
        return out, await said, False
    finally:
        fed.cancel()
        said.cancel()


async def read_some(
    reader: asyncio.StreamReader | None, most: int, *, rest: bool = True
) -> bytes:
    """The first `most` bytes; with `rest` the others are read and dropped."""
    data = bytearray()
    while reader is not None and (chunk := await reader.read(CHUNK_BYTES)):
        data += chunk[: most - len(data)]
        if len(data) >= most and not rest:
            break
    return bytes(data)


async def records(
    process: asyncio.subprocess.Process, separator: bytes, limits: Limits, until: float
) -> AsyncIterator[bytes]:
    """What lies between separators, until the loop's time `until`."""
    loop = asyncio.get_running_loop()
    assert process.stdout is not None  # noqa: S101
    rest, total = b"", 0
    while True:
        try:
            chunk = await asyncio.wait_for(
                process.stdout.read(CHUNK_BYTES), max(0.0, until - loop.time())
            )
        except (TimeoutError, asyncio.TimeoutError):
            raise too_slow(limits) from None
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


async def end_group(
    process: asyncio.subprocess.Process, *, gently: bool = False
) -> None:
    """End the process with its children, and close its pipes.

    One that writes is asked first: killed, it would leave its lock files behind,
    and the repository would be closed to everybody.
    """
    if gently and process.returncode is None:
        await ask_to_end(process.pid, lambda how: kill_group(process, how))
        await _ended(process)
    kill_group(process)
    # Closed by hand, or the pipes would wait for the collector; and the end of one
    # whose pipe is full and not read on would never be told.
    transport = process._transport  # type: ignore[attr-defined] # noqa: SLF001
    for number in range(3):
        if (pipe := transport.get_pipe_transport(number)) is not None:
            pipe.close()
    await _ended(process)
    transport.close()


async def _ended(process: asyncio.subprocess.Process) -> None:
    with suppress(TimeoutError, asyncio.TimeoutError):
        await asyncio.wait_for(process.wait(), _KILL_SECONDS)


def kill_group(
    process: asyncio.subprocess.Process, how: signal.Signals = signal.SIGKILL
) -> None:
    """Nothing that git has started outlives a command that is cut short.

    Git itself may be gone while a child of it still holds the pipe. Without such
    a child the group is no more, and its number may be somebody else's.
    """
    pipes = (process.stdout, process.stderr)
    held = any(pipe is not None and not pipe.at_eof() for pipe in pipes)
    if process.returncode is None or held:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, how)


def without_secrets(text: str) -> str:
    """Addresses without the name and the password or token that they carry."""
    return _USER_INFO.sub("", text)


def readable(err: bytes) -> str:
    """What git said, without control characters and secrets, line by line."""
    lines = without_secrets(err.decode("utf-8", "replace")).split("\n")
    return "\n".join(printable(line) for line in lines[:_STDERR_LINES])


def first_line(err: str) -> str:
    """The line that says what is wrong, without git's `fatal:`."""
    lines = [line for line in err.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))]
    line = (telling or lines or [""])[0]
    return line.removeprefix("fatal: ").removeprefix("error: ")
