"""H1 to H6: whose a GPU is, said only where it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyterlab_commons.gpu.holders import HIDDEN, Holders, assign
from jupyterlab_commons.usage.shapes import Attribution, GpuHold, GpuReading

from .host import CONTAINER, FIRST_NAMESPACE, Host

if TYPE_CHECKING:
    from jupyterlab_commons.usage.shapes import GpuUse

GIB = 1024**3
# pid -> consumer; each started at 1000 + pid.
OURS = {10: "ada", 11: "ada", 20: "bob"}


def listed(gpu: str, pid: int, memory: int | None) -> GpuHold:
    return GpuHold(gpu, pid, memory)


def opened(gpu: str, pid: int, memory: int | None = None, *, life: int = 0) -> GpuHold:
    return GpuHold(gpu, pid, memory, by_descriptor=True, started=1000 + pid + life)


def who(
    host: Host, *holds: GpuHold, used: int | None = 0, gpus: tuple[str, ...] = ("0",)
) -> Holders:
    card: GpuUse = {} if used is None else {"memoryUsed": used}
    attribution = Attribution(
        owner_of=dict(OURS), started={pid: 1000 + pid for pid in OURS}
    )
    reading = GpuReading(taken_at=1, gpus=dict.fromkeys(gpus, card), holds=holds)
    return assign(reading, attribution, host.machine)


def test_h1_a_listed_process_of_ours_gets_what_the_driver_lists(host: Host) -> None:
    found = who(
        host,
        *(listed("0", 10, 3 * GIB), listed("0", 11, GIB), listed("0", 20, GIB)),
        *(opened("0", 10), opened("0", 11), opened("0", 20)),
        used=5 * GIB,
    )
    assert found == Holders({"ada": {"0": 4 * GIB}, "bob": {"0": GIB}})


def test_h1_a_listed_pid_that_has_no_gpu_open_is_somebody_elses(host: Host) -> None:
    found = who(host, listed("0", 10, GIB), used=GIB)
    assert found.by_consumer == {}
    assert found.others == {"0": {"processes": 1, "memory": GIB}}


def test_h1_a_pid_that_has_another_gpu_open_is_somebody_elses(host: Host) -> None:
    found = who(
        host,
        *(listed("0", 10, GIB), opened("1", 10)),
        used=GIB,
        gpus=("0", "1"),
    )
    assert "0" not in found.by_consumer.get("ada", {})
    assert found.others["0"] == {"processes": 1, "memory": GIB}


def test_h1_another_life_of_the_same_pid_is_somebody_elses(host: Host) -> None:
    found = who(host, listed("0", 10, GIB), opened("0", 10, life=1), used=GIB)
    assert found.by_consumer == {}
    assert found.others == {"0": {"processes": 1, "memory": GIB}}


def test_h1_memory_that_is_not_reported_is_none_and_hides_nothing(host: Host) -> None:
    found = who(
        host,
        *(listed("0", 10, None), listed("0", 11, GIB)),
        *(opened("0", 10), opened("0", 11)),
        used=3 * GIB,
    )
    assert found == Holders({"ada": {"0": None}})


def test_h2_what_a_process_says_of_itself_is_taken_as_it_is(host: Host) -> None:
    found = who(
        host,
        opened("0", 10, GIB),
        opened("0", 11, GIB),
        opened("0", 20, 5),
        used=4 * GIB,
    )
    assert found == Holders({"ada": {"0": 2 * GIB}, "bob": {"0": 5}})


def test_h3_one_unknown_process_and_one_holder_belong_together(host: Host) -> None:
    holds = (listed("0", 30991, GIB), opened("0", 10), opened("0", 11))
    assert who(host, *holds, used=GIB) == Holders({"ada": {"0": GIB}})


def test_h3_one_process_on_several_gpus_is_one_process(host: Host) -> None:
    gpus = ("0", "1")
    holds = [h for g in gpus for h in (listed(g, 30991, GIB), opened(g, 10))]
    found = who(host, *holds, used=GIB, gpus=gpus)
    assert found == Holders({"ada": {"0": GIB, "1": GIB}})


def test_h3_more_unknown_processes_than_holders_are_not_guessed(host: Host) -> None:
    # One of these is somebody else's, and nobody knows which.
    holds = (
        *(listed("0", 30991, GIB), listed("1", 40000, GIB)),
        *(opened("0", 10), opened("1", 10)),
    )
    found = who(host, *holds, used=GIB, gpus=("0", "1"))
    assert found == Holders({"ada": {"0": None, "1": None}}, problems=(HIDDEN,))


def test_h3_is_only_for_a_foreign_namespace(host: Host) -> None:
    holds = (listed("0", 30991, GIB), opened("0", 10))
    host.namespace(FIRST_NAMESPACE)
    found = who(host, *holds, used=GIB)
    assert found == Holders(others={"0": {"processes": 1, "memory": GIB}})
    host.namespace(CONTAINER)
    assert who(host, *holds, used=GIB).others == {}


def test_h4_two_holders_and_two_unknown_processes_cannot_be_split(host: Host) -> None:
    found = who(
        host,
        *(listed("0", 30991, GIB), listed("0", 30992, GIB)),
        *(opened("0", 10), opened("0", 20)),
        used=2 * GIB,
    )
    assert found == Holders(
        {"ada": {"0": None}, "bob": {"0": None}}, problems=(HIDDEN,)
    )


def test_h4_memory_that_nobody_is_listed_for_cannot_be_split(host: Host) -> None:
    for namespace in (CONTAINER, FIRST_NAMESPACE):
        host.namespace(namespace)
        for used in (GIB, None):
            found = who(host, opened("0", 10), used=used)
            assert found == Holders({"ada": {"0": None}}, problems=(HIDDEN,))


def test_h4_one_unknown_process_beside_unlisted_memory_is_not_guessed(
    host: Host,
) -> None:
    found = who(host, listed("0", 30991, GIB), opened("0", 10), used=3 * GIB)
    assert found == Holders({"ada": {"0": None}}, problems=(HIDDEN,))


def test_h5_who_has_an_idle_gpu_open_does_not_hold_it(host: Host) -> None:
    assert who(host, opened("0", 10), used=4 * 1024 * 1024) == Holders()


def test_h5_where_pids_are_ours_an_unlisted_consumer_holds_nothing(host: Host) -> None:
    # CUDA opens every GPU that it sees; ada computes on the first only.
    holds = (
        *(listed("0", 10, GIB), listed("1", 30991, GIB)),
        *(opened("0", 10), opened("1", 10)),
    )
    found = who(host, *holds, used=GIB, gpus=("0", "1"))
    assert found == Holders({"ada": {"0": GIB}}, {"1": {"processes": 1, "memory": GIB}})


def test_h5_where_pids_are_ours_the_list_is_complete(host: Host) -> None:
    # An older driver counts what it reserves for itself as used.
    host.namespace(FIRST_NAMESPACE)
    found = who(host, listed("0", 501, GIB), opened("0", 10), used=2 * GIB)
    assert found == Holders(others={"0": {"processes": 1, "memory": GIB}})


def test_h6_others_are_a_number_and_a_sum(host: Host) -> None:
    found = who(
        host,
        *(listed("0", 10, GIB), listed("0", 501, GIB), listed("0", 502, 2 * GIB)),
        opened("0", 10),
        used=4 * GIB,
    )
    assert found == Holders(
        {"ada": {"0": GIB}}, {"0": {"processes": 2, "memory": 3 * GIB}}
    )
    assert "501" not in repr(found)


def test_h6_memory_of_others_that_is_not_reported_is_what_is_left(host: Host) -> None:
    found = who(
        host,
        listed("0", 10, GIB),
        listed("0", 501, None),
        opened("0", 10),
        used=4 * GIB,
    )
    assert found.others == {"0": {"processes": 1, "memory": 3 * GIB}}


def test_others_alone_are_no_problem(host: Host) -> None:
    found = who(host, listed("0", 501, GIB), listed("0", 502, GIB), used=2 * GIB)
    assert found == Holders(others={"0": {"processes": 2, "memory": 2 * GIB}})


def test_a_reading_without_gpus_has_no_holders(host: Host) -> None:
    assert assign(GpuReading(), Attribution(), host.machine) == Holders()
    assert assign(GpuReading(), Attribution()) == Holders()
