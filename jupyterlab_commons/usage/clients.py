"""Which pages look, how often, and what each of them has been told. On the loop."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from .cadence import HEADLINE_SECONDS
from .deltas import SAMPLE_RULES, NotPatchableError, merge_patch, settled

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future, TimerHandle
    from collections.abc import Callable

    from .cadence import View
    from .deltas import Json
    from .shapes import UsageSample

MAX_CLIENTS = 20
# Frames of a page are some dozens of characters.
MAX_REQUEST_CHARS = 1024
HEARTBEAT_SECONDS = 10
# Ticks are not exact; one that comes this much early is not passed over.
EARLY_SECONDS = 0.3
# A look that is this much late says that the sampler is held up.
LATE_SECONDS = 3
VIEWS: tuple[View, ...] = ("none", "status", "panel")


class Source(Protocol):
    """Where samples come from; every call returns at once."""

    def look(self, view: View) -> None: ...
    def ask_history(self, reply: Callable[[str], None]) -> None: ...
    def scan(self) -> None: ...


class Client:
    """One page. At most one frame is on its way; the next is made when it is out.

    So a slow reader costs one frame of memory, and what it then gets is the
    newest state and nothing between.
    """

    def __init__(self, clients: Clients, write: Callable[[str], Future[None]]) -> None:
        self._clients = clients
        self._write = write
        self.view: View = "none"
        self._told: Json | None = None
        self._told_at = float("-inf")
        self._looked_at = float("-inf")
        self._newest: UsageSample | None = None
        self._history: str | None = None
        self._history_asked = False
        self._writing = False
        self._closed = False

    def look(self, view: View) -> None:
        """How often the page looks from now on."""
        self.view = view
        self._looked_at = float("-inf")
        self._newest = None
        if view == "panel" and not self._history_asked:
            self._history_asked = True
            self._clients.source.ask_history(self._take_history)
        self._clients.views_changed()
        if view != "none" and self._clients.latest is not None:
            self.offer(self._clients.latest)

    def offer(self, sample: UsageSample) -> None:
        """A sample is there; one too early for this view is passed over."""
        if self.view == "none":
            return
        now = self._clients.now()
        early = now - self._looked_at < HEADLINE_SECONDS[self.view] - EARLY_SECONDS
        if not early or self._urgent(sample):
            self._looked_at = now
            self._newest = sample
            self._send()

    def scan(self) -> None:
        """Measure the folders of the home now."""
        self._clients.source.scan()

    def close(self) -> None:
        self._closed = True
        self._newest = self._history = None
        self._clients.remove(self)

    def _urgent(self, sample: UsageSample) -> bool:
        """Worth a frame before its time: something ended."""
        told = self._told
        return (
            told is not None and told["incidents"].keys() != sample["incidents"].keys()
        )

    def _take_history(self, text: str) -> None:
        if not self._closed:
            self._history = text
            self._send()

    def _send(self) -> None:
        if self._writing or self._closed or self.view == "none":
            return
        text = self._next_frame()
        if text is None:
            return
        self._writing = True
        try:
            self._write(text).add_done_callback(self._written)
        except Exception:  # noqa: BLE001
            # The socket is closing; its end comes as `close`.
            self._closed = True

    def _written(self, done: Future[None]) -> None:
        self._writing = False
        if done.cancelled() or done.exception() is not None:
            self._closed = True
        self._send()

    def _next_frame(self) -> str | None:
        sample, self._newest = self._newest, None
        frame = None if sample is None else self._frame(sample)
        if frame is not None:
            self._told_at = self._clients.now()
            return json.dumps(frame, separators=(",", ":"))
        if self._told is not None:
            history, self._history = self._history, None
            return history
        return None

    def _frame(self, sample: UsageSample) -> Json | None:
        before = self._told
        if before is None:
            self._told = settled({}, sample, SAMPLE_RULES)
            return {"full": self._told}
        if before["problems"] != sample["problems"]:
            # Figures may have stopped; their age must be right.
            before = {**before, "gpusAt": None, "consumersAt": None}
        after = settled(before, sample, SAMPLE_RULES)
        try:
            patch = merge_patch(self._told or {}, after)
        except NotPatchableError:
            self._told = after
            return {"full": after}
        waited = self._clients.now() - self._told_at
        if patch.keys() <= {"at"} and waited < HEARTBEAT_SECONDS - EARLY_SECONDS:
            return None
        self._told = after
        return {"patch": {"at": after["at"], **patch}}


class Clients:
    """All pages of this server, and the one thread that they share."""

    def __init__(self, source: Source, loop: AbstractEventLoop) -> None:
        self.source = source
        self.latest: UsageSample | None = None
        self._loop = loop
        self._all: list[Client] = []
        self._view: View = "none"
        self._timer: TimerHandle | None = None
        self._stale: Callable[[], UsageSample] | None = None

    def now(self) -> float:
        return self._loop.time()

    @property
    def full(self) -> bool:
        return len(self._all) >= MAX_CLIENTS

    def add(self, write: Callable[[str], Future[None]]) -> Client:
        """A page that does not look yet."""
        client = Client(self, write)
        self._all.append(client)
        return client

    def remove(self, client: Client) -> None:
        if client in self._all:
            self._all.remove(client)
            self.views_changed()

    def views_changed(self) -> None:
        """The page that looks most often sets the pace."""
        views = [client.view for client in self._all]
        view: View = max(views, key=VIEWS.index, default="none")
        if view != self._view:
            self._view = view
            self.source.look(view)
            if view == "none":
                # It grows old while nobody looks.
                self.latest = None
            self._watch()

    def publish(self, sample: UsageSample) -> None:
        self.latest = sample if self._view != "none" else None
        self._offer(sample)
        self._watch()

    def on_silence(self, stale: Callable[[], UsageSample]) -> None:
        """What to say when the sampler is held up while somebody looks."""
        self._stale = stale

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._stale = None

    def _watch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._view != "none" and self._stale is not None:
            wait = HEADLINE_SECONDS[self._view] + LATE_SECONDS
            self._timer = self._loop.call_later(wait, self._silent)

    def _silent(self) -> None:
        if self._stale is not None:
            self._offer(self._stale())
        self._watch()

    def _offer(self, sample: UsageSample) -> None:
        for client in list(self._all):
            client.offer(sample)


def read_request(text: str) -> tuple[View | None, bool]:
    """View and scan of a frame; ValueError when it is none of the protocol's."""
    if len(text) > MAX_REQUEST_CHARS:
        raise ValueError("too long")
    frame: Any = json.loads(text)
    if not isinstance(frame, dict):
        raise ValueError("a frame must be a JSON object")  # noqa: TRY004
    view, scan = frame.get("view"), frame.get("scan", False)
    if view is not None and view not in VIEWS:
        raise ValueError("view")
    if not isinstance(scan, bool):
        raise ValueError("scan")  # noqa: TRY004
    return view, scan
