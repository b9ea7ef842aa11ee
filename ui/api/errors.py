"""A request that fails: any error as an HTTP status with one sentence. Each interface has its own form for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from reprlib import repr as short_repr
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from rag.errors import sentence_of
from ui.service import user_message

NO_JSON = "the body is no JSON"


class ApiError(Exception):
    """A request that gets a sentence instead of what it asked for, with HTTP's status for it."""

    def __init__(
        self,
        status: int,
        sentence: str,
        *,
        code: str = "",
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.code, self.param = status, sentence, code, param
        self.headers = dict(headers or {})


def as_api_error(error: Exception) -> ApiError:
    """Any error as a status and a sentence. An unexpected one goes to the log, and its sentence says so.

    >>> from rag.errors import InputError
    >>> found = as_api_error(InputError("the query is empty"))
    >>> found.status, found.sentence
    (400, 'the query is empty')
    """
    if isinstance(error, ApiError):
        return error
    if isinstance(error, (RequestValidationError, ValidationError)):
        return _of_validation(error)
    if isinstance(error, HTTPException) and error.status_code == 400:  # half a character, or a thousand brackets
        return ApiError(400, NO_JSON)
    if isinstance(error, HTTPException):
        return ApiError(error.status_code, str(error.detail))
    return ApiError(400 if sentence_of(error) else 500, user_message(error))


def _of_validation(error: RequestValidationError | ValidationError) -> ApiError:
    """The first fault of a request, in words."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return ApiError(400, NO_JSON)
    names = [str(part) for part in first["loc"] if part not in ("body", "query")]
    where = ".".join(names)
    if not where:
        return ApiError(400, "the body must be a JSON object, sent with Content-Type: application/json")
    if first["type"] == "missing":
        return ApiError(400, f"there is no {where!r} in the request; it is needed", param=where)
    _, _, wanted = first["msg"].partition(
        " "
    )  # "Input should be a valid integer, unable to parse", "List should have …"
    wanted = re.sub(r" after validation|, unable to .*", "", wanted)
    what = f"{where}:" if isinstance(first["input"], (list, dict)) else f"{where} is {short_repr(first['input'])}:"
    return ApiError(400, f"{what} it {wanted}", param=where)


def check_keys(given: Any, known: Sequence[str]) -> Any:
    """Returns what was given. Raises ApiError for an unknown key, naming the nearest known one."""
    for key in given if isinstance(given, dict) else ():
        if key not in known:
            near = "".join(f"did you mean {name!r}? " for name in get_close_matches(str(key), known, n=1, cutoff=0.0))
            raise ApiError(400, f"there is no {key!r}; {near}known: {', '.join(known) or 'nothing'}", param=str(key))
    return given
