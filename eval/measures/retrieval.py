"""Ranked retrieval in the field's measures, computed by ir-measures.

A passage that overlaps a gold range is relevant. The qrels hold every such passage of the archive, retrieved or not, so
that R@5 is a share of what could have been retrieved. Scores are passed by rank, strictly decreasing, because trec_eval
breaks ties by the document's name, and a measure would depend on how passages are named.

nDCG is that of Järvelin and Kekäläinen (2002) with gains of 0 and 1: Σ 1 / log2(rank + 1) over the relevant ranks, over
the same sum for the best ranking. RR is 1 / the first relevant rank, R the share of the relevant passages, and Success
1 if there is any.
"""

from __future__ import annotations

from functools import lru_cache

from eval.measures.case import Case, has_gold
from eval.measures.registry import QuestionMeasure

DEPTH = 10
_NAMES = {
    "nDCG@10": 10,
    **{f"R@{k}": k for k in (1, 5, 10)},
    "RR@10": 10,
    **{f"Success@{k}": k for k in (1, 5, 10)},
}  # name → how many passages it looks at


def ranked_measures(case: Case) -> dict[str, float]:
    """All measures of one ranking, by name; all 0 if nothing relevant was found, or exists."""
    return dict(_measures_of(case.hits[:DEPTH], case.relevant_passages))


@lru_cache(maxsize=4096)
def _measures_of(hits: tuple[bool, ...], relevant: int) -> dict[str, float]:
    """The measures of a ranking by what is relevant in it and how many passages are relevant in all.

    They depend on nothing else, and few such patterns occur. With each pattern computed once, a thousand questions cost
    tens of milliseconds instead of a second.
    """
    if not any(hits):
        return dict.fromkeys(_NAMES, 0.0)
    from ir_measures import Qrel, ScoredDoc, iter_calc, parse_measure

    missed = relevant - sum(hits)
    qrels = [Qrel("q", f"found {rank}", 1) for rank, hit in enumerate(hits) if hit]
    qrels += [Qrel("q", f"missed {number}", 1) for number in range(missed)]
    run = [ScoredDoc("q", f"found {rank}", float(len(hits) - rank)) for rank in range(len(hits))]
    values = {str(m.measure): float(m.value) for m in iter_calc([parse_measure(n) for n in _NAMES], qrels, run)}
    return {name: values[name] for name in _NAMES}


def _measure(name: str, depth: int) -> QuestionMeasure:
    return QuestionMeasure(name, "Retrieval", lambda case: ranked_measures(case)[name], has_gold, depth=depth)


MEASURES = tuple(_measure(name, depth) for name, depth in _NAMES.items())
