"""Looks at the GPUs on a thread of its own, which a driver may hang."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from jupyterlab_commons.usage.shapes import GpuReading

from .descriptors import DescriptorScan
from .drm import DrmReader
from .holders import IDLE_BYTES
from .nvidia import NvidiaReader
from .nvml import LIBRARY

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping

    from jupyterlab_commons.usage.shapes import GpuUse, Machine

    from .look import Look

LIBRARY_SETTING = "COMMONS_NVML_LIBRARY"
PERIOD_SECONDS = 5.0
LEAST_PERIOD_SECONDS = 0.1
# A look that takes longer is one that does not come back.
STUCK_SECONDS = 3.0
# A longer pause is a machine that slept or a driver that hung; nobody knows
# what the GPUs did meanwhile.
MOST_BUSY_SPAN = 90.0


class GpuWatch:
    """All methods may be called from any thread, and none of them waits.

    The thread ends at once where no GPU can appear, and costs nothing from
    then on. A look that hangs is left alone: `latest()` goes on giving the last
    figures, with `GPU_STUCK` and the age they have, until it comes back.
    """

    def __init__(
        self,
        machine: Machine,
        environ: Mapping[str, str],
        log: logging.Logger,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        library = environ.get(LIBRARY_SETTING) or LIBRARY
        self._nvidia = NvidiaReader(library, machine, log)
        self._drm = DrmReader(machine)
        self._scan = DescriptorScan(machine)
        self._log = log
        self._clock = clock
        self._changed = threading.Condition()
        self._period = PERIOD_SECONDS
        self._stopping = False
        self._pids: dict[int, int] = {}
        # Replaced as a whole, so that a reader needs no lock.
        self._reading = GpuReading()
        self._look_began: float | None = None
        self._busy_seconds: dict[str, float] = {}
        self._looked_at: float | None = None
        self._failure: str | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, name="commons-gpus", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Does not wait for the thread, whose call may never come back."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def latest(self) -> GpuReading:
        reading, began = self._reading, self._look_began
        if began is None or self._clock() - began < STUCK_SECONDS:
            return reading
        return replace(reading, problems=(*reading.problems, "GPU_STUCK"))

    def every(self, seconds: float) -> None:
        """From now on; a shorter period begins with a look as soon as it is due."""
        with self._changed:
            self._period = max(seconds, LEAST_PERIOD_SECONDS)
            self._changed.notify_all()

    def look_at(self, pids: Mapping[int, int]) -> None:
        """Our processes, with the clock ticks since boot at which each started."""
        self._pids = dict(pids)

    def _run(self) -> None:
        self._look_began = self._clock()
        try:
            # Loading a library can hang too.
            looking = self._possible()
            while looking:
                self._look_began = self._clock()
                self._look_safely()
                self._look_began = None
                looking = self._wait()
        finally:
            self._look_began = None
            self._close()

    def _possible(self) -> bool:
        try:
            # Both, so that the library is loaded even where there is a DRM card.
            return any([self._nvidia.possible(), self._drm.possible()])
        except Exception as error:  # noqa: BLE001
            self._tell(error)
            return False

    def _close(self) -> None:
        try:
            self._nvidia.close()
        except Exception as error:  # noqa: BLE001
            self._tell(error)

    def _wait(self) -> bool:
        """Until the next look is due; False when there is none to come."""
        with self._changed:
            began = time.monotonic()
            while not self._stopping:
                rest = began + self._period - time.monotonic()
                if rest <= 0:
                    return True
                self._changed.wait(rest)
        return False

    def _look_safely(self) -> None:
        try:
            reading = self._look()
        except Exception as error:  # noqa: BLE001
            self._tell(error)
            reading = replace(self._reading, problems=("GPU_FAILED",))
        else:
            self._failure = None
        self._reading = reading

    def _look(self) -> GpuReading:
        now, at = self._clock(), int(time.time() * 1000)
        nvidia = self._nvidia.read(now, at)
        listed = {hold.pid for hold in nvidia.holds}
        wanted = self._drm.cards or in_use(nvidia)
        opened = self._scan.look(self._pids if wanted else {}, now, listed)
        drm = self._drm.read(now, opened)
        cards = {**nvidia.cards, **drm.cards}
        self._add_busy(cards, self._clock())
        return GpuReading(
            taken_at=at,
            gpus=cards,
            holds=(*nvidia.holds, *self._nvidia.held(opened), *drm.holds),
            busy_seconds=dict(self._busy_seconds),
            problems=(*nvidia.problems, *drm.problems),
        )

    def _add_busy(self, cards: Mapping[str, GpuUse], now: float) -> None:
        before, self._looked_at = self._looked_at, now
        for key, card in cards.items():
            if "busy" in card:
                total = self._busy_seconds.setdefault(key, 0.0)
                span = 0.0 if before is None else min(now - before, MOST_BUSY_SPAN)
                self._busy_seconds[key] = total + card["busy"] / 100 * max(span, 0.0)

    def _tell(self, error: Exception) -> None:
        """One line for each kind of failure, not one for each look."""
        if self._failure != repr(error):
            self._failure = repr(error)
            self._log.warning("The GPUs cannot be read: %r", error)


def in_use(look: Look) -> bool:
    """False: no process of ours can hold one of these, so none is looked at.

    The driver lists nobody and hardly any memory is used: H5 of `holders`.
    """
    return bool(look.holds) or any(
        card.get("memoryUsed", IDLE_BYTES + 1) > IDLE_BYTES
        for card in look.cards.values()
    )
