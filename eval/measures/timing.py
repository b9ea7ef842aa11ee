"""How long each stage took: the median, and the 95th percentile."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from eval.measures.registry import Floats, SetMeasure

STAGES = ("retrieve", "read", "generate", "cite", "total")


def stage_columns(timings_ms: Mapping[str, float]) -> dict[str, float]:
    """A row's columns of times.

    >>> stage_columns({"retrieve": 4.0, "total": 9.5})
    {'ms_retrieve': 4.0, 'ms_total': 9.5}
    """
    return {f"ms_{stage}": float(timings_ms[stage]) for stage in STAGES if stage in timings_ms}


def percentile(times_ms: Floats, percent: int) -> float:
    """A percentile of times, interpolated between neighbours, to a tenth of a microsecond.

    >>> percentile(np.asarray([1.0, 2.0, 3.0]), 50), percentile(np.asarray([1.0, 2.0, 3.0]), 95)
    (2.0, 2.9)
    """
    return round(float(np.percentile(times_ms, percent)), 4)


MEASURES = tuple(
    SetMeasure(
        f"p{percent}_{stage}_ms",
        "Time",
        partial(percentile, percent=percent),
        needs=(f"ms_{stage}",),
        higher_is_better=False,
        unit="ms",
    )
    for stage in STAGES
    for percent in (50, 95)
)
