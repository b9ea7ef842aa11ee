"""Refusals and the confidence: does it separate the answerable from the rest, rank the answers, and mean what it says?

The answer that a refused question would have got is not known, so risk and calibration are measured over the questions
that were answered. Answers of equal confidence cannot be ordered. Each counts as the mean of its equals, so that no
figure depends on the order of a file.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from eval.measures.case import Case, answerable, unanswerable
from eval.measures.registry import Floats, QuestionMeasure, SetMeasure
from rag.evidence.calibration import CurvePoint

ECE_BINS = 10


def refused(case: Case) -> float:
    """1.0 if the record was called silent."""
    return float(case.refused)


def wrongly_refused(case: Case) -> float:
    """1.0 if an answerable question was not answered; a question that failed was not."""
    return float(not case.answered)


def auroc(confidence: ArrayLike, positive: ArrayLike) -> float | None:
    """The probability that a positive has more confidence than a negative; ties count half, None without one of each.

    Computed from ranks (Mann and Whitney 1947; Hanley and McNeil 1982): U of the positives over the number of pairs.

    >>> auroc([0.9, 0.6, 0.6, 0.1], [1, 1, 0, 0])
    0.875
    """
    sure, wanted = np.asarray(confidence, float), np.asarray(positive, bool)
    positives, negatives = int(wanted.sum()), int((~wanted).sum())
    if not positives or not negatives:
        return None
    # Equal values share their mean rank.
    _, place, count = np.unique(sure, return_inverse=True, return_counts=True)
    ranks = np.cumsum(count) - (count - 1) / 2
    u = float(ranks[place][wanted].sum()) - positives * (positives + 1) / 2
    return u / (positives * negatives)


def risk_coverage(confidence: ArrayLike, right: ArrayLike, *, asked: int | None = None) -> list[CurvePoint]:
    """The points of the risk–coverage curve, the surest answers first: one for each level of confidence.

    Coverage is the share of the questions `asked` (all of these by default) that are answered down to that confidence,
    and risk is the share of those answers that are wrong (El-Yaniv and Wiener 2010).

    >>> [(point.coverage, point.risk) for point in risk_coverage([0.9, 0.5, 0.5, 0.1], [1, 0, 1, 0])]
    [(0.25, 0.0), (0.75, 0.3333333333333333), (1.0, 0.5)]
    """
    sure, wrong = np.asarray(confidence, float), 1.0 - np.asarray(right, float)
    levels, level_of, count = np.unique(-sure, return_inverse=True, return_counts=True)
    answered = np.cumsum(count)
    risk = np.cumsum(np.bincount(level_of, weights=wrong, minlength=len(levels))) / answered
    coverage = answered / (len(sure) if asked is None else asked)
    return [CurvePoint(*map(float, point)) for point in zip(-levels, coverage, risk, strict=True)]


def aurc(confidence: ArrayLike, right: ArrayLike) -> float | None:
    """The area under the risk–coverage curve: the mean risk over all coverages (Geifman, Uziel and El-Yaniv 2019).

    It is 0 only if no answer is wrong. None without answers.

    >>> aurc([0.9, 0.1], [1, 0]), aurc([0.1, 0.9], [1, 0])
    (0.25, 0.75)
    """
    sure = np.asarray(confidence, float)
    if not len(sure):
        return None
    _, wrong = _ordered(sure, 1.0 - np.asarray(right, float))
    return float(np.mean(np.cumsum(wrong) / np.arange(1, len(sure) + 1)))


def ece(confidence: ArrayLike, right: ArrayLike, *, bins: int = ECE_BINS) -> float | None:
    """Expected calibration error over bins of equal mass; None without answers.

    The mean distance between confidence and the share that is right. Bins hold equally many answers and not equal
    ranges of confidence, since answers that were given crowd at the high end: most of ten equal ranges would be empty
    or hold one question (Nixon et al. 2019).

    >>> round(ece([0.8, 0.8, 0.8, 0.8], [1, 1, 0, 1], bins=1), 4)
    0.05
    """
    sure = np.asarray(confidence, float)
    if not len(sure):
        return None
    levels, rightness = _ordered(sure, np.asarray(right, float))
    edges = np.linspace(0, len(sure), min(bins, len(sure)) + 1).round().astype(int)[:-1]
    return float(np.abs(np.add.reduceat(levels - rightness, edges)).sum() / len(sure))


def _ordered(confidence: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Confidences, highest first, and the values beside them; among equals each value is their mean."""
    levels, place, count = np.unique(-confidence, return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=values) / count
    return np.repeat(-levels, count), np.repeat(means, count)


MEASURES = (
    QuestionMeasure("refused", "Abstention", refused, unanswerable),
    QuestionMeasure("wrongly_refused", "Abstention", wrongly_refused, answerable, higher_is_better=False),
    SetMeasure("AUROC", "Abstention", auroc, needs=("confidence", "answerable")),
    SetMeasure("AURC", "Abstention", aurc, needs=("confidence", "right"), over="answered", higher_is_better=False),
    SetMeasure("ECE", "Abstention", ece, needs=("confidence", "right"), over="answered", higher_is_better=False),
)
