"""Candidates → evidence: which sentences answer, and how sure we are that they do.

Retrieval finds the paragraph, users want the sentence, and want to be told when there is none. `reread` lets a model that
reads word by word put the best candidates in order; `read` chooses the quotes and says how sure it is, with what such a
model found or without.
"""

from __future__ import annotations

from rag.reading.heuristic import MAX_QUOTES, READ_PASSAGES, READING, ReadingWeights, named_stems, read, weigh
from rag.reading.loading import (
    DEFAULT_READER,
    HEURISTIC,
    READERS,
    TRAINED,
    fingerprint_of,
    is_made,
    load_reader,
)
from rag.reading.model import Reader, Reading
from rag.reading.reranking import reread

__all__ = [
    "DEFAULT_READER",
    "HEURISTIC",
    "MAX_QUOTES",
    "READERS",
    "READING",
    "READ_PASSAGES",
    "TRAINED",
    "Reader",
    "Reading",
    "ReadingWeights",
    "fingerprint_of",
    "is_made",
    "load_reader",
    "named_stems",
    "read",
    "reread",
    "weigh",
]
