"""Rerankers: models that score a question and a passage together, their protocol, and how one is found by name.

`late.py` is the default, trained for this project; `cross.py` runs published models. `training/` trains the default
one and is never imported by the product itself.
"""

from __future__ import annotations

from rag.rerankers.loading import (
    DEFAULT_RERANKER,
    HEURISTIC,
    RERANKERS,
    fingerprint_of,
    is_made,
    load_reranker,
)
from rag.rerankers.protocol import Reranker, RerankScores
from rag.rerankers.weights import TRAINED

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
