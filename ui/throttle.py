"""Wrong logins, counted by visitor: ten within ten minutes lock that visitor out."""

from __future__ import annotations

import time
from collections import deque

WRONG_LOGINS, WRONG_LOGIN_WINDOW_S = 10, 600.0
MAX_VISITORS = 10_000
TOO_MANY = "too many wrong logins; wait ten minutes"


class LoginThrottle:
    """Counts each visitor's recent wrong attempts. Visitors are distinguished by their address.

    >>> throttle = LoginThrottle()
    >>> for _ in range(WRONG_LOGINS):
    ...     throttle.note_attempt("10.0.0.1")
    >>> throttle.is_locked("10.0.0.1"), throttle.is_locked("10.0.0.2")
    (True, False)
    """

    def __init__(self) -> None:
        self._attempts: dict[str, deque[float]] = {}  # monotonic times in seconds, by visitor

    def is_locked(self, client: str) -> bool:
        """Whether this visitor has to wait."""
        attempts = self._attempts.get(client, deque())
        while attempts and time.monotonic() - attempts[0] > WRONG_LOGIN_WINDOW_S:
            attempts.popleft()
        return len(attempts) >= WRONG_LOGINS

    def note_attempt(self, client: str) -> None:
        """Count one more attempt that is wrong, or not yet known to be right."""
        if len(self._attempts) > MAX_VISITORS:
            self._attempts.pop(next(iter(self._attempts)))  # the earliest visitor
        self._attempts.setdefault(client, deque(maxlen=WRONG_LOGINS)).append(time.monotonic())

    def forgive(self, client: str) -> None:
        """Forget this visitor's attempts."""
        self._attempts.pop(client, None)
