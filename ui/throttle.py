"""Wrong logins, counted by visitor: ten within ten minutes shut the door for that visitor."""

from __future__ import annotations

import time
from collections import deque

WRONG_LOGINS, WRONG_LOGIN_WINDOW_S = 10, 600.0
TOO_MANY = "too many wrong logins; wait ten minutes"


class Tries:
    """How often each visitor was wrong lately.

    >>> tries = Tries()
    >>> for _ in range(WRONG_LOGINS):
    ...     tries.note("10.0.0.1")
    >>> tries.locked("10.0.0.1"), tries.locked("10.0.0.2")
    (True, False)
    """

    def __init__(self) -> None:
        self._wrong: dict[str, deque[float]] = {}

    def locked(self, client: str) -> bool:
        """Whether this visitor has to wait."""
        tries = self._wrong.get(client, deque())
        while tries and time.monotonic() - tries[0] > WRONG_LOGIN_WINDOW_S:
            tries.popleft()
        return len(tries) >= WRONG_LOGINS

    def note(self, client: str) -> None:
        """One more wrong try."""
        if len(self._wrong) > 10_000:
            self._wrong.pop(next(iter(self._wrong)))  # the one who came first
        self._wrong.setdefault(client, deque(maxlen=WRONG_LOGINS)).append(time.monotonic())

    def forgive(self, client: str) -> None:
        """Forget this visitor's tries."""
        self._wrong.pop(client, None)
