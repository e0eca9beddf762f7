"""A process that is really ended for lack of memory, and what is told of it."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from .fakes import MIB

TOP = Path("/sys/fs/cgroup/memory")
LIMIT = 256 * MIB
SECONDS = 120

# Grows by 16 MiB at a time. Runs in place of a kernel.
GLUTTON = """
import time
held = []
while True:
    held.append(b"x" * (16 << 20))
    time.sleep(0.2)
"""

# A server in the group, with the real parts; it has no loop, and needs none.
SERVER = """
import json, logging, os, pathlib, subprocess, sys, threading, time
from functools import partial
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
from jupyterlab_commons.usage.build import build_parts
from jupyterlab_commons.usage.sampler import Outlets, Sampler
from jupyterlab_commons.usage.shapes import ConsumerRoot, Machine

sampled, told = threading.Event(), threading.Event()
samples = []

def publish(it):
    samples.append(it.sample)
    sampled.set()
    if it.sample["incidents"]:
        samples.append(time.monotonic())
        told.set()

def ask():
    sampler.roots_are(tuple(roots))

machine, log = Machine(), logging.getLogger()
roots = [ConsumerRoot("server", "server", "Jupyter", os.getpid())]
sampler = Sampler(
    make_parts=partial(
        build_parts, machine=machine, environ={}, home=pathlib.Path("/"), log=log
    ),
    outlets=Outlets(publish=publish, ask_roots=ask, peek_roots=lambda: None),
    machine=machine,
    log=log,
)
sampler.start()
sampled.wait(60)
glutton = subprocess.Popen([sys.executable, "-c", sys.argv[2]])
roots.append(
    ConsumerRoot("k", "kernel", "a.ipynb", glutton.pid, path="work/a.ipynb")
)
sampler.roots_changed()
glutton.wait(60)
ended = time.monotonic()
told.wait(60)
sampler.ask_to_stop()
sampler.join(10)
print(json.dumps({"late": samples[-1] - ended, "sample": samples[-2]}))
"""


@pytest.fixture
def group() -> Iterator[Path]:
    folder = TOP / f"commons-test-{secrets.token_hex(4)}"
    try:
        folder.mkdir()
    except OSError as reason:
        pytest.skip(f"no memory cgroup of version 1 can be made here: {reason}")
    (folder / "memory.limit_in_bytes").write_text(str(LIMIT))
    with suppress(OSError):
        # Else the glutton is moved to swap instead of being ended.
        (folder / "memory.memsw.limit_in_bytes").write_text(str(LIMIT))
    yield folder
    folder.rmdir()


def test_the_notebook_that_was_ended_is_named_with_what_it_held(group: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVER, str(group / "cgroup.procs"), GLUTTON],
        capture_output=True,
        timeout=SECONDS,
        check=True,
    )
    told: Any = json.loads(done.stdout)
    print("told", round(told["late"] * 1000), "ms after its end", done.stderr[-2000:])
    (incident,) = told["sample"]["incidents"].values()
    assert incident["kind"] == "out-of-memory"
    assert (incident["consumer"], incident["path"]) == ("k", "work/a.ipynb")
    assert incident["limit"] == LIMIT
    # The look before it knows nearly all; the limit is 256 MiB.
    assert 100 * MIB < incident["memory"] < LIMIT
    assert incident["largest"][0]["name"] == "a.ipynb"
    assert told["sample"]["memory"]["oomKills"] == 1
