"""The first candidates in the order of a model that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.reading.heuristic import CLIP, READ_PASSAGES
from rag.reading.model import Reader
from rag.retrieval import Candidate
from rag.types import Query

RELEVANCE = 0.04  # what one unit of a model's log-odds adds to a fused score


def reread(
    reader: Reader, query: Query, candidates: Sequence[Candidate], *, relevance: float = RELEVANCE
) -> list[Candidate]:
    """The candidates with what the model says about the first ten, and those in their new order; the rest stay behind.

    Its word is added to the fused score rather than put in its place: alone it is the poorer judge.
    """
    first, rest = candidates[:READ_PASSAGES], candidates[READ_PASSAGES:]
    if not first:
        return []
    readings = reader.read(
        query.text,
        [candidate.stored.passage.text for candidate in first],
        [candidate.stored.spans for candidate in first],
    )
    judged = [
        replace(
            candidate,
            score=candidate.score + relevance * max(-CLIP, min(CLIP, reading.relevance)),
            reading=reading,
        )
        for candidate, reading in zip(first, readings, strict=True)
    ]
    return sorted(judged, key=lambda candidate: -candidate.score) + list(rest)
