"""A model that keeps somebody waiting is stopped: by Stop on the page, and by a client that disconnects."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from rag.archive import Archive
from rag.generators import GenerationRequest
from rag.generators.cancel import CancelToken
from rag.types import Answer, Filters
from ui.api.disconnect import iterate_in_thread
from ui.service import ChatService, with_heartbeat

GATES = "When will the gates move?"


class Waits:
    """A model that says nothing until it is cancelled."""

    numbering = "sentences"

    def __init__(self) -> None:
        self.asked, self.stopped = threading.Event(), threading.Event()

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        request.cancel.on_cancel(self.stopped.set)
        self.asked.set()
        self.stopped.wait(20)
        yield from ()


@pytest.fixture
def waiting(bundled: Archive, monkeypatch: pytest.MonkeyPatch) -> tuple[ChatService, Waits]:
    from rag.assistant import Assistant

    model = Waits()
    assistant = Assistant(bundled, generator=model)
    service = ChatService(bundled)
    monkeypatch.setattr(service, "assistant", lambda name: assistant)
    return service, model


def test_a_model_that_keeps_the_page_waiting_is_stopped_when_the_page_stops(waiting: tuple[ChatService, Waits]) -> None:
    service, model = waiting
    cancel = CancelToken()
    steps = with_heartbeat(service.answer(GATES, [], filters=Filters(), generator="waits", k=8, cancel=cancel), cancel)
    first = next(steps)
    assert first is not None
    assert first.pending is not None
    assert (first.pending.question, first.quotes) == (GATES, ())
    found = next(step for step in steps if step)  # the quotes are shown at once, while the model thinks
    assert (found.text, len(found.quotes) > 0) == ("", True)
    assert next(steps) is None  # nothing yet, but the page can stop here
    assert model.asked.wait(10)
    assert not model.stopped.is_set()
    steps.close()
    assert model.stopped.wait(1)


def test_a_model_that_keeps_a_client_waiting_is_stopped_when_the_client_has_gone(
    waiting: tuple[ChatService, Waits],
) -> None:
    service, model = waiting
    cancel = CancelToken()

    async def read() -> None:
        async with aclosing(iterate_in_thread(service.stream(GATES, cancel=cancel), cancel)) as pieces:
            await anext(pieces)

    async def ask_and_go() -> None:
        reading = asyncio.ensure_future(read())
        await asyncio.to_thread(model.asked.wait, 10)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(ask_and_go())
    assert model.stopped.wait(1)


def test_a_heartbeat_changes_neither_the_items_nor_the_error() -> None:
    def fails() -> Iterator[Any]:
        yield from (1, None, 2)
        raise ValueError("no more")

    assert list(with_heartbeat(iter(["a", None, "b"]), CancelToken())) == ["a", None, "b"]
    steps = with_heartbeat(fails(), CancelToken())
    assert [next(steps), next(steps), next(steps)] == [1, None, 2]
    with pytest.raises(ValueError, match="no more"):
        next(steps)


def test_a_question_asked_through_the_service_ends_with_its_answer(bundled: Archive) -> None:
    *_, answer = ChatService(bundled).stream(GATES, cancel=CancelToken())
    assert isinstance(answer, Answer)
