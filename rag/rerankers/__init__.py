"""Models that read a question and a passage together: what they promise, and how one is found by name.

`late.py` is the default and was trained here; `cross.py` runs published cross-encoders. How they are trained is in
`training/`, which nothing imports at run time.
"""

from __future__ import annotations

from rag.rerankers.loading import (
    DEFAULT_RERANKER,
    HEURISTIC,
    RERANKERS,
    TRAINED,
    fingerprint_of,
    is_made,
    load_reranker,
)
from rag.rerankers.protocol import Reranker, RerankScores

__all__ = [
    "DEFAULT_RERANKER",
    "HEURISTIC",
    "RERANKERS",
    "TRAINED",
    "RerankScores",
    "Reranker",
    "fingerprint_of",
    "is_made",
    "load_reranker",
]
