"""The first candidates in the order of a reranker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from rag.rerankers.protocol import RERANK_DEPTH, Reranker, clipped_log_odds
from rag.retrieval.fusion import Candidate
from rag.types import Query

RELEVANCE = 0.05  # what one unit of a reranker's log-odds adds to a fused score


@runtime_checkable
class LimitedToLanguages(Protocol):
    """What a `Reranker` may have besides: the only languages that it knows."""

    @property
    def languages(self) -> Sequence[str]:
        """ISO 639-1 codes, at least one; a passage of unknown language is taken to be in the first."""
        ...


def rerank(
    reranker: Reranker, query: Query, candidates: Sequence[Candidate], *, relevance: float = RELEVANCE
) -> list[Candidate]:
    """The first eight candidates with the reranker's scores and in their new order, then the rest.

    The reranker's score is added to the fused score; by itself it ranks worse. A candidate that it has not read counts as
    the least relevant of those it has. If one of the eight is in a language that the reranker does not know
    (`LimitedToLanguages`), the candidates are returned as they are.
    """
    first, rest = candidates[:RERANK_DEPTH], candidates[RERANK_DEPTH:]
    if not first or not _knows_languages(reranker, first):
        return list(candidates)
    results = reranker.score(query, [candidate.stored for candidate in first])
    judged = [
        replace(candidate, score=candidate.score + relevance * clipped_log_odds(result.relevance), rerank_scores=result)
        for candidate, result in zip(first, results, strict=True)
    ]
    least = relevance * min(clipped_log_odds(result.relevance) for result in results)
    return [
        *sorted(judged, key=lambda candidate: -candidate.score),
        *(replace(candidate, score=candidate.score + least) for candidate in rest),
    ]


def _knows_languages(reranker: Reranker, candidates: Sequence[Candidate]) -> bool:
    known = reranker.languages if isinstance(reranker, LimitedToLanguages) else ()
    return not known or all((each.stored.passage.language or known[0]) in known for each in candidates)
