"""Reads and writes the owner's shared files (rules F1, F2 and F5 of the protocol)."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import CommonsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_FILE_BYTES = 128 * 1024 * 1024
MAX_PATH_CHARS = 4096
NAME_BYTES = 255

# Where Jupyter keeps its own copies, one a file; file browsers do not show it.
CHECKPOINTS = ".ipynb_checkpoints"
BEFORE_STOP = "-before-stop"

# O_NONBLOCK: opening a pipe that nobody writes must not hang the server.
_READ = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_CREATE = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True)
class Content:
    """What a file held at one moment; `hash` is SHA-256 of its bytes, in hex."""

    text: str
    hash: str


@dataclass(frozen=True)
class Kept:
    """Where a copy was put, relative to the root, and its hash."""

    path: str
    hash: str


class Files:
    """Regular files below one root, named as JupyterLab names them.

    Every method blocks, so call it from a thread, one call at a time. Every
    refusal is a `CommonsError`.
    """

    def __init__(
        self,
        root: str,
        *,
        max_bytes: int = MAX_FILE_BYTES,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.root = root
        self.max_bytes = max_bytes
        self._now = now or (lambda: datetime.now().astimezone())

    def resolve(self, path: str) -> Path:
        """Where the file really is; it need not exist.

        Symlinks are followed first and compared afterwards, component by
        component: a prefix of characters would let `/home/al` into `/home/alice`.
        """
        parts = path.split("/")
        if (
            len(path) > MAX_PATH_CHARS
            or "\0" in path
            or any(part in ("", ".", "..") for part in parts)
            or (os.sep != "/" and os.sep in path)
        ):
            raise CommonsError("BAD_REQUEST", f"not a path below the root: {path}")
        root = os.path.realpath(self.root)
        try:
            real = Path(os.path.realpath(os.path.join(root, *parts)))
        except (OSError, ValueError) as reason:
            raise CommonsError("FILE_UNSHAREABLE", str(reason)) from reason
        if real == Path(root) or not real.is_relative_to(root):
            raise CommonsError("FILE_UNSHAREABLE", "it is outside your server's folder")
        return real

    def read(self, path: str) -> Content:
        data, _ = self._load(self.resolve(path))
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as reason:
            raise CommonsError("FILE_UNSHAREABLE", "it is not UTF-8") from reason
        return Content(text, _hash(data))

    def write(self, path: str, text: str, base_hash: str | None) -> str:
        """Put `text` in place of the version with `base_hash`; answer its hash.

        Either the whole of it is on disk afterwards or nothing has changed.
        Asking again after an answer was lost succeeds: a file that already
        holds `text` is left alone.
        """
        try:
            data = text.encode("utf-8")
        except UnicodeEncodeError as reason:
            raise CommonsError("BAD_REQUEST", "the content is not Unicode") from reason
        if len(data) > self.max_bytes:
            raise self._too_large()
        target = self.resolve(path)
        found = self._load_if_any(target)
        if found is not None and _hash(found[0]) == _hash(data):
            return _hash(data)
        _compare(None if found is None else _hash(found[0]), base_hash)
        if found is not None and not _may_write(target, found[1]):
            raise CommonsError("FILE_UNWRITABLE", "it is read-only")
        with _said_plainly("FILE_UNWRITABLE"):
            self._replace(target, data, None if found is None else found[1])
        return _hash(data)

    def keep(self, path: str) -> Kept:
        """Copy the file beside itself under a name that was free."""
        data, status = self._load(self.resolve(path))
        folder, _, name = path.rpartition("/")
        place = self.resolve(folder) if folder else Path(os.path.realpath(self.root))
        with _said_plainly("FILE_UNWRITABLE"):
            for free in self._names_for_copy(name):
                try:
                    _write_new(place / free, data, status)
                except FileExistsError:
                    continue
                _flush_folder(place)
                return Kept(f"{folder}/{free}" if folder else free, _hash(data))
        raise CommonsError("FILE_UNWRITABLE", "no free name for a copy")

    def keep_before_stop(self, path: str, most_bytes: int) -> int:
        """Copy the file as it is to Jupyter's checkpoints; answer its size.

        There is one such copy of a file: a newer one takes its place, whole or not
        at all.
        """
        source = self.resolve(path)
        with _said_plainly():
            if os.stat(source).st_size > most_bytes:
                raise CommonsError("TOO_LARGE", f"more than {most_bytes} bytes")
        data, status = self._load(source)
        folder, _, name = path.rpartition("/")
        checkpoints = f"{folder}/{CHECKPOINTS}" if folder else CHECKPOINTS
        stem, suffix = os.path.splitext(name)
        room = NAME_BYTES - len(os.fsencode(BEFORE_STOP + suffix))
        start = os.fsencode(stem)[:room].decode("utf-8", "ignore")
        with _said_plainly("FILE_UNWRITABLE"):
            place = self.resolve(checkpoints)
            os.makedirs(place, exist_ok=True)
            place /= f"{start}{BEFORE_STOP}{suffix}"
            temporary = place.with_name(f".commons-{secrets.token_hex(8)}.tmp")
            try:
                _write_new(temporary, data, status)
                os.replace(temporary, place)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)
        return len(data)

    def stamp(self, path: str) -> Stamp | None:
        """Change when the file may have changed; None while there is no such file."""
        try:
            status = os.stat(self.resolve(path), follow_symlinks=False)
        except (CommonsError, OSError):
            return None
        return _stamp(status) if stat.S_ISREG(status.st_mode) else None

    def hash_of(self, path: str) -> str | None:
        """Answer None while there is no such file, or none that may be read."""
        try:
            return _hash(self._load(self.resolve(path))[0])
        except CommonsError:
            return None

    def _names_for_copy(self, name: str) -> Iterator[str]:
        stem, suffix = os.path.splitext(name)
        moment = self._now().strftime("%Y%m%d-%H%M%S")
        for number in range(1, 1000):
            again = "" if number == 1 else f"-{number}"
            tail = f".outside-{moment}{again}{suffix}"
            room = NAME_BYTES - len(os.fsencode(tail))
            yield os.fsencode(stem)[:room].decode("utf-8", "ignore") + tail

    def _load_if_any(self, target: Path) -> tuple[bytes, os.stat_result] | None:
        try:
            return self._load(target)
        except CommonsError as refusal:
            if refusal.code == "FILE_MISSING":
                return None
            raise

    def _load(self, target: Path) -> tuple[bytes, os.stat_result]:
        with _said_plainly(), open(target, "rb", opener=_open_to_read) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise CommonsError("FILE_UNSHAREABLE", "it is not a regular file")
            data = file.read(self.max_bytes + 1)
        if len(data) > self.max_bytes:
            raise self._too_large()
        return data, status

    def _too_large(self) -> CommonsError:
        return CommonsError(
            "TOO_LARGE", f"a shared file may have {self.max_bytes} bytes"
        )

    def _replace(
        self, target: Path, data: bytes, before: os.stat_result | None
    ) -> None:
        temporary = target.with_name(f".commons-{secrets.token_hex(8)}.tmp")
        try:
            _write_new(temporary, data, before, attributes_of=target)
            if before is None:
                _publish_new(temporary, target)
            elif _stamp_or_none(target) != _stamp(before):
                raise CommonsError("FILE_CHANGED")
            else:
                os.replace(temporary, target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
        _flush_folder(target.parent)


def _open_to_read(path: str, _: int) -> int:
    return os.open(path, _READ)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _may_write(target: Path, status: os.stat_result) -> bool:
    """Whether its owner lets it be written; replacing it would ask the folder alone."""
    return bool(status.st_mode & 0o222) and os.access(target, os.W_OK)


def _stamp(status: os.stat_result) -> Stamp:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _stamp_or_none(target: Path) -> Stamp | None:
    try:
        return _stamp(os.stat(target, follow_symlinks=False))
    except FileNotFoundError:
        return None


def _compare(found: str | None, base: str | None) -> None:
    if found == base:
        return
    raise CommonsError("FILE_MISSING" if found is None else "FILE_CHANGED")


def _write_new(
    place: Path,
    data: bytes,
    like: os.stat_result | None,
    *,
    attributes_of: Path | None = None,
) -> None:
    """Create a file, flushed, with the mode and owner of `like` where allowed."""
    # Until the mode is set nobody else may look into a file that had been private.
    descriptor = os.open(place, _CREATE, 0o666 if like is None else 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if like is not None:
            _keep_owner_and_mode(descriptor, like)
            _keep_attributes(attributes_of, descriptor)
        os.fsync(descriptor)


def _keep_owner_and_mode(descriptor: int, like: os.stat_result) -> None:
    # The owner first: changing it clears the set-user-id bits of the mode.
    if hasattr(os, "fchown"):
        with contextlib.suppress(OSError):
            os.fchown(descriptor, like.st_uid, like.st_gid)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


def _keep_attributes(source: Path | None, descriptor: int) -> None:
    """Access lists and the like; a file system without them is a normal case."""
    if source is None or not hasattr(os, "listxattr"):
        return
    with contextlib.suppress(OSError):
        for name in os.listxattr(source):
            with contextlib.suppress(OSError):
                os.setxattr(descriptor, name, os.getxattr(source, name))


def _publish_new(temporary: Path, target: Path) -> None:
    """Give the file its name unless somebody took it meanwhile."""
    try:
        os.link(temporary, target)
    except FileExistsError as reason:
        raise CommonsError("FILE_CHANGED") from reason
    except OSError:
        # No hard links on this file system: a small race is all that remains.
        if target.exists():
            raise CommonsError("FILE_CHANGED") from None
        os.replace(temporary, target)


def _flush_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_MISSING = {errno.ENOENT, errno.ENOTDIR}


@contextlib.contextmanager
def _said_plainly(code: str = "FILE_UNSHAREABLE") -> Iterator[None]:
    """Turn what the operating system says into a refusal: FILE_MISSING or `code`."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as reason:
        why = os.strerror(reason.errno) if reason.errno else type(reason).__name__
        if reason.errno in _MISSING:
            raise CommonsError("FILE_MISSING") from reason
        raise CommonsError(code, why) from reason
