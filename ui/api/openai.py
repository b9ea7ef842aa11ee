"""OpenAI's interface: an archive is a model, so that chat front ends can ask it.

The last user message is the question, earlier ones are its history, and the key `onrecord` holds filters. `wanted` says
which other keys count. Streamed text cannot be withdrawn. So with `strict` nothing is sent before it is checked, and
without it a checked text that differs from its pieces is sent after them.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from rag.generators.cancel import CancelToken
from rag.json_forms import answer_to_json
from rag.query.asked import MAX_HISTORY, MAX_QUESTION_CHARS
from rag.text.tokens import estimate_tokens
from rag.types import Answer
from ui.api.context import JSON, ApiContext, as_json, route_class
from ui.api.disconnect import cancel_on_disconnect, iterate_in_thread
from ui.api.errors import METHODS, ApiError, as_api_error, refuse_route, unknown_paths
from ui.api.filters import FilterFields
from ui.api.text_forms import CHECKED, MarkdownEscapeStream, afterword, escape_active_markdown
from ui.api.wanted import Limiter, Wanted, WantedFields, harmless_json
from ui.service import ChatService

MODEL = "onrecord"
MAX_MESSAGES = 500


class Part(BaseModel):
    """A part of a message."""

    type: str
    text: str = ""


class Message(BaseModel):
    """One turn of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    """Options of a stream."""

    include_usage: bool | None = False


class Completion(WantedFields):
    """A request; settings of a model's writing are ignored."""

    model: str
    messages: list[Message] = Field(max_length=MAX_MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = 1
    onrecord: FilterFields | None = None


def error_response(error: ApiError) -> Response:
    """A failure as OpenAI's clients read it."""
    return JSON({"error": error_body(error)}, status_code=error.status, headers=error.headers)


def error_body(error: ApiError) -> dict[str, Any]:
    """The value of the key `error` in a failed response or event."""
    kind = {401: "authentication_error", 429: "rate_limit_error", 500: "server_error"}.get(error.status)
    return {
        "message": error.sentence,
        "type": kind or "invalid_request_error",
        "param": error.param,
        "code": error.code or None,
    }


def conversation(messages: Sequence[Message]) -> tuple[str, list[str]]:
    """(question, history) of a conversation. Raises ApiError if nothing is asked, or too much.

    >>> conversation([Message(role="user", content="When?"), Message(role="assistant", content="In May. [1]"),
    ...               Message(role="user", content=[Part(type="text", text="And"), Part(type="text", text="why?")])])
    ('And\\nwhy?', ['When?'])
    """
    users = [message for message in messages if message.role == "user"]
    # A picture that was sent with an earlier message has been refused, or another model has seen it.
    asked = [*(_text(message, strict=False) for message in users[:-1]), *(_text(message) for message in users[-1:])]
    if not asked or not asked[-1]:
        raise ApiError(400, "there is no question; the last message of the user is empty", param="messages")
    if len(asked[-1]) > MAX_QUESTION_CHARS:
        raise ApiError(
            400,
            f"the question has {len(asked[-1]):,} characters, {MAX_QUESTION_CHARS:,} are allowed; shorten it",
            param="messages",
            code="string_above_max_length",
        )
    # An earlier question that was too long was refused when it was asked; the conversation goes on without it.
    earlier = [text for text in asked[:-1] if text and len(text) <= MAX_QUESTION_CHARS]
    return asked[-1], earlier[-MAX_HISTORY:]


def _text(message: Message, *, strict: bool = True) -> str:
    """What a message says. Raises ApiError for a part that is no text; without `strict` such parts are left aside."""
    if isinstance(message.content, list):
        for part in message.content:
            if part.type != "text" and strict:
                raise ApiError(400, f"a part of type {part.type!r} cannot be read; send text", param="messages")
        return "\n".join(part.text for part in message.content if part.type == "text").strip()
    return (message.content or "").strip()


def openai_router(context: ApiContext) -> APIRouter:
    """The routes under /v1."""
    router = APIRouter(prefix="/v1", route_class=route_class(context, error_response), include_in_schema=False)
    service, started = context.service, int(time.time())

    def described(name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": started, "owned_by": "onrecord"}

    @router.get("/models")
    def list_models() -> Response:
        return JSON({"object": "list", "data": [described(name) for name in generators_by_model(service)]})

    @router.get("/models/{name:path}")
    def get_model(name: str) -> Response:
        generator_of(service, name)
        return JSON(described(name))

    @router.post("/chat/completions")
    async def complete(asked: Completion, request: Request) -> Response:
        return await _complete(context, asked, request)

    def get_nothing(request: Request) -> Response:
        path = request.url.path
        there = "there are: /v1/models, /v1/chat/completions"
        refuse_route(router, path, request.method, f"there is no {path} here; {there}")

    for path in unknown_paths(router):
        router.add_api_route(path.removeprefix(router.prefix), get_nothing, methods=list(METHODS))
    return router


def generators_by_model(service: ChatService) -> dict[str, str]:
    """Generator by model name; the plain name stands for the generator that is configured."""
    return {MODEL: service.settings.generator} | {f"{MODEL}-{name}": name for name in service.generators()}


def generator_of(service: ChatService, model: str) -> str:
    """The generator of a model. Raises ApiError for an unknown model, listing the known ones."""
    known = generators_by_model(service)
    if model not in known:
        sentence = f"there is no model {model!r}; there are: {', '.join(known)}"
        raise ApiError(404, sentence, param="model", code="model_not_found")
    return known[model]


async def _complete(context: ApiContext, asked: Completion, request: Request) -> Response:
    """A completion, whole or as a stream."""
    service = context.service
    generator = generator_of(service, asked.model)
    if asked.n not in (None, 1):
        raise ApiError(400, f"n is {asked.n}; there is one answer to a question", param="n")
    wanted = asked.wanted
    question, history = conversation(asked.messages)
    only = asked.onrecord or FilterFields.model_validate({})
    cancel = CancelToken()
    items = service.stream(
        question, history=history, generator=generator, k=only.k, filters=only.filters, cancel=cancel
    )
    page = str(request.base_url)
    head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": asked.model}
    if not asked.stream:
        answer = await context.answer(items, disconnected=request.is_disconnected, cancel=cancel)
        return JSON({**head, **_completion(answer_to_json(answer), asked.messages, page, wanted)})
    limiter = Limiter(wanted)
    whole = service.settings.strict or wanted.as_json
    pieces = shown_pieces(context, items, whole=whole, page=page, cancel=cancel, as_json=wanted.as_json)
    shown = limited(pieces, limiter)
    # The first piece is awaited here, so that a question that cannot be asked gets its own status.
    first = await cancel_on_disconnect(anext(shown), request.is_disconnected)
    counted = asked.messages if asked.stream_options and asked.stream_options.include_usage else None
    return StreamingResponse(
        events(head, first, shown, limiter=limiter, counted=counted),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache"},
    )


def _completion(answer: dict[str, Any], messages: Sequence[Message], page: str, wanted: Wanted) -> dict[str, Any]:
    limiter = Limiter(wanted)
    text = limiter.add(finished_text(answer, page, as_json=wanted.as_json)) + limiter.end()
    message = {"role": "assistant", "content": text, "onrecord": answer}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": limiter.finish}
    return {"object": "chat.completion", "choices": [choice], "usage": usage(messages, text)}


def finished_text(answer: dict[str, Any], page: str, *, as_json: bool = False) -> str:
    """An answer's text, its doubts and its sources; or all of it as JSON."""
    if as_json:
        return harmless_json(answer)
    return "\n\n".join(filter(None, [escape_active_markdown(answer["text"]), afterword(answer, page=page)]))


async def limited(
    pieces: AsyncGenerator[str | dict[str, Any], None], limiter: Limiter
) -> AsyncGenerator[str | dict[str, Any], None]:
    """The pieces that a limiter lets through, none of them empty, and the answer's JSON after them."""
    async with aclosing(pieces):
        async for piece in pieces:
            if shown := limiter.add(piece) if isinstance(piece, str) else limiter.end():
                yield shown
            if not isinstance(piece, str):
                yield piece


async def shown_pieces(
    context: ApiContext,
    items: Iterator[str | Answer],
    *,
    whole: bool,
    page: str,
    cancel: CancelToken | None = None,
    as_json: bool = False,
) -> AsyncGenerator[str | dict[str, Any], None]:
    """Pieces of text to show one after the other, and the finished answer's JSON as the last item.

    With `whole`, nothing is shown before it is checked; `as_json` is for a whole answer only. Closing this cancels `cancel`.
    """
    written, stream = "", MarkdownEscapeStream()
    async with context.queue.admit(), aclosing(iterate_in_thread(items, cancel)) as pieces:
        async for piece in pieces:
            if isinstance(piece, str):
                written += piece
                if not whole and (harmless_piece := stream.add(piece)):
                    yield harmless_piece
                continue
            answer = answer_to_json(piece)
            if whole:
                yield finished_text(answer, page, as_json=as_json)
            else:
                rest = [stream.end()]
                if not _words(written).endswith(_words(answer["text"])):
                    rest.append(f"\n\n{CHECKED}\n\n{escape_active_markdown(answer['text'])}")
                if after := afterword(answer, page=page, said=written):
                    rest.append(f"\n\n{after}")
                yield "".join(rest)
            yield answer


def usage(messages: Sequence[Message], text: str) -> dict[str, int]:
    """How much was sent and written, as OpenAI's clients count it; an estimate.

    >>> usage([Message(role="user", content="When?")], "In May. [1]")
    {'prompt_tokens': 2, 'completion_tokens': 6, 'total_tokens': 8}
    """
    parts = [part for message in messages if isinstance(message.content, list) for part in message.content]
    texts = [message.content for message in messages if isinstance(message.content, str)] + [p.text for p in parts]
    sent, written = sum(map(estimate_tokens, texts)), estimate_tokens(text)
    return {"prompt_tokens": sent, "completion_tokens": written, "total_tokens": sent + written}


async def events(
    head: dict[str, Any],
    first: str | dict[str, Any],
    rest: AsyncGenerator[str | dict[str, Any], None],
    *,
    limiter: Limiter,
    counted: Sequence[Message] | None = None,
) -> AsyncIterator[bytes]:
    """Server-sent events: a chunk for each piece, one with the whole answer, the usage if there are messages to be
    `counted`, and the mark of the end.
    """

    def chunk(delta: dict[str, Any], finish: str | None = None, **extra: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event({**head, "object": "chat.completion.chunk", "choices": [choice], **extra})

    yield chunk({"role": "assistant", "content": ""})
    piece, text = first, ""
    try:
        while isinstance(piece, str):
            text += piece
            yield chunk({"content": piece})
            piece = await anext(rest)
        yield chunk({}, limiter.finish, onrecord=piece)
        if counted is not None:
            used = usage(counted, text)
            yield _event({**head, "object": "chat.completion.chunk", "choices": [], "usage": used})
    except Exception as error:  # the status has been sent, so the error goes as an event
        yield _event({"error": error_body(as_api_error(error))})
    finally:
        await rest.aclose()
    yield b"data: [DONE]\n\n"


def _words(text: str) -> str:
    return " ".join(text.split())


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + as_json(value).encode("utf-8", "backslashreplace") + b"\n\n"
