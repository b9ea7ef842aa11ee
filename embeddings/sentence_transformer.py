"""Any sentence-transformers model through torch: the reference, and the fallback if a model cannot be exported.

Importing torch takes seconds and hundreds of megabytes, so the query path never imports this module.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.models import ModelFiles
from embeddings.types import FloatMatrix, FloatVector, Span

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH_SIZE = 32


def load_sentence_transformer(files: ModelFiles, *, device: str | None = None) -> SentenceTransformer:
    """The model of `files`; on a GPU if torch finds one and `device` is None."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(files.folder), device=device, trust_remote_code=False)


def dimension_of(model: SentenceTransformer) -> int:
    """Length of the model's vectors; the method was renamed between releases."""
    method = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
    return int(method() or 0)


def prompts_of(model: SentenceTransformer) -> tuple[str, str]:
    """The texts that the model expects before a query and before a passage; empty if it expects none."""
    prompts: dict[str, str] = dict(model.prompts or {})
    query = prompts.get("query", "")
    passage = next((prompts[key] for key in ("document", "passage", "corpus") if prompts.get(key)), "")
    return query or "", passage or ""


class SentenceTransformerEncoder:
    """An `Encoder` over torch."""

    backend = "torch"

    def __init__(self, files: ModelFiles, *, device: str | None = None) -> None:
        self._model: Any = load_sentence_transformer(files, device=device)
        self.name = files.name
        self.fingerprint = files.fingerprint
        self.dim = dimension_of(self._model)
        self.max_tokens = int(self._model.max_seq_length or 512)
        self._query_prompt, self._passage_prompt = prompts_of(self._model)

    def count_tokens(self, text: str) -> int:
        """The number of tokens of `text` as a passage, the prompt and special tokens included; nothing is cut off."""
        return len(self._model.tokenizer(self._passage_prompt + text, truncation=False, verbose=False)["input_ids"])

    def encode_query(self, text: str) -> FloatVector:
        """The unit vector of a query, (dim,) float32, with the model's prompt for queries."""
        vector: FloatVector = self._encode([text], self._query_prompt)[0]
        return vector

    def encode_passages(self, texts: Sequence[str], *, threads: int | None = None) -> FloatMatrix:
        """Unit rows, (texts, dim) float32, with the model's prompt for passages; `threads` is ignored."""
        return self._encode(texts, self._passage_prompt)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], *, threads: int | None = None
    ) -> tuple[FloatMatrix, list[FloatMatrix]]:
        """Text vectors, (texts, dim), and for each text its spans' vectors, (spans, dim), each encoded by itself."""
        pieces = [text[start:end] for text, ranges in zip(texts, spans, strict=True) for start, end in ranges]
        rows = self.encode_passages(pieces)
        counts = np.cumsum([len(ranges) for ranges in spans])[:-1]
        return self.encode_passages(texts), np.split(rows, counts) if len(spans) else []

    def _encode(self, texts: Sequence[str], prompt: str) -> FloatMatrix:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        rows = self._model.encode(
            list(texts),
            prompt=prompt or None,
            batch_size=BATCH_SIZE,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(rows, np.float32)
