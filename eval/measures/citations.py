"""Whether citations are sound, and whether they are the right ones."""

from __future__ import annotations

from eval.measures.case import Case, has_gold, should_quote
from eval.measures.registry import QuestionMeasure


def verified_share(case: Case) -> float:
    """The share of citations whose quote is in its document at its place; 0.0 for an answer that cites nothing."""
    return _mean([citation.verified for citation in case.citations])


def citation_precision(case: Case) -> float:
    """The share of citations that overlap the gold; 0.0 if nothing is cited."""
    return _mean([case.question.is_relevant(c.source, c.start, c.end) for c in case.citations])


def citation_recall(case: Case) -> float:
    """The share of gold ranges that a citation overlaps."""
    gold = set(case.question.relevant)
    return _mean([any(each.overlaps(c.source, c.start, c.end) for c in case.citations) for each in gold])


def dangling(case: Case) -> float:
    """The number of markers in the text that refer to nothing."""
    return float(case.answer.dangling) if case.answer else 0.0


def _mean(values: list[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


MEASURES = (
    QuestionMeasure("citations_verified", "Citations", verified_share, should_quote),
    QuestionMeasure("citation_precision", "Citations", citation_precision, has_gold),
    QuestionMeasure("citation_recall", "Citations", citation_recall, has_gold),
    QuestionMeasure("dangling", "Citations", dangling, higher_is_better=False, unit="count"),
)
