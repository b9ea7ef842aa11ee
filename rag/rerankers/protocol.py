"""What a reading model is: something that sees a question and a passage token by token, and what it says about them.

Where an encoder compares two vectors that were made apart, such a model compares every word of the question with every word
of the passage: slower by far, so it reads the few best passages only, and better at telling whether one answers and where.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from embeddings.models import sha256_of
from embeddings.types import EmbeddingError, FloatVector, Span
from rag.rerankers.export import GRAPH, MANIFEST, TOKENIZER
from rag.storage.sqlite import StoredPassage
from rag.types import Query

UNSCORED = -30.0  # the score of a sentence of which a model says nothing, or has read nothing
BATCH_SIZE = 2
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class RerankScores:
    """What a model says about one passage, in log-odds: 0 is even, more is surer.

    `sentences` has one number for each sentence: how far it answers. `span` is where in the best of them, in characters of
    the passage; None from a model that does not say.
    """

    relevance: float
    sentences: FloatVector  # (sentences,)
    span: Span | None


class Reranker(Protocol):
    """Reads passages for a query; anything with these attributes is one.

    One that knows some languages only has them in `languages`, by ISO 639-1 code.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...

    def score(self, query: Query, passages: Sequence[StoredPassage]) -> list[RerankScores]:
        """One reading a passage, in the order given."""
        ...


class Graph:
    """An exported folder, opened. Raises EmbeddingError where a file is missing or damaged."""

    def __init__(self, folder: Path) -> None:
        try:
            self.manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            damaged = [part for part, digest in self.manifest["sha256"].items() if sha256_of(folder / part) != digest]
            self.max_tokens = int(self.manifest["max_tokens"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EmbeddingError(
                f"{folder} is no exported model ({error}); delete the folder, it will be made again"
            ) from error
        if damaged:
            raise EmbeddingError(f"{folder / damaged[0]} is damaged; delete the folder {folder}, it will be made again")
        import onnxruntime
        from tokenizers import Tokenizer

        self.tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {each.name for each in self._session.get_inputs()}

    def ending(self, text: str, max_tokens: int) -> str:
        """The end of a question that would leave no room for the passage."""
        offsets = self.tokenizer.encode(text, add_special_tokens=False).offsets
        return text if len(offsets) <= max_tokens else text[offsets[-max_tokens][0] :]

    def run(
        self,
        encodings: Sequence[Any],
        then: Callable[[int, dict[str, Any]], Result],
        *,
        batch_size: int = BATCH_SIZE,
    ) -> list[Result]:
        """`then(row, outputs of the graph)` for every encoding, in order; small batches of like lengths side by side."""
        order = sorted(range(len(encodings)), key=lambda row: -len(encodings[row].ids))
        batches = [order[at : at + batch_size] for at in range(0, len(order), batch_size)]

        def run(batch: list[int]) -> list[tuple[int, Result]]:
            width = min(self.max_tokens, len(encodings[batch[0]].ids))
            arrays = {name: np.zeros((len(batch), width), np.int64) for name in ("input_ids", "attention_mask")}
            if "token_type_ids" in self._inputs:
                arrays["token_type_ids"] = np.zeros((len(batch), width), np.int64)
            for position, row in enumerate(batch):
                found = encodings[row]
                size = min(width, len(found.ids))
                arrays["input_ids"][position, :size] = found.ids[:size]
                arrays["attention_mask"][position, :size] = 1
                if "token_type_ids" in arrays:
                    arrays["token_type_ids"][position, :size] = found.type_ids[:size]
                if size < len(found.ids):  # what is too long ends as every text does
                    arrays["input_ids"][position, size - 1] = found.ids[-1]
            outputs = self._session.run(self.manifest["outputs"], arrays)
            named = dict(zip(self.manifest["outputs"], outputs, strict=True))
            return [(row, then(row, {k: v[position] for k, v in named.items()})) for position, row in enumerate(batch)]

        side_by_side = min(os.cpu_count() or 1, len(batches))
        if side_by_side < 2:
            found = [run(batch) for batch in batches]
        else:
            with ThreadPoolExecutor(side_by_side) as pool:
                found = list(pool.map(run, batches))
        results = dict(item for batch in found for item in batch)
        return [results[row] for row in range(len(encodings))]


RERANK_DEPTH = 8

MAX_LOG_ODDS = 20.0  # log-odds; surer than this is sure


def clipped_log_odds(log_odds: float) -> float:
    """What a model says, as a number that adds up with others: from 0, surely not, to 40, surely.

    >>> clipped_log_odds(-100.0), clipped_log_odds(0.0), clipped_log_odds(3.5)
    (0.0, 20.0, 23.5)
    """
    return max(-MAX_LOG_ODDS, min(MAX_LOG_ODDS, float(log_odds))) + MAX_LOG_ODDS
