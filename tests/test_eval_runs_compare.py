"""A comparison: paired, corrected, and only of what can be compared."""

from __future__ import annotations

import pytest
from made_runs import made_row, made_run

from eval.runs.causes import NOT_CHOSEN, REFUSED_WRONGLY, SHOULD_HAVE_REFUSED
from eval.runs.compare import Flip, compare
from rag.errors import InputError


def runs_of(before: list[float], after: list[float], name: str = "R@5"):  # type: ignore[no-untyped-def]
    return tuple(
        made_run([made_row(str(number), measures={name: value}) for number, value in enumerate(values)])
        for values in (before, after)
    )


def test_differences_are_paired_and_named_from_a_to_b() -> None:
    a, b = runs_of([0.0, 0.5, 1.0, 1.0], [1.0, 0.5, 1.0, 0.5])
    (found,) = compare(a, b).differences
    assert (found.name, found.a, found.b, found.difference, found.n) == ("R@5", 0.625, 0.75, 0.125, 4)
    assert found.low <= 0.125 <= found.high
    # Whatever signs +1 and -0.5 are given, their sum is at least as far from 0 as the 0.5 that was found: p = 1.
    assert found.p == pytest.approx(1.0, abs=0.05)
    assert found.verdict == ""


def test_a_change_on_every_one_of_twenty_questions_is_no_chance_and_its_direction_counts() -> None:
    a, b = runs_of([0.0] * 20, [1.0] * 20)
    (found,) = compare(a, b).differences
    assert (found.low, found.high) == (1.0, 1.0)
    assert found.p < 0.01
    assert found.verdict == "better"
    a, b = runs_of([0.0] * 20, [1.0] * 20, name="wrongly_refused")
    assert compare(a, b).differences[0].verdict == "worse"


def test_a_run_compared_with_itself_differs_in_nothing() -> None:
    a, b = runs_of([0.0, 0.5, 1.0], [0.0, 0.5, 1.0])
    found = compare(a, b)
    assert [(each.difference, each.low, each.high, each.p) for each in found.differences] == [(0.0, 0.0, 0.0, 1.0)]
    assert found.flips == ()


def test_questions_that_flipped_are_named_both_ways() -> None:
    a = made_run(
        [
            made_row("won", cause=NOT_CHOSEN, measures={"Success@1": 0.0}),
            made_row("lost", measures={"Success@1": 1.0}),
            made_row("same", measures={"Success@1": 1.0}),
            made_row("silent", answerable=False, cause=SHOULD_HAVE_REFUSED),
        ]
    )
    b = made_run(
        [
            made_row("won", measures={"Success@1": 1.0}),
            made_row("lost", measures={"Success@1": 1.0}, cause=REFUSED_WRONGLY, status="not_on_record"),
            made_row("same", measures={"Success@1": 1.0}),
            made_row("silent", answerable=False, status="not_on_record"),
        ]
    )
    assert compare(a, b).flips == (
        Flip("answer", "won", "Question won?", True, NOT_CHOSEN, "right"),
        Flip("Success@1", "won", "Question won?", True, "not first", "found first"),
        Flip("answer", "lost", "Question lost?", False, "right", REFUSED_WRONGLY),
        Flip("refusal", "lost", "Question lost?", False, "answered", "not_on_record"),
        Flip("answer", "silent", "Question silent?", True, SHOULD_HAVE_REFUSED, "right"),
        Flip("refusal", "silent", "Question silent?", True, "answered", "not_on_record"),
    )


def test_measures_that_only_one_run_has_are_left_out() -> None:
    a = made_run([made_row("1", measures={"R@5": 1.0, "R@10": 1.0})])
    b = made_run([made_row("1", measures={"R@5": 1.0})])
    assert [each.name for each in compare(a, b).differences] == ["R@5"]


def test_runs_over_different_questions_are_refused_in_one_line() -> None:
    a, b = (
        made_run([made_row("1")], name="a.jsonl"),
        made_run([made_row("1")], questions_sha256="other", name="b.jsonl"),
    )
    with pytest.raises(InputError, match=r"over different questions \(a\.jsonl and b\.jsonl\); run both over the same"):
        compare(a, b)
