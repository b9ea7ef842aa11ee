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
        """An index of unit rows, (n, dim) float32, under `ids`, (n,) int64."""
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
        """The index as an `.npz` file, for `from_bytes`.

        >>> len(ExactIndex.from_bytes(ExactIndex(2).to_bytes()))
        0
        """
        file = io.BytesIO()
        np.savez(file, ids=self._ids, vectors=self._vectors)
        return file.getvalue()

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: RowIds, vectors: FloatMatrix) -> None:
        """Add unit rows, (n, dim) float32, under `ids`, (n,) int64, none of which may be in the index."""
        self._ids = np.concatenate([self._ids, np.asarray(ids, np.int64)])
        self._vectors = np.concatenate([self._vectors, np.asarray(vectors, np.float32)])

    def remove(self, ids: RowIds) -> None:
        """Remove the rows with these ids, (n,) int64; ids that are not in the index are ignored."""
        keep = ~np.isin(self._ids, ids)
        self._ids, self._vectors = self._ids[keep], self._vectors[keep]

    def search(self, query: FloatVector, *, k: int, allowed: RowIds | None = None) -> tuple[RowIds, FloatVector]:
        """The ids and inner products of the `k` rows nearest to `query`, (dim,), best first, among `allowed` if given.

        Both arrays are (min(k, rows),); of equal rows, the one added first is first.
        """
        ids, vectors = self._ids, self._vectors
        if allowed is not None:
            keep = np.isin(ids, allowed)
            ids, vectors = ids[keep], vectors[keep]
        scores = vectors @ query
        order = np.argsort(-scores, kind="stable")[:k]
        return ids[order], scores[order]
