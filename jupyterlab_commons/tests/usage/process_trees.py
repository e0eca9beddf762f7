"""Processes to attribute: a folder that looks like /proc, and real ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jupyterlab_commons.usage.attribution import Attributor
from jupyterlab_commons.usage.processes import PAGE_BYTES
from jupyterlab_commons.usage.shapes import ConsumerRoot, Headline, Machine, Where

MIB = 1 << 20
SERVER_PID = 100


def headline(
    where: Where = "host",
    *,
    anonymous: int | None = None,
    cpu_seconds: float | None = None,
    own: bool = True,
) -> Headline:
    return Headline(where, {}, {}, None, cpu_seconds, anonymous, own=own)


def server(pid: int = SERVER_PID) -> ConsumerRoot:
    return ConsumerRoot("server", "server", "Jupyter", pid)


def kernel(key: str, pid: int | None, *, remote: bool = False) -> ConsumerRoot:
    return ConsumerRoot(key, "kernel", f"{key}.ipynb", pid, remote=remote)


def terminal(key: str, pid: int | None) -> ConsumerRoot:
    return ConsumerRoot(key, "terminal", key, pid)


@dataclass
class FakeProcess:
    pid: int
    parent: int
    session: int
    group: int
    start: int
    environ: dict[str, str]
    name: str = "python"
    state: str = "S"
    own: int = 0
    waited: int = 0
    anonymous: int = MIB
    # Of `anonymous`; the rest is shared with others.
    share: int | None = None
    alone: int | None = None
    threads: int = 1
    children: list[int] = field(default_factory=list)


class ProcTree:
    """What a kernel would show of processes that do as they are told."""

    def __init__(self, root: Path, *, lists_children: bool = True) -> None:
        self.machine = Machine(root)
        self.lists_children = lists_children
        self.processes: dict[int, FakeProcess] = {}
        # Ticks that all processes have ever used.
        self.used = 0
        self._next = SERVER_PID
        self._shown: dict[int, dict[str, str]] = {}
        self._clock = 1000
        machine_kib = 64 << 20
        (root / "proc").mkdir()
        (root / "proc" / "meminfo").write_text(f"MemTotal: {machine_kib:>15} kB\n")
        self.spawn(0, pid=1, name="init")
        self.spawn(1)

    def spawn(
        self,
        parent: int = SERVER_PID,
        *,
        pid: int | None = None,
        leads: bool = False,
        environ: Mapping[str, str] | None = None,
        name: str = "python",
        anonymous: int = MIB,
    ) -> int:
        """A child; it `leads` a session of its own, or is in its parent's."""
        if pid is None:
            pid, self._next = self._next, self._next + 1
        self._clock += 1
        above = self.processes.get(parent)
        session = pid if leads or above is None else above.session
        group = pid if leads or above is None else above.group
        inherited = {} if above is None else above.environ
        process = FakeProcess(
            pid, parent, session, group, self._clock, {**inherited, **(environ or {})}
        )
        process.name, process.anonymous = name, anonymous
        self.processes[pid] = process
        if above is not None:
            above.children.append(pid)
            self.show(parent)
        self.show(pid)
        return pid

    def kernel(self, name: str, parent: int = SERVER_PID) -> int:
        """As Jupyter starts one."""
        environ = {"JPY_SESSION_NAME": name, "JPY_PARENT_PID": str(SERVER_PID)}
        return self.spawn(parent, leads=True, environ=environ)

    def burn(self, pid: int, ticks: int) -> None:
        self.processes[pid].own += ticks
        self.used += ticks
        self.show(pid)

    def allocate(
        self,
        pid: int,
        anonymous: int,
        share: int | None = None,
        alone: int | None = None,
    ) -> None:
        process = self.processes[pid]
        process.anonymous, process.share, process.alone = anonymous, share, alone
        self.show(pid)

    def die(self, pid: int) -> None:
        """It is a zombie until its parent waits for it; its children become init's."""
        process = self.processes[pid]
        process.state, process.anonymous = "Z", 0
        for child in process.children:
            self.processes[child].parent = 1
            self.processes[1].children.append(child)
            self.show(child)
        process.children = []
        self.show(pid)
        self.show(1)
        for child in list(self.processes[1].children):
            if self.processes[child].state == "Z":
                self.reap(child)

    def reap(self, pid: int, *, counted: bool = True) -> None:
        """Its parent waits for it; not counted, where that ignores SIGCHLD."""
        process = self.processes.pop(pid)
        parent = self.processes[process.parent]
        parent.children.remove(pid)
        if counted:
            parent.waited += process.own + process.waited
        shutil.rmtree(self._folder(pid))
        del self._shown[pid]
        self.show(parent.pid)

    def end(self, pid: int) -> None:
        self.die(pid)
        if pid in self.processes:
            self.reap(pid)

    def daemonise(self, pid: int) -> None:
        """It leaves its parent, its session and its group, as daemons do."""
        process = self.processes[pid]
        self.processes[process.parent].children.remove(pid)
        self.show(process.parent)
        process.parent, process.session, process.group = 1, pid, pid
        self.processes[1].children.append(pid)
        self.show(pid)
        self.show(1)

    def show(self, pid: int) -> None:
        p = self.processes[pid]
        own = (p.own - p.own // 3, p.own // 3)
        waited = (p.waited - p.waited // 4, p.waited // 4)
        pages = p.anonymous // PAGE_BYTES
        share = p.anonymous if p.share is None else p.share
        alone = share if p.alone is None else p.alone
        if self.lists_children:
            children = "".join(f"{child} " for child in p.children)
            self._write(pid, f"task/{pid}/children", children)
        self._write(
            pid,
            "stat",
            f"{pid} ({p.name}) {p.state} {p.parent} {p.group} {p.session} 0 -1 0"
            f" 0 0 0 0 {own[0]} {own[1]} {waited[0]} {waited[1]} 20 0"
            f" {p.threads} 0 {p.start} 0 0\n",
        )
        self._write(pid, "statm", f"{pages + 900} {pages + 500} 500 1 0 9 0\n")
        self._write(
            pid,
            "smaps_rollup",
            "5500-7ffe ---p 00000000 00:00 0                          [rollup]\n"
            f"Pss:            {share // 1024 + 777} kB\nPss_Anon: {share // 1024} kB\n"
            f"Private_Clean: 0 kB\nPrivate_Dirty: {alone // 1024} kB\n",
        )
        environ = "".join(f"{name}={value}\0" for name, value in p.environ.items())
        self._write(pid, "environ", environ)

    def file(self, pid: int, name: str) -> Path:
        """To be spoilt by a test; it is as it should be when it is shown again."""
        self._shown[pid].pop(name, None)
        return self._folder(pid) / name

    def _write(self, pid: int, name: str, text: str) -> None:
        shown = self._shown.setdefault(pid, {})
        if shown.get(name) != text:
            path = self._folder(pid) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            shown[name] = text

    def attributor(self, uid: int | None = None) -> Attributor:
        return Attributor(self.machine, SERVER_PID, uid)

    def _folder(self, pid: int) -> Path:
        return self.machine.proc / str(pid)


class Child:
    """A Python process that is talked to in lines."""

    def __init__(self, code: str, environ: Mapping[str, str] | None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=environ,
        )
        self.pid = self._process.pid

    def hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def tell(self, line: str = "") -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def wait(self) -> None:
        self._process.wait(60)

    def end(self) -> None:
        """Its input ends; one that does not take the hint is killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._process.stdout.close()


@contextmanager
def running(code: str, environ: Mapping[str, str] | None = None) -> Iterator[Child]:
    """Ends when its input does."""
    child = Child(code, environ)
    try:
        yield child
    finally:
        child.end()


def until(check: Callable[[], bool], what: str) -> None:
    """Waits for something that will be so, however busy the machine is."""
    limit = time.monotonic() + 120
    while not check():
        assert time.monotonic() < limit, f"never: {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
