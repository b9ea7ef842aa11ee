"""The reader that was trained here: late interaction over the encoder's own token vectors.

Question and passage are read apart, and every word of the question then looks for its best match among the words of a
sentence, or of the whole passage: MaxSim, of Khattab and Zaharia (2020). The words of a question do not count alike; how
much each counts is learnt too. It begins with the encoder's sense of words, where a cross-encoder has to learn anew to
compare two texts, and needs little to train.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.types import FloatMatrix, FloatVector
from rag.rerankers.protocol import UNSCORED, Graph, RerankScores
from rag.storage.sqlite import StoredPassage
from rag.text.names import fold
from rag.text.sentences import question_tail
from rag.text.terms import FUNCTION_WORDS
from rag.types import Query, Span

MAX_QUESTION_TOKENS = 64
REMEMBERED = 200  # passages; no question
HalfMatrix = NDArray[np.float16]  # (tokens, dim)


@dataclass(frozen=True, slots=True)
class _Tokens:
    """A text as the model sees it."""

    vectors: HalfMatrix  # (tokens, dim) float16, unit rows
    weights: FloatVector  # (tokens,) how much each counts in a question
    offsets: NDArray[np.int64]  # (tokens, 2) characters; empty ranges for marks


class LateReranker:
    """A `Reranker` over an exported folder. Raises EmbeddingError where a file is missing or damaged.

    The last passages that it read are `remembered`, 200 of them (some 20 MB): the next question about the same interview is
    answered several times as fast, and as it would have been the first time.
    """

    languages = ("en",)  # what it was trained on

    def __init__(self, folder: Path, *, remembered: int = REMEMBERED) -> None:
        self._graph = Graph(folder)
        self.name: str = self._graph.manifest["name"]
        self.fingerprint: str = self._graph.manifest["fingerprint"]
        self._scale: float = self._graph.manifest["scale"]
        self._even: float = self._graph.manifest["even"]
        self._even_sentence: float = self._graph.manifest["even_sentence"]
        self._most = remembered
        self._remembered: OrderedDict[str, _Tokens] = OrderedDict()
        self._guard = threading.Lock()

    def score(self, query: Query, passages: Sequence[StoredPassage]) -> list[RerankScores]:
        """A passage is read behind the question that it answers; names of speakers are no words of the question.

        Whose words they are retrieval has seen to, and people do not name themselves when they answer.
        """
        before = [self._asked(stored.passage.asked) for stored in passages]
        texts = [self._graph.ending(text, MAX_QUESTION_TOKENS) for text, _ in query.variants]
        told = [start + stored.passage.text for start, stored in zip(before, passages, strict=True)]
        tokens = self._tokens(texts, told)
        names = {fold(word) for name in query.speakers for word in re.findall(r"\w+", name)} - FUNCTION_WORDS
        total = sum(share for _, share in query.variants)
        asked = []
        for text, (_, share) in zip(texts, query.variants, strict=True):
            counted = _counted(text, tokens[text].offsets, names)
            weights = tokens[text].weights[counted]
            asked.append((tokens[text].vectors[counted].astype(np.float32), weights / weights.sum() * share / total))
        return [
            self._reading(asked, tokens[text], len(start), stored.spans)
            for text, start, stored in zip(told, before, passages, strict=True)
        ]

    def _asked(self, question: str) -> str:
        """What stands before a passage; of a long question the end, so that the passage has room."""
        return f"{self._graph.ending(question_tail(question), MAX_QUESTION_TOKENS)} " if question else ""

    def _tokens(self, questions: Sequence[str], passages: Sequence[str]) -> dict[str, _Tokens]:
        """Each text as tokens. Every text is read by itself, so that nothing depends on what it was read with."""
        with self._guard:
            found = {text: self._remembered[text] for text in passages if text in self._remembered}
        new = [text for text in dict.fromkeys([*questions, *passages]) if text not in found]
        encodings = self._graph.tokenizer.encode_batch(new)

        def tokens(row: int, outputs: dict[str, Any]) -> _Tokens:
            offsets = np.asarray(encodings[row].offsets[: len(outputs["vectors"])])
            offsets[-1] = 0  # the mark at the end, also of a text that was cut off
            return _Tokens(outputs["vectors"].astype(np.float16), outputs["weights"], offsets)

        found |= dict(zip(new, self._graph.run(encodings, tokens, batch_size=1), strict=True))
        with self._guard:
            for text in passages:
                self._remembered[text] = found[text]
                self._remembered.move_to_end(text)
            while len(self._remembered) > self._most:
                self._remembered.popitem(last=False)
        return found

    def _reading(
        self,
        asked: Sequence[tuple[FloatMatrix, FloatVector]],
        passage: _Tokens,
        shift: int,
        sentences: Sequence[Span],
    ) -> RerankScores:
        vectors, offsets = passage.vectors.astype(np.float32), passage.offsets - shift
        cosines = np.concatenate([question @ vectors.T for question, _ in asked])  # (question's tokens, passage's)
        weights = np.concatenate([weights for _, weights in asked])
        words = offsets[:, 1] > offsets[:, 0]
        rows = np.full(len(sentences), UNSCORED, np.float32)
        for number, (start, end) in enumerate(sentences):
            inside = words & (offsets[:, 0] >= start) & (offsets[:, 1] <= end)
            if inside.any():
                rows[number] = self._scale * (max_sim(cosines[:, inside], weights) - self._even_sentence)
        if not words.any():  # nothing but characters that the model does not know
            return RerankScores(UNSCORED, rows, None)
        return RerankScores(self._scale * (max_sim(cosines[:, words], weights) - self._even), rows, None)


def max_sim(cosines: FloatMatrix, weights: FloatVector) -> float:
    """Each question token's best cosine, (question's tokens, passage's tokens), averaged by weight.

    >>> round(max_sim(np.asarray([[0.9, 0.1], [0.2, 0.4]]), np.asarray([0.5, 0.5])), 2)
    0.65
    """
    return float(cosines.max(axis=1) @ weights)


def _counted(text: str, offsets: Any, names: set[str]) -> list[int]:
    """The tokens of a question that stand for words, but those of `names`; all words where there are no others."""
    words = [row for row, (start, end) in enumerate(offsets) if end > start]
    named = [match.span() for match in re.finditer(r"\w+", text) if fold(match[0]) in names]
    return [row for row in words if not any(a <= offsets[row][0] < z for a, z in named)] or words or [0]
