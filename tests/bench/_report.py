"""Results of a benchmark: one JSON line a run as it goes, and at the end a table of ratios."""

import json
import os
import statistics
import sys
from dataclasses import dataclass

HEADINGS = (
    "",
    "rows/s",
    "min",
    "max",
    "ratio",
    "min",
    "max",
    "goal",
    "",
    "us/row",
    "of PG",
    "others s",
    "MiB",
)


@dataclass(frozen=True)
class Goal:
    """At least `ratio` times the speed of `base`, with at most `mib` of memory; None: no goal."""

    ratio: float | None = None
    base: str = "floor"
    mib: float | None = None


class Report:
    def __init__(self, bench, goals):
        self.bench = bench
        self.goals = goals
        self.runs = {}  # name: [(rows, Cost)], one a round

    def add(self, name, round_no, rows, cost):
        self.runs.setdefault(name, []).append((rows, cost))
        line = {
            "bench": self.bench,
            "what": name,
            "round": round_no,
            "rows": rows,
            "seconds": round(cost.seconds, 3),
            "rows_per_s": round(rows / cost.seconds),
            "cpu_client_s": round(cost.cpu_client, 2),
            "cpu_postgres_s": round(cost.cpu_postgres, 2),
            "cpu_other_s": round(cost.cpu_other, 2),
            "peak_mib": round(cost.peak_mib, 1) if cost.peak_mib else None,
            "load": os.getloadavg()[0],
        }
        print(json.dumps(line | cost.notes), flush=True)

    def speeds(self, name):
        return [rows / cost.seconds for rows, cost in self.runs[name]]

    def ratios(self, name, base):
        """One a round, against the same round of base."""
        pairs = zip(self.speeds(name), self.speeds(base), strict=True)
        return [speed / other for speed, other in pairs]

    def row(self, name, goal):
        runs = self.runs[name]
        peaks = [cost.peak_mib for _, cost in runs if cost.peak_mib]
        cells = [name, *(f"{value:,.0f}" for value in spread(self.speeds(name)))]
        if goal and goal.base in self.runs:
            ratios = self.ratios(name, goal.base)
            cells += [f"{value:.2f}" for value in spread(ratios)]
            cells += verdict(goal, statistics.median(ratios), max(peaks, default=0))
        else:
            cells += [""] * 5
        cells += [
            f"{statistics.median((cost.cpu_client + cost.cpu_postgres) / rows * 1e6 for rows, cost in runs):.2f}",
            f"{statistics.median(cost.cpu_postgres / rows * 1e6 for rows, cost in runs):.2f}",
            f"{statistics.median(cost.cpu_other for _, cost in runs):.1f}",
            f"{max(peaks):.0f}" if peaks else "",
        ]
        return cells

    def table(self):
        """A line for each (subject, goal), medians with minimum and maximum."""
        rows = [HEADINGS]
        for name in self.runs:
            rows += [self.row(name, goal) for goal in self.goals.get(name, [None])]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            left, *cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            print(left.strip().ljust(widths[0]), *cells, sep="  ", file=sys.stderr)


def spread(values):
    return statistics.median(values), min(values), max(values)


def verdict(goal, ratio, mib):
    """The goal in words, and whether it was reached."""
    wanted, met = [], True
    if goal.ratio is not None:
        wanted.append(f"{goal.ratio:g} x {goal.base}")
        met = ratio >= goal.ratio
    if goal.mib is not None:
        wanted.append(f"{goal.mib:g} MiB")
        met = met and mib <= goal.mib
    return [", ".join(wanted) or f"x {goal.base}", ("ok" if met else "MISSED") if wanted else ""]


class Verdicts:
    """What was measured beside what it may be."""

    def __init__(self):
        self.rows = [("", "measured", "goal", "")]

    def at_most(self, what, figure, goal, note="", unit="ms"):
        reached = "ok" if figure and figure <= goal else "MISSED"
        self.rows.append(
            (what, f"{figure:,.1f} {unit}" if figure else "?", f"<= {goal:,.1f} {unit}{note}", reached)
        )

    def at_least(self, what, figure, goal):
        self.rows.append((what, f"{figure:,.2f}", f">= {goal:,.2f}", "ok" if figure >= goal else "MISSED"))

    def table(self):
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        for left, *cells in self.rows:
            print(left.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)),
                  sep="  ", file=sys.stderr)  # fmt: skip
