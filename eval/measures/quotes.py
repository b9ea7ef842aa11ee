"""Whether the quotes answer, and whether they are attributed to whoever spoke."""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures.squad import exact_match, token_f1
from eval.questions.model import Question
from rag.types import Citation, Passage


def answers(question: Question, citation: Citation) -> bool:
    """Whether a quote holds an answer of the set; where the set gives none, whether it overlaps the gold."""
    if question.answers:
        return question.is_answered_by(citation.quote)
    return question.is_relevant(citation.source, citation.start, citation.end)


def quote_measures(question: Question, citations: Sequence[Citation]) -> dict[str, float]:
    """`first_quote` and `all_quotes`; with `em` and `f1` of the first quote where the set gives answers."""
    right = [answers(question, citation) for citation in citations]
    measures = {"first_quote": float(any(right[:1])), "all_quotes": float(any(right))}
    if question.answers:
        first = citations[0].quote if citations else None
        measures["em"] = exact_match(first, question.answers) if first is not None else 0.0
        measures["f1"] = token_f1(first, question.answers) if first is not None else 0.0
    return measures


def speaker_right(question: Question, citations: Sequence[Citation], passages: Sequence[Passage]) -> float | None:
    """The share of quotes that are attributed to who spoke; None where no quote can be checked.

    A quote from the gold is held against the speaker that the set names, any other against the passage at its place.
    """
    checked = []
    for citation in citations:
        if question.speaker and question.is_relevant(citation.source, citation.start, citation.end):
            checked.append(_same_name(citation.speaker, question.speaker))
            continue
        spoke = {
            passage.speaker
            for passage in passages
            if passage.document_id == citation.document_id
            and passage.start < citation.end
            and citation.start < passage.end
        }
        if spoke:
            checked.append(spoke == {citation.speaker})
    return sum(checked) / len(checked) if checked else None


def _same_name(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
