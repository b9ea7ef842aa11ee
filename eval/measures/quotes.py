"""Whether the quotes answer: by the set's answers, or by the gold if it gives none (`Question.accepts`)."""

from __future__ import annotations

from eval.measures.case import Case, can_be_judged
from eval.measures.registry import QuestionMeasure


def first_quote(case: Case) -> float:
    """1.0 if the first quote answers."""
    return float(any(case.right_quotes[:1]))


def all_quotes(case: Case) -> float:
    """1.0 if any quote answers."""
    return float(any(case.right_quotes))


MEASURES = (
    QuestionMeasure("first_quote", "Answers", first_quote, can_be_judged),
    QuestionMeasure("all_quotes", "Answers", all_quotes, can_be_judged),
)
