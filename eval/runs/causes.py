"""Why an answer is wrong: the first stage that lost it.

An answer is right if its first quote answers, or if nothing can answer and the record is called silent. The stages are
retrieval, the choice of a passage, the choice of a sentence, and the decision to answer at all, in this order. So each
wrong answer has exactly one cause, and fixing a stage can only move a question to a later cause.
"""

from __future__ import annotations

from eval.questions.model import Question
from rag.types import Answer

FAILED = "failed"
NOT_RETRIEVED = "not retrieved"
NOT_CHOSEN = "retrieved but not chosen"
WRONG_SENTENCE = "wrong sentence"
REFUSED_WRONGLY = "refused wrongly"
SHOULD_HAVE_REFUSED = "should have refused"

CAUSES = {
    NOT_RETRIEVED: "No passage that was found overlaps the gold.",
    NOT_CHOSEN: "A passage with the gold was found; the first quote is from another one.",
    WRONG_SENTENCE: "The first quote is from a passage with the gold, and does not hold the answer.",
    REFUSED_WRONGLY: "A passage with the gold was found, and the record was called silent.",
    SHOULD_HAVE_REFUSED: "Nothing in the record answers, and something was quoted.",
    FAILED: "The question could not be asked.",
}


def cause_of(question: Question, answer: Answer | None) -> str:
    """The one cause of a wrong answer; empty if it is right, `FAILED` if there is none.

    >>> cause_of(Question("q1", "Why?", answerable=False), None)
    'failed'
    """
    if answer is None:
        return FAILED
    silent = answer.status == "not_on_record"
    if not question.answerable:
        return "" if silent else SHOULD_HAVE_REFUSED
    first = answer.citations[0] if answer.citations else None
    if first and question.accepts(first.quote, first.source, first.start, first.end):
        return ""
    relevant = [
        hit.passage
        for hit in answer.passages
        if question.is_relevant(hit.passage.source, hit.passage.start, hit.passage.end)
    ]
    if not relevant:
        return NOT_RETRIEVED
    if silent:
        return REFUSED_WRONGLY
    # A generator may cite nothing at all. It had the passage, and did not choose it.
    quoted_from = first.passage_id if first else None
    return WRONG_SENTENCE if quoted_from in {passage.id for passage in relevant} else NOT_CHOSEN
