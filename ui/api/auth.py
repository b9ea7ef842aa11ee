"""Who may use the interfaces: the page's login by HTTP Basic, or a token as `Authorization: Bearer …`.

A server with neither login nor token checks neither, and only this machine can reach it.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rag.errors import InputError
from ui.throttle import TOO_MANY, LoginThrottle

TOKEN_VARIABLE = "ONRECORD_TOKEN"
MIN_TOKEN_CHARS = 16
WANTED = "log in: the page's name and password by HTTP Basic, or the token as Authorization: Bearer TOKEN"
WANTED_LOGIN = "log in: the page's name and password by HTTP Basic"
WANTED_TOKEN = "give the token: Authorization: Bearer TOKEN"
NOT_FROM_THERE = "requests from other sites' pages are refused"


class Admits(Protocol):
    """A login, such as the page's `Login`."""

    def admits(self, user: str, password: str) -> bool:
        """Whether user and password are right."""
        ...


@dataclass(frozen=True, slots=True)
class Access:
    """Decides about a request by its headers and its client's address."""

    login: Admits | None = None
    token: str | None = field(default=None, repr=False)
    throttle: LoginThrottle = field(default_factory=LoginThrottle)

    def refusal(self, headers: Mapping[str, str], client: str) -> tuple[int, str] | None:
        """(status, sentence) for a request that is refused; None for one that is let in.

        >>> Access(token="a token of its own").refusal({}, "10.0.0.1")
        (401, 'give the token: Authorization: Bearer TOKEN')
        >>> Access(token="a token of its own").refusal({"authorization": "Bearer a token of its own"}, "10.0.0.1")
        """
        # An image on another site's page could start a model, though that site could not read the answer.
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return 403, NOT_FROM_THERE
        if self.login is None and self.token is None:
            return None
        if self.throttle.is_locked(client):
            return 429, TOO_MANY
        given = headers.get("authorization", "")
        if given and self._admits(given):
            return None
        if given:
            # A right attempt does not reset the count: programs ask all day, and a guesser may share their address.
            self.throttle.note_attempt(client)
        return 401, WANTED_TOKEN if self.login is None else WANTED_LOGIN if self.token is None else WANTED

    def _admits(self, given: str) -> bool:
        scheme, _, value = given.partition(" ")
        value = value.strip()
        if scheme.lower() == "bearer" and self.token is not None:
            return secrets.compare_digest(value.encode("utf-8", "replace"), self.token.encode())
        if scheme.lower() == "basic" and self.login is not None:
            try:
                user, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
            except (binascii.Error, ValueError):
                return False
            return bool(colon) and self.login.admits(user, password)
        return False

    @property
    def schemes(self) -> list[str]:
        """The ways to log in, by the names of HTTP's schemes.

        >>> Access().schemes, Access(token="a token of its own").schemes
        ([], ['Bearer'])
        """
        return [*(["Basic"] if self.login else []), *(["Bearer"] if self.token else [])]


def read_token(file: str | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """The token from a file with one line, else from ONRECORD_TOKEN, else None.

    Raises InputError for a file that cannot be read and for a token that could be guessed. No message repeats it.
    """
    given, origin = environment.get(TOKEN_VARIABLE, "").strip(), TOKEN_VARIABLE
    if file is not None:
        origin = f"--token-file {file}"
        try:
            given = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
            raise InputError(f"{origin}: {reason}") from error
    elif not given:
        return None
    if len(given) < MIN_TOKEN_CHARS or not given.isascii() or any(letter.isspace() for letter in given):
        raise InputError(
            f"{origin}: a token is one word of at least {MIN_TOKEN_CHARS} plain letters and digits; "
            "make one with: python -c 'import secrets; print(secrets.token_urlsafe())'"
        )
    return given
