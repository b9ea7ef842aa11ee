"""Rows of questions, figures of a set, and how a measure is added."""

from __future__ import annotations

import math
from time import perf_counter

import numpy as np
import pytest
from made_cases import NOBODY, ROW, answer, asked, citation, passage

from eval.measures import REGISTRY, intervals, measure, summarise


def test_a_refusal_is_right_or_wrong_by_what_can_be_answered() -> None:
    right, wrong = measure(NOBODY, answer(refused=True), []), measure(asked((0, 9)), answer(ROW[:1], refused=True), ROW)
    assert (right["refused"], right["em"], right["f1"], right["right"]) == (1.0, 1.0, 1.0, 1.0)
    assert (wrong["wrongly_refused"], wrong["right"], wrong["Success@1"], wrong["first_quote"]) == (1.0, 0.0, 1.0, 0.0)
    assert "wrongly_refused" not in right
    assert not wrong.keys() & {"refused", "citations_verified", "speaker_right"}


def test_an_answer_where_there_is_none_is_wrong_and_its_quotes_must_still_be_verified() -> None:
    row = measure(NOBODY, answer(ROW[:1], [citation("x", 0), citation("x", 5, verified=False)]), [])
    assert (row["refused"], row["em"], row["right"], row["answered"], row["citations_verified"]) == (0, 0, 0, 1, 0.5)
    assert not row.keys() & {"R@5", "citation_precision", "first_quote"}


def test_a_question_that_could_not_be_asked_has_the_worst_of_every_measure_that_applies() -> None:
    failed = measure(asked((0, 50), answers=["may"]), None, ROW)
    asked_well = measure(asked((0, 50), answers=["may"]), answer(ROW[:1], [citation("may", 0)]), ROW)
    assert failed.keys() == {name for name in asked_well if not name.startswith("ms_")}
    measured = {name: value for name, value in failed.items() if name in REGISTRY and name != "dangling"}
    assert measured == {name: float(not REGISTRY[name].higher_is_better) for name in measured}
    assert measure(NOBODY, None, [])["refused"] == 0.0


def test_an_answer_without_a_citation_keeps_no_promise() -> None:
    row = measure(asked((0, 50)), answer(ROW[:1]), ROW)
    assert (row["citations_verified"], row["citation_precision"], row["speaker_right"]) == (0.0, 0.0, 0.0)


def test_a_row_is_a_flat_mapping_of_finite_floats() -> None:
    row = measure(asked((0, 50)), answer(ROW[:3], [citation("x", 0)]), ROW)
    assert all(type(value) is float and math.isfinite(value) for value in row.values())
    assert row["ms_total"] == 10.5


def test_a_thousand_questions_are_measured_in_well_under_five_seconds() -> None:
    passages = [passage(f"p{number}", number * 10, number * 10 + 10) for number in range(450)]
    questions = [asked((number % 400 * 10, number % 400 * 10 + 25)) for number in range(1000)]
    began = perf_counter()
    for number, question in enumerate(questions):
        measure(question, answer(passages[number % 390 : number % 390 + 10], [citation("x", 5)]), passages)
    assert perf_counter() - began < 5


def test_a_summary_is_the_mean_over_the_rows_that_have_a_measure() -> None:
    found = summarise(
        [
            {"R@5": 1.0, "confidence": 0.9, "answerable": 1.0, "answered": 1.0, "right": 1.0, "ms_total": 10.0},
            {"R@5": 0.0, "confidence": 0.4, "answerable": 1.0, "answered": 1.0, "right": 0.0, "ms_total": 20.0},
            {"refused": 1.0, "confidence": 0.1, "answerable": 0.0, "answered": 0.0, "right": 1.0, "ms_total": 30.0},
        ]
    )
    assert found == pytest.approx(
        {
            "R@5": 0.5,
            "refused": 1.0,
            "AUROC": 1.0,
            "AURC": (0 + 1 / 2) / 2,  # over the two that were answered
            "ECE": (0.1 + 0.4) / 2,
            "p50_total_ms": 20.0,
            "p95_total_ms": 29.0,
        }
    )
    assert found.keys() <= REGISTRY.keys()


def test_no_rows_give_no_figures() -> None:
    assert summarise([]) == {}
    assert intervals([]) == {}


def test_every_figure_has_an_interval_that_holds_it() -> None:
    random = np.random.default_rng(2)
    rows = []
    for number in range(60):
        found = [ROW[each] for each in random.choice(20, 10, replace=False)]
        question = NOBODY if number % 4 == 0 else asked((300, 450))
        rows.append(
            measure(
                question,
                answer(found, [citation("x", int(random.integers(250, 500)))], confidence=float(random.random())),
                ROW,
            )
        )
    figures, spans = summarise(rows), intervals(rows, samples=300)
    assert figures.keys() == spans.keys()
    assert {n for n, v in figures.items() if not spans[n][0] - 1e-9 <= v <= spans[n][1] + 1e-9} <= {
        "ECE"
    }  # biased upwards
    low, high = spans["Success@10"]
    error = math.sqrt(figures["Success@10"] * (1 - figures["Success@10"]) / 45)
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.35)
