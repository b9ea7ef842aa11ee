"""The registry: a measure is one entry, and everything that shows measures finds it there."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from conftest import ROOT
from made_cases import NOBODY, ROW, answer, asked, citation
from made_runs import made_row, made_run

from eval import measures
from eval.measures import REGISTRY, measure, summarise
from eval.measures.case import Case, has_gold
from eval.measures.registry import GROUPS, QuestionMeasure, SetMeasure
from eval.runs.compare import compare
from eval.runs.gate import check, parse_bar
from eval.show.figures import figures_of
from eval.show.report import render
from eval.show.tables import print_run

CITED = answer(ROW[:3], [citation("x", 0), citation("y", 20)])


def quotes_given(case: Case) -> float:
    return float(len(case.citations))


def test_a_measure_that_is_registered_is_in_rows_figures_tables_reports_comparisons_and_gates(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = QuestionMeasure("quotes_given", "Citations", quotes_given, has_gold, higher_is_better=False, unit="count")
    monkeypatch.setitem(REGISTRY, entry.name, entry)
    row = measure(asked((0, 50)), CITED, ROW)
    assert row["quotes_given"] == 2.0
    assert "quotes_given" not in measure(NOBODY, CITED, [])

    run = made_run([made_row("1", measures=row), made_row("2", measures={**row, "quotes_given": 3.0})])
    (figure,) = (each for each in figures_of(run) if each.name == "quotes_given")
    assert (figure.value, figure.n, figure.measure) == (2.5, 2, entry)
    print_run(run, figures_of(run))
    assert re.search(r"quotes_given ↓ +2\.500 +2\.000 – 3\.000 +2", capsys.readouterr().out)
    assert "quotes_given" in render(run)

    fewer = replace(run, rows=tuple(replace(each, measures={**row, "quotes_given": 1.0}) for each in run.rows))
    (difference,) = (each for each in compare(run, fewer).differences if each.name == "quotes_given")
    assert (difference.a, difference.b, difference.difference) == (2.5, 1.0, -1.5)
    (verdict,) = check(summarise([each.measures for each in run.rows]), [parse_bar("max", "quotes_given=2")])
    assert (verdict.value, verdict.met) == (2.5, False)


def test_a_measure_of_the_set_gets_the_columns_that_it_needs_and_only_rows_that_have_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = SetMeasure("surest", "Abstention", lambda sure: float(np.max(sure)), needs=("confidence",), over="answered")
    monkeypatch.setitem(REGISTRY, entry.name, entry)
    rows = [{"confidence": 0.4, "answered": 1.0}, {"confidence": 0.9, "answered": 0.0}, {"answered": 1.0}]
    assert summarise(rows)["surest"] == 0.4
    assert [entry.counts(row) for row in rows] == [True, False, False]
    assert "surest" not in summarise([{"confidence": 0.4}])


def test_no_two_measures_share_a_name_and_groups_stand_together() -> None:
    entries = [each for file in measures._FILES for each in file.MEASURES]
    assert list(REGISTRY.values()) == entries
    groups = [each.group for each in entries]
    assert groups == sorted(groups, key=GROUPS.index)


def test_every_measure_is_in_the_documentation() -> None:
    documented = set(re.findall(r"\w+", (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")))
    assert {name.partition("@")[0] for name, each in REGISTRY.items() if each.unit != "ms"} <= documented
    assert "p95_total_ms" in documented
