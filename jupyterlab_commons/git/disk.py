"""Reads and replaces a file of the work tree, never through a link.

Folder by folder with open handles, so that a link put there meanwhile leads
nowhere. All of it blocks: for a thread.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES = 128 * 1024 * 1024
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe would wait for its other end.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_EXECUTABLE = 0o100


@dataclass(frozen=True)
class DiskFile:
    """What a file held at one moment."""

    data: bytes
    status: os.stat_result

    @property
    def mode(self) -> str:
        """As git writes it."""
        return "100755" if self.status.st_mode & _EXECUTABLE else "100644"


def read_file(top: Path, path: bytes, most: int = MAX_BYTES) -> DiskFile | None:
    """None where nothing is; what is no ordinary file is refused in words."""
    with _in_words():
        try:
            with _folder_of(top, path) as (folder, name):
                return _read(folder, name, most)
        except FileNotFoundError:
            return None


def replace_file(
    top: Path, path: bytes, data: bytes, before: DiskFile | None, *, executable: bool
) -> bool:
    """Whole or not at all. False: the file is no longer as it was `before`.

    A file that is there keeps its mode and owner; folders that lack are made.
    """
    with _in_words(), _folder_of(top, path, make=True) as (folder, name):
        temporary = f".commons-{secrets.token_hex(8)}.tmp".encode()
        try:
            _write(folder, temporary, data, before, executable=executable)
            return _publish(folder, temporary, name, before)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)


def _read(folder: int, name: bytes, most: int) -> DiskFile:
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    _refuse_unless_ordinary(found)
    with open(os.open(name, _READ, dir_fd=folder), "rb") as file:
        found = os.fstat(file.fileno())
        _refuse_unless_ordinary(found)
        data = file.read(most + 1)
    if len(data) > most:
        raise CommonsError("TOO_LARGE", f"the file has more than {most} bytes")
    return DiskFile(data, found)


def _refuse_unless_ordinary(found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise CommonsError("GIT_REFUSED", "a link is there, not a file")
    if stat.S_ISDIR(found.st_mode):
        raise CommonsError("GIT_REFUSED", "a folder is there, not a file")
    if not stat.S_ISREG(found.st_mode):
        raise CommonsError("GIT_REFUSED", "what is there is no ordinary file")


def _write(
    folder: int, name: bytes, data: bytes, before: DiskFile | None, *, executable: bool
) -> None:
    plain = 0o777 if executable else 0o666
    # Until the mode is set nobody else may look into a file that had been private.
    mode = 0o600 if before is not None else plain
    with open(os.open(name, _CREATE, mode, dir_fd=folder), "wb") as file:
        file.write(data)
        file.flush()
        if before is not None:
            with suppress(OSError):
                os.fchown(file.fileno(), before.status.st_uid, before.status.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(before.status.st_mode))
        os.fsync(file.fileno())


def _publish(
    folder: int, temporary: bytes, name: bytes, before: DiskFile | None
) -> bool:
    if before is None:
        try:
            os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except FileExistsError:
            return False
        except OSError:
            # No hard links on this file system: a small race is all that remains.
            if _status(folder, name) is not None:
                return False
            os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        now = _status(folder, name)
        if now is None or _stamp(now) != _stamp(before.status):
            return False
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    with suppress(OSError):
        os.fsync(folder)
    return True


def _status(folder: int, name: bytes) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@contextmanager
def _folder_of(
    top: Path, path: bytes, *, make: bool = False
) -> Iterator[tuple[int, bytes]]:
    """The folder of a file, held open, and the file's name in it."""
    *parts, name = path.split(b"/")
    handle = os.open(top, _FOLDER)
    try:
        for part in parts:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=handle)
            inner = os.open(part, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner
            if _status(handle, b".git") is not None:
                raise CommonsError(
                    "GIT_REFUSED", "it lies in a folder that is another repository"
                )
        yield handle, name
    finally:
        os.close(handle)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except OSError as reason:
        if reason.errno in (errno.ELOOP, errno.ENOTDIR):
            raise CommonsError(
                "GIT_REFUSED", "on the way to it lies a link or a file, not a folder"
            ) from None
        if isinstance(reason, (FileNotFoundError, FileExistsError)):
            raise
        raise CommonsError("GIT_REFUSED", str(reason.strerror)) from None
