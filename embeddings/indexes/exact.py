"""An index that computes every inner product in NumPy: the reference for the others."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from embeddings.types import EmbeddingError, FloatMatrix, FloatVector, RowIds


class ExactIndex:
    """A `StoredIndex` that keeps a matrix.

    >>> index = ExactIndex(2)
    >>> index.add(np.array([7, 8]), np.array([[1, 0], [0, 1]], np.float32))
    >>> index.search(np.array([0, 1], np.float32), k=1)
    (array([8]), array([1.], dtype=float32))
    """

    kind = "flat"

    def __init__(self, dim: int) -> None:
        self._ids: RowIds = np.zeros(0, np.int64)
        self._vectors: FloatMatrix = np.zeros((0, dim), np.float32)

    @classmethod
    def build(cls, ids: RowIds, vectors: FloatMatrix) -> ExactIndex:
        index = cls(vectors.shape[1])
        index.add(ids, vectors)
        return index

    @classmethod
    def from_bytes(cls, data: bytes) -> ExactIndex:
        """The index that `to_bytes` gave. Raises EmbeddingError if NumPy cannot read the bytes."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                return cls.build(arrays["ids"], arrays["vectors"])
        except (OSError, ValueError, KeyError, AttributeError, zipfile.BadZipFile) as error:
            raise EmbeddingError(f"NumPy cannot read the vector index ({error})") from error

    def to_bytes(self) -> bytes:
        file = io.BytesIO()
        np.savez(file, ids=self._ids, vectors=self._vectors)
        return file.getvalue()

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: RowIds, vectors: FloatMatrix) -> None:
        self._ids = np.concatenate([self._ids, np.asarray(ids, np.int64)])
        self._vectors = np.concatenate([self._vectors, np.asarray(vectors, np.float32)])

    def remove(self, ids: RowIds) -> None:
        keep = ~np.isin(self._ids, ids)
        self._ids, self._vectors = self._ids[keep], self._vectors[keep]

    def search(self, query: FloatVector, *, k: int, allowed: RowIds | None = None) -> tuple[RowIds, FloatVector]:
        ids, vectors = self._ids, self._vectors
        if allowed is not None:
            keep = np.isin(ids, allowed)
            ids, vectors = ids[keep], vectors[keep]
        scores = vectors @ query
        order = np.argsort(-scores, kind="stable")[:k]
        return ids[order], scores[order]
