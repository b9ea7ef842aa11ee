"""One question with what came back: all that a measure of a question is computed from, and what a measure may need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from eval.questions.model import Question
from rag.types import Answer, Citation, Passage


@dataclass(frozen=True)
class Case:
    """A question, its answer, and the passages among which the gold lies."""

    question: Question
    answer: Answer | None  # None if asking failed
    passages: Sequence[Passage]  # all passages of the documents that the gold names; none for an unanswerable question

    @property
    def ranked(self) -> list[Passage]:
        """What was retrieved, best first."""
        return [hit.passage for hit in self.answer.passages] if self.answer else []

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What was quoted, in order; nothing if asking failed."""
        return self.answer.citations if self.answer else ()

    @property
    def answered(self) -> bool:
        """Whether an answer was given."""
        return self.answer is not None and self.answer.status == "answered"

    @property
    def refused(self) -> bool:
        """Whether the record was called silent. A question that failed was neither answered nor refused."""
        return self.answer is not None and not self.answered

    @cached_property
    def right_quotes(self) -> list[bool]:
        """For each citation whether it answers."""
        return [self.question.accepts(c.quote, c.source, c.start, c.end) for c in self.citations]

    @cached_property
    def hits(self) -> tuple[bool, ...]:
        """For each passage retrieved whether it overlaps the gold; one that comes twice counts at its best rank."""
        found = {passage.id: self._is_relevant(passage) for passage in self.ranked}
        return tuple(found.values())

    @cached_property
    def relevant_passages(self) -> int:
        """How many passages overlap the gold, retrieved or not."""
        return len({passage.id for passage in (*self.passages, *self.ranked) if self._is_relevant(passage)})

    def _is_relevant(self, passage: Passage) -> bool:
        return self.question.is_relevant(passage.source, passage.start, passage.end)


def any_case(case: Case) -> bool:
    """A measure of every question."""
    return True


def answerable(case: Case) -> bool:
    """A measure of questions that the record answers."""
    return case.question.answerable


def unanswerable(case: Case) -> bool:
    """A measure of questions that the record does not answer."""
    return not case.question.answerable


def has_gold(case: Case) -> bool:
    """A measure that compares with the gold ranges."""
    return case.question.answerable and bool(case.question.relevant)


def can_be_judged(case: Case) -> bool:
    """A measure that compares quotes with the set's answers, or with the gold if it gives none."""
    return case.question.answerable and bool(case.question.relevant or case.question.answers)


def has_answers_or_none(case: Case) -> bool:
    """A measure that compares texts with the set's answers; to an unanswerable question, silence is the right text."""
    return not case.question.answerable or bool(case.question.answers)


def should_quote(case: Case) -> bool:
    """A measure of the quotes themselves. A refusal has none, and an unanswerable question that failed needs none."""
    return case.answered or (case.answer is None and case.question.answerable)
