"""Runs made by hand, for tests of what is computed from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.runs.model import ArchiveFacts, RetrievedPassage, Row, Run, RunSettings, SetFacts, TextRange


def made_row(
    name: str,
    *,
    measures: Mapping[str, float] | None = None,
    cause: str = "",
    status: str = "answered",
    confidence: float = 0.5,
    question: str = "",
    answerable: bool = True,
    gold: str = "the gold text",
    quote: str = "the quoted text",
    took_ms: float = 10.0,
) -> Row:
    return Row(
        id=name,
        question=question or f"Question {name}?",
        answerable=answerable,
        history=(),
        answers=(),
        tags=(),
        gold=(TextRange("a.txt", 10, 10 + len(gold), gold, "doc-a"),) if answerable else (),
        status=status,
        text="",
        confidence=confidence,
        quotes=(TextRange("a.txt", 40, 40 + len(quote), quote, "doc-a", "Ada"),) if status == "answered" else (),
        passages=(RetrievedPassage("p1", "a.txt", 0, 60, 0.75, True),),
        timings_ms={"retrieve": took_ms / 2, "total": took_ms},
        measures=dict(measures or {}),
        cause=cause,
    )


def made_run(rows: Sequence[Row], *, questions_sha256: str = "q", name: str = "a.jsonl") -> Run:
    return Run(
        settings=RunSettings(),
        archive=ArchiveFacts("archive", 1, 2, "a" * 64, "a-model", "f1", 0.3, "default"),
        sets=(SetFacts(name, "b" * 64),),
        questions_sha256=questions_sha256,
        versions={"python": "3.11"},
        started="2026-01-02T03:04:05+00:00",
        seconds=1.5,
        rows=tuple(rows),
    )
