"""Cross-encoders and extractive readers: question and passage as one text, through one network.

Published models of both kinds: the first say how well a passage answers, the second where the answer begins and ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.types import FloatVector, Span
from rag.rerankers.protocol import UNSCORED, Graph, RerankScores
from rag.storage.sqlite import StoredPassage
from rag.types import Query

MAX_QUESTION_TOKENS = 96
MAX_ANSWER_TOKENS = 40


class CrossReranker:
    """A `Reranker` over an exported folder. Raises EmbeddingError where a file is missing or damaged."""

    def __init__(self, folder: Path) -> None:
        self._graph = Graph(folder)
        self.name: str = self._graph.manifest["name"]
        self.fingerprint: str = self._graph.manifest["fingerprint"]

    def score(self, query: Query, passages: Sequence[StoredPassage]) -> list[RerankScores]:
        question = self._graph.ending(query.text, MAX_QUESTION_TOKENS)
        encodings = self._graph.tokenizer.encode_batch([(question, stored.passage.text) for stored in passages])

        def reading(row: int, scores: dict[str, Any]) -> RerankScores:
            return self._reading(encodings[row], scores, passages[row].spans)

        return self._graph.run(encodings, reading)

    def _reading(self, encoding: Any, scores: dict[str, Any], sentences: Sequence[Span]) -> RerankScores:
        if "start" not in scores:
            return RerankScores(float(scores["relevance"]), np.full(len(sentences), UNSCORED, np.float32), None)
        size = min(len(scores["start"]), len(encoding.ids))
        offsets = np.asarray(encoding.offsets[:size])
        own = np.asarray([sequence == 1 for sequence in encoding.sequence_ids[:size]]) & (offsets[:, 1] > offsets[:, 0])
        own[-1] = False  # the mark at the end, also of a text that was cut off
        start, end = scores["start"][:size], scores["end"][:size]
        nothing = float(start[0] + end[0])
        rows = np.full(len(sentences), UNSCORED, np.float32)
        spans: list[Span | None] = [None] * len(sentences)
        for number, (first, last) in enumerate(sentences):
            inside = np.flatnonzero(own & (offsets[:, 0] >= first) & (offsets[:, 1] <= last))
            if len(inside):
                score, a, z = _best_span(start[inside], end[inside])
                rows[number] = score - nothing
                spans[number] = (int(offsets[inside[a], 0]), int(offsets[inside[z], 1]))
        best = int(rows.argmax()) if len(rows) else 0
        return RerankScores(float(rows.max(initial=UNSCORED)), rows, spans[best] if len(rows) else None)


def _best_span(start: FloatVector, end: FloatVector) -> tuple[float, int, int]:
    """(score, first token, last token) of the best span of at most 40 tokens.

    >>> _best_span(np.asarray([0.0, 3.0, 0.0]), np.asarray([5.0, 1.0, 2.0]))
    (5.0, 0, 0)
    """
    sums = start[:, None] + end[None, :]
    sums = np.where(
        np.triu(np.ones(sums.shape, bool)) & ~np.triu(np.ones(sums.shape, bool), MAX_ANSWER_TOKENS), sums, -np.inf
    )
    best = int(sums.argmax())
    return float(sums.flat[best]), best // len(end), best % len(end)
