"""A program that is started, looked at now and then, and ended when it is late."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_OUTPUT = 1 << 16
_MOST_READS = 4


class Job:
    """Nothing here waits, but `close`."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], until: float
    ) -> None:
        """Raises OSError or ValueError where it cannot be started."""
        self._until = until
        self._output = b""
        self.late = False
        self._process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Not the home, whose files Python would take for modules.
            cwd="/",
            env=dict(environ),
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101
        self._pipe = self._process.stdout
        os.set_blocking(self._pipe.fileno(), False)

    def poll(self, now: float) -> bytes | None:
        """What it has printed, once it has ended; `late` tells that it was made to."""
        # Looked at first: what it prints before it ends is then in the pipe.
        ended = self._process.poll() is not None
        self._read()
        if ended:
            self._pipe.close()
            return self._output
        if now > self._until and not self.late:
            self.late = True
            self._kill()
        return None

    def _read(self) -> None:
        with suppress(OSError):
            # Whoever prints on and on waits for the next look, and is late at last.
            for _ in range(_MOST_READS):
                data = os.read(self._pipe.fileno(), _MOST_OUTPUT)
                self._output += data[: _MOST_OUTPUT - len(self._output)]

    def _kill(self) -> None:
        """With all that it has started."""
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Waits a little for the end; who is stuck in the kernel is left to it."""
        if self._process.poll() is None:
            self._kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
        self._pipe.close()
