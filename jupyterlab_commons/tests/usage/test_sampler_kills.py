"""Whoever is ended for memory, or dies, is named with what it held."""

from __future__ import annotations

from typing import Any

import pytest

from jupyterlab_commons.usage.shapes import Attribution

from .fakes import GIB, MIB, headline
from .sampler_bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_memory_that_runs_up_to_the_limit_is_known_nearly_to_its_end(
    bench: Bench,
) -> None:
    bench.run(100)
    for step in range(40):
        used = GIB + step * 75 * MIB
        bench.fakes.headline.now = headline(used, kills=0)
        bench.fakes.attribution.now = Attribution(uses={"k": {"memory": used}})
        bench.run(0.1)
    bench.fakes.headline.now = headline(GIB, kills=1)
    bench.fakes.attribution.now = Attribution()
    bench.sampler._called()
    bench.run(0.2)
    (incident,) = bench.told[-1].sample["incidents"].values()
    assert incident["memory"] >= used - 4 * 75 * MIB
    bench.close()


def test_a_call_for_memory_is_looked_into_at_once_and_the_victim_named(
    bench: Bench,
) -> None:
    known = Attribution(
        uses={"k": {"memory": 3 * GIB, "peak": 3 * GIB}},
        owner_of={100: "k"},
        started={100: 7},
    )
    bench.fakes.attribution.now = known
    bench.fakes.headline.now = headline(4 * GIB, kills=2)
    bench.run(100)
    assert bench.told[-1].sample["incidents"] == {}
    told = len(bench.told)
    # Version 1 calls just before the kill.
    bench.sampler._called()
    bench.run(0.05)
    assert len(bench.told) == told
    bench.fakes.headline.now = headline(GIB, kills=3)
    bench.fakes.attribution.now = Attribution()
    bench.answers = False
    bench.run(0.11)
    (incident,) = bench.told[-1].sample["incidents"].values()
    assert (incident["kind"], incident.get("name")) == ("out-of-memory", "a.ipynb")
    assert incident["memory"] == 3 * GIB
    bench.close()


def test_a_kill_that_no_call_announced_is_found_by_the_next_look(
    bench: Bench,
) -> None:
    use = Attribution(
        uses={"k": {"memory": GIB}}, owner_of={100: "k"}, started={100: 7}
    )
    bench.fakes.attribution.now = use
    bench.fakes.headline.now = headline(memory={"used": GIB, "oomKills": 0})
    bench.run(100)
    bench.fakes.attribution.now = Attribution()
    bench.fakes.headline.now = headline(memory={"used": 1, "oomKills": 1})
    bench.run(5)
    (incident,) = bench.told[-1].sample["incidents"].values()
    assert incident["consumer"] == "k"
    bench.close()


def test_kills_from_before_this_server_are_not_its_own(bench: Bench) -> None:
    bench.fakes.headline.now = headline(GIB, kills=12)
    bench.run(20)
    assert bench.told[-1].sample["incidents"] == {}
    bench.close()


def test_a_kill_on_a_machine_that_others_share_is_not_told(bench: Bench) -> None:
    machine: dict[str, Any] = {"own": False, "memory": {"used": GIB}}
    bench.fakes.headline.now = headline(shared_kills=3, **machine)
    bench.run(20)
    bench.fakes.headline.now = headline(shared_kills=4, **machine)
    bench.run(20)
    assert bench.told[-1].sample["incidents"] == {}
    assert "oomKills" not in bench.told[-1].sample["memory"]
    bench.fakes.headline.now = headline(shared_kills=5, **machine)
    bench.sampler.kernel_died("k")
    bench.run(0.3)
    (incident,) = bench.told[-1].sample["incidents"].values()
    assert (incident["kind"], incident["consumer"]) == ("out-of-memory", "k")
    bench.close()


def test_calls_without_end_cost_little(bench: Bench) -> None:
    bench.run(100)
    reads = bench.fakes.headline.reads
    for _ in range(1000):
        bench.sampler._called()
        bench.clock.pass_by(0.01)
        bench.tick()
    assert bench.fakes.headline.reads - reads <= 110
    bench.close()


def test_a_kernel_that_died_by_itself_is_told_at_once(bench: Bench) -> None:
    bench.fakes.attribution.now = Attribution(uses={"k": {"memory": GIB}})
    bench.run(100)
    bench.sampler.kernel_died("k")
    bench.run(0.3)
    (incident,) = bench.told[-1].sample["incidents"].values()
    assert (incident["kind"], incident["memory"]) == ("kernel-died", GIB)
    bench.close()


def test_a_death_whose_kill_was_not_yet_read_is_out_of_memory(bench: Bench) -> None:
    bench.fakes.headline.now = headline(4 * GIB, kills=0)
    bench.fakes.attribution.now = Attribution(uses={"k": {"memory": GIB}})
    bench.run(101)
    bench.fakes.headline.now = headline(GIB, kills=1)
    bench.sampler.kernel_died("k")
    bench.run(0.3)
    (incident,) = bench.told[-1].sample["incidents"].values()
    assert (incident["kind"], incident["consumer"]) == ("out-of-memory", "k")
    bench.close()
