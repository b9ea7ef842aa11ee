"""A sentence-transformers model through ONNX Runtime: used for every question and for ingest.

It gives the same vectors as torch without torch's seconds of import. Where OpenVINO is installed, it computes the
passages of an ingest from the same graph, faster; a question and the first passages cost less here than its start there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embeddings.batches import Outputs, Result
from embeddings.exported import TOKENIZER
from embeddings.onnx_session import OnnxSession
from embeddings.precision import BFLOAT16, FLOAT32
from embeddings.types import FloatMatrix, FloatVector, Span

# So many passages take as long here as OpenVINO takes to start and to compute them.
FIRST_TEXTS = {FLOAT32: 192, BFLOAT16: 64}

if TYPE_CHECKING:
    from embeddings.openvino_session import OpenVinoSession


class OnnxEncoder:
    """An `Encoder` over an exported folder; with a `fast` precision, OpenVINO encodes passages in it once there are many.

    Raises EmbeddingError if a file is missing or differs from its SHA-256 in the manifest.
    """

    backend = "onnx"

    def __init__(self, folder: Path, *, fast: str | None = None) -> None:
        self._session = OnnxSession(folder)
        from tokenizers import Tokenizer

        manifest = self._session.manifest
        self.name: str = manifest["name"]
        self.fingerprint: str = manifest["fingerprint"]
        self.dim: int = manifest["dim"]
        self.max_tokens: int = manifest["max_tokens"]
        self._query_prompt: str = manifest["query_prompt"]
        self._passage_prompt: str = manifest["passage_prompt"]
        self._mean_pooling: bool = manifest["mean_pooling"]
        self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.enable_truncation(self.max_tokens)
        self.precision = FLOAT32  # the coarsest that a passage was encoded in so far
        self._fast = fast or FLOAT32
        self._first_texts = FIRST_TEXTS[self._fast]
        self._many: OpenVinoSession | None = None
        if fast:
            from embeddings.openvino_session import OpenVinoSession

            inputs = self._session.inputs
            self._many = OpenVinoSession(folder, precision=fast, inputs=inputs, max_tokens=self.max_tokens)

    def count_tokens(self, text: str) -> int:
        """The number of tokens of `text` as a passage, the prompt and special tokens included; nothing is cut off."""
        return len(self._session.tokenizer.encode(self._passage_prompt + text).ids)

    def encode_query(self, text: str) -> FloatVector:
        """The unit vector of a query, (dim,) float32, with the model's prompt for queries."""
        encodings = self._tokenizer.encode_batch([self._query_prompt + text])
        vector: FloatVector = self._unit_rows(self._session.run(encodings, ["sentence_embedding"], _text_vector))[0]
        return vector

    def encode_passages(self, texts: Sequence[str], *, threads: int | None = None) -> FloatMatrix:
        """Unit rows, (texts, dim) float32, in the order given, with the model's prompt for passages."""
        return self.encode_texts([self._passage_prompt + text for text in texts], threads=threads)

    def encode_texts(self, texts: Sequence[str], *, threads: int | None = None) -> FloatMatrix:
        """Unit rows, (texts, dim) float32, without any prompt; in the order given."""
        encodings = self._tokenizer.encode_batch(list(texts))
        return self._unit_rows(self._run(encodings, ["sentence_embedding"], _text_vector, threads=threads))

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], *, threads: int | None = None
    ) -> tuple[FloatMatrix, list[FloatMatrix]]:
        """Text vectors, (texts, dim), and for each text its spans' vectors, (spans, dim), from one pass over each text.

        If the model averages its tokens, a span's vector is the average of the span's own tokens. That costs nothing,
        and each token has seen the whole text, so that "he" has the meaning of a name. Together with the word overlap
        that the evidence adds, such vectors found the answering sentence as often as separately encoded ones (474
        SQuAD questions: .825 and .829). Other models encode the spans by themselves.
        """
        if not self._mean_pooling:
            pieces = [text[start:end] for text, ranges in zip(texts, spans, strict=True) for start, end in ranges]
            rows = self.encode_passages(pieces, threads=threads)
            counts = np.cumsum([len(ranges) for ranges in spans])[:-1]
            return self.encode_passages(texts, threads=threads), np.split(rows, counts) if len(spans) else []
        shift = len(self._passage_prompt)
        encodings = self._tokenizer.encode_batch([self._passage_prompt + text for text in texts])

        def vectors(row: int, outputs: Outputs) -> tuple[FloatVector, FloatMatrix]:
            offsets = np.asarray(encodings[row].offsets) - shift  # (tokens, 2)
            tokens = outputs["token_embeddings"][: len(offsets)]
            return outputs["sentence_embedding"], _mean_over_spans(tokens, offsets, spans[row])

        found = self._run(encodings, ["sentence_embedding", "token_embeddings"], vectors, threads=threads)
        return self._unit_rows([vector for vector, _ in found]), [span_rows for _, span_rows in found]

    def _run(
        self,
        encodings: Sequence[Any],
        outputs: Sequence[str],
        then: Callable[[int, Outputs], Result],
        *,
        threads: int | None,
    ) -> list[Result]:
        """Passages through the graph: in ONNX Runtime, or in OpenVINO once there were enough for its start."""
        self._first_texts -= len(encodings)
        if self._many is None or self._first_texts > 0:
            return self._session.run(encodings, outputs, then, threads=threads)
        self.precision = self._fast
        return self._many.run(encodings, outputs, then, threads=threads)

    def _unit_rows(self, vectors: Sequence[FloatVector]) -> FloatMatrix:
        return _unit(np.stack(vectors) if vectors else np.zeros((0, self.dim), np.float32))


def _text_vector(row: int, outputs: Outputs) -> FloatVector:
    return outputs["sentence_embedding"]  # type: ignore[no-any-return]


def _mean_over_spans(tokens: FloatMatrix, offsets: NDArray[np.int64], spans: Sequence[Span]) -> FloatMatrix:
    """The unit mean of the token rows inside each span, (spans, dim); zeros for a span behind the last token.

    `tokens` is (tokens, dim), `offsets` (tokens, 2) in characters of the text, with empty ranges for special tokens.
    """
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
