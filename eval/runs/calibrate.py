"""Confidence calibration: fits the confidence and its threshold on questions whose answers are known.

The confidence is a logistic regression from the signals to whether the first quote answers. An L2 penalty keeps it near the
calibration that was there before: few questions change it little, many change it as far as they say. The threshold is chosen afterwards, to refuse unanswerable questions without
refusing answerable ones. Figures are cross-validated: each question's confidence comes from a fit that did not see it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.measures.abstention import auroc, risk_coverage
from eval.questions.model import Question
from rag.assistant import Assistant
from rag.errors import InputError
from rag.evidence.calibration import DEFAULT_CALIBRATION, Calibration, CurvePoint
from rag.types import Signals

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

L2 = 3.0  # of 0.1 to 30 it gave the least held-out Brier score on the bundled questions; 1 to 10 are within .001 of it
FOLDS = 5
CURVE_POINTS = 50
MAX_WRONGLY_REFUSED = 0.05
LEAST_OF_EACH = 5  # right and wrong first quotes; with fewer nothing can be fitted


@dataclass(frozen=True, slots=True)
class Example:
    """A question's signals, and what would have been right."""

    signals: Signals
    right: bool  # the first quote answers
    answerable: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """What a map and its threshold do on a question set."""

    auroc: float  # of the confidence, for right and wrong first quotes
    brier: float  # mean squared distance between confidence and being right
    refused: float | None  # share of the unanswerable
    wrongly_refused: float  # share of the answerable


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration to keep, what it reached on questions it had not seen, and what was there before."""

    calibration: Calibration
    questions: int
    reached: Reached  # cross-validated
    before: Reached


def examples_of(
    assistant: Assistant, questions: Sequence[Question], *, progress: Callable[[int, int], None] | None = None
) -> list[Example]:
    """The assistant's signals for each question. A question for which it finds no passages is left out."""
    examples = []
    for number, question in enumerate(questions):
        if progress:
            progress(number, len(questions))
        evidence = assistant.evidence(question.question, history=question.history)
        if evidence.signals is None:
            continue
        first = evidence.quotes[0] if evidence.quotes else None
        right = first is not None and question.accepts(first.text, first.passage.source, first.start, first.end)
        examples.append(Example(evidence.signals, question.answerable and right, question.answerable))
    return examples


def fit_calibration(
    examples: Sequence[Example],
    *,
    before: Calibration = DEFAULT_CALIBRATION,
    max_wrongly_refused: float | None = MAX_WRONGLY_REFUSED,
    fitted_on: str = "",
) -> Fit:
    """The calibration of these examples. Raises InputError if they are too few, or all of one kind.

    The threshold is the highest one that refuses no more than `max_wrongly_refused` of the answerable questions. With
    None it is the one with the best balanced accuracy, which refuses many questions if the signals separate them badly.
    """
    right = np.asarray([example.right for example in examples], bool)
    answerable = np.asarray([example.answerable for example in examples], bool)
    if min(right.sum(), (~right).sum()) < LEAST_OF_EACH:
        raise InputError(
            f"{int(right.sum())} first quotes are right and {int((~right).sum())} wrong; "
            f"a fit needs {LEAST_OF_EACH} of each: give more questions, answerable and not"
        )
    if max_wrongly_refused is not None and not 0 <= max_wrongly_refused <= 1:
        raise InputError(f"--max-wrongly-refused is {max_wrongly_refused:g}; give a share between 0 and 1")
    if not answerable.any():
        raise InputError("no question of the set is answerable; give some that are")
    if max_wrongly_refused is None and answerable.all():
        raise InputError(
            "every question of the set is answerable, so there is nothing to balance; add unanswerable ones, or leave "
            "out --balanced"
        )
    signals = np.asarray([example.signals.as_list() for example in examples], float)
    prior = np.asarray([before.bias, *before.coefficients])
    held_out, refusals = np.zeros(len(examples)), np.zeros(len(examples), bool)
    for fold in _folds(right, answerable):
        weights = fit_logistic(signals[~fold], right[~fold], prior)
        inside, held_out[fold] = logistic(signals[~fold], weights), logistic(signals[fold], weights)
        threshold = choose_threshold(inside, answerable[~fold], max_wrongly_refused)
        refusals[fold] = held_out[fold] < threshold
    weights = fit_logistic(signals, right, prior)
    confidence = logistic(signals, weights)
    calibration = Calibration(
        bias=float(weights[0]),
        coefficients=tuple(float(weight) for weight in weights[1:]),
        threshold=choose_threshold(confidence, answerable, max_wrongly_refused),
        curve=_curve(held_out, right),
        fitted_on=fitted_on,
    )
    earlier = np.asarray([before.confidence(example.signals) for example in examples])
    return Fit(
        calibration,
        len(examples),
        _reached(held_out, refusals, right, answerable),
        _reached(earlier, earlier < before.threshold, right, answerable),
    )


def fit_logistic(
    signals: Floats, right: Bools, prior: Floats | None = None, *, l2: float = L2, steps: int = 50
) -> Floats:
    """Bias and coefficients of the logistic regression with an L2 penalty on the coefficients, by Newton's method.

    signals: (n, d) float64, right: (n,) bool; `prior` and the result: (1 + d,) float64. Minimises Σ log-loss + l2/2 ·
    |coefficients - prior|² (Hastie, Tibshirani and Friedman 2009, section 4.4.1); the bias is free, and the prior is 0 unless
    given. The loss is convex and the penalty keeps the Hessian regular, so a handful of steps reach machine precision.

    >>> signals, right = np.asarray([[0.0]] * 4 + [[1.0]] * 4), np.asarray([1, 0, 0, 0, 1, 1, 1, 0], bool)
    >>> bias, coefficient = fit_logistic(signals, right, l2=1e-9)
    >>> round(float(bias), 4), round(float(bias + coefficient), 4)  # log-odds of 1/4, and of 3/4
    (-1.0986, 1.0986)
    """
    design = np.hstack([np.ones((len(signals), 1)), signals])
    penalty = l2 * np.eye(design.shape[1])
    penalty[0, 0] = 1e-9  # the bias is free; this keeps the matrix regular
    prior = np.zeros(design.shape[1]) if prior is None else prior
    weights = prior.copy()
    for _ in range(steps):
        share = _sigmoid(design @ weights)
        gradient = design.T @ (share - right) + penalty @ (weights - prior)
        hessian = design.T @ (design * (share * (1 - share))[:, None]) + penalty
        step = np.linalg.solve(hessian, gradient)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-10:
            break
    return weights


def logistic(signals: Floats, weights: Floats) -> Floats:
    """The confidence of each row of signals."""
    return _sigmoid(weights[0] + signals @ weights[1:])


def choose_threshold(confidence: Floats, answerable: Bools, max_wrongly_refused: float | None) -> float:
    """The threshold under which to refuse, half-way between two questions' confidences.

    >>> sure, known = np.asarray([0.1, 0.2, 0.4, 0.8]), np.asarray([False, False, True, True])
    >>> round(choose_threshold(sure, known, None), 2)
    0.3
    >>> round(choose_threshold(sure, known, 0.5), 2)
    0.6
    """
    ordered = np.unique(confidence)
    thresholds = [0.0, *((ordered[1:] + ordered[:-1]) / 2)]
    wrongly = [float(np.mean(confidence[answerable] < threshold)) for threshold in thresholds]
    if max_wrongly_refused is not None:
        return float(max(t for t, share in zip(thresholds, wrongly, strict=True) if share <= max_wrongly_refused))
    refused = [float(np.mean(confidence[~answerable] < threshold)) for threshold in thresholds]
    # Of equally good thresholds the lowest: answering is preferred to refusing.
    best = max(range(len(thresholds)), key=lambda n: (refused[n] - wrongly[n], -thresholds[n]))
    return float(thresholds[best])


def _reached(confidence: Floats, refusals: Bools, right: Bools, answerable: Bools) -> Reached:
    return Reached(
        auroc=auroc(confidence, right) or 0.0,
        brier=float(np.mean((confidence - right) ** 2)),
        refused=float(refusals[~answerable].mean()) if not answerable.all() else None,
        wrongly_refused=float(refusals[answerable].mean()),
    )


def _folds(right: Bools, answerable: Bools) -> list[Bools]:
    """A mask (n,) for each fold; every kind of question is spread evenly over them, in a seeded order."""
    order = np.random.default_rng(0).permutation(len(right))
    kind = right.astype(int) + 2 * answerable.astype(int)
    order = order[np.argsort(kind[order], kind="stable")]
    fold_of = np.empty(len(right), int)
    fold_of[order] = np.arange(len(right)) % FOLDS
    return [fold_of == fold for fold in range(FOLDS)]


def _curve(confidence: Floats, right: Bools) -> tuple[CurvePoint, ...]:
    """The risk–coverage curve, at no more than `CURVE_POINTS` places."""
    points = risk_coverage(confidence, right)
    chosen = np.unique(np.linspace(0, len(points) - 1, min(CURVE_POINTS, len(points))).round().astype(int))
    return tuple(points[number] for number in chosen)


def _sigmoid(values: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0)))
    return result
