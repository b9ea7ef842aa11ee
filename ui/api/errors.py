"""A request that fails: any error as an HTTP status with one sentence. Each interface has its own form for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from reprlib import repr as short_repr
from typing import Any, NoReturn

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from rag.errors import sentence_of
from ui.service import user_message

NO_JSON = "the body is no JSON"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


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


def outward(sentence: str, archive: str) -> str:
    """A sentence for clients: without a command to type on the server, an option's dashes, or the archive's folder.

    >>> outward("there is no archive in /srv/a; run: onrecord ingest FOLDER --archive /srv/a", "/srv/a")
    'there is no archive in the archive'
    >>> outward("--after 'soon' is no date", "/srv/a"), outward("'--x' is no date; write it", "/srv/a")
    ("after 'soon' is no date", "'--x' is no date; write it")
    """
    without_command = re.sub(r"; [a-z, ]+: onrecord [a-z].*", "", sentence, flags=re.DOTALL)
    return re.sub(r"^--(?=[a-z])", "", without_command).replace(archive, "the archive")


def refuse_route(router: APIRouter, path: str, method: str, sentence: str) -> NoReturn:
    """Raises ApiError for a request that no route takes: 405 with Allow if the path knows other methods, else 404."""
    known = {
        name
        for route in router.routes
        if isinstance(route, APIRoute) and route.path not in unknown_paths(router) and route.path_regex.match(path)
        for name in route.methods or ()
    }
    if not known:
        raise ApiError(404, sentence)
    if "GET" in known:
        known.add("HEAD")
    allowed = ", ".join(sorted(known))
    raise ApiError(405, f"{method} cannot be used for {path}; use {allowed}", headers={"Allow": allowed})


def unknown_paths(router: APIRouter) -> tuple[str, str]:
    """The paths of the routes that take what no other route does."""
    return router.prefix, f"{router.prefix}/{{rest:path}}"


def check_keys(given: Any, known: Sequence[str]) -> Any:
    """Returns what was given. Raises ApiError for an unknown key, naming the nearest known one."""
    for key in given if isinstance(given, dict) else ():
        if key not in known:
            near = "".join(f"did you mean {name!r}? " for name in get_close_matches(str(key), known, n=1, cutoff=0.0))
            raise ApiError(400, f"there is no {key!r}; {near}known: {', '.join(known) or 'nothing'}", param=str(key))
    return given
