"""What the HTTP doors share: who is let in, how large a request may be, errors in each door's own form, and answers that
stop being made when nobody waits for them any more.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from reprlib import repr as shortened
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from rag.archive import Archive
from rag.errors import Cancelled, sentence_of
from rag.generators.cancel import CancelToken
from rag.types import Answer
from ui.api.auth import Access
from ui.service import Desk, told

log = logging.getLogger(__name__)

MAX_DOOR_BYTES = 1_000_000
ANSWERS_AT_ONCE, WAITING_QUESTIONS = 8, 32
NO_JSON = "the body is no JSON"
LOOK_EVERY_S = 0.5  # whether somebody still waits

Ended = Callable[[], Awaitable[bool]]
Item = TypeVar("Item")


class Refused(Exception):
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


class JSON(Response):
    """JSON that can hold every text that a transcript can: half a character goes as its escape."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return as_json(content).encode("utf-8", "backslashreplace")


def as_json(value: Any) -> str:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Line:
    """Questions that wait: some are answered at once, some wait their turn, and the rest are told to come again."""

    def __init__(self, at_once: int = ANSWERS_AT_ONCE, waiting: int = WAITING_QUESTIONS) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._inside = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Raises Refused where too many wait."""
        if self._inside >= self._room:
            raise Refused(429, "too many questions at once; ask again in a moment", code="too_many_questions")
        self._inside += 1
        try:
            async with self._turn:
                yield
        finally:
            self._inside -= 1


@dataclass(frozen=True, slots=True)
class Door:
    """What every route needs: the desk that answers, who may ask, and the line."""

    desk: Desk
    access: Access
    line: Line = field(default_factory=Line)

    async def answer(self, items: Iterator[str | Answer], *, ended: Ended, cancel: CancelToken | None = None) -> Answer:
        """The finished answer. Cancels it, and raises Refused, if the client has disconnected."""

        async def last() -> Answer:
            async with self.line.turn():
                return await finished(items, cancel)

        return await unless_ended(last(), ended)


async def unless_ended(coming: Awaitable[Item], ended: Ended) -> Item:
    """What is awaited. Cancels it, and raises Refused, as soon as the client has disconnected."""
    task = asyncio.ensure_future(coming)
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_EVERY_S))[0]:
            if await ended():
                raise Refused(499, str(Cancelled()))
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    return task.result()


async def in_thread(
    items: Iterator[str | Answer], cancel: CancelToken | None = None
) -> AsyncGenerator[str | Answer, None]:
    """The items of an iterator that blocks. Closing this cancels `cancel`, and closes the iterator at its next item."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[str | Answer | Exception | None] = asyncio.Queue()
    stopped = threading.Event()

    def hand_over(item: str | Answer | Exception | None) -> None:
        with suppress(RuntimeError):  # the server has stopped, and nobody is there to take it
            loop.call_soon_threadsafe(arrived.put_nowait, item)

    def run() -> None:
        try:
            for item in items:
                if stopped.is_set():
                    break
                hand_over(item)
        except Exception as error:
            hand_over(error)
        except BaseException as error:  # a model's code that wants to end its process does not end this one
            hand_over(RuntimeError(type(error).__name__))
        finally:
            if close := getattr(items, "close", None):
                close()
            hand_over(None)

    threading.Thread(target=run, name="door", daemon=True).start()
    try:
        while (item := await arrived.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        stopped.set()
        if cancel:
            cancel.cancel()


async def finished(items: Iterator[str | Answer], cancel: CancelToken | None = None) -> Answer:
    """The answer that the pieces end with. If the task that awaits it is cancelled, so is `cancel`."""
    async with aclosing(in_thread(items, cancel)) as pieces:
        while True:
            if isinstance(piece := await anext(pieces), Answer):
                return piece


def gone(request: Request) -> Ended:
    """Whether whoever sent this request has hung up."""
    return request.is_disconnected


Form = Callable[[Refused], Response]


def route_class(door: Door, form: Form) -> type[APIRoute]:
    """Routes that ask for the login before they read anything, and tell every failure in one form."""

    class DoorRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_safely(request: Request) -> Response:
                try:
                    await _let_in(door.access, request)
                    return await handle(request)
                except Exception as error:  # whoever asked gets a sentence, whatever it is
                    told = refused(error)
                    told.sentence = _outward(told.sentence, door.desk.archive)
                    return form(told)

            return handle_safely

    return DoorRoute


async def _let_in(access: Access, request: Request) -> None:
    if refusal := access.refusal(request.headers, request.client.host if request.client else ""):
        code = {401: "invalid_api_key", 429: "too_many_logins"}.get(refusal[0], "")
        challenge = {"WWW-Authenticate": f'{access.schemes[0]} realm="onrecord"'} if refusal[0] == 401 else {}
        raise Refused(*refusal, code=code, headers=challenge)
    if int(request.headers.get("content-length") or 0) > MAX_DOOR_BYTES:
        async for _ in request.stream():  # a client that is still sending hears nothing
            pass
        raise Refused(413, f"a request may have {MAX_DOOR_BYTES:,} bytes", code="too_large")


def refused(error: Exception) -> Refused:
    """Any error as a status and a sentence; what nobody foresaw goes to the log, with a pointer to it."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, (RequestValidationError, ValidationError)):
        return _of_validation(error)
    if isinstance(error, HTTPException) and error.status_code == 400:  # half a character, or a thousand brackets
        return Refused(400, NO_JSON)
    if isinstance(error, HTTPException):
        return Refused(error.status_code, str(error.detail))
    return Refused(400 if sentence_of(error) else 500, told(error))


def _outward(sentence: str, archive: Archive) -> str:
    """A sentence without what is for whoever runs the server: the command to type, and where the archive lies."""
    return sentence.partition("; run: onrecord")[0].replace(archive.url, "the archive")


def _of_validation(error: RequestValidationError | ValidationError) -> Refused:
    """The first fault of a request, in words."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return Refused(400, NO_JSON)
    names = [str(part) for part in first["loc"] if part not in ("body", "query")]
    where = ".".join(names)
    if not where:
        return Refused(400, "the body must be a JSON object, sent with Content-Type: application/json")
    if first["type"] == "missing":
        return Refused(400, f"there is no {where!r} in the request; it is needed", param=where)
    _, _, wanted = first["msg"].partition(" ")  # "Input should be a valid integer, unable to parse"
    what = f"{where}:" if isinstance(first["input"], (list, dict)) else f"{where} is {shortened(first['input'])}:"
    return Refused(400, f"{what} it {wanted.partition(', ')[0]}", param=where)


def check_keys(given: Any, known: Sequence[str]) -> Any:
    """What was given. Raises Refused for a key that is not known, naming the nearest one."""
    for key in given if isinstance(given, dict) else ():
        if key not in known:
            near = "".join(f"did you mean {name!r}? " for name in get_close_matches(str(key), known, n=1, cutoff=0.0))
            raise Refused(400, f"there is no {key!r}; {near}known: {', '.join(known) or 'nothing'}", param=str(key))
    return given
