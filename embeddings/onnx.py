"""A sentence-transformers model through ONNX Runtime: the way of every question, and of ingest.

The same vectors as torch without its seconds of import. Batches are small and run side by side, each call on one thread:
two texts at a time were measured at 1.8 times the passages per second of `SentenceTransformer.encode`, four at 1.7, one
call with two threads inside at 1.5 (two cores, a quiet machine; on a busy one torch loses more).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.export import GRAPH, MANIFEST, TOKENIZER
from embeddings.models import sha256_of
from embeddings.types import EmbeddingError, FloatMatrix, FloatVector, Span

BATCH_SIZE = 2


class OnnxEncoder:
    """An `Encoder` over an exported folder.

    Raises EmbeddingError where a file is missing or differs from its SHA-256 in the manifest.
    """

    backend = "onnx"

    def __init__(self, folder: Path) -> None:
        manifest = _read_manifest(folder)
        import onnxruntime
        from tokenizers import Tokenizer

        self.name: str = manifest["name"]
        self.fingerprint: str = manifest["fingerprint"]
        self.dim: int = manifest["dim"]
        self.max_tokens: int = manifest["max_tokens"]
        self._query_prompt: str = manifest["query_prompt"]
        self._passage_prompt: str = manifest["passage_prompt"]
        self._mean_pooling: bool = manifest["mean_pooling"]
        self._counter: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.enable_truncation(self.max_tokens)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        # The arena keeps the largest batch ever seen; without it a day of questions stays in the memory of the first.
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )

    def count_tokens(self, text: str) -> int:
        return len(self._counter.encode(self._passage_prompt + text).ids)

    def encode_query(self, text: str) -> FloatVector:
        vector: FloatVector = self.encode_texts([self._query_prompt + text])[0]
        return vector

    def encode_passages(self, texts: Sequence[str], *, threads: int | None = None) -> FloatMatrix:
        return self.encode_texts([self._passage_prompt + text for text in texts], threads=threads)

    def encode_texts(self, texts: Sequence[str], *, threads: int | None = None) -> FloatMatrix:
        """One unit row per text, without any prompt; in the order given."""
        rows = np.zeros((len(texts), self.dim), np.float32)
        encodings = self._tokenizer.encode_batch(list(texts))
        for batch, (vectors,) in self._run(encodings, ["sentence_embedding"], threads):
            rows[batch] = vectors
        return _unit(rows)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], *, threads: int | None = None
    ) -> tuple[FloatMatrix, list[FloatMatrix]]:
        """Text vectors and span vectors from one pass over each text.

        Where the model averages its tokens, a span's vector is the average of the span's own tokens: it costs nothing,
        and each token has read the whole text, so that "he" knows who. With the word cover that reading adds, such
        vectors found the answering sentence as often as separately encoded ones (474 SQuAD questions: .825 and .829).
        Other models encode the spans by themselves.
        """
        if not self._mean_pooling:
            pieces = [text[start:end] for text, ranges in zip(texts, spans, strict=True) for start, end in ranges]
            rows = self.encode_passages(pieces, threads=threads)
            counts = np.cumsum([len(ranges) for ranges in spans])[:-1]
            return self.encode_passages(texts, threads=threads), np.split(rows, counts) if len(spans) else []
        shift = len(self._passage_prompt)
        encodings = self._tokenizer.encode_batch([self._passage_prompt + text for text in texts])
        text_rows = np.zeros((len(texts), self.dim), np.float32)
        span_rows: list[FloatMatrix] = [np.zeros((0, self.dim), np.float32)] * len(texts)
        for batch, (vectors, tokens) in self._run(encodings, ["sentence_embedding", "token_embeddings"], threads):
            text_rows[batch] = vectors
            for position, row in enumerate(batch):
                offsets = np.asarray(encodings[row].offsets) - shift  # (tokens, 2)
                span_rows[row] = _mean_over_spans(tokens[position][: len(offsets)], offsets, spans[row])
        return _unit(text_rows), span_rows

    def _run(
        self, encodings: Sequence[Any], outputs: list[str], threads: int | None
    ) -> list[tuple[list[int], list[Any]]]:
        """The graph's outputs for batches of similar length, longest first, as (positions, outputs)."""
        order = sorted(range(len(encodings)), key=lambda row: -len(encodings[row].ids))
        batches = [order[start : start + BATCH_SIZE] for start in range(0, len(order), BATCH_SIZE)]

        def run(batch: list[int]) -> tuple[list[int], list[Any]]:
            width = len(encodings[batch[0]].ids)
            ids = np.zeros((len(batch), width), np.int64)
            mask = np.zeros((len(batch), width), np.int64)
            for position, row in enumerate(batch):
                tokens = encodings[row].ids
                ids[position, : len(tokens)] = tokens
                mask[position, : len(tokens)] = 1
            return batch, self._session.run(outputs, {"input_ids": ids, "attention_mask": mask})

        side_by_side = min(threads or os.cpu_count() or 1, len(batches))
        if side_by_side < 2:
            return [run(batch) for batch in batches]
        with ThreadPoolExecutor(side_by_side) as pool:
            return list(pool.map(run, batches))


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for part, digest in manifest["sha256"].items():
            if sha256_of(folder / part) != digest:
                raise EmbeddingError(f"{folder / part} is damaged; delete the folder {folder}, it will be made again")
    except (OSError, ValueError, KeyError) as error:
        raise EmbeddingError(
            f"{folder} is no exported model ({error}); delete the folder, it will be made again"
        ) from error
    return manifest


def _mean_over_spans(tokens: FloatMatrix, offsets: Any, spans: Sequence[Span]) -> FloatMatrix:
    """Unit mean of the token rows inside each span; a zero row where the text was cut off before the span."""
    rows = np.zeros((len(spans), tokens.shape[1]), np.float32)
    for number, (start, end) in enumerate(spans):
        inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
        if inside.any():
            rows[number] = tokens[inside].mean(axis=0)
    return _unit(rows)


def _unit(rows: FloatMatrix) -> FloatMatrix:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: FloatMatrix = (rows / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit
