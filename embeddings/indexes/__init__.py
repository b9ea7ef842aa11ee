"""Vector indexes by name: built-in ones, and those that installed packages provide."""

from __future__ import annotations

from embeddings.registry import Registry
from embeddings.types import StoredIndex

INDEXES = Registry(
    "onrecord.indexes", {"faiss": "embeddings.indexes.faiss:FaissIndex", "exact": "embeddings.indexes.exact:ExactIndex"}
)
DEFAULT_INDEX = "faiss"


def load_index_type(name: str = DEFAULT_INDEX) -> type[StoredIndex]:
    """The class of the indexes called `name`, with `build` and `from_bytes`. Raises UnknownName.

    >>> load_index_type("exact").__name__
    'ExactIndex'
    """
    loaded: type[StoredIndex] = INDEXES.get(name)  # type: ignore[assignment]
    return loaded
