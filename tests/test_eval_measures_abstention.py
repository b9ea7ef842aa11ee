"""Measures of the confidence, against slow versions and examples worked out by hand."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measures.abstention import aurc, auroc, ece, risk_coverage
from rag.evidence.calibration import CurvePoint


def test_auroc_agrees_with_counting_pairs() -> None:
    # Pairs: .9 above both; .6 level with .6 (half) and above .1; .1 level with .1 (half) and below .6. 4 of 6.
    assert auroc([0.9, 0.6, 0.1, 0.6, 0.1], [1, 1, 1, 0, 0]) == pytest.approx((2 + 1.5 + 0.5) / 6)
    assert auroc([0.5, 0.4], [1, 1]) is None


CONFIDENT = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.5001, 0.9, 1.0]), st.booleans()), min_size=1, max_size=25
)


@given(CONFIDENT)
def test_auroc_counts_pairs_and_turns_round_with_the_confidence(given_: list[tuple[float, bool]]) -> None:
    sure, right = [each[0] for each in given_], [each[1] for each in given_]
    pairs = [(a > b) + (a == b) / 2 for a, x in given_ for b, y in given_ if x and not y]
    if pairs:
        assert auroc(sure, right) == pytest.approx(sum(pairs) / len(pairs))
        assert auroc([-each for each in sure], right) == pytest.approx(1 - sum(pairs) / len(pairs))
    else:
        assert auroc(sure, right) is None


def test_auroc_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(0)
    sure, right = random.integers(0, 20, 300) / 20, random.random(300) < 0.3
    assert auroc(sure, right) == pytest.approx(metrics.roc_auc_score(right, sure))


def test_aurc_agrees_with_a_hand_worked_curve() -> None:
    # Surest first: right, wrong, right, right. Risks: 0, 1/2, 1/3, 1/4.
    sure, right = [0.6, 0.9, 0.7, 0.8], [1, 1, 1, 0]
    assert aurc(sure, right) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 4) / 4)
    assert risk_coverage(sure, right, asked=8) == [
        CurvePoint(0.9, 1 / 8, 0),
        CurvePoint(0.8, 2 / 8, 1 / 2),
        CurvePoint(0.7, 3 / 8, 1 / 3),
        CurvePoint(0.6, 4 / 8, 1 / 4),
    ]
    assert aurc([], []) is None
    assert risk_coverage([], []) == []


@given(CONFIDENT, st.randoms(use_true_random=False))
def test_the_order_of_a_file_changes_no_figure(given_: list[tuple[float, bool]], random: object) -> None:
    shuffled = sorted(given_, key=lambda _: random.random())  # type: ignore[attr-defined]
    for figure in (aurc, ece):
        one, other = (figure([s for s, _ in each], [r for _, r in each]) for each in (given_, shuffled))
        assert one == pytest.approx(other)
        assert one is not None
        assert -1e-12 <= one <= 1 + 1e-12


def test_answers_of_one_confidence_have_the_risk_of_all_of_them_at_any_coverage() -> None:
    assert aurc([0.5] * 4, [1, 0, 0, 1]) == 0.5


def test_ece_agrees_with_hand_worked_bins() -> None:
    # Two bins of two: .9 and .8 with one right, |.85 - .5|; .3 and .1 with none, |.2 - 0|.
    assert ece([0.1, 0.9, 0.8, 0.3], [0, 1, 0, 0], bins=2) == pytest.approx((2 * 0.35 + 2 * 0.2) / 4)
    # More bins than answers: each is its own.
    assert ece([0.9, 0.2], [1, 0], bins=10) == pytest.approx((0.1 + 0.2) / 2)
    assert ece([1.0, 0.0], [1, 0]) == 0.0
    assert ece([], []) is None


@given(CONFIDENT, st.integers(0, 5))
def test_a_point_of_the_curve_is_what_answering_from_that_confidence_on_gives(
    given_: list[tuple[float, bool]], refused: int
) -> None:
    asked = len(given_) + refused
    expected = []
    for level in sorted({sure for sure, _ in given_}, reverse=True):
        answered = [right for sure, right in given_ if sure >= level]
        expected.append(CurvePoint(level, len(answered) / asked, answered.count(False) / len(answered)))
    assert risk_coverage([sure for sure, _ in given_], [right for _, right in given_], asked=asked) == expected


@given(CONFIDENT.filter(lambda each: len(each) <= 6))
def test_aurc_is_the_mean_over_every_order_that_the_confidence_allows(given_: list[tuple[float, bool]]) -> None:
    areas = []
    for order in permutations(given_):
        if all(one[0] >= other[0] for one, other in pairwise(order)):
            wrong = [not right for _, right in order]
            areas.append(sum(sum(wrong[:n]) / n for n in range(1, len(wrong) + 1)) / len(wrong))
    assert aurc([sure for sure, _ in given_], [right for _, right in given_]) == pytest.approx(sum(areas) / len(areas))


@given(st.lists(st.booleans(), min_size=1, max_size=25), st.integers(1, 12))
def test_ece_agrees_with_adding_bin_by_bin(right: list[bool], bins: int) -> None:
    sure = [1 - number / 30 for number in range(len(right))]  # the surest first, no two alike
    bins_used = min(bins, len(right))
    edges = [round(len(right) * number / bins_used) for number in range(bins_used + 1)]
    total = 0.0
    for start, end in pairwise(edges):
        size = end - start
        total += size * abs(sum(sure[start:end]) / size - sum(right[start:end]) / size)
    assert ece(sure, right, bins=bins) == pytest.approx(total / len(right))
