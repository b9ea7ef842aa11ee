"""An exported model, opened in ONNX Runtime, and texts run through it in small batches side by side.

Each call of the graph uses one thread. Two texts at a time, with as many calls side by side as there are processors,
were measured at 1.8 times the passages per second of `SentenceTransformer.encode`, four texts at 1.7, one call with
two threads inside at 1.5 (two cores, a quiet machine; on a busy one torch loses more).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from embeddings.batches import Inputs, Result, run_in_batches
from embeddings.batches import Outputs as Outputs
from embeddings.exported import GRAPH, TOKENIZER, read_manifest
from embeddings.quiet import import_onnxruntime

BATCH_SIZE = 2


class OnnxSession:
    """A graph with its manifest and its tokenizer, which neither truncates nor pads.

    Many threads can use one session. Raises EmbeddingError if a file is missing or differs from its SHA-256.
    """

    def __init__(self, folder: Path) -> None:
        self.manifest = read_manifest(folder)
        self.max_tokens: int = self.manifest["max_tokens"]
        from tokenizers import Tokenizer

        onnxruntime = import_onnxruntime()
        self.tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        # The arena would keep the memory of the largest batch ever seen for as long as the process lives.
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = frozenset(each.name for each in self._session.get_inputs())

    def keep_end(self, text: str, max_tokens: int) -> str:
        """The text from its last `max_tokens` tokens on, special tokens not counted; all of a shorter text."""
        offsets = self.tokenizer.encode(text, add_special_tokens=False).offsets
        return text if len(offsets) <= max_tokens else text[offsets[-max_tokens][0] :]

    def run(
        self,
        encodings: Sequence[Any],
        outputs: Sequence[str],
        then: Callable[[int, Outputs], Result],
        *,
        batch_size: int = BATCH_SIZE,
        threads: int | None = None,
    ) -> list[Result]:
        """`then(row, outputs)` for every encoding, in the order given.

        An encoding is what the tokenizer gives for one text. `then` gets its row number and, by name, its row of each
        output: shape (dim,) for an output of one vector a text, (tokens, …) for one a token, where `tokens` is the
        length of the batch, so padding has to be cut off. It is called in the thread that ran the batch. Texts longer
        than `max_tokens` are cut, and keep their last special token. `threads` defaults to the number of processors.
        """

        def compute(arrays: Inputs) -> Outputs:
            return dict(zip(outputs, self._session.run(list(outputs), arrays), strict=True))

        return run_in_batches(
            encodings,
            compute,
            then,
            inputs=self.inputs,
            max_tokens=self.max_tokens,
            batch_size=batch_size,
            threads=threads,
        )
