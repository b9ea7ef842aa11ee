"""What the HTTP interfaces share: the service that answers, who is let in, how large a request may be, and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from rag.generators.cancel import CancelToken
from rag.types import Answer
from ui.api.auth import Access
from ui.api.disconnect import Disconnected, cancel_on_disconnect, finished_answer
from ui.api.errors import ApiError, as_api_error, outward
from ui.api.queue import AdmissionQueue
from ui.service import ChatService

MAX_REQUEST_BYTES = 1_000_000

ErrorForm = Callable[[ApiError], Response]  # how an interface writes a failure


class JSON(Response):
    """JSON that can hold every text of a transcript: a lone surrogate is sent as its escape."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The response's body, in UTF-8."""
        return as_json(content).encode("utf-8", "backslashreplace")


def as_json(value: Any) -> str:
    """One line of JSON.

    >>> as_json({"speaker": "Émile", "seconds": None})
    '{"speaker":"Émile","seconds":null}'
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class ApiContext:
    """What every route needs: the service that answers, who may ask, and the queue of questions."""

    service: ChatService
    access: Access
    queue: AdmissionQueue = field(default_factory=AdmissionQueue)

    async def answer(
        self, items: Iterator[str | Answer], *, disconnected: Disconnected, cancel: CancelToken | None = None
    ) -> Answer:
        """The finished answer. Cancels it, and raises ApiError, if the client has disconnected."""

        async def admitted() -> Answer:
            async with self.queue.admit():
                return await finished_answer(items, cancel)

        return await cancel_on_disconnect(admitted(), disconnected)


def route_class(context: ApiContext, form: ErrorForm) -> type[APIRoute]:
    """Routes that check access before they read anything, and answer every failure in one form."""

    class ApiRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_safely(request: Request) -> Response:
                try:
                    await _check_access(context.access, request)
                    return await handle(request)
                except Exception as error:  # whatever happened, the client gets a sentence
                    failure = as_api_error(error)
                    failure.sentence = outward(failure.sentence, context.service.archive.url)
                    return form(failure)

            return handle_safely

    return ApiRoute


async def _check_access(access: Access, request: Request) -> None:
    if refusal := access.refusal(request.headers, request.client.host if request.client else ""):
        code = {401: "invalid_api_key", 429: "too_many_logins"}.get(refusal[0], "")
        challenge = {"WWW-Authenticate": f'{access.schemes[0]} realm="onrecord"'} if refusal[0] == 401 else {}
        raise ApiError(*refusal, code=code, headers=challenge)
    if int(request.headers.get("content-length") or 0) > MAX_REQUEST_BYTES:
        async for _ in request.stream():  # a client reads no answer before it has sent its request
            pass
        raise ApiError(413, f"a request may have {MAX_REQUEST_BYTES:,} bytes", code="too_large")
