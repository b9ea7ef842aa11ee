"""The first candidates in the order of a model that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.rerankers.protocol import READ_PASSAGES, Reranker, clipped_log_odds
from rag.retrieval.fusion import Candidate
from rag.types import Query

RELEVANCE = 0.05  # what one unit of a model's log-odds adds to a fused score


def rerank(
    reader: Reranker, query: Query, candidates: Sequence[Candidate], *, relevance: float = RELEVANCE
) -> list[Candidate]:
    """The candidates with what the model says about the first eight, and those in their new order; the rest stay behind.

    Its word is added to the fused score rather than put in its place: alone it is the poorer judge. What it has not read
    counts as the least relevant of what it has. A model that knows some languages only, and says so in `languages`, is
    not asked where a passage is in another one.
    """
    first, rest = candidates[:READ_PASSAGES], candidates[READ_PASSAGES:]
    known = getattr(reader, "languages", None)
    if not first or (known and any((each.stored.passage.language or known[0]) not in known for each in first)):
        return list(candidates)
    readings = reader.read(query, [candidate.stored for candidate in first])
    judged = [
        replace(candidate, score=candidate.score + relevance * clipped_log_odds(reading.relevance), reading=reading)
        for candidate, reading in zip(first, readings, strict=True)
    ]
    least = relevance * min(clipped_log_odds(reading.relevance) for reading in readings)
    return [
        *sorted(judged, key=lambda candidate: -candidate.score),
        *(replace(candidate, score=candidate.score + least) for candidate in rest),
    ]
