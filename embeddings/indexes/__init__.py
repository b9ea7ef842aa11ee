"""Vector indexes by name."""

from embeddings.registry import Registry

INDEXES = Registry(
    "onrecord.indexes", {"faiss": "embeddings.indexes.faiss:FaissIndex", "exact": "embeddings.indexes.exact:ExactIndex"}
)
