"""Question sets: one JSON object a line, with gold as character ranges of a source.

Gold is never a passage id, so that it survives any change of splitting.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import InputError


@dataclass(frozen=True, slots=True)
class Gold:
    """A place that answers: `[start, end)` of the document whose file name is `source`."""

    source: str
    start: int
    end: int


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
    speaker: str = ""  # who is expected to answer; empty where the set does not say

    def is_relevant(self, source: str, start: int, end: int) -> bool:
        """Whether a range shares at least one character with the gold.

        >>> q = Question("q1", "Why?", True, relevant=(Gold("a.txt", 10, 20),))
        >>> q.is_relevant("a.txt", 19, 30), q.is_relevant("a.txt", 20, 30), q.is_relevant("b.txt", 10, 20)
        (True, False, False)
        """
        return any(gold.source == source and gold.start < end and start < gold.end for gold in self.relevant)

    def is_answered_by(self, text: str) -> bool:
        """Whether a text holds one of the answers, give or take case and white space.

        >>> Question("q1", "When?", True, answers=("3 May",)).is_answered_by("It was on 3\\n may.")
        True
        """
        folded = " ".join(text.casefold().split())
        return any(" ".join(answer.casefold().split()) in folded for answer in self.answers)


def load_questions(paths: Iterable[str | Path]) -> list[Question]:
    """The questions of several files, in order. Raises InputError with file and line."""
    questions: list[Question] = []
    for given in paths:
        path = Path(given)
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read as a question set ({error})") from error
        for number, line in enumerate(lines, start=1):
            if line.strip():
                questions.append(_question(line, f"{path}:{number}"))
    return questions


def _question(line: str, place: str) -> Question:
    try:
        fields = json.loads(line)
        return Question(
            id=str(fields["id"]),
            question=str(fields["question"]),
            answerable=bool(fields["answerable"]),
            history=tuple(fields.get("history", ())),
            relevant=tuple(
                Gold(gold["source"], int(gold["start"]), int(gold["end"])) for gold in fields.get("relevant", ())
            ),
            answers=tuple(fields.get("answers", ())),
            tags=tuple(fields.get("tags", ())),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{place}: no question in the contract's form ({type(error).__name__}: {error})") from error
