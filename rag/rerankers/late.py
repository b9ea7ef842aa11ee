"""The default reranker, trained for this project: late interaction over the encoder's own token vectors.

Question and passage are encoded apart. Every word of the question is then compared with its best match among the
words of a sentence, or of the whole passage: MaxSim, of Khattab and Zaharia (2020). The weight of each word of a
question is learnt too. Training starts from the encoder's sense of words, so it needs few examples; a cross-encoder
would have to learn anew to compare two texts.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.onnx_session import OnnxSession, Outputs
from embeddings.types import FloatMatrix, FloatVector
from rag.rerankers.protocol import UNSCORED, RerankScores
from rag.storage.rows import StoredPassage
from rag.text.names import fold
from rag.text.sentences import question_tail
from rag.text.terms import FUNCTION_WORDS
from rag.types import Query, Span

MAX_QUESTION_TOKENS = 64
REMEMBERED = 200  # passages; no question
HalfMatrix = NDArray[np.float16]  # (tokens, dim)


@dataclass(frozen=True, slots=True)
class _Tokens:
    """A text's tokens as the model encodes them."""

    vectors: HalfMatrix  # (tokens, dim) float16, unit rows
    weights: FloatVector  # (tokens,) how much each counts in a question
    offsets: NDArray[np.int64]  # (tokens, 2) characters; empty ranges for special tokens


class LateReranker:
    """A `Reranker` over an exported folder. Raises EmbeddingError if a file is missing or damaged.

    The tokens of the last `remembered` passages are kept, some 20 MB for 200: the next question about the same
    interview is answered several times as fast. The scores are the same with and without.
    """

    languages = ("en",)  # what it was trained on

    def __init__(self, folder: Path, *, remembered: int = REMEMBERED) -> None:
        self._session = OnnxSession(folder)
        manifest = self._session.manifest
        self.name: str = manifest["name"]
        self.fingerprint: str = manifest["fingerprint"]
        self._scale: float = manifest["scale"]  # log-odds a unit of MaxSim
        self._passage_bias: float = manifest["even"]  # MaxSim at which a passage's log-odds are 0
        self._sentence_bias: float = manifest["even_sentence"]
        self._most = remembered
        self._remembered: OrderedDict[str, _Tokens] = OrderedDict()
        self._guard = threading.Lock()

    def score(self, query: Query, passages: Sequence[StoredPassage]) -> list[RerankScores]:
        """The scores of each passage; it is encoded behind the question that it answers.

        The names of the query's speakers are not compared: retrieval has already restricted the speaker, and people do
        not name themselves when they answer.
        """
        prefixes = [self._asked(stored.passage.asked) for stored in passages]
        questions = [self._session.keep_end(text, MAX_QUESTION_TOKENS) for text, _ in query.variants]
        texts = [prefix + stored.passage.text for prefix, stored in zip(prefixes, passages, strict=True)]
        tokens = self._tokens(questions, texts)
        asked = _question_tokens(query, questions, tokens)
        return [
            self._scores(asked, tokens[text], len(prefix), stored.spans)
            for text, prefix, stored in zip(texts, prefixes, passages, strict=True)
        ]

    def _asked(self, question: str) -> str:
        """The text before a passage: the end of the question that it answers, so that the passage has room."""
        return f"{self._session.keep_end(question_tail(question), MAX_QUESTION_TOKENS)} " if question else ""

    def _tokens(self, questions: Sequence[str], passages: Sequence[str]) -> dict[str, _Tokens]:
        """Each text's tokens. Every text is encoded by itself, so that its vectors do not depend on the others."""
        with self._guard:
            found = {text: self._remembered[text] for text in passages if text in self._remembered}
        new = [text for text in dict.fromkeys([*questions, *passages]) if text not in found]
        encodings = self._session.tokenizer.encode_batch(new)

        def tokens(row: int, outputs: Outputs) -> _Tokens:
            offsets = np.asarray(encodings[row].offsets[: len(outputs["vectors"])])
            offsets[-1] = 0  # the special token at the end, also of a text that was cut off
            return _Tokens(outputs["vectors"].astype(np.float16), outputs["weights"], offsets)

        encoded = self._session.run(encodings, self._session.manifest["outputs"], tokens, batch_size=1)
        found |= dict(zip(new, encoded, strict=True))
        with self._guard:
            for text in passages:
                self._remembered[text] = found[text]
                self._remembered.move_to_end(text)
            while len(self._remembered) > self._most:
                self._remembered.popitem(last=False)
        return found

    def _scores(
        self,
        asked: Sequence[tuple[FloatMatrix, FloatVector]],
        passage: _Tokens,
        shift: int,
        sentences: Sequence[Span],
    ) -> RerankScores:
        """The scores of a passage whose own text begins `shift` characters into what was encoded.

        `asked` has for each variant of the query its token vectors, (tokens, dim), and their weights, (tokens,).
        """
        vectors, offsets = passage.vectors.astype(np.float32), passage.offsets - shift
        cosines = np.concatenate([question @ vectors.T for question, _ in asked])  # (question's tokens, passage's)
        weights = np.concatenate([weights for _, weights in asked])
        words = offsets[:, 1] > offsets[:, 0]
        rows = np.full(len(sentences), UNSCORED, np.float32)
        for number, (start, end) in enumerate(sentences):
            inside = words & (offsets[:, 0] >= start) & (offsets[:, 1] <= end)
            if inside.any():
                rows[number] = self._scale * (max_sim(cosines[:, inside], weights) - self._sentence_bias)
        if not words.any():  # only characters that the model does not know
            return RerankScores(UNSCORED, rows, None)
        return RerankScores(self._scale * (max_sim(cosines[:, words], weights) - self._passage_bias), rows, None)


def max_sim(cosines: FloatMatrix, weights: FloatVector) -> float:
    """Each question token's best cosine, averaged by weight.

    `cosines` is (question's tokens, passage's tokens); `weights` is (question's tokens,), with sum 1.

    >>> round(max_sim(np.asarray([[0.9, 0.1], [0.2, 0.4]]), np.asarray([0.5, 0.5])), 2)
    0.65
    """
    return float(cosines.max(axis=1) @ weights)


def _question_tokens(
    query: Query, questions: Sequence[str], tokens: Mapping[str, _Tokens]
) -> list[tuple[FloatMatrix, FloatVector]]:
    """For each variant of the query, the (tokens, dim) vectors and (tokens,) weights that are compared.

    All weights together have the sum 1.
    """
    names = {fold(word) for name in query.speakers for word in re.findall(r"\w+", name)} - FUNCTION_WORDS
    total = sum(share for _, share in query.variants)
    asked = []
    for text, (_, share) in zip(questions, query.variants, strict=True):
        compared = _compared_tokens(text, tokens[text].offsets, names)
        weights = tokens[text].weights[compared]
        asked.append((tokens[text].vectors[compared].astype(np.float32), weights / weights.sum() * share / total))
    return asked


def _compared_tokens(text: str, offsets: NDArray[np.int64], names: set[str]) -> list[int]:
    """The rows of a question's tokens in words other than `names`; in all words if there are no others."""
    words = [row for row, (start, end) in enumerate(offsets) if end > start]
    named = [match.span() for match in re.finditer(r"\w+", text) if fold(match[0]) in names]
    return [row for row in words if not any(a <= offsets[row][0] < z for a, z in named)] or words or [0]
