"""Two runs over the same questions: what changed, by how much, and whether that could be chance.

Differences are paired: each question is compared with itself, so that hard questions add no noise. Of twenty measures,
one differs by chance, so the p-values are corrected by Holm's method.
"""

from __future__ import annotations

from dataclasses import dataclass

from eval.measures import REGISTRY
from eval.runs.model import Row, Run
from eval.statistics import holm, paired_bootstrap, permutation_test
from rag.errors import InputError

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure in both runs: `difference` is b - a, with its 95 % interval; `p` is corrected for all measures."""

    name: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float
    n: int

    @property
    def verdict(self) -> str:
        """ "better", "worse", or nothing if it could be chance."""
        if self.p >= SIGNIFICANT or not self.difference:
            return ""
        return "better" if (self.difference > 0) == REGISTRY[self.name].higher_is_better else "worse"


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that was right in one run and wrong in the other, in one respect."""

    by: str  # "answer", "Success@1" or "refusal"
    id: str
    question: str
    won: bool  # wrong → right
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from run a to run b."""

    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]


def compare(a: Run, b: Run) -> Comparison:
    """What changed from run a to run b. Raises InputError if they are not over the same questions."""
    if a.questions_sha256 != b.questions_sha256:
        raise InputError(
            f"the runs are over different questions ({_sets(a)} and {_sets(b)}); run both over the same sets"
        )
    after = {row.id: row for row in b.rows}
    pairs = [(row, after[row.id]) for row in a.rows]
    columns = {
        name: [
            (one.measures[name], two.measures[name])
            for one, two in pairs
            if name in one.measures and name in two.measures
        ]
        for name in REGISTRY
    }
    columns = {name: values for name, values in columns.items() if values}
    tests = [permutation_test([y - x for x, y in values]) for values in columns.values()]
    differences = [_difference(name, values, p) for (name, values), p in zip(columns.items(), holm(tests), strict=True)]
    flips = [flip for one, two in pairs for flip in _flips(one, two)]
    return Comparison(tuple(differences), tuple(flips))


def _difference(name: str, values: list[tuple[float, float]], p: float) -> Difference:
    count = len(values)
    difference, low, high = paired_bootstrap([y - x for x, y in values])
    a, b = sum(x for x, _ in values) / count, sum(y for _, y in values) / count
    return Difference(name, a, b, difference, low, high, p, count)


def _flips(a: Row, b: Row) -> list[Flip]:
    flips = []
    if bool(a.cause) != bool(b.cause):
        flips.append(Flip("answer", a.id, a.question, not b.cause, a.cause or "right", b.cause or "right"))
    x, y = a.measures.get("Success@1"), b.measures.get("Success@1")
    if x is not None and y is not None and x != y:
        flips.append(Flip("Success@1", a.id, a.question, y > x, _hit(x), _hit(y)))
    if a.status != b.status:
        answered = b.status == "answered"
        flips.append(Flip("refusal", a.id, a.question, answered == b.answerable, a.status, b.status))
    return flips


def _hit(success: float) -> str:
    return "found first" if success else "not first"


def _sets(run: Run) -> str:
    return ", ".join(each.name for each in run.sets) or f"{len(run.rows)} questions"
