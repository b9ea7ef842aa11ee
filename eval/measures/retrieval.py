"""Ranked retrieval in the field's measures, computed by ir-measures.

A passage that overlaps a gold range is relevant. The qrels hold every such passage of the archive, found or not, so that
R@5 is a share of what could have been found. Scores are passed by rank, strictly decreasing: trec_eval breaks ties by the
document's name, which would make a measure depend on how passages are called.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from eval.questions import Question
from rag.types import Passage

NAMES = ("nDCG@10", "R@1", "R@5", "R@10", "RR@10", "Success@1", "Success@5", "Success@10")


def retrieval_measures(question: Question, ranked: Sequence[Passage], passages: Sequence[Passage]) -> dict[str, float]:
    """The measures of one ranking; all 0 where nothing relevant was found, or exists.

    `ranked`: what was retrieved, best first. `passages`: all passages of the documents that the gold names.
    """
    # A passage that fell apart into two hits would otherwise be counted twice.
    found = list({passage.id: passage for passage in ranked}.values())
    relevant = {p.id for p in (*passages, *found) if question.is_relevant(p.source, p.start, p.end)}
    if not relevant or not found:
        return dict.fromkeys(NAMES, 0.0)
    from ir_measures import Qrel, ScoredDoc, iter_calc

    qrels = [Qrel("q", name, 1) for name in relevant]
    run = [ScoredDoc("q", passage.id, float(len(found) - rank)) for rank, passage in enumerate(found)]
    return {str(metric.measure): float(metric.value) for metric in iter_calc(_measures(), qrels, run)}


@cache
def _measures() -> list[Any]:
    from ir_measures import parse_measure

    return [parse_measure(name) for name in NAMES]
