"""Real processes, counted against what the kernel says of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest

from jupyterlab_commons.usage.attribution import Attributor
from jupyterlab_commons.usage.shapes import (
    Attribution,
    ConsumerRoot,
    ConsumerUse,
    Machine,
)

from .process_trees import (
    MIB,
    Child,
    headline,
    is_alive,
    kernel,
    running,
    server,
    until,
)

Start = Callable[..., Child]

FILL = """
import os, sys
kept = bytearray(100 << 20)
for at in range(0, len(kept), 4096):
    kept[at] = 1
"""
# Says when it is ready, and ends when its input does.
WAIT = "print(flush=True); sys.stdin.read()\n"
FORKS = (
    FILL
    + """
ready, tell = os.pipe()
workers = []
for _ in range(8):
    pid = os.fork()
    if not pid:
        os.write(tell, b".")
        sys.stdin.read()
        os._exit(0)
    workers.append(pid)
    os.read(ready, 1)
"""
    + WAIT
    + "for pid in workers: os.waitpid(pid, 0)"
)
# Forks a child that works until it is told to stop, then tells what it has used.
BURNS = """
import os, subprocess, sys
code = "import sys, os, threading\\nstop = threading.Event()\\n" \
    "threading.Thread(target=lambda: (sys.stdin.readline(), stop.set())).start()\\n" \
    "while not stop.is_set(): sum(range(1000))"
child = subprocess.Popen([sys.executable, "-S", "-c", code], stdin=subprocess.PIPE)
print(flush=True)
sys.stdin.readline()
child.stdin.write(b"stop\\n")
child.stdin.close()
child.wait()
t = os.times()
print(t.user + t.system + t.children_user + t.children_system, flush=True)
sys.stdin.read()
"""
SHORT = """
import os, sys
print(flush=True)
sys.stdin.readline()
before = os.times()
while os.times().children_user - before.children_user < 0.5:
    pid = os.fork()
    if not pid:
        sum(range(1_000_000))
        os._exit(0)
    os.waitpid(pid, 0)
t = os.times()
print(t.user + t.system + t.children_user + t.children_system, flush=True)
sys.stdin.read()
"""
DAEMON = """
import os, sys
ready, tell = os.pipe()
if not os.fork():
    os.setsid()
    if os.fork():
        os._exit(0)
    os.write(tell, str(os.getpid()).encode())
    sys.stdin.read()
    os._exit(0)
os.wait()
print(os.read(ready, 99).decode(), flush=True)
sys.stdin.read()
"""


class Session:
    """An attributor whose clock the test moves."""

    def __init__(self) -> None:
        self.attributor = Attributor(Machine(), os.getpid())
        self.roots: list[ConsumerRoot] = [server(os.getpid())]
        self.now = 0.0

    def read(self, seconds: float = 1) -> Attribution:
        self.now += seconds
        return self.attributor.read(self.roots, headline(), self.now)

    def use(self, key: str = "a") -> ConsumerUse:
        return self.read().uses[key]


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.attributor.close()


@pytest.fixture
def start(session: Session) -> Iterator[Start]:
    """Starts code as a kernel with the key `a`; returns when it has said so."""
    with ExitStack() as stack:

        def run(code: str, key: str = "a", name: str = "/home/a.ipynb") -> Child:
            environ: Mapping[str, str] = {
                **os.environ,
                "JPY_SESSION_NAME": name,
                "JPY_PARENT_PID": str(os.getpid()),
            }
            process = stack.enter_context(running(code, environ))
            session.roots.append(kernel(key, process.pid))
            return process

        yield run


def told(process: Child) -> str:
    """Says something to a process, and waits for its answer."""
    process.tell()
    return process.hear()


def test_forked_workers_share_what_their_parent_had(
    session: Session, start: Start
) -> None:
    process = start(FORKS)
    process.hear()
    until(lambda: "MEMORY_ESTIMATED" not in session.read().problems, "all was read")
    use = session.use()
    assert use["processes"] == 9
    resident = sum(
        session.attributor._families.members[pid].anonymous
        for pid, owner in session.read().owner_of.items()
        if owner == "a"
    )
    assert resident > 850 * MIB
    assert 100 * MIB < use["memory"] < 160 * MIB
    assert use["peak"] < 160 * MIB


def test_one_that_works_shows_its_cores_and_counts_when_it_has_ended(
    session: Session, start: Start
) -> None:
    process = start(BURNS)
    process.hear()
    session.read()
    until(lambda: session.use().get("cpu", 0) > 0.01, "work is seen")
    used = float(told(process))
    until(lambda: session.use()["processes"] == 1, "the child has ended")
    counted = session.read().cpu_seconds["a"]
    assert counted == pytest.approx(used, abs=0.1)


def test_children_too_short_to_be_seen_count(session: Session, start: Start) -> None:
    process = start(SHORT)
    process.hear()
    session.read()
    used = float(told(process))
    assert used > 0.5
    assert session.read().cpu_seconds["a"] == pytest.approx(used, abs=0.1)


def test_a_daemon_is_found_by_its_environment_after_a_rename(
    session: Session, start: Start
) -> None:
    process = start(DAEMON)
    daemon = int(process.hear())
    session.roots[-1] = ConsumerRoot("a", "kernel", "b.ipynb", process.pid, "b.ipynb")
    use = session.read().uses["a"]
    assert (use["processes"], use["detached"]) == (2, 1)
    assert session.read().owner_of[daemon] == "a"


def test_a_daemon_of_two_kernels_of_one_name_is_nobodys(
    session: Session, start: Start
) -> None:
    first, second = start(DAEMON, "a"), start("import sys\n" + WAIT, "b")
    daemon = int(first.hear())
    second.hear()
    assert session.read().owner_of.get(daemon, "server") == "server"


def test_one_that_leads_a_session_of_its_own_stays_in_the_tree(
    session: Session, start: Start
) -> None:
    code = "import os, sys\npid = os.fork()\nif not pid: os.setsid()\n" + WAIT
    process = start(code)
    process.hear()
    process.hear()
    seen = session.read()
    assert list(seen.owner_of.values()).count("a") == 2
    assert seen.uses["a"]["detached"] == 0


def test_one_that_is_killed_is_gone_and_what_it_used_is_not(
    session: Session, start: Start
) -> None:
    process = start(FILL + WAIT)
    process.hear()
    before = session.read()
    assert before.uses["a"]["memory"] > 100 * MIB
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: session.use()["processes"] == 0, "it has ended")
    process.wait()
    after = session.read()
    assert process.pid not in after.owner_of
    assert after.uses["a"]["memory"] == 0
    assert after.uses["a"]["peak"] == before.uses["a"]["peak"]
    assert after.cpu_seconds["a"] >= before.cpu_seconds["a"] > 0


def test_a_kernel_thread_and_init_are_nobodys(session: Session) -> None:
    seen = session.read()
    assert 1 not in seen.owner_of
    assert seen.owner_of[os.getpid()] == "server"
    assert all(is_alive(pid) for pid in seen.owner_of)
