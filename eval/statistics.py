"""How far to trust a figure: bootstrap intervals, paired tests, and a correction for making many tests.

Everything resamples questions, vectorised and seeded: the same rows give the same interval, and nothing is assumed
about how a measure is distributed. Questions about one transcript are taken as independent, so the intervals of a set
with few transcripts are a little too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[..., NDArray[np.float64]]  # takes an array and `axis`, as np.mean and np.median do

BOOTSTRAP_SAMPLES = 2_000
PERMUTATION_SAMPLES = 10_000
_BLOCK = 2_000_000  # values held at a time: a resample of 1,000 questions 2,000 times is 16 MB


def mean(values: Floats, axis: int = -1) -> Floats:
    """The mean along an axis; the default statistic."""
    return np.asarray(np.mean(values, axis=axis))


def bootstrap_interval(
    values: Sequence[float] | Floats,
    *,
    statistic: Statistic = mean,
    level: float = 0.95,
    samples: int = BOOTSTRAP_SAMPLES,
    seed: int = 0,
) -> tuple[float, float]:
    """The percentile bootstrap interval of a statistic (Efron and Tibshirani 1993, chapter 13).

    >>> bootstrap_interval([1.0, 1.0, 1.0])
    (1.0, 1.0)
    >>> low, high = bootstrap_interval([0.0, 1.0] * 50)
    >>> round(low, 1), round(high, 1)
    (0.4, 0.6)

    `statistic` is called with a matrix and `axis=-1`. Raises ValueError for no values, or a level outside (0, 1).
    """
    given = _checked(values)
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; give a share between 0 and 1")
    random = np.random.default_rng(seed)
    block = max(1, _BLOCK // len(given))
    drawn = [
        statistic(given[random.integers(0, len(given), (min(block, samples - done), len(given)))], axis=-1)
        for done in range(0, samples, block)
    ]
    low, high = np.quantile(np.concatenate(drawn), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def paired_bootstrap(
    differences: Sequence[float] | Floats,
    *,
    level: float = 0.95,
    samples: int = BOOTSTRAP_SAMPLES,
    seed: int = 0,
) -> tuple[float, float, float]:
    """The mean of paired differences with its bootstrap interval: (mean, low, high).

    Each difference is one question's. A question that is hard for both runs adds no noise to the difference. Raises
    ValueError as `bootstrap_interval` does.

    >>> paired_bootstrap([0.5, 0.5])
    (0.5, 0.5, 0.5)
    """
    low, high = bootstrap_interval(differences, level=level, samples=samples, seed=seed)
    return float(np.mean(np.asarray(differences, float))), low, high


def permutation_test(
    differences: Sequence[float] | Floats, *, samples: int = PERMUTATION_SAMPLES, seed: int = 0
) -> float:
    """The two-sided p-value of paired differences having mean zero, by flipping their signs (Fisher 1935, section 21).

    Flipping a difference of zero changes nothing, so only the other n count. If 2ⁿ is at most `samples`, every flip is
    tried and the p-value is exact. Otherwise flips are drawn, and the observed one is counted among them, so that no
    p-value is 0 (Phipson and Smyth 2010).

    >>> permutation_test([1.0, 1.0, 1.0])  # all three up: 1 of 8 flips, and its mirror image
    0.25
    >>> permutation_test([0.0, 0.0])
    1.0
    """
    given = np.asarray(differences, float)
    given = given[given != 0]
    if not len(given):
        return 1.0
    observed = abs(float(given.sum()))
    # The same sum in another order differs by rounding, and must still count as reached.
    reached = observed - 1e-9 * float(np.abs(given).sum())
    if len(given) < 63 and 2 ** len(given) <= samples:
        flips = (np.arange(2 ** len(given))[:, None] >> np.arange(len(given))) & 1
        return float(np.mean(np.abs((1.0 - 2.0 * flips) @ given) >= reached))
    random = np.random.default_rng(seed)
    block = max(1, _BLOCK // len(given))
    extreme = 0
    for done in range(0, samples, block):
        signs = 1.0 - 2.0 * random.integers(0, 2, (min(block, samples - done), len(given)))
        extreme += int(np.count_nonzero(np.abs(signs @ given) >= reached))
    return (extreme + 1) / (samples + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for the number of tests (Holm 1979), in the order given.

    The smallest is multiplied by their number, the next by one less, and so on. None becomes smaller than one that was
    smaller before, and none exceeds 1.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    count, largest = len(p_values), 0.0
    corrected = [0.0] * count
    for rank, index in enumerate(sorted(range(count), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (count - rank) * p_values[index]))
        corrected[index] = largest
    return corrected


def _checked(values: Sequence[float] | Floats) -> Floats:
    given = np.asarray(values, float)
    if given.ndim != 1 or not len(given):
        raise ValueError(f"an interval needs a row of at least one value, not an array of shape {given.shape}")
    return given
