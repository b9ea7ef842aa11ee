"""Calibration: the regression agrees with closed forms, and what is kept does what it says."""

from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest
from conftest import BUNDLED

from eval.measures.abstention import auroc
from eval.questions.load import load_questions
from eval.runs.calibrate import Example, choose_threshold, examples_of, fit_calibration, fit_logistic, logistic
from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.errors import InputError
from rag.evidence.calibration import DEFAULT_CALIBRATION, TRAINED_CALIBRATION
from rag.rerankers import fingerprint_of, load_reranker
from rag.types import Signals


def example(dense: float, *, right: bool, answerable: bool = True) -> Example:
    return Example(Signals(dense, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), right, answerable)


def test_one_yes_or_no_signal_is_weighed_by_its_log_odds() -> None:
    # Where the signal is 0 one in four is right, log odds log(1/3); where it is 1 three in four, log(3).
    signals = np.asarray([[0.0]] * 4 + [[1.0]] * 4)
    right = np.asarray([True, False, False, False, True, True, True, False])
    bias, coefficient = fit_logistic(signals, right, l2=1e-9)
    assert bias == pytest.approx(log(1 / 3), abs=1e-5)
    assert coefficient == pytest.approx(2 * log(3), abs=1e-5)
    assert logistic(signals, np.asarray([bias, coefficient])) == pytest.approx([0.25] * 4 + [0.75] * 4, abs=1e-5)


def test_the_fit_is_a_stationary_point_of_the_penalised_loss() -> None:
    random = np.random.default_rng(1)
    signals = random.normal(size=(60, 3))
    right = random.random(60) < 1 / (1 + np.exp(-signals[:, 0]))
    weights = fit_logistic(signals, right, l2=0.5)
    error = logistic(signals, weights) - right
    assert error.sum() == pytest.approx(0.0, abs=1e-6)
    assert signals.T @ error + 0.5 * weights[1:] == pytest.approx([0.0] * 3, abs=1e-6)


def test_separable_questions_do_not_make_the_fit_certain() -> None:
    signals = np.asarray([[0.0]] * 10 + [[1.0]] * 10)
    weights = fit_logistic(signals, np.asarray([False] * 10 + [True] * 10))
    assert np.isfinite(weights).all()
    assert 0.05 < logistic(signals, weights)[0] < logistic(signals, weights)[-1] < 0.95


def test_a_threshold_refuses_no_more_of_the_answerable_than_it_may() -> None:
    confidence = np.arange(1, 11) / 10
    answerable = np.ones(10, bool)
    assert choose_threshold(confidence, answerable, 0.0) == 0.0
    assert choose_threshold(confidence, answerable, 0.1) == pytest.approx(0.15)
    assert choose_threshold(confidence, answerable, 0.35) == pytest.approx(0.35)


def test_auroc_counts_pairs_in_the_right_order() -> None:
    # Of six pairs (right, wrong) four are in order and one is a tie: 4.5 / 6.
    confidence = np.asarray([0.9, 0.5, 0.4, 0.5, 0.2])
    right = np.asarray([True, True, True, False, False])
    assert auroc(confidence, right) == pytest.approx(4.5 / 6)


def test_a_fit_keeps_the_threshold_the_curve_and_what_it_was_made_on() -> None:
    examples = [example(number / 40, right=number >= 20, answerable=number >= 10) for number in range(40)]
    fit = fit_calibration(examples, max_wrongly_refused=None, fitted_on="40 made examples")
    sure = [fit.calibration.confidence(each.signals) for each in examples]
    assert sure == sorted(sure)
    assert sure[9] < fit.calibration.threshold < sure[10]
    assert fit.calibration.fitted_on == "40 made examples"
    assert fit.reached.auroc > 0.95
    last = fit.calibration.curve[-1]
    assert (last.coverage, last.risk) == (1.0, 0.5)
    assert [point.threshold for point in fit.calibration.curve] == sorted(
        (point.threshold for point in fit.calibration.curve), reverse=True
    )


def test_a_fit_stays_with_the_calibration_before_where_the_examples_say_nothing() -> None:
    before = np.asarray([0.5, 2.0, -1.0])
    signals = np.asarray([[float(number % 2), 0.0] for number in range(40)])
    right = np.asarray(
        [number % 4 < 2 for number in range(40)]
    )  # half of each: the first signal says nothing, against 2.0
    bias, first, second = fit_logistic(signals, right, before)
    assert second == pytest.approx(-1.0)  # was never seen
    assert 0 < first < 2.0
    assert abs(bias + first / 2) < 0.05  # even odds, in the middle


def test_examples_that_teach_nothing_are_told() -> None:
    with pytest.raises(InputError, match="4 first quotes are right and 40 wrong; a fit needs 5 of each"):
        fit_calibration([example(0.5, right=number < 4) for number in range(44)])
    mixed = [example(0.5, right=number < 20) for number in range(40)]
    with pytest.raises(InputError, match=r"--max-wrongly-refused is 1\.5; give a share between 0 and 1"):
        fit_calibration(mixed, max_wrongly_refused=1.5)
    with pytest.raises(InputError, match="nothing to balance"):
        fit_calibration(mixed, max_wrongly_refused=None)


def test_a_calibration_of_the_bundled_sets_is_kept_and_used(bundled_copy: Path) -> None:
    archive = open_archive(bundled_copy)
    questions = load_questions(sorted(BUNDLED.glob("*.jsonl")))
    fit = fit_calibration(
        examples_of(Assistant(archive, calibration=TRAINED_CALIBRATION), questions),
        before=TRAINED_CALIBRATION,
        max_wrongly_refused=0.05,
    )
    archive.set_calibration(fit.calibration, reader=fingerprint_of(load_reranker()))
    assistant = Assistant(open_archive(bundled_copy))
    answers = [(question, assistant.ask(question.question, history=question.history)) for question in questions]
    assert {answer.status for _, answer in answers if answer.confidence >= fit.calibration.threshold} == {"answered"}
    refused = [q.answerable for q, answer in answers if answer.status == "not_on_record"]
    assert sum(refused) <= 0.05 * sum(question.answerable for question in questions)
    # Fitted to what is asked here, the confidence is nearer to the truth than the default, on questions not seen.
    assert fit.reached.brier < fit.before.brier


def test_the_examples_hold_the_confidence_that_an_assistant_gives(bundled: Archive) -> None:
    questions = load_questions([BUNDLED / "hearing.jsonl"])
    assistant = Assistant(bundled, calibration=DEFAULT_CALIBRATION)
    for question, each in zip(questions, examples_of(assistant, questions), strict=True):
        answer = assistant.ask(question.question, history=question.history)
        assert answer.confidence == pytest.approx(DEFAULT_CALIBRATION.confidence(each.signals), abs=1e-6)
