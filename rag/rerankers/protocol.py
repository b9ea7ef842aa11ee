"""What a reranker is: a model that compares a question and a passage token by token, and the scores it gives.

An encoder compares two vectors that were made apart. A reranker compares every word of the question with every word
of the passage. It is slower by far, so it scores only the best few passages, and it tells better which of them
answers, and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from embeddings.types import FloatVector, Span
from rag.storage.rows import StoredPassage
from rag.types import Query

RERANK_DEPTH = 8  # passages that are scored
UNSCORED = -30.0  # log-odds of a sentence or passage that a model did not read, or has no opinion of
MAX_LOG_ODDS = 20.0  # certainty beyond this makes no difference


@dataclass(frozen=True, slots=True)
class RerankScores:
    """A model's scores of one passage, in log-odds: 0 is as likely as not, more is likelier.

    `relevance` is that the passage answers the question; `sentences`, (sentences,) float32, that each of its sentences
    does. Scores lie around -20 to 20, and are `UNSCORED` if a model has no opinion. `span` is the answer's characters
    in the passage, inside the best sentence; None from a model that does not give it.
    """

    relevance: float
    sentences: FloatVector
    span: Span | None


class Reranker(Protocol):
    """Scores passages for a query; any object with these attributes is one.

    A reranker for certain languages only has a further attribute `languages`, a sequence of ISO 639-1 codes.
    """

    @property
    def name(self) -> str:
        """The name by which a user chooses it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Identifies its weights: with the same fingerprint come the same scores, which a calibration relies on."""
        ...

    def score(self, query: Query, passages: Sequence[StoredPassage]) -> list[RerankScores]:
        """One `RerankScores` a passage, in the order given; each depends on the query and its own passage only."""
        ...


def clipped_log_odds(log_odds: float) -> float:
    """Log-odds clipped to [-20, 20] and shifted to [0, 40], so that they can be added to other scores.

    >>> clipped_log_odds(-100.0), clipped_log_odds(0.0), clipped_log_odds(3.5)
    (0.0, 20.0, 23.5)
    """
    return max(-MAX_LOG_ODDS, min(MAX_LOG_ODDS, float(log_odds))) + MAX_LOG_ODDS
