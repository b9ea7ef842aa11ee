"""Questions, answers and passages of one made-up text, for tests of measures."""

from __future__ import annotations

from collections.abc import Sequence

from eval.questions.model import Gold, Question
from rag.types import Answer, Citation, Passage, ScoredPassage

TEXT = " ".join(f"w{number:03}" for number in range(1000))  # 1,000 words of 4 characters, 5 apart


def passage(name: str, start: int, end: int, *, source: str = "a.txt", speaker: str = "Ann Reed") -> Passage:
    return Passage(name, f"d-{source}", source, speaker, "respondent", "", start, end, TEXT[start:end])


def citation(
    quote: str,
    start: int,
    *,
    end: int | None = None,
    source: str = "a.txt",
    speaker: str = "Ann Reed",
    verified: bool = True,
) -> Citation:
    end = start + len(quote) if end is None else end
    return Citation(
        1, "p", f"d-{source}", "", source, None, speaker, "respondent", "", quote, start, end, None, verified
    )


def answer(
    passages: Sequence[Passage] = (),
    citations: Sequence[Citation] = (),
    *,
    confidence: float = 0.8,
    dangling: int = 0,
    refused: bool = False,
) -> Answer:
    return Answer(
        question="?",
        query="?",
        status="not_on_record" if refused else "answered",
        text="",
        confidence=confidence,
        generator="extractive",
        citations=tuple(citations),
        passages=tuple(ScoredPassage(each, 0.5) for each in passages),  # all scores the same
        timings_ms={"retrieve": 4.0, "read": 5.0, "generate": 1.0, "cite": 0.5, "total": 10.5},
        dangling=dangling,
    )


def asked(*gold: tuple[int, int], answers: Sequence[str] = (), speaker: str = "") -> Question:
    return Question("q", "?", True, (), tuple(Gold("a.txt", *each) for each in gold), tuple(answers), (), speaker)


NOBODY = Question("n", "?", False)
ROW = [passage(f"p{number}", number * 100, number * 100 + 100) for number in range(20)]
