"""Every inner product, in NumPy: the reference that other indexes are measured against."""

from __future__ import annotations

import numpy as np

from embeddings.types import FloatMatrix, FloatVector, RowIds


class ExactIndex:
    """A `VectorIndex` that keeps a matrix.

    >>> index = ExactIndex(2)
    >>> index.add(np.array([7, 8]), np.array([[1, 0], [0, 1]], np.float32))
    >>> index.search(np.array([0, 1], np.float32), k=1)
    (array([8]), array([1.], dtype=float32))
    """

    def __init__(self, dim: int) -> None:
        self._ids: RowIds = np.zeros(0, np.int64)
        self._vectors: FloatMatrix = np.zeros((0, dim), np.float32)

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
