"""A sampler whose thread never runs, with a clock that the tests move."""

from __future__ import annotations

from jupyterlab_commons.usage.sampler import Outlets, Sampler, Told
from jupyterlab_commons.usage.shapes import ConsumerRoot, Machine

from .fakes import LOG, FakeClock, Fakes

KERNEL = ConsumerRoot("k", "kernel", "a.ipynb", 100, path="a.ipynb", state="idle")
SERVER = ConsumerRoot("server", "server", "Jupyter", 1)


class Bench:
    """Each step of the sampler is a call."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.fakes = Fakes()
        self.told: list[Told] = []
        self.asked: list[float] = []
        self.peeked = 0
        self.answers = True
        self.roots: tuple[ConsumerRoot, ...] = (SERVER, KERNEL)
        self.cost = 0.0
        self.sampler = Sampler(
            make_parts=lambda guard: self.fakes.parts(),
            outlets=Outlets(
                publish=self.told.append, ask_roots=self._ask, peek_roots=self._peek
            ),
            machine=Machine(),
            log=LOG,
            clock=self.clock,
        )
        self.sampler._open()

    def _ask(self) -> None:
        self.asked.append(self.clock.now())
        if self.answers:
            self.sampler.roots_are(self.roots)

    def _peek(self) -> None:
        self.peeked += 1

    def tick(self) -> None:
        sleeper = self.sampler._sleeper
        assert self.sampler._tick()
        while sleeper._event.is_set():
            sleeper.sleep(0)
            assert self.sampler._tick()

    def run(self, seconds: float) -> None:
        """As the thread would: sleep until something is due, then do it."""
        end = self.clock.seconds + seconds
        self.tick()
        while (due := self.clock.seconds + self.sampler._wait()) <= end:
            self.clock.seconds = max(due, self.clock.seconds + 0.001)
            self.tick()
        self.clock.seconds = end

    def close(self) -> None:
        self.sampler._close()

    def count(self, seconds: float) -> tuple[int, int]:
        """Reads of the headline and of the processes in that time."""
        before = self.fakes.headline.reads, self.fakes.attribution.reads
        self.run(seconds)
        return (
            self.fakes.headline.reads - before[0],
            self.fakes.attribution.reads - before[1],
        )
