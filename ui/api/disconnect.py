"""Answers that stop being made when their client has disconnected.

An answer comes from an iterator that blocks, so it is read in a thread. The event loop looks every half second whether
the client is still there, and cancels the answer if it is not.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, suppress
from typing import TypeVar

from rag.errors import Cancelled
from rag.generators.cancel import CancelToken
from rag.types import Answer
from ui.api.errors import ApiError

CHECK_EVERY_S = 0.5  # whether the client is still connected

Disconnected = Callable[[], Awaitable[bool]]  # such as a request's `is_disconnected`
Item = TypeVar("Item")


async def cancel_on_disconnect(awaited: Awaitable[Item], disconnected: Disconnected) -> Item:
    """The result of an awaitable. Cancels it, and raises ApiError, as soon as the client has disconnected."""
    task = asyncio.ensure_future(awaited)
    try:
        while not (await asyncio.wait({task}, timeout=CHECK_EVERY_S))[0]:
            if await disconnected():
                raise ApiError(499, str(Cancelled()))
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    return task.result()


async def iterate_in_thread(
    items: Iterator[str | Answer], cancel: CancelToken | None = None
) -> AsyncGenerator[str | Answer, None]:
    """The items of an iterator that blocks. Closing this cancels `cancel`, and closes the iterator at its next item."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[str | Answer | Exception | None] = asyncio.Queue()
    stopped = threading.Event()

    def hand_over(item: str | Answer | Exception | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server has stopped
            loop.call_soon_threadsafe(arrived.put_nowait, item)

    def run() -> None:
        try:
            for item in items:
                if stopped.is_set():
                    break
                hand_over(item)
        except Exception as error:
            hand_over(error)
        except BaseException as error:  # SystemExit in a model's code fails this answer only
            hand_over(RuntimeError(type(error).__name__))
        finally:
            try:
                if close := getattr(items, "close", None):
                    close()
            finally:
                hand_over(None)

    threading.Thread(target=run, name="api", daemon=True).start()
    try:
        while (item := await arrived.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        stopped.set()
        if cancel:
            cancel.cancel()


async def finished_answer(items: Iterator[str | Answer], cancel: CancelToken | None = None) -> Answer:
    """The answer that the pieces end with. If the task that awaits it is cancelled, so is `cancel`."""
    async with aclosing(iterate_in_thread(items, cancel)) as pieces:
        while True:
            if isinstance(piece := await anext(pieces), Answer):
                return piece
