"""Intervals, tests and corrections, against values worked out by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.statistics import bootstrap_interval, holm, paired_bootstrap, permutation_test

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=30)
DIFFERENCES = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), min_size=1, max_size=40)


def test_an_interval_has_the_width_that_the_binomial_gives() -> None:
    # 100 questions, half of them right: the standard error is sqrt(.25 / 100) = .05, and 1.96 of it is .098.
    low, high = bootstrap_interval([0.0, 1.0] * 50, samples=20_000)
    assert low == pytest.approx(0.402, abs=0.011)
    assert high == pytest.approx(0.598, abs=0.011)


def test_a_lower_level_gives_a_narrower_interval_inside_the_wider_one() -> None:
    values = [0.0, 0.2, 0.4, 0.9, 1.0, 1.0]
    wide, narrow = (bootstrap_interval(values, level=level) for level in (0.95, 0.5))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_two_values_give_the_three_means_that_can_be_drawn() -> None:
    # 0, .5 and 1 with probabilities ¼, ½, ¼: the inner half is all .5 and the inner 95 % is everything.
    assert bootstrap_interval([0.0, 1.0]) == (0.0, 1.0)
    assert bootstrap_interval([0.0, 1.0], level=0.4) == (0.5, 0.5)


def test_another_statistic_is_taken_on_each_draw() -> None:
    assert bootstrap_interval([1.0, 1.0, 1.0, 9.0], statistic=np.max, level=0.2) == (9.0, 9.0)
    assert bootstrap_interval([1.0, 1.0, 1.0, 1.0, 9.0], statistic=np.median, level=0.5) == (1.0, 1.0)


def test_the_seed_decides_and_blocks_do_not() -> None:
    values = np.random.default_rng(5).random(3_000)
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


@given(SHARES, st.integers(0, 9))
def test_the_interval_is_that_of_drawing_one_resample_after_the_other(values: list[float], seed: int) -> None:
    random = np.random.default_rng(seed)
    means = sorted(float(np.mean([values[i] for i in random.integers(0, len(values), len(values))])) for _ in range(41))
    # Of 41 sorted values the quarters are the eleventh and the thirty-first.
    assert bootstrap_interval(values, level=0.5, samples=41, seed=seed) == pytest.approx((means[10], means[30]))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_on_few_values_the_bounds_cut_off_what_trying_every_resample_says(values: list[int]) -> None:
    means = [sum(drawn) / len(drawn) for drawn in product(values, repeat=len(values))]
    low, high = bootstrap_interval([float(value) for value in values], level=0.8, samples=4_000)
    noise = 0.03  # six standard errors of a share of .1 among 4,000 draws
    assert sum(mean < low for mean in means) / len(means) <= 0.1 + noise
    assert sum(mean <= low for mean in means) / len(means) >= 0.1 - noise or low < min(means) + 1e-9
    assert sum(mean > high for mean in means) / len(means) <= 0.1 + noise
    assert sum(mean >= high for mean in means) / len(means) >= 0.1 - noise or high > max(means) - 1e-9


@given(SHARES)
def test_an_interval_lies_within_the_values(values: list[float]) -> None:
    low, high = bootstrap_interval(values, samples=200)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9


@pytest.mark.parametrize(("values", "level"), [([], 0.95), ([1.0], 0.0), ([1.0], 1.0)])
def test_no_values_and_no_level_are_errors(values: list[float], level: float) -> None:
    with pytest.raises(ValueError, match=r"interval needs|level is"):
        bootstrap_interval(values, level=level)


def test_paired_differences_come_with_their_mean() -> None:
    mean, low, high = paired_bootstrap([0.0, 0.0, 1.0, 1.0])
    assert mean == 0.5
    assert (low, high) == bootstrap_interval([0.0, 0.0, 1.0, 1.0])


def test_four_of_five_up_is_exactly_twelve_of_thirty_two() -> None:
    # |sum| ≥ 3 with five signs: all up or all down (2), and one against four (2 · 5).
    assert permutation_test([1.0, 1.0, 1.0, 1.0, -1.0]) == 12 / 32


def test_sizes_count_and_not_only_signs() -> None:
    # 3 + 1 - 1 = 3: reached by ±3 ± 1 ∓ 1, ±3 + 1 + 1 with the sign of 3: 2 · 3 of 8.
    assert permutation_test([3.0, 1.0, -1.0]) == 6 / 8


def test_zeros_change_nothing() -> None:
    assert permutation_test([1.0, 0.0, 1.0, 0.0, 1.0]) == permutation_test([1.0, 1.0, 1.0]) == 0.25
    assert permutation_test([]) == permutation_test([0.0]) == 1.0


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=8))
def test_a_small_test_agrees_with_trying_every_flip(whole: list[int]) -> None:
    observed = abs(sum(whole))
    flips = [
        abs(sum(s * d for s, d in zip(signs, whole, strict=True))) for signs in product((1, -1), repeat=len(whole))
    ]
    assert permutation_test([d / 7 for d in whole]) == pytest.approx(sum(f >= observed for f in flips) / len(flips))


def test_drawn_flips_come_near_the_exact_ones() -> None:
    differences = [1.0] * 9 + [-1.0] * 4
    exact = permutation_test(differences)
    assert permutation_test(differences, samples=8_000) == pytest.approx(exact, abs=0.02)
    # P(at least 9 of 13 one way) = 2 (715 + 286 + 78 + 13 + 1) / 8192
    assert exact == 2186 / 8192


def test_no_p_value_is_zero() -> None:
    assert permutation_test([1.0] * 100, samples=999) == 1 / 1000


@given(DIFFERENCES)
def test_the_direction_does_not_matter(differences: list[float]) -> None:
    assert permutation_test(differences, samples=500) == permutation_test([-d for d in differences], samples=500)


def test_the_p_value_agrees_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    differences = np.asarray([0.5, 1.0, -0.25, 0.75, 1.0, -1.0, 0.5, 0.25])
    reference = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    assert permutation_test(differences) == pytest.approx(reference.pvalue)


def test_the_interval_agrees_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(3).random(80)
    reference = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=20_000, rng=1).confidence_interval
    assert bootstrap_interval(values, samples=20_000) == pytest.approx((reference.low, reference.high), abs=0.004)


def test_holm_multiplies_by_what_is_left_and_never_falls() -> None:
    # .01 · 4, .013 · 3 < .04, .03 · 2, .9 · 1
    assert holm([0.9, 0.01, 0.03, 0.013]) == pytest.approx([0.9, 0.04, 0.06, 0.04])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=12, unique=True))
def test_holm_agrees_with_the_definition(p_values: list[float]) -> None:
    # The largest, over all p-values that are not larger, of that p-value times the number of those not smaller.
    expected = [min(1.0, max(q * sum(r >= q for r in p_values) for q in p_values if q <= p)) for p in p_values]
    assert holm(p_values) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_keeps_the_order_and_lies_between_the_p_value_and_bonferroni(p_values: list[float]) -> None:
    corrected = holm(p_values)
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    assert [corrected[i] for i in order] == sorted(corrected)
    assert all(p <= c <= min(1.0, len(p_values) * p) + 1e-12 for p, c in zip(p_values, corrected, strict=True))
