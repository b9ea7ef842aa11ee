"""Tokenized texts in batches of about equal length, computed side by side, each result in its text's place.

It knows no runtime: ONNX Runtime and OpenVINO get the same arrays from here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Result = TypeVar("Result")
Inputs = dict[str, NDArray[np.int64]]  # the graph's inputs, (texts, tokens) each
Outputs = Mapping[str, Any]  # one text's row of each of the graph's outputs, by name


def processors(threads: int | None = None) -> int:
    """How many batches to compute side by side; `threads` if it is given."""
    return threads or os.cpu_count() or 1


def run_in_batches(
    encodings: Sequence[Any],
    compute: Callable[[Inputs], Outputs],
    then: Callable[[int, Outputs], Result],
    *,
    inputs: frozenset[str],
    max_tokens: int,
    batch_size: int,
    multiple: int = 1,
    threads: int | None = None,
) -> list[Result]:
    """`then(row, outputs)` for every encoding, in the order given.

    `compute` maps the arrays named in `inputs` to arrays by name, and `then` gets its row number and its row of each. The
    width of a batch is that of its longest text, raised to a `multiple`.
    """
    order = sorted(range(len(encodings)), key=lambda row: -len(encodings[row].ids))
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]

    def run_batch(batch: Sequence[int]) -> list[tuple[int, Result]]:
        chosen = [encodings[row] for row in batch]
        arrays = compute(_padded(chosen, inputs, max_tokens=max_tokens, multiple=multiple))
        return [(row, then(row, {name: array[at] for name, array in arrays.items()})) for at, row in enumerate(batch)]

    side_by_side = min(processors(threads), len(batches))
    if side_by_side < 2:
        found = [run_batch(batch) for batch in batches]
    else:
        with ThreadPoolExecutor(side_by_side) as pool:
            found = list(pool.map(run_batch, batches))
    results = dict(item for batch in found for item in batch)
    return [results[row] for row in range(len(encodings))]


def _padded(encodings: Sequence[Any], names: frozenset[str], *, max_tokens: int, multiple: int) -> Inputs:
    """The graph's inputs for encodings of which the first is the longest; each keeps its last special token."""
    longest = min(max_tokens, len(encodings[0].ids))
    width = min(max_tokens, -(-longest // multiple) * multiple)
    arrays = {name: np.zeros((len(encodings), width), np.int64) for name in names}
    for row, encoding in enumerate(encodings):
        size = min(longest, len(encoding.ids))
        arrays["input_ids"][row, :size] = encoding.ids[:size]
        arrays["attention_mask"][row, :size] = 1
        if "token_type_ids" in arrays:
            arrays["token_type_ids"][row, :size] = encoding.type_ids[:size]
        if size < len(encoding.ids):
            arrays["input_ids"][row, size - 1] = encoding.ids[-1]
    return arrays
