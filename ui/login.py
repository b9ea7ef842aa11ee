"""The page's login: one name and one password, from a flag, the environment or a file."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import InputError
from ui.throttle import WRONG_LOGINS as WRONG_LOGINS


@dataclass(frozen=True, slots=True)
class Login:
    """A user's name and password for the page."""

    user: str
    password: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Login:
        """From `name:password`. Raises InputError for anything else."""
        user, colon, password = text.partition(":")
        if not (user and colon and password):
            raise InputError("--auth wants NAME:PASSWORD, or a file with one such line; better set ONRECORD_AUTH")
        return cls(user, password)

    def admits(self, user: str, password: str) -> bool:
        """Whether name and password are right, compared in constant time."""
        right_user = secrets.compare_digest(user.encode(), self.user.encode())
        return secrets.compare_digest(password.encode(), self.password.encode()) and right_user


def read_login(given: str | None) -> Login | None:
    """The login from a flag or the environment: `name:password`, or a file with one such line; None if not given.

    Raises InputError for anything else, and for a file that cannot be read.
    """
    if not given:
        return None
    path = Path(given)
    try:
        if path.is_file():
            given = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InputError(f"{given}: {error.strerror or error}") from error
    return Login.parse(given)
