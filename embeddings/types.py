"""Array types, and the protocols that every encoder and every vector index follows.

Vectors are float32 unit rows everywhere, so that an inner product is a cosine similarity and higher is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

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

    An encoder that has been made can always encode; making one raises EmbeddingError.
    """

    name: str  # as the user chose it
    fingerprint: str  # identifies the weights: encoders with the same fingerprint give the same vectors
    dim: int  # length of every vector
    max_tokens: int  # tokens of a text that are read; the rest is ignored
    backend: str  # what computes the vectors: "onnx", "torch" or a name of a plug-in's own

    def count_tokens(self, text: str) -> int:
        """Number of tokens of `text` as a passage, the model's special tokens and prompt included; not cut off."""
        ...

    def encode_query(self, text: str) -> FloatVector:
        """The unit vector of one query, (dim,) float32."""
        ...

    def encode_passages(self, texts: Sequence[str], *, threads: int | None = None) -> FloatMatrix:
        """One unit row per text, (texts, dim) float32, in the order given.

        `threads` is the number of processors to use at most, in backends that can limit it; None for all.
        """
        ...

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], *, threads: int | None = None
    ) -> tuple[FloatMatrix, list[FloatMatrix]]:
        """The rows of `encode_passages`, and for each text one row per span of its characters, (spans, dim) float32.

        `spans` has one sequence for each text. A span's row is a unit vector, or zeros if the span lies behind the last
        token that is read.
        """
        ...


class VectorIndex(Protocol):
    """Finds the nearest rows by inner product; each row has an id of its own."""

    def add(self, ids: RowIds, vectors: FloatMatrix) -> None:
        """Add unit rows, (n, dim) float32, under `ids`, (n,) int64, none of which is in the index."""
        ...

    def remove(self, ids: RowIds) -> None:
        """Remove the rows with these ids; an id that is not in the index is ignored."""
        ...

    def search(self, query: FloatVector, *, k: int, allowed: RowIds | None = None) -> tuple[RowIds, FloatVector]:
        """The ids and inner products of the k rows nearest to `query`, (dim,), best first; fewer if there are fewer.

        With `allowed`, rows with these ids only.
        """
        ...

    def __len__(self) -> int:
        """The number of rows."""
        ...


class StoredIndex(VectorIndex, Protocol):
    """A `VectorIndex` that an archive can keep in a file; entry points `onrecord.indexes` name such classes."""

    @property
    def kind(self) -> str:
        """`flat` for an index that finds the true neighbours, another word for an approximate one."""
        ...

    @classmethod
    def build(cls, ids: RowIds, vectors: FloatMatrix) -> Self:
        """An index of these rows, (n, dim) float32, in the form that suits their number."""
        ...

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The index that `to_bytes` gave. Raises EmbeddingError if these are not the bytes of one."""
        ...

    def to_bytes(self) -> bytes:
        """The whole index, to be kept in a file. The archive checks the file's hash when it reads it."""
        ...
