"""An exported model, compiled by OpenVINO: for many texts at a time, as an ingest has them.

Loading and compiling takes about half a second, so the first use does it and not the constructor. Each of the model's
streams uses one thread, and the widths of batches are multiples of eight: every new shape costs a little.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.batches import Inputs, Outputs, Result, processors, run_in_batches
from embeddings.exported import GRAPH
from embeddings.precision import BFLOAT16
from embeddings.quiet import import_openvino

BATCH_SIZE, MULTIPLE = 8, 8


class OpenVinoSession:
    """A graph that computes in `precision`; `inputs` are the names of its inputs. Many threads can use one session."""

    def __init__(self, folder: Path, *, precision: str, inputs: frozenset[str], max_tokens: int) -> None:
        self._path = folder / GRAPH
        self._precision = "bf16" if precision == BFLOAT16 else "f32"
        self._inputs = inputs
        self._max_tokens = max_tokens
        self._guard = threading.Lock()
        self._requests: queue.SimpleQueue[Any] | None = None

    def run(
        self,
        encodings: Sequence[Any],
        outputs: Sequence[str],
        then: Callable[[int, Outputs], Result],
        *,
        threads: int | None = None,
    ) -> list[Result]:
        """`then(row, outputs)` for every encoding, in the order given, as `OnnxSession.run` does it."""
        requests = self._compiled()

        def compute(arrays: Inputs) -> Outputs:
            request = requests.get()
            try:
                return _infer(request, arrays, outputs)
            finally:
                requests.put(request)

        return run_in_batches(
            encodings,
            compute,
            then,
            inputs=self._inputs,
            max_tokens=self._max_tokens,
            batch_size=BATCH_SIZE,
            multiple=MULTIPLE,
            threads=threads,
        )

    def _compiled(self) -> queue.SimpleQueue[Any]:
        """One request for each stream of the model, made at first use."""
        with self._guard:
            if self._requests is None:
                openvino = import_openvino()
                streams = processors()
                settings = {
                    "INFERENCE_PRECISION_HINT": self._precision,
                    "NUM_STREAMS": streams,
                    "INFERENCE_NUM_THREADS": streams,
                }
                model = openvino.Core().compile_model(str(self._path), "CPU", settings)
                made = [model.create_infer_request() for _ in range(streams)]
                # The first inference of a process sets up what all share, and two threads that do so at once wait for
                # each other for ever: one holds Python's lock, the other the one that guards the set-up.
                eight_tokens = {name: np.ones((1, MULTIPLE), np.int64) for name in self._inputs}
                _infer(made[0], eight_tokens, [next(iter(output.names)) for output in model.outputs])
                self._requests = queue.SimpleQueue()
                for request in made:
                    self._requests.put(request)
            return self._requests


def _infer(request: Any, arrays: Inputs, outputs: Sequence[str]) -> Outputs:
    """The arrays named in `outputs`, copied: the next batch is written over a request's own results."""
    request.infer(arrays, share_inputs=True)
    return {name: request.get_tensor(name).data.copy() for name in outputs}
