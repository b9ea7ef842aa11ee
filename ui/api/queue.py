"""How many questions the interfaces answer at once, and how many wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ui.api.errors import ApiError

ANSWERS_AT_ONCE, WAITING_QUESTIONS = 8, 32


class AdmissionQueue:
    """Admits a number of questions at once, lets a number wait, and refuses the rest."""

    def __init__(self, at_once: int = ANSWERS_AT_ONCE, waiting: int = WAITING_QUESTIONS) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._inside = 0

    @asynccontextmanager
    async def admit(self) -> AsyncIterator[None]:
        """Waits for a turn, and holds it. Raises ApiError with status 429 if too many questions wait."""
        if self._inside >= self._room:
            raise ApiError(429, "too many questions at once; ask again in a moment", code="too_many_questions")
        self._inside += 1
        try:
            async with self._turn:
                yield
        finally:
            self._inside -= 1
