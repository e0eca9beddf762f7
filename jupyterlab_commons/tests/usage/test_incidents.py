"""What ended is named with what it used before, and each end is told once."""

from __future__ import annotations

from typing import Any

from jupyterlab_commons.usage.incidents import Incidents, Look
from jupyterlab_commons.usage.shapes import Attribution, ConsumerUse, Incident

from .fakes import GIB, MIB, WALL, kernel_row

ANALYSIS = 100
PLOTS = 200
WORKER = 101


def look(
    now: float,
    rows: dict[str, ConsumerUse],
    processes: dict[int, str],
    used: int = 4 * GIB,
) -> Look:
    return Look(
        now,
        {"used": used, "limit": 4 * GIB},
        rows,
        Attribution(owner_of=processes, started={pid: pid * 7 for pid in processes}),
        {"analysis": ANALYSIS, "plots": PLOTS},
    )


ROWS = {
    "analysis": kernel_row("analysis.ipynb", 3 * GIB, peak=3 * GIB + 1),
    "plots": kernel_row("plots.ipynb", 500 * MIB),
    "server": {"kind": "server", "name": "Jupyter", "memory": 100 * MIB},
}
PROCESSES = {ANALYSIS: "analysis", WORKER: "analysis", PLOTS: "plots"}
BEFORE = look(10, ROWS, PROCESSES)  # type: ignore[arg-type]


def rows(**memory: int) -> dict[str, Any]:
    left: dict[str, Any] = {key: dict(row) for key, row in ROWS.items()}
    for key, value in memory.items():
        left[key]["memory"] = value
    return left


def only(incidents: Incidents) -> Incident:
    (incident,) = incidents.current(WALL).values()
    return incident


def test_a_killed_kernel_is_named_with_its_last_look() -> None:
    incidents = Incidents()
    incidents.looked(BEFORE)
    incidents.killed(12, WALL, 1)
    left = {PLOTS: "plots"}
    incidents.looked(look(12, rows(analysis=0), left, used=GIB))
    assert only(incidents) == {
        "at": WALL,
        "kind": "out-of-memory",
        "consumer": "analysis",
        "name": "analysis.ipynb",
        "path": "work/analysis.ipynb",
        "memory": 3 * GIB,
        "peak": 3 * GIB + 1,
        "used": 4 * GIB,
        "limit": 4 * GIB,
        "largest": [
            {
                "name": "analysis.ipynb",
                "path": "work/analysis.ipynb",
                "memory": 3 * GIB,
                "peak": 3 * GIB + 1,
            },
            {
                "name": "plots.ipynb",
                "path": "work/plots.ipynb",
                "memory": 500 * MIB,
                "peak": 500 * MIB,
            },
            {"name": "Jupyter", "memory": 100 * MIB},
        ],
    }


def test_the_death_that_jupyter_notices_later_is_the_same_incident() -> None:
    incidents = Incidents()
    incidents.looked(BEFORE)
    incidents.killed(12, WALL, 1)
    incidents.looked(look(12, rows(analysis=0), {PLOTS: "plots"}))
    incidents.died(15, WALL + 3000, "analysis")
    assert only(incidents)["kind"] == "out-of-memory"


def test_a_killed_worker_is_blamed_on_its_notebook() -> None:
    incidents = Incidents()
    incidents.looked(BEFORE)
    incidents.killed(12, WALL, 1)
    left = {ANALYSIS: "analysis", PLOTS: "plots"}
    incidents.looked(look(12, rows(analysis=GIB), left))
    assert only(incidents)["consumer"] == "analysis"
    # Another kernel that ends at that time has nothing to do with it, unless
    # it is not sure who was meant.
    incidents.died(30, WALL + 18_000, "plots")
    kinds = sorted(i["kind"] for i in incidents.current(WALL).values())
    assert kinds == ["kernel-died", "out-of-memory"]


def test_a_pid_that_was_given_anew_does_not_hide_the_victim() -> None:
    incidents = Incidents()
    incidents.looked(BEFORE)
    incidents.killed(12, WALL, 1)
    after = look(12, rows(), PROCESSES)
    after.attribution.started[ANALYSIS] += 1
    incidents.looked(after)
    assert only(incidents)["consumer"] == "analysis"


def test_the_kernel_that_dies_within_five_seconds_is_the_one() -> None:
    incidents = Incidents()
    incidents.looked(BEFORE)
    incidents.killed(12, WALL, 1)
    incidents.looked(look(12, rows(), PROCESSES))
    told = only(incidents)
    assert "consumer" not in told
    assert told["largest"][0]["name"] == "analysis.ipynb"
    (key,) = incidents.current(WALL)
    incidents.died(15, WALL + 3000, "plots")
    assert only(incidents)["consumer"] == "plots"
    assert only(incidents)["memory"] == 500 * MIB
    assert list(incidents.current(WALL)) == [key]


def test_a_victim_that_takes_its_time_to_leave_is_still_found() -> None:
    incidents = Incidents()
    incidents.looked(BEFORE)
    incidents.killed(12, WALL, 1)
    incidents.looked(look(12, rows(), PROCESSES))
    incidents.looked(look(12.2, rows(analysis=0), {PLOTS: "plots"}))
    assert only(incidents)["consumer"] == "analysis"


def test_two_kills_at_once_are_two_incidents_of_two_kernels() -> None:
    incidents = Incidents()
    incidents.looked(BEFORE)
    incidents.killed(12, WALL, 2)
    incidents.looked(look(12, rows(analysis=0, plots=0), {}))
    told = incidents.current(WALL)
    assert len(told) == 2
    assert {i.get("consumer") for i in told.values()} == {"analysis", "plots"}


def test_a_kill_that_nothing_is_known_of_is_told_too() -> None:
    incidents = Incidents()
    incidents.killed(12, WALL, 1)
    assert only(incidents) == {"at": WALL, "kind": "out-of-memory", "largest": []}


def test_a_kernel_that_ends_by_itself() -> None:
    incidents = Incidents()
    incidents.looked(BEFORE)
    # The look at its corpse must not pass for its life.
    incidents.looked(look(11, rows(analysis=0), PROCESSES))
    incidents.died(12, WALL, "analysis")
    told = only(incidents)
    assert (told["kind"], told["memory"]) == ("kernel-died", 3 * GIB)
    assert list(incidents.current(WALL)) == [f"{WALL}:analysis"]


def test_a_kill_among_others_processes_is_told_only_with_a_kernel_that_died() -> None:
    incidents = Incidents()
    incidents.looked(BEFORE)
    incidents.killed(11, WALL, 1, ours=False)
    # A process of ours that ended at the same time proves nothing.
    incidents.looked(look(12, rows(analysis=0), {PLOTS: "plots"}))
    assert incidents.current(WALL) == {}
    incidents.died(13, WALL + 2, "analysis")
    told = only(incidents)
    assert (told["kind"], told["at"]) == ("out-of-memory", WALL)
    assert (told["consumer"], told["memory"]) == ("analysis", 3 * GIB)


def test_a_kernel_that_died_long_after_a_kill_among_others_died_by_itself() -> None:
    incidents = Incidents()
    incidents.looked(BEFORE)
    incidents.killed(11, WALL, 1, ours=False)
    incidents.died(20, WALL + 9000, "analysis")
    assert only(incidents)["kind"] == "kernel-died"


def test_a_kernel_that_dies_at_each_start_is_one_incident() -> None:
    incidents = Incidents()
    for second in range(0, 30, 3):
        incidents.died(second, WALL + second, "analysis")
    assert len(incidents.current(WALL)) == 1
    incidents.died(500, WALL + 500, "analysis")
    assert len(incidents.current(WALL)) == 2


def test_a_day_is_kept_and_twenty_at_most() -> None:
    incidents = Incidents()
    day = 24 * 3600 * 1000
    for number in range(30):
        incidents.died(number * 100, WALL + number, f"kernel-{number}")
    told = incidents.current(WALL + 30)
    assert len(told) == 20
    assert {i["consumer"] for i in told.values()} == {
        f"kernel-{number}" for number in range(10, 30)
    }
    assert len(incidents.current(WALL + day + 20)) == 10
    assert incidents.current(WALL + day + 30) == {}


def test_a_clock_that_was_put_back_forgets_nothing() -> None:
    incidents = Incidents()
    incidents.died(1, WALL, "analysis")
    assert len(incidents.current(5)) == 1


def test_a_long_key_fits_the_protocol() -> None:
    incidents = Incidents()
    incidents.died(1, WALL, "k" * 500)
    told = only(incidents)
    assert len(told["consumer"]) == 128
