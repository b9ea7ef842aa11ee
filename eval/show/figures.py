"""A run's figures: each measure with its 95 % bootstrap interval, and what the plots show.

Everything is computed from the rows of the run, so that a table, a report and a gate can never disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.measures import REGISTRY, abstention, intervals, summarise
from eval.measures.registry import GROUPS, Measure
from eval.measures.timing import STAGES
from eval.runs.model import Row, Run
from eval.show.plots import Bin


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of a run: its value over `n` questions, and the 95 % interval."""

    name: str
    value: float
    low: float
    high: float
    n: int
    measure: Measure


def shown(name: str, value: float) -> str:
    """A value of a measure as it is printed.

    >>> shown("R@5", 0.8333), shown("p50_total_ms", 12.345)
    ('0.833', '12.3 ms')
    """
    return f"{value:.1f} ms" if REGISTRY[name].unit == "ms" else f"{value:.3f}"


def risk_coverage(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """(coverage, risk), the surest answers first: the share of questions answered, the share of those that are wrong.

    It ends at the run's own coverage, since the answers that refused questions would have got are not known.
    """
    answered = [row for row in rows if row.status == "answered"]
    curve = abstention.risk_coverage(
        [row.confidence for row in answered], [not row.cause for row in answered], asked=len(rows)
    )
    return [(point.coverage, point.risk) for point in curve]


def reliability(rows: Sequence[Row], *, bins: int = 10) -> list[Bin]:
    """Answered questions by confidence, in ranges of equal width."""
    answered = [row for row in rows if row.status == "answered"]
    found = []
    for number in range(bins):
        own = [row for row in answered if min(int(row.confidence * bins), bins - 1) == number]
        if own:
            sure = sum(row.confidence for row in own) / len(own)
            found.append(Bin(sure, sum(not row.cause for row in own) / len(own), len(own)))
    return found


def stage_times(rows: Sequence[Row]) -> list[tuple[str, float, float]]:
    """(stage, p50, p95) in milliseconds."""
    found = []
    for stage in STAGES:
        times = [row.timings_ms[stage] for row in rows if stage in row.timings_ms]
        if times:
            found.append((stage, float(np.percentile(times, 50)), float(np.percentile(times, 95))))
    return found


def figures_of(run: Run) -> list[Figure]:
    """Every measure of a run with its interval, by group."""
    rows = [row.measures for row in run.rows]
    values, spans = summarise(rows), intervals(rows)
    found = [
        Figure(name, value, *spans[name], sum(map(REGISTRY[name].counts, rows)), REGISTRY[name])
        for name, value in values.items()
    ]
    return sorted(found, key=lambda figure: GROUPS.index(figure.measure.group))


BY_TAG = ("Success@1", "Success@5", "first_quote", "all_quotes", "wrongly_refused", "refused")


def by_tag(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """For each tag of the questions, in order of their names, how many have it (`n`) and the main measures over those.

    Empty if no question has a tag.
    """
    found: dict[str, dict[str, float]] = {}
    for tag in sorted({tag for row in rows for tag in row.tags}):
        own = [row.measures for row in rows if tag in row.tags]
        values = summarise(own)
        found[tag] = {"n": len(own)} | {name: values[name] for name in BY_TAG if name in values}
    return found
