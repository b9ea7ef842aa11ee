"""A query → candidates: the nearest by meaning and the best by words, fused.

Each candidate has six signals: the cosines of its own vector, of its best sentence and of the question it answers, BM25, its
length, and whether the question names its speaker. They are added as they are, except for two. BM25 is squared: a strong match
by words says more than cosines do, and a weak one says nothing, since common words match any passage a little. It is also
divided by the weight of a rare word, which grows with the archive (`rare_word_weight`): undivided, words drown meaning in a
large one. The length counts by its logarithm: cosines favour short passages, and more answers stand in long ones. The usual way is
to standardise each signal over the candidates first (z-scores). That raises the noise of a signal that found nothing to the size
of one that did: on paraphrases that share no word with their answer it lowered R@5 from .61 to .39.

The weights were chosen on the 3,204 questions of `tests/sets/training`, over archives of 123, 3,349 and 3,725 passages. With
those before them (equal cosines, 0.25 for the question asked, BM25 undivided, no length), Success@8 of the fused order was .69,
.61 and .49; now it is .67, .64 and .54.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from embeddings.types import FloatMatrix, FloatVector
from rag.retrieval.agreement import agreement
from rag.storage.protocol import Enriched, Snapshot
from rag.storage.rows import StoredPassage
from rag.types import Query, Scope

if TYPE_CHECKING:
    from rag.rerankers.protocol import RerankScores

DEPTH = 50  # candidates from each side
EVERYTHING = Scope()
STRONG_MATCH = 2.9  # rare words' worth of BM25 that count as much as a cosine of 1
SMALL = 100  # passages; in fewer, that a word is rare says no more
TYPICAL = 300  # characters of a passage: about fifty words
A_WORD = 6  # characters, so that an empty passage has a length, too


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts; a zero leaves it out."""

    dense: float = 0.25
    sentence: float = 0.75
    words: float = 0.5
    asked: float = 0.1
    length: float = 0.06
    speaker: float = 0.15
    enriched: float = 0.75  # questions that a model wrote for a passage; chosen without a model to measure it with


FUSION = Weights()
_NONE = Weights(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
DENSE = replace(_NONE, dense=1.0)
BM25 = replace(_NONE, words=1.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with its signals, each that of the question or of the text proposed beside it, whichever fits it best.

    Only the fused score averages cosines over all variants, by their weights: a passage that several of them find is above
    one that a single one does. Cosines are in [-1, 1]. A fused `score` has no fixed scale: with `FUSION`, the best
    candidates of the bundled questions have 0.3 to 1.7, the last ones about 0. Scores compare within one question only.
    A reranker adds up to 2 to it (see `rerank.py`).
    """

    stored: StoredPassage
    score: float  # fused
    dense: float  # cosine of the passage's vector
    sentence: float  # cosine of its best sentence
    words: float  # BM25, 0 or more
    sentence_scores: FloatVector  # (sentences,) cosines of its sentences
    rerank_scores: RerankScores | None = None  # what a reranker said about it, if one read it


def retrieve(
    snapshot: Snapshot,
    query: Query,
    *,
    scope: Scope,
    inside: Scope | None = None,
    vectors: FloatMatrix | None = None,
    weights: Weights = FUSION,
    depth: int = DEPTH,
) -> list[Candidate]:
    """The fused candidates, best first: up to `depth` by meaning and `depth` by words for each variant of the query.

    As many come from the part of the scope that the question asks for, `inside`, so that none of it is crowded out.
    `vectors` are those of `encode_variants`, from a caller that searches more than once.
    """
    scopes = [scope] if inside is None else [scope, inside]
    texts = [text for text, _ in query.variants]
    queries = encode_variants(snapshot, query) if vectors is None else vectors
    by_words: list[dict[int, float]] = []  # for each variant row → BM25
    rows: dict[int, None] = {}
    for text, vector in zip(texts, queries, strict=True):
        matching: dict[int, float] = {}
        for searched in scopes:
            if weights.dense or weights.sentence:
                rows.update(dict.fromkeys(row for row, _ in snapshot.nearest(vector, k=depth, scope=searched)))
            if weights.words:
                matching |= dict(snapshot.matching(text, k=depth, scope=searched))
            if weights.enriched and isinstance(snapshot, Enriched):
                rows.update(dict.fromkeys(row for row, _ in snapshot.likely_asked(vector, k=depth, scope=searched)))
        by_words.append(matching)
        rows.update(dict.fromkeys(matching))
    found = snapshot.load(list(rows))
    size = snapshot.extent(EVERYTHING).passages  # BM25's weights are those of the whole archive
    return fuse(found, by_words, queries, query, weights, size=size) if found else []


def encode_variants(snapshot: Snapshot, query: Query) -> FloatMatrix:
    """The unit vector of each of a query's variants, (variants, dim) float32."""
    return np.stack([snapshot.encoder.encode_query(text) for text, _ in query.variants])


def fuse(
    found: Sequence[StoredPassage],
    by_words: Sequence[Mapping[int, float]],
    queries: FloatMatrix,
    query: Query,
    weights: Weights = FUSION,
    *,
    size: int,
) -> list[Candidate]:
    """Passages with their signals and fused scores, best first.

    `queries` has the unit vector of each of the query's variants, shape (variants, dim); `by_words` the BM25 score by row
    for each of them, without the passages that do not match; `size` is the number of passages in the archive.
    """
    shares = np.asarray([weight for _, weight in query.variants], np.float32)
    shares /= shares.sum()  # (variants,)
    dense = queries @ np.stack([stored.vector for stored in found]).T  # (variants, candidates)
    cosines = [stored.sentence_vectors @ queries.T for stored in found]  # (sentences, variants) each
    none = np.zeros(len(queries), np.float32)
    sentence = np.stack([scores.max(axis=0) if len(scores) else none for scores in cosines], axis=1)  # like `dense`
    own = len(queries) - query.proposed
    words = _best([[matching.get(stored.row, 0.0) for stored in found] for matching in by_words], shares, own)
    strong = STRONG_MATCH * rare_word_weight(size)
    fused = weights.dense * (shares @ dense) + weights.sentence * (shares @ sentence)
    fused += weights.words * (words / strong) ** 2
    if weights.length:
        fused += weights.length * np.log([(_characters(stored) + A_WORD) / TYPICAL for stored in found])
    if weights.asked:
        fused += weights.asked * (shares @ (queries @ np.stack([stored.asked_vector for stored in found]).T))
    if weights.enriched:
        # Squared like BM25: a question that is hardly near says nothing, and not every passage has questions.
        fused += weights.enriched * (_enriched_cosines(found, queries) @ shares) ** 2
    if weights.speaker and query.speakers:
        fused += weights.speaker * np.asarray([stored.speaker in query.speakers for stored in found], np.float32)
    if weights.speaker:
        fused += agreement(found, query.understood)
    nearest, best = _best(dense, shares, own), _best(sentence, shares, own)
    return [
        Candidate(
            found[i],
            float(fused[i]),
            float(nearest[i]),
            float(best[i]),
            float(words[i]),
            _best(cosines[i].T, shares, own),
        )
        for i in np.argsort(-fused, kind="stable")
    ]


def rare_word_weight(passages: int) -> float:
    """What BM25 gives a word that stands once in an archive, about its inverse document frequency, log N.

    >>> round(rare_word_weight(120), 1), round(rare_word_weight(12_000), 1)
    (4.8, 9.4)
    """
    return log(max(passages, SMALL))


def _characters(stored: StoredPassage) -> int:
    """A passage's length by its sentences, so that it needn't be parsed."""
    return stored.spans[-1][1] if stored.spans else 0


def _enriched_cosines(found: Sequence[StoredPassage], queries: FloatMatrix) -> FloatMatrix:
    """Cosines of each variant with the nearest question that a model wrote for a passage, (candidates, variants); or zeros."""
    cosines = np.zeros((len(found), len(queries)), np.float32)
    for row, stored in enumerate(found):
        if stored.enriched_vectors is not None and len(stored.enriched_vectors):
            cosines[row] = np.maximum(0.0, (stored.enriched_vectors @ queries.T).max(axis=0))
    return cosines


def _best(by_variant: ArrayLike, shares: FloatVector, own: int) -> FloatVector:
    """What a signal is of the variant that fits best; the first `own`, the question and its conversation, count as one.

    by_variant: (variants, n), shares: (variants,); the result: (n,) float32.
    """
    signals = np.asarray(by_variant, np.float32)
    asked = shares[:own] @ signals[:own] / shares[:own].sum()
    best: FloatVector = np.max([asked, *signals[own:]], axis=0)
    return best
