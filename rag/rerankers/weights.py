"""The trained reranker's weights, in a file small enough to be part of the package.

The file holds the difference from the base model's weights: matrices in eight bits with a scale for each row, the
rest in sixteen bits. Differences are small and of similar size, so eight bits are more exact for a difference than
for a weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import InputError

Array = NDArray[Any]

TRAINED = "trained"
WEIGHTS = Path(__file__).parent / "reader.safetensors"
TRAINED_SHA256 = "1b09988d4a290ab2403d806ade9742382cfa6b8be13469718664338faf077a11"


def pack(trained: Mapping[str, Array], base: Mapping[str, Array]) -> dict[str, Array]:
    """The tensors of the small file. A tensor that the base does not have is kept as it is.

    >>> base = {"w": np.ones((1, 3), np.float32)}
    >>> small = pack({"w": np.asarray([[1.0, 1.5, 0.0]], np.float32)}, base)
    >>> [(name, small[name].dtype.name, small[name].tolist()) for name in sorted(small)]
    [('w:q', 'int8', [[0, 64, -127]]), ('w:s', 'float32', [[0.007874015718698502]])]
    >>> unpack(small, base)["w"].round(2).tolist()
    [[1.0, 1.5, 0.0]]
    """
    small: dict[str, Array] = {}
    for name, value in trained.items():
        if name not in base:
            small[name] = value.astype(np.float32)
            continue
        difference = value.astype(np.float32) - base[name].astype(np.float32)
        if difference.ndim < 2:
            small[f"{name}:d"] = difference.astype(np.float16)
            continue
        scale = np.abs(difference).max(axis=1, keepdims=True) / 127
        scale[scale == 0] = 1.0
        small[f"{name}:s"] = scale.astype(np.float32)
        small[f"{name}:q"] = np.rint(difference / scale).astype(np.int8)
    return small


def unpack(small: Mapping[str, Array], base: Mapping[str, Array]) -> dict[str, Array]:
    """The trained tensors, up to rounding. Raises InputError if they were trained from another base."""
    trained: dict[str, Array] = {}
    for key, value in small.items():
        name, _, kind = key.partition(":")
        if kind == "s":
            continue
        if not kind:
            trained[name] = value
            continue
        if name not in base or base[name].shape != value.shape:
            raise InputError(f"the reader's weights belong to another base model: {name} is not as expected")
        difference = value.astype(np.float32)
        trained[name] = base[name].astype(np.float32) + (difference * small[f"{name}:s"] if kind == "q" else difference)
    return trained


def load(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """The tensors of a safetensors file and its metadata."""
    from safetensors import safe_open

    with safe_open(str(path), framework="np") as file:
        return {name: file.get_tensor(name) for name in sorted(file.keys())}, dict(file.metadata() or {})
