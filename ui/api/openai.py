"""The door that looks like OpenAI's: an archive is a model, so that chat front ends can ask it.

The last user message is the question, those before it are its history, and the key `onrecord` holds filters; everything
else that such a request can say is left aside, since answers are made of quotes. What a front end has shown it cannot take back: so with `strict`, and wherever
a checked answer differs from its pieces, it gets the checked text.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from rag.assistant import MAX_HISTORY, MAX_QUESTION_CHARS
from rag.generators.cancel import CancelToken
from rag.json_forms import answer_to_json
from rag.text.tokens import estimate_tokens
from rag.types import Answer
from ui.api.context import JSON, Door, Refused, as_json, gone, in_thread, refused, route_class, unless_ended
from ui.api.filters import Filtered
from ui.api.text_forms import CHECKED, HarmlessStream, afterword, harmless

MODEL = "onrecord"
MAX_MESSAGES = 500


class Part(BaseModel):
    """A part of a message."""

    type: str
    text: str = ""


class Message(BaseModel):
    """One turn of a conversation."""

    role: str
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    """What a stream is asked to hold."""

    include_usage: bool | None = False


class Completion(BaseModel):
    """A request; keys that OpenAI's models know and this one does not are left aside."""

    model: str
    messages: list[Message] = Field(max_length=MAX_MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = 1
    onrecord: Filtered | None = None


def refusal(error: Refused) -> Response:
    """A failure as OpenAI's clients read it."""
    return JSON({"error": _told(error)}, status_code=error.status, headers=error.headers)


def _told(error: Refused) -> dict[str, Any]:
    kind = {401: "authentication_error", 429: "rate_limit_error", 500: "server_error"}.get(error.status)
    return {
        "message": error.sentence,
        "type": kind or "invalid_request_error",
        "param": error.param,
        "code": error.code or None,
    }


def conversation(messages: Sequence[Message]) -> tuple[str, list[str]]:
    """(question, history) of a conversation. Raises Refused where nothing is asked.

    >>> conversation([Message(role="user", content="When?"), Message(role="assistant", content="In May. [1]"),
    ...               Message(role="user", content=[Part(type="text", text="And"), Part(type="text", text="why?")])])
    ('And\\nwhy?', ['When?'])
    """
    asked = [_text(message) for message in messages if message.role == "user"]
    if not asked or not asked[-1]:
        raise Refused(400, "there is no question; the last message of the user is empty", param="messages")
    if len(asked[-1]) > MAX_QUESTION_CHARS:
        raise Refused(
            400,
            f"the question has {len(asked[-1]):,} characters, {MAX_QUESTION_CHARS:,} are allowed; shorten it",
            param="messages",
            code="string_above_max_length",
        )
    # One that was too long has been refused when it was asked; the conversation goes on without it.
    earlier = [text for text in asked[:-1] if text and len(text) <= MAX_QUESTION_CHARS]
    return asked[-1], earlier[-MAX_HISTORY:]


def _text(message: Message) -> str:
    if isinstance(message.content, list):
        for part in message.content:
            if part.type != "text":
                raise Refused(400, f"a part of type {part.type!r} cannot be read; send text", param="messages")
        return "\n".join(part.text for part in message.content).strip()
    return (message.content or "").strip()


def openai_router(door: Door) -> APIRouter:
    """The routes under /v1."""
    router = APIRouter(prefix="/v1", route_class=route_class(door, refusal), include_in_schema=False)
    desk, started = door.desk, int(time.time())

    def models() -> dict[str, str]:
        """Generator by model; the plain name stands for the one that is configured."""
        return {MODEL: desk.settings.generator} | {f"{MODEL}-{name}": name for name in desk.generators()}

    def described(name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": started, "owned_by": "onrecord"}

    def generator_of(name: str) -> str:
        known = models()
        if name not in known:
            sentence = f"there is no model {name!r}; there are: {', '.join(known)}"
            raise Refused(404, sentence, param="model", code="model_not_found")
        return known[name]

    @router.get("/models")
    def list_models() -> Response:
        return JSON({"object": "list", "data": [described(name) for name in models()]})

    @router.get("/models/{name:path}")
    def get_model(name: str) -> Response:
        generator_of(name)
        return JSON(described(name))

    @router.post("/chat/completions")
    async def complete(asked: Completion, request: Request) -> Response:
        generator = generator_of(asked.model)
        if asked.n not in (None, 1):
            raise Refused(400, f"n is {asked.n}; there is one answer to a question", param="n")
        question, history = conversation(asked.messages)
        only = asked.onrecord or Filtered.model_validate({})
        cancel = CancelToken()
        items = desk.stream(
            question, history=history, generator=generator, k=only.k, filters=only.filters, cancel=cancel
        )
        page = str(request.base_url)
        head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": asked.model}
        if not asked.stream:
            answer = answer_to_json(await door.answer(items, ended=gone(request), cancel=cancel))
            text = finished_text(answer, page)
            message = {"role": "assistant", "content": text, "onrecord": answer}
            choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
            used = usage(asked.messages, text)
            return JSON({**head, "object": "chat.completion", "choices": [choice], "usage": used})
        shown = shown_pieces(door, items, whole=desk.settings.strict, page=page, cancel=cancel)
        first = await unless_ended(anext(shown), gone(request))  # what cannot be asked is told with its own status
        counted = asked.messages if asked.stream_options and asked.stream_options.include_usage else None
        return StreamingResponse(
            events(head, first, shown, counted=counted),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache"},
        )

    @router.api_route("/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def get_nothing(rest: str) -> Response:
        raise Refused(404, f"there is no /v1/{rest} here; there are: /v1/models, /v1/chat/completions")

    return router


def finished_text(answer: dict[str, Any], page: str) -> str:
    """An answer's text, its doubts and its sources."""
    return "\n\n".join(filter(None, [harmless(answer["text"]), afterword(answer, page=page)]))


async def shown_pieces(
    door: Door, items: Iterator[str | Answer], *, whole: bool, page: str, cancel: CancelToken | None = None
) -> AsyncGenerator[str | dict[str, Any], None]:
    """Pieces of text to be shown one after the other, and the finished answer's JSON as the last one.

    With `whole`, nothing is shown before it is checked. Closing it cancels `cancel`.
    """
    written, stream = "", HarmlessStream()
    async with door.line.turn(), aclosing(in_thread(items, cancel)) as pieces:
        async for piece in pieces:
            if isinstance(piece, str):
                written += piece
                if not whole and (harmless_piece := stream.add(piece)):
                    yield harmless_piece
                continue
            answer = answer_to_json(piece)
            if whole:
                yield finished_text(answer, page)
            else:
                rest = [stream.end()]
                if not _words(written).endswith(_words(answer["text"])):
                    rest.append(f"\n\n{CHECKED}\n\n{harmless(answer['text'])}")
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
    counted: Sequence[Message] | None = None,
) -> AsyncIterator[bytes]:
    """Server-sent events: a chunk for each piece, one with the whole answer, the usage of the `counted` messages where it
    is wanted, and the mark of the end.
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
        yield chunk({}, "stop", onrecord=piece)
        if counted is not None:
            used = usage(counted, text)
            yield _event({**head, "object": "chat.completion.chunk", "choices": [], "usage": used})
    except Exception as error:  # the status has been sent; what is left is an event
        yield _event({"error": _told(refused(error))})
    finally:
        await rest.aclose()
    yield b"data: [DONE]\n\n"


def _words(text: str) -> str:
    return " ".join(text.split())


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + as_json(value).encode("utf-8", "backslashreplace") + b"\n\n"
