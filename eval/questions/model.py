"""Question sets: what is asked, and what is known about the answer, as character ranges of a source.

Gold is never a passage id, so that a question set stays valid when transcripts are split in another way.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gold:
    """A place that answers: `[start, end)` of the document whose file name is `source`."""

    source: str
    start: int
    end: int

    def overlaps(self, source: str, start: int, end: int) -> bool:
        """Whether a range shares at least one character with this one."""
        return self.source == source and self.start < end and start < self.end


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is known about its answer."""

    id: str
    question: str
    answerable: bool
    history: tuple[str, ...] = ()
    relevant: tuple[Gold, ...] = ()
    answers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    speaker: str = ""  # who is expected to answer; empty if the set does not say

    def is_relevant(self, source: str, start: int, end: int) -> bool:
        """Whether a range shares at least one character with the gold.

        >>> q = Question("q1", "Why?", True, relevant=(Gold("a.txt", 10, 20),))
        >>> q.is_relevant("a.txt", 19, 30), q.is_relevant("a.txt", 20, 30), q.is_relevant("b.txt", 10, 20)
        (True, False, False)
        """
        return any(gold.overlaps(source, start, end) for gold in self.relevant)

    def is_answered_by(self, text: str) -> bool:
        """Whether a text holds one of the answers, give or take case and white space.

        >>> Question("q1", "When?", True, answers=("3 May",)).is_answered_by("It was on 3\\n may.")
        True
        """
        folded = fold(text)
        return any(fold(answer) in folded for answer in self.answers)

    def accepts(self, quote: str, source: str, start: int, end: int) -> bool:
        """Whether a quote answers: it holds one of the answers, or it overlaps the gold if the set gives no answers.

        >>> q = Question("q1", "When?", True, relevant=(Gold("a.txt", 10, 20),))
        >>> q.accepts("It was late.", "a.txt", 15, 27), q.accepts("In May.", "a.txt", 40, 47)
        (True, False)
        """
        return self.is_answered_by(quote) if self.answers else self.is_relevant(source, start, end)


def fold(text: str) -> str:
    """Text as answers are compared: without case, with single spaces."""
    return " ".join(text.casefold().split())
