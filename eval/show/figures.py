"""A run's figures: each measure with its 95 % bootstrap interval, and what the plots show.

Everything is computed from the rows of the run, so that a table, a report and a gate can never disagree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eval.measures import HIGHER_IS_BETTER, abstention, intervals, summarise
from eval.measures.timing import STAGES
from eval.show.plots import Bin

if TYPE_CHECKING:
    from eval.runs.run import Row, Run

GROUPS = ("Retrieval", "Answers", "Citations", "Abstention", "Time")
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of a run: its value over `n` questions and the 95 % interval."""

    name: str
    value: float
    low: float
    high: float
    n: int
    group: str
    higher_is_better: bool


_GROUP_OF: Mapping[str, str] = {
    **dict.fromkeys(("nDCG", "R", "RR", "Success", "gold_chars"), "Retrieval"),
    **dict.fromkeys(("first_quote", "all_quotes", "em", "f1", "speaker_right"), "Answers"),
    **dict.fromkeys(("citations_verified", "citation_precision", "citation_recall", "dangling"), "Citations"),
    **dict.fromkeys(("refused", "wrongly_refused", "AUROC", "AURC", "ECE"), "Abstention"),
}


def group_of(name: str) -> str:
    """Which group of measures one belongs to.

    >>> group_of("nDCG@10"), group_of("refused"), group_of("p95_total_ms")
    ('Retrieval', 'Abstention', 'Time')
    """
    return _GROUP_OF.get(name.partition("@")[0], "Time" if name.endswith("_ms") else "Answers")


def is_share(name: str) -> bool:
    """Whether a measure lies between 0 and 1: times and counts do not."""
    return group_of(name) != "Time" and name != "dangling"


def shown(name: str, value: float) -> str:
    """A value as it is printed.

    >>> shown("R@5", 0.8333), shown("p50_ms", 12.345)
    ('0.833', '12.3 ms')
    """
    return f"{value:.1f} ms" if group_of(name) == "Time" else f"{value:.3f}"


def risk_coverage(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """(coverage, risk), the surest answers first: the share of questions answered, the share of those that is wrong.

    It ends where the run stood, since nobody knows what a refused question would have been answered.
    """
    answered = [row for row in rows if row.status == "answered"]
    return abstention.risk_coverage(
        [row.confidence for row in answered], [not row.cause for row in answered], asked=len(rows)
    )


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


def figures_of(run: Run, *, resamples: int = RESAMPLES) -> list[Figure]:
    """Every measure of a run, by group; `resamples` 0 leaves the intervals out."""
    rows = [row.measures for row in run.rows]
    values = summarise(rows)
    spans = (
        intervals(rows, samples=resamples) if resamples else {name: (value, value) for name, value in values.items()}
    )
    found = [
        Figure(name, value, *spans[name], _count(name, rows), group_of(name), HIGHER_IS_BETTER.get(name, True))
        for name, value in values.items()
    ]
    return sorted(found, key=lambda figure: GROUPS.index(figure.group))


def _count(name: str, rows: Sequence[Mapping[str, float]]) -> int:
    """Over how many questions a measure is computed."""
    if name in ("AURC", "ECE"):
        return sum(row["answered"] == 1.0 for row in rows)
    stage = re.fullmatch(r"p\d+_(\w+)_ms", name)
    column = f"ms_{stage[1]}" if stage else name
    return sum(column in row for row in rows) or len(rows)
