"""How long each stage of a question takes."""

from __future__ import annotations

from time import perf_counter


class Stopwatch:
    """Adds up milliseconds by stage, from when it is made."""

    def __init__(self) -> None:
        self._started = self._last = perf_counter()
        self._stages: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        """Seconds since it was made."""
        return perf_counter() - self._started

    def lap(self, stage: str) -> None:
        """Count the time since the last lap, or since it was made, as part of this stage."""
        now = perf_counter()
        self._stages[stage] = self._stages.get(stage, 0.0) + (now - self._last) * 1000
        self._last = now

    def timings_ms(self) -> dict[str, float]:
        """Milliseconds by stage, and their `total`."""
        return {**self._stages, "total": (self._last - self._started) * 1000}
