"""Array types and the protocol that every encoder and every vector index follows.

Vectors are float32 unit rows everywhere, so that an inner product is a cosine similarity and higher is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.spans import Span as Span

FloatMatrix = NDArray[np.float32]  # (n, dim)
FloatVector = NDArray[np.float32]  # (dim,)
RowIds = NDArray[np.int64]  # (n,)


class EmbeddingError(Exception):
    """A model or a vector index cannot be used; the message says what to type."""


class Encoder(Protocol):
    """Turns text into unit vectors.

    `fingerprint` identifies the weights: two encoders with the same fingerprint give the same vectors.
    """

    name: str
    fingerprint: str
    dim: int
    max_tokens: int
    backend: str

    def count_tokens(self, text: str) -> int:
        """Number of tokens of `text` as a passage, the model's special tokens and prompt included."""
        ...

    def encode_query(self, text: str) -> FloatVector:
        """The unit vector of one query."""
        ...

    def encode_passages(self, texts: Sequence[str], *, threads: int | None = None) -> FloatMatrix:
        """One unit row per text, in the order given; `threads` limits the processors used, where a backend can."""
        ...

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], *, threads: int | None = None
    ) -> tuple[FloatMatrix, list[FloatMatrix]]:
        """One unit row per text, and for each text one unit row per character span in it."""
        ...


class VectorIndex(Protocol):
    """Nearest rows by inner product."""

    def add(self, ids: RowIds, vectors: FloatMatrix) -> None: ...

    def remove(self, ids: RowIds) -> None: ...

    def search(self, query: FloatVector, *, k: int, allowed: RowIds | None = None) -> tuple[RowIds, FloatVector]:
        """The ids and scores of the k nearest rows, best first; only among `allowed` where given."""
        ...

    def __len__(self) -> int: ...
