"""In what number format a model computes, and what this machine can do.

bfloat16 halves a number and keeps its range. Processors with instructions for it encode about three times as many passages
a second, and the vectors keep a cosine of 0.9999 to those in float32: either finds what the other has encoded.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from embeddings.types import EmbeddingError, Encoder

AUTO, FLOAT32, BFLOAT16 = "auto", "float32", "bfloat16"
PRECISIONS = (AUTO, FLOAT32, BFLOAT16)
INSTALL = "pip install 'onrecord[fast]'"
_CPUINFO = Path("/proc/cpuinfo")


def has_bfloat16(cpuinfo: str) -> bool:
    """Whether a processor computes in bfloat16, by the text of Linux's /proc/cpuinfo.

    >>> has_bfloat16("flags : sse avx512f avx512_bf16"), has_bfloat16("flags : sse avx512f")
    (True, False)
    """
    return any(
        not {"avx512_bf16", "amx_bf16"}.isdisjoint(line.split())
        for line in cpuinfo.splitlines()
        if line.startswith("flags")
    )


def processor_has_bfloat16() -> bool:
    """Whether this machine's processor computes in bfloat16; False where the system does not tell."""
    if platform.system() != "Linux":
        return False
    try:
        return has_bfloat16(_CPUINFO.read_text(encoding="utf-8"))
    except OSError:
        return False


def is_installed() -> bool:
    """Whether OpenVINO, which computes in bfloat16, is installed; it is not imported."""
    return find_spec("openvino") is not None


def precision_for(wanted: str) -> str:
    """The precision to compute in: what is wanted, or for `auto` the fastest that this machine has.

    Raises EmbeddingError for an unknown name, and for one that this machine cannot do, with what to type.
    """
    if wanted not in PRECISIONS:
        raise EmbeddingError(f"there is no precision {wanted!r}; choose {', '.join(PRECISIONS)}")
    if wanted == AUTO:
        return BFLOAT16 if is_installed() and processor_has_bfloat16() else FLOAT32
    if wanted == BFLOAT16 and not is_installed():
        raise EmbeddingError(f"bfloat16 needs OpenVINO, which is not installed; run: {INSTALL}")
    if wanted == BFLOAT16 and not processor_has_bfloat16():
        raise EmbeddingError("this processor does not compute in bfloat16; choose float32, or leave it out")
    return wanted


def precision_of(encoder: Encoder) -> str:
    """The coarsest precision that an encoder has encoded passages in; float32 if it does not tell."""
    return str(getattr(encoder, "precision", FLOAT32))


def coarsest(precisions: Iterable[str]) -> str:
    """The one with the fewest bits; float32 if there is none.

    >>> coarsest(["float32", "bfloat16"]), coarsest([])
    ('bfloat16', 'float32')
    """
    return max((FLOAT32, *precisions), key=PRECISIONS.index)
