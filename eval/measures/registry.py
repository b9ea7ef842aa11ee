"""What a measure is: its name, its group, what it needs, how it is computed, and whether more of it is better.

A measure of a question is computed for each question that it applies to, and its figure is the mean of those. A measure
of a set is computed from columns of all rows at once. Every measure is an entry in the `MEASURES` of the file that
computes it. Tables, comparisons and gates read the registry and name no measure themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eval.measures.case import Case, any_case

Floats = NDArray[np.float64]
Row = Mapping[str, float]
Columns = Mapping[str, Floats]  # name → (rows,) float64; NaN for a row without it

Group = Literal["Retrieval", "Answers", "Citations", "Abstention", "Time"]
GROUPS: tuple[Group, ...] = ("Retrieval", "Answers", "Citations", "Abstention", "Time")
Unit = Literal["share", "count", "ms"]


@dataclass(frozen=True, slots=True)
class QuestionMeasure:
    """A measure of one question; the figure of a set is its mean over the questions that have it."""

    name: str
    group: Group
    compute: Callable[[Case], float | None]  # None if it turns out that nothing can be said
    needs: Callable[[Case], bool] = any_case
    higher_is_better: bool = True
    unit: Unit = "share"
    depth: int = 0  # how many passages it looks at; 0 if it names no number of them

    def of_set(self, columns: Columns) -> float | None:
        """The mean over the rows that have the measure; None if no row has it."""
        if self.name not in columns:
            return None
        own = columns[self.name][~np.isnan(columns[self.name])]
        return float(own.mean()) if len(own) else None

    def counts(self, row: Row) -> bool:
        """Whether the figure of a set is computed over this row, too."""
        return self.name in row


@dataclass(frozen=True, slots=True)
class SetMeasure:
    """A measure of a whole set, computed from the columns that it needs."""

    name: str
    group: Group
    compute: Callable[..., float | None]  # takes one array (rows,) for each column needed, all without NaN
    needs: tuple[str, ...]
    over: str = ""  # only the rows in which this column is 1; all rows if empty
    higher_is_better: bool = True
    unit: Unit = "share"

    def of_set(self, columns: Columns) -> float | None:
        """The figure over the rows that have all columns; None if there is no such row."""
        if not columns.keys() >= {*self.needs, self.over} - {""}:
            return None
        kept = ~np.any([np.isnan(columns[name]) for name in self.needs], axis=0)
        if self.over:
            kept &= columns[self.over] == 1
        return self.compute(*(columns[name][kept] for name in self.needs)) if kept.any() else None

    def counts(self, row: Row) -> bool:
        """Whether the figure of a set is computed over this row, too."""
        return all(name in row for name in self.needs) and (not self.over or row.get(self.over) == 1.0)


Measure = QuestionMeasure | SetMeasure
