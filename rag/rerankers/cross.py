"""Published cross-encoders and extractive question-answering models: one network for question and passage together.

A cross-encoder scores how well a passage answers; an extractive model scores where the answer begins and ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.onnx_session import OnnxSession, Outputs
from embeddings.types import FloatVector, Span
from rag.rerankers.protocol import UNSCORED, RerankScores
from rag.storage.rows import StoredPassage
from rag.types import Query

MAX_QUESTION_TOKENS = 96
MAX_ANSWER_TOKENS = 40


class CrossReranker:
    """A `Reranker` over an exported folder. Raises EmbeddingError if a file is missing or damaged."""

    def __init__(self, folder: Path) -> None:
        self._session = OnnxSession(folder)
        self.name: str = self._session.manifest["name"]
        self.fingerprint: str = self._session.manifest["fingerprint"]

    def score(self, query: Query, passages: Sequence[StoredPassage]) -> list[RerankScores]:
        """The scores of each passage; of a long question the last 96 tokens are read."""
        question = self._session.keep_end(query.text, MAX_QUESTION_TOKENS)
        encodings = self._session.tokenizer.encode_batch([(question, stored.passage.text) for stored in passages])

        def scores(row: int, outputs: Outputs) -> RerankScores:
            return _scores(encodings[row], outputs, passages[row].spans)

        return self._session.run(encodings, self._session.manifest["outputs"], scores)


def _scores(encoding: Any, outputs: Outputs, sentences: Sequence[Span]) -> RerankScores:
    """From `relevance`, a log-odds, or from `start` and `end`, logits of shape (tokens,).

    A sentence's score is the best span inside it against the first token, which stands for "no answer".
    """
    if "start" not in outputs:
        return RerankScores(float(outputs["relevance"]), np.full(len(sentences), UNSCORED, np.float32), None)
    size = min(len(outputs["start"]), len(encoding.ids))
    offsets = np.asarray(encoding.offsets[:size])
    own = np.asarray([sequence == 1 for sequence in encoding.sequence_ids[:size]]) & (offsets[:, 1] > offsets[:, 0])
    own[-1] = False  # the special token at the end, also of a text that was cut off
    start, end = outputs["start"][:size], outputs["end"][:size]
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
    """(score, first token, last token) of the best span of at most 40 tokens, from its logits, (tokens,) each.

    >>> _best_span(np.asarray([0.0, 3.0, 0.0]), np.asarray([5.0, 1.0, 2.0]))
    (5.0, 0, 0)
    """
    sums = start[:, None] + end[None, :]
    sums = np.where(
        np.triu(np.ones(sums.shape, bool)) & ~np.triu(np.ones(sums.shape, bool), MAX_ANSWER_TOKENS), sums, -np.inf
    )
    best = int(sums.argmax())
    return float(sums.flat[best]), best // len(end), best % len(end)
