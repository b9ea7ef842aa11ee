"""A document that is read, split and encoded, and not yet written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.types import Encoder, FloatMatrix
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
    encoder: Encoder, document: Document, passages: Sequence[Passage], *, workers: int | None = None
) -> StagedDocument:
    """Encode a document's passages, their sentences and the questions that they answer.

    A question is encoded once for all the passages that answer it.
    """
    language = document.language or "en"
    spans = [split_sentences(passage.text, language) for passage in passages]
    vectors, sentence_vectors = encoder.encode_spans([passage.text for passage in passages], spans, threads=workers)
    questions = list(dict.fromkeys(passage.asked for passage in passages if passage.asked))
    tails = encoder.encode_passages([question_tail(question, language) for question in questions], threads=workers)
    vector_of = dict(zip(questions, tails, strict=True))
    none = np.zeros(encoder.dim, np.float32)
    asked = np.stack([vector_of.get(passage.asked, none) for passage in passages])
    return StagedDocument(document, passages, vectors, asked, spans, sentence_vectors)
