"""Ranked retrieval in the field's measures, computed by ir-measures.

A passage that overlaps a gold range is relevant. The qrels hold every such passage of the archive, found or not, so that
R@5 is a share of what could have been found. Scores are passed by rank, strictly decreasing: trec_eval breaks ties by the
document's name, which would make a measure depend on how passages are called.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from eval.questions.model import Question
from rag.types import Passage

NAMES = ("nDCG@10", "R@1", "R@5", "R@10", "RR@10", "Success@1", "Success@5", "Success@10")
DEPTH = 10


def retrieval_measures(question: Question, ranked: Sequence[Passage], passages: Sequence[Passage]) -> dict[str, float]:
    """The measures of one ranking; all 0 where nothing relevant was found, or exists.

    `ranked`: what was retrieved, best first. `passages`: all passages of the documents that the gold names.
    """
    found = list({passage.id: passage for passage in ranked}.values())  # a passage counts once, at its best rank
    relevant = {p.id for p in (*passages, *found) if question.is_relevant(p.source, p.start, p.end)}
    return dict(_measures_of(tuple(passage.id in relevant for passage in found[:DEPTH]), len(relevant)))


@lru_cache(maxsize=4096)
def _measures_of(hits: tuple[bool, ...], relevant: int) -> dict[str, float]:
    """The measures of a ranking by what is relevant in it and how many passages are relevant in all.

    They depend on nothing else, and few such patterns occur: asking ir-measures once for each makes a thousand questions
    cost tens of milliseconds rather than a second.
    """
    if not any(hits):
        return dict.fromkeys(NAMES, 0.0)
    from ir_measures import Qrel, ScoredDoc, iter_calc, parse_measure

    missed = relevant - sum(hits)
    qrels = [Qrel("q", f"found {rank}", 1) for rank, hit in enumerate(hits) if hit]
    qrels += [Qrel("q", f"missed {number}", 1) for number in range(missed)]
    run = [ScoredDoc("q", f"found {rank}", float(len(hits) - rank)) for rank in range(len(hits))]
    values = {str(m.measure): float(m.value) for m in iter_calc([parse_measure(n) for n in NAMES], qrels, run)}
    return {name: values[name] for name in NAMES}
