"""A model that reads question and passage together, through ONNX Runtime.

Where an encoder compares two vectors that were made apart, such a model sees both texts at once: slower by far, so it reads
the few best passages only, and better at telling whether one answers and where.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from embeddings.models import sha256_of
from embeddings.types import EmbeddingError, FloatVector, Span
from rag.reading.graph import GRAPH, MANIFEST, TOKENIZER

BATCH_SIZE = 2
MAX_QUESTION_TOKENS = 96
MAX_ANSWER_TOKENS = 40
_NOTHING = -30.0  # the score of a sentence that no token of is read


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model says about one passage, in log-odds: 0 is even, more is surer.

    `sentences` has one number for each sentence: how much better its best span is than "no answer here". `span` is the
    best of them, in characters of the passage.
    """

    relevance: float
    sentences: FloatVector  # (sentences,)
    span: Span | None


class Reader(Protocol):
    """Reads passages for a question; anything with these attributes is one."""

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...

    def read(self, question: str, passages: Sequence[str], sentences: Sequence[Sequence[Span]]) -> list[Reading]: ...


class OnnxReader:
    """A `Reader` over an exported folder. Raises EmbeddingError where a file is missing or damaged."""

    def __init__(self, folder: Path) -> None:
        try:
            manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            damaged = [part for part, digest in manifest["sha256"].items() if sha256_of(folder / part) != digest]
        except (OSError, ValueError, KeyError) as error:
            raise EmbeddingError(
                f"{folder} is no exported model ({error}); delete the folder, it will be made again"
            ) from error
        if damaged:
            raise EmbeddingError(f"{folder / damaged[0]} is damaged; delete the folder {folder}, it will be made again")
        import onnxruntime
        from tokenizers import Tokenizer

        self.name: str = manifest["name"]
        self.fingerprint: str = manifest["fingerprint"]
        self._max_tokens: int = manifest["max_tokens"]
        self._outputs: list[str] = manifest["outputs"]
        self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [each.name for each in self._session.get_inputs()]

    def read(self, question: str, passages: Sequence[str], sentences: Sequence[Sequence[Span]]) -> list[Reading]:
        """One reading a passage, in the order given."""
        question = self._shortened(question)
        encodings = self._tokenizer.encode_batch([(question, passage) for passage in passages])
        order = sorted(range(len(encodings)), key=lambda row: -len(encodings[row].ids))
        batches = [order[at : at + BATCH_SIZE] for at in range(0, len(order), BATCH_SIZE)]

        def run(batch: list[int]) -> list[tuple[int, Reading]]:
            width = min(self._max_tokens, len(encodings[batch[0]].ids))
            arrays = {
                name: np.zeros((len(batch), width), np.int64)
                for name in ("input_ids", "attention_mask", "token_type_ids")
            }
            for position, row in enumerate(batch):
                found = encodings[row]
                size = min(width, len(found.ids))
                arrays["input_ids"][position, :size] = found.ids[:size]
                arrays["attention_mask"][position, :size] = 1
                arrays["token_type_ids"][position, :size] = found.type_ids[:size]
                if size < len(found.ids):  # what is too long ends as every text does
                    arrays["input_ids"][position, size - 1] = found.ids[-1]
            outputs = self._session.run(self._outputs, {name: arrays[name] for name in self._inputs})
            named = dict(zip(self._outputs, outputs, strict=True))
            return [
                (row, self._reading(encodings[row], {k: v[position] for k, v in named.items()}, width, sentences[row]))
                for position, row in enumerate(batch)
            ]

        side_by_side = min(os.cpu_count() or 1, len(batches))
        if side_by_side < 2:
            found = [run(batch) for batch in batches]
        else:
            with ThreadPoolExecutor(side_by_side) as pool:
                found = list(pool.map(run, batches))
        readings = dict(item for batch in found for item in batch)
        return [readings[row] for row in range(len(passages))]

    def _shortened(self, question: str) -> str:
        """The end of a question that would leave no room for the passage."""
        offsets = self._tokenizer.encode(question, add_special_tokens=False).offsets
        return question if len(offsets) <= MAX_QUESTION_TOKENS else question[offsets[-MAX_QUESTION_TOKENS][0] :]

    def _reading(self, encoding: Any, scores: dict[str, Any], width: int, sentences: Sequence[Span]) -> Reading:
        if "start" not in scores:
            return Reading(float(scores["relevance"]), np.zeros(len(sentences), np.float32), None)
        size = min(width, len(encoding.ids))
        offsets = np.asarray(encoding.offsets[:size])
        own = np.asarray([sequence == 1 for sequence in encoding.sequence_ids[:size]]) & (offsets[:, 1] > offsets[:, 0])
        start, end = scores["start"][:size], scores["end"][:size]
        nothing = float(start[0] + end[0])
        rows = np.full(len(sentences), _NOTHING, np.float32)
        spans: list[Span | None] = [None] * len(sentences)
        for number, (first, last) in enumerate(sentences):
            inside = np.flatnonzero(own & (offsets[:, 0] >= first) & (offsets[:, 1] <= last))
            if len(inside):
                score, a, z = _best_span(start[inside], end[inside])
                rows[number] = score - nothing
                spans[number] = (int(offsets[inside[a], 0]), int(offsets[inside[z], 1]))
        best = int(rows.argmax()) if len(rows) else 0
        relevance = float(scores["relevance"]) if "relevance" in scores else float(rows.max(initial=_NOTHING))
        return Reading(relevance, rows, spans[best] if len(rows) else None)


def _best_span(start: FloatVector, end: FloatVector) -> tuple[float, int, int]:
    """(score, first token, last token) of the best span of at most 40 tokens.

    >>> _best_span(np.asarray([0.0, 3.0, 0.0]), np.asarray([5.0, 1.0, 2.0]))
    (5.0, 0, 0)
    """
    sums = start[:, None] + end[None, :]
    sums = np.where(
        np.triu(np.ones(sums.shape, bool)) & ~np.triu(np.ones(sums.shape, bool), MAX_ANSWER_TOKENS), sums, -np.inf
    )
    best = int(sums.argmax())
    return float(sums.flat[best]), best // len(end), best % len(end)
