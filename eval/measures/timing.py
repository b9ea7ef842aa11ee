"""How long each stage took: the median, and what the slowest twentieth waits for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

STAGES = ("retrieve", "read", "generate", "cite", "total")


def stage_columns(timings_ms: Mapping[str, float]) -> dict[str, float]:
    """A row's columns of times.

    >>> stage_columns({"retrieve": 4.0, "total": 9.5})
    {'ms_retrieve': 4.0, 'ms_total': 9.5}
    """
    return {f"ms_{stage}": float(timings_ms[stage]) for stage in STAGES if stage in timings_ms}


def percentiles(stage: str, times_ms: ArrayLike) -> dict[str, float]:
    """`p50_…_ms` and `p95_…_ms` of one stage, interpolated between neighbours.

    >>> percentiles("read", [1.0, 2.0, 3.0])
    {'p50_read_ms': 2.0, 'p95_read_ms': 2.9}
    """
    p50, p95 = np.percentile(np.asarray(times_ms, float), [50, 95])
    return {f"p50_{stage}_ms": round(float(p50), 4), f"p95_{stage}_ms": round(float(p95), 4)}
