"""Answers stop when nobody waits for them, and too many questions are refused."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ui_api import (
    GATES,
    SlowService,
    asked,
    cancelled_requests,
    fetch,
    serving,
)

from rag.archive import Archive
from rag.config import Settings
from rag.generators.cancel import CancelToken
from rag.types import Answer, Filters
from ui.api.auth import Access
from ui.api.context import ApiContext
from ui.api.disconnect import iterate_in_thread
from ui.api.errors import ApiError
from ui.api.openai import openai_router
from ui.api.queue import AdmissionQueue
from ui.api.rest import rest_router
from ui.service import ChatService, with_heartbeat

pytest_plugins = "ui_api"


@pytest.fixture
def slow() -> Iterator[tuple[SlowService, int]]:
    import uvicorn
    from fastapi import FastAPI

    service = SlowService()
    app = FastAPI()
    context = ApiContext(service, Access())  # type: ignore[arg-type]
    app.include_router(openai_router(context))
    app.include_router(rest_router(context))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield service, server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"model": "onrecord", "messages": asked(GATES), "stream": True}),
        ("/v1/chat/completions", {"model": "onrecord", "messages": asked(GATES)}),
        ("/api/ask", {"question": GATES}),
    ],
)
def test_when_nobody_waits_the_generator_stops(slow: tuple[SlowService, int], path: str, body: dict[str, Any]) -> None:
    service, port = slow
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    if body.get("stream"):
        assert connection.getresponse().readline().startswith(b'data: {"id":"chatcmpl-')
    assert service.begun.wait(5)
    assert not service.closed.is_set()
    connection.close()
    connection.sock and connection.sock.close()
    assert service.closed.wait(5)


def test_an_iterator_is_closed_when_its_reader_stops() -> None:
    service = SlowService()

    async def read_two() -> list[Any]:
        pieces = iterate_in_thread(service.stream(GATES))
        found = [await anext(pieces), await anext(pieces)]
        await pieces.aclose()
        return found

    assert asyncio.run(read_two()) == ["word ", "word "]
    assert service.closed.wait(5)


def test_a_model_that_wants_to_end_its_process_does_not_end_the_server() -> None:
    def wild() -> Iterator[str | Answer]:
        yield "word "
        raise SystemExit

    async def read() -> list[Any]:
        return [piece async for piece in iterate_in_thread(wild())]

    with pytest.raises(RuntimeError, match="SystemExit"):
        asyncio.run(read())


def test_too_many_questions_at_once_are_told_to_come_again() -> None:
    async def crowd() -> list[str]:
        queue, free = AdmissionQueue(at_once=1, waiting=1), asyncio.Event()

        async def one() -> str:
            try:
                async with queue.admit():
                    await free.wait()
                    return "answered"
            except ApiError as error:
                return f"{error.status} {error.sentence}"

        waiting = [asyncio.create_task(one()) for _ in range(3)]
        await asyncio.sleep(0.01)
        free.set()
        first = [await task for task in waiting]
        return [*first, await one()]

    assert asyncio.run(crowd()) == [
        "answered",
        "answered",
        "429 too many questions at once; ask again in a moment",
        "answered",
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"model": "onrecord", "messages": asked(GATES), "stream": True}),
        ("/v1/chat/completions", {"model": "onrecord", "messages": asked(GATES)}),
        ("/api/ask", {"question": GATES}),
    ],
    ids=["stream", "whole", "rest"],
)
@pytest.mark.parametrize("model", ["waits", "waits-at-once"])
def test_when_nobody_waits_the_model_is_cancelled(
    waiting: dict[str, str], models: str, path: str, body: dict[str, Any], model: str
) -> None:
    port = int(waiting[model].rpartition(":")[2])
    before = cancelled_requests(models, model)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    time.sleep(1)
    connection.close()
    for _ in range(60):
        if cancelled_requests(models, model) > before:
            break
        time.sleep(0.05)
    assert cancelled_requests(models, model) == before + 1


def test_on_the_page_an_answer_that_is_stopped_stops_the_model(bundled: Archive, models: str) -> None:
    pytest.importorskip("openai", reason="openai is not installed")
    configured = Settings(generator="openai", base_url=models, model="waits-for-the-page")
    service, cancel = ChatService(bundled, settings=configured), CancelToken()
    answer = service.answer(GATES, [], filters=Filters(), generator="openai", k=8, cancel=cancel)
    steps = with_heartbeat(answer, cancel)
    started = time.monotonic()
    longest = 0.0
    while (now := time.monotonic()) < started + 1.5:
        next(steps)
        longest = max(longest, time.monotonic() - now) if now > started + 0.7 else 0.0
    steps.close()
    assert longest < 0.5  # the longest wait of a user who presses Stop
    for _ in range(60):
        if found := cancelled_requests(models, "waits-for-the-page"):
            break
        time.sleep(0.05)
    assert found == 1


@pytest.fixture(scope="module")
def waiting(archive: Path, models: str) -> Iterator[dict[str, str]]:
    """A server for each model that begins to answer, or does not, and says no more."""
    pytest.importorskip("openai", reason="openai is not installed")
    options = ["--api", "--generator", "openai", "--base-url", models]
    with (
        serving(archive, *options, "--model", "waits") as one,
        serving(archive, *options, "--model", "waits-at-once") as other,
    ):
        for url in (one, other):  # the first question waits for what is loaded; here it is quoted, so no model is asked
            body = {"model": "onrecord-extractive", "messages": asked(GATES)}
            assert fetch(f"{url}/v1/chat/completions", body)[0] == 200
        yield {"waits": one, "waits-at-once": other}
