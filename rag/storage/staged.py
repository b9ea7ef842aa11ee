"""A document that is read, split and encoded, and not yet written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.types import Encoder, FloatMatrix
from rag.storage.rows import StoredPassage
from rag.text.sentences import question_tail, split_sentences
from rag.types import Document, Passage, Span


@dataclass(frozen=True, slots=True)
class StagedDocument:
    """What a commit writes of one document: rows of the arrays belong to `passages`, in order."""

    document: Document
    passages: Sequence[Passage]
    vectors: FloatMatrix  # (passages, dim) float32, unit rows
    asked_vectors: FloatMatrix  # (passages, dim), of the questions they answer; zeros if none was asked
    spans: Sequence[Sequence[Span]]  # sentences of each passage, as ranges of its text
    sentence_vectors: Sequence[FloatMatrix]  # (sentences, dim) each


def stage(
    encoder: Encoder,
    document: Document,
    passages: Sequence[Passage],
    *,
    workers: int | None = None,
    before: Iterable[StoredPassage] = (),
) -> StagedDocument:
    """Encode a document's passages, their sentences and the questions that they answer.

    A text is encoded once, however often it occurs; one of the passages `before`, which the same model has encoded, is not
    encoded again.
    """
    language = document.language or "en"
    before = list(before)
    texts = [(passage.text, tuple(split_sentences(passage.text, language))) for passage in passages]
    made = {(stored.passage.text, stored.spans): (stored.vector, stored.sentence_vectors) for stored in before}
    if new := [each for each in dict.fromkeys(texts) if each not in made]:
        rows = encoder.encode_spans([text for text, _ in new], [spans for _, spans in new], threads=workers)
        made |= dict(zip(new, zip(*rows, strict=True), strict=True))
    vectors = np.stack([made[text][0] for text in texts])
    asked = _asked_vectors(encoder, [passage.asked for passage in passages], language, workers, before)
    return StagedDocument(
        document, passages, vectors, asked, [spans for _, spans in texts], [made[text][1] for text in texts]
    )


def _asked_vectors(
    encoder: Encoder, asked: Sequence[str], language: str, workers: int | None, before: Iterable[StoredPassage]
) -> FloatMatrix:
    """A row for each passage: the vector of the end of the question that it answers; zeros if none was asked."""
    tails = [question_tail(question, language) if question else "" for question in asked]
    made = {question_tail(stored.passage.asked, language): stored.asked_vector for stored in before}
    made[""] = np.zeros(encoder.dim, np.float32)
    new = [tail for tail in dict.fromkeys(tails) if tail not in made]
    made |= dict(zip(new, encoder.encode_passages(new, threads=workers), strict=True))
    return np.stack([made[tail] for tail in tails])
