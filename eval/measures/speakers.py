"""Whether quotes are attributed to the person who spoke."""

from __future__ import annotations

from eval.measures.case import Case, should_quote
from eval.measures.registry import QuestionMeasure
from rag.types import Citation


def speaker_right(case: Case) -> float | None:
    """The share of quotes that are attributed to the right speaker; None if no quote can be checked.

    A quote from the gold is compared with the speaker that the set names, any other with the passages at its place. An
    answer without a quote, to a question that has one, scores 0.0.
    """
    checked = [right for citation in case.citations if (right := _is_right(case, citation)) is not None]
    if checked:
        return sum(checked) / len(checked)
    return 0.0 if case.question.answerable and not case.citations else None


def _is_right(case: Case, citation: Citation) -> bool | None:
    question = case.question
    if question.speaker and question.is_relevant(citation.source, citation.start, citation.end):
        return _same_name(citation.speaker, question.speaker)
    spoke = {
        passage.speaker
        for passage in case.passages
        if passage.document_id == citation.document_id and passage.start < citation.end and citation.start < passage.end
    }
    return spoke == {citation.speaker} if spoke else None


def _same_name(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


MEASURES = (QuestionMeasure("speaker_right", "Answers", speaker_right, should_quote),)
