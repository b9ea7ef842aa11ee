"""Whether citations are sound, and whether they are the right ones."""

from __future__ import annotations

from collections.abc import Sequence

from eval.questions.model import Question
from rag.types import Citation


def verified_share(citations: Sequence[Citation]) -> float:
    """The share of citations whose quote is in its document at its place; 0.0 for an answer that cites nothing."""
    return sum(citation.verified for citation in citations) / len(citations) if citations else 0.0


def citation_precision(question: Question, citations: Sequence[Citation]) -> float:
    """The share of citations that overlap the gold; 0.0 where nothing is cited."""
    hits = [question.is_relevant(citation.source, citation.start, citation.end) for citation in citations]
    return sum(hits) / len(hits) if hits else 0.0


def citation_recall(question: Question, citations: Sequence[Citation]) -> float:
    """The share of gold ranges that a citation overlaps."""
    gold = set(question.relevant)
    hit = [
        any(c.source == each.source and c.start < each.end and each.start < c.end for c in citations) for each in gold
    ]
    return sum(hit) / len(hit) if hit else 0.0
