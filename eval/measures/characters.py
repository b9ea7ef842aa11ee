"""Retrieval by characters: the share of the gold that the first passages contain.

It does not depend on how the transcript was split, so longer or shorter passages gain nothing: within a budget of
words, whole pages use the budget up. Gold that spans several turns includes the speakers' names between them, which are
in no passage, so 1 cannot always be reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial

from eval.measures.case import Case, has_gold
from eval.measures.registry import QuestionMeasure
from eval.questions.model import Gold
from rag.text.spans import union
from rag.types import Passage, Span

CUTOFFS = (1, 3, 5, 10)
BUDGET_WORDS = 500
_WORD = re.compile(r"\S+")


def within_passages(case: Case, k: int) -> float:
    """The share of the gold in the first k passages."""
    read = [(passage.source, passage.start, passage.end) for passage in case.ranked[:k]]
    return share_covered(case.question.relevant, read)


def within_words(case: Case) -> float:
    """The share of the gold in the first `BUDGET_WORDS` words of the passages."""
    return share_covered(case.question.relevant, within_budget(case.ranked, BUDGET_WORDS))


def share_covered(gold: Sequence[Gold], places: Iterable[tuple[str, int, int]]) -> float:
    """The share of the gold's characters, each counted once, that lies in (source, start, end) ranges.

    >>> share_covered([Gold("a.txt", 0, 10), Gold("a.txt", 5, 20)], [("a.txt", 15, 30), ("b.txt", 0, 20)])
    0.25
    """
    wanted: dict[str, list[Span]] = {}
    seen: dict[str, list[Span]] = {}
    for each in gold:
        wanted.setdefault(each.source, []).append((each.start, each.end))
    for source, start, end in places:
        seen.setdefault(source, []).append((start, end))
    total = covered = 0
    for source, spans in wanted.items():
        own, read = union(spans), union(seen.get(source, []))
        total += sum(end - start for start, end in own)
        covered += sum(max(0, min(a_end, b_end) - max(a, b)) for a, a_end in own for b, b_end in read)
    return covered / total if total else 0.0


def within_budget(ranked: Iterable[Passage], budget: int) -> list[tuple[str, int, int]]:
    """(source, start, end) of the passages up to `budget` words; the last one ends with its last word in the budget."""
    places: list[tuple[str, int, int]] = []
    for passage in ranked:
        ends = [word.end() for word in _WORD.finditer(passage.text)]
        if len(ends) > budget:
            return [*places, (passage.source, passage.start, passage.start + ends[budget - 1])] if budget else places
        places.append((passage.source, passage.start, passage.end))
        budget -= len(ends)
    return places


MEASURES = (
    *(
        QuestionMeasure(f"gold_chars@{k}", "Retrieval", partial(within_passages, k=k), has_gold, depth=k)
        for k in CUTOFFS
    ),
    QuestionMeasure(f"gold_chars@{BUDGET_WORDS}w", "Retrieval", within_words, has_gold),
)
