"""What is measured, beside what it may cost."""

from __future__ import annotations

from dataclasses import dataclass, field

from tables import say, table


@dataclass(frozen=True)
class Row:
    what: str
    unit: str
    ours: float
    theirs: float | None = None
    bar: float | None = None

    @property
    def is_met(self) -> bool:
        return self.bar is None or self.ours <= self.bar

    def cells(self) -> tuple[str, ...]:
        ratio = "-"
        if self.theirs is not None:
            ratio = f"{self.theirs / self.ours:.1f}x" if self.ours > 0 else "all of it"
        verdict = "" if self.bar is None else ("met" if self.is_met else "MISSED")
        return (
            self.what,
            self.unit,
            number(self.ours),
            number(self.theirs),
            ratio,
            number(self.bar),
            verdict,
        )


@dataclass
class Rows:
    """Of one part of the bench, or of all of them."""

    all: list[Row] = field(default_factory=list)

    def add(
        self,
        what: str,
        unit: str,
        ours: float,
        theirs: float | None = None,
        bar: float | None = None,
    ) -> None:
        self.all.append(Row(what, unit, ours, theirs, bar))

    def show(self) -> None:
        head = ("what", "unit", "ours", "theirs", "theirs / ours", "bar", "")
        table(head, [row.cells() for row in self.all])


def number(value: float | None) -> str:
    if value is None:
        return "-"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"  # noqa: PLR2004


def say_verdict(rows: list[Row]) -> None:
    barred = [row for row in rows if row.bar is not None]
    missed = [row for row in barred if not row.is_met]
    say(f"\n{len(barred) - len(missed)} of {len(barred)} bars met.")
    for row in missed:
        say(f"MISSED: {row.what}: {number(row.ours)} {row.unit}, bar {number(row.bar)}")
