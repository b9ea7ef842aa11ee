"""How much the confidence is worth: does it tell what can be answered, order the answers, and mean what it says?

What a refused question would have been answered is not known, so risk and calibration are measured over the questions
that were answered. Answers of equal confidence cannot be ordered: each counts as the mean of its equals, so that no
figure depends on the order of a file.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

ECE_BINS = 10


def auroc(confidence: ArrayLike, positive: ArrayLike) -> float | None:
    """The probability that a positive has more confidence than a negative, ties by half; None without one of each.

    >>> auroc([0.9, 0.6, 0.6, 0.1], [1, 1, 0, 0])
    0.875
    """
    sure, wanted = np.asarray(confidence, float), np.asarray(positive, bool)
    positives, negatives = int(wanted.sum()), int((~wanted).sum())
    if not positives or not negatives:
        return None
    # Mann and Whitney's U from the ranks; equal values share their mean rank.
    _, place, count = np.unique(sure, return_inverse=True, return_counts=True)
    ranks = np.cumsum(count) - (count - 1) / 2
    u = float(ranks[place][wanted].sum()) - positives * (positives + 1) / 2
    return u / (positives * negatives)


def risk_coverage(confidence: ArrayLike, right: ArrayLike, *, asked: int | None = None) -> list[tuple[float, float]]:
    """The curve's points (coverage, risk), the surest answers first: one a level of confidence.

    Coverage is the share of the questions `asked` (all of these, unless told otherwise) that are answered down to that
    confidence, and risk the share of those answers that are wrong (El-Yaniv and Wiener 2010).

    >>> risk_coverage([0.9, 0.5, 0.5, 0.1], [1, 0, 1, 0])
    [(0.25, 0.0), (0.75, 0.3333333333333333), (1.0, 0.5)]
    """
    sure = np.asarray(confidence, float)
    if not len(sure):
        return []
    levels, wrong = _ordered(sure, 1.0 - np.asarray(right, float))
    number = np.arange(1, len(sure) + 1)
    risk = np.cumsum(wrong) / number
    last = np.append(levels[1:] != levels[:-1], True)
    total = asked if asked is not None else len(sure)
    return [(float(n / total), float(r)) for n, r in zip(number[last], risk[last], strict=True)]


def aurc(confidence: ArrayLike, right: ArrayLike) -> float | None:
    """The area under the risk–coverage curve: the mean risk over all coverages (Geifman, Uziel and El-Yaniv 2019).

    0 is reached only without errors; None without answers.

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

    The mean distance between confidence and the share that is right. Bins hold equally many answers rather than equal
    ranges of confidence: answers that were given crowd at the high end, and of ten equal ranges most would be empty or
    hold one question (Nixon et al. 2019).

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
