"""Limits for generators, whoever wrote them: a generator runs in a thread of its own and is given up when it is late, or when
nobody waits for it any more.

What cannot look up while it waits, such as a network call, says with `when_given_up` how it is to be ended.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from time import monotonic

_END = object()
SIGN_OF_LIFE_S = 0.25


class GeneratorTimeout(Exception):
    """A generator took longer than it may."""


class _Run:
    """One generator at work, and what is to be done when it is given up."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._endings: list[Callable[[], object]] = []
        self._guard = threading.Lock()

    def add(self, ending: Callable[[], object]) -> None:
        with self._guard:
            self._endings.append(ending)
            late = self.stopped.is_set()
        if late:
            ending()

    def stop(self) -> None:
        with self._guard:
            self.stopped.set()
            endings = list(self._endings)
        for ending in endings:
            with suppress(Exception):  # one that cannot be ended ends by itself
                ending()


_HERE = threading.local()


def when_given_up(ending: Callable[[], object]) -> None:
    """Have this called, from another thread, when the generator that runs in this one is given up or has ended."""
    run: _Run | None = getattr(_HERE, "run", None)
    if run:
        run.add(ending)


def is_given_up() -> bool:
    """Whether nobody waits any more for the generator that runs in this thread."""
    run: _Run | None = getattr(_HERE, "run", None)
    return run is not None and run.stopped.is_set()


def bounded(start: Callable[[], Iterator[str]], *, timeout_s: float) -> Generator[str, None, None]:
    """The pieces of an iterator, for at most `timeout_s` seconds in all. Raises GeneratorTimeout, or what it raised.

    While nothing comes, an empty piece does now and then: whoever reads can go then, and need not wait for the next one.
    Closing the iterator ends the thread at its next piece, or where it said how it is to be ended.

    >>> list(bounded(lambda: iter(["a", "b"]), timeout_s=5))
    ['a', 'b']
    """
    pieces: queue.Queue[object] = queue.Queue(maxsize=64)
    own = _Run()

    def hand_over(item: object) -> bool:
        while not own.stopped.is_set():
            try:
                pieces.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def run() -> None:
        _HERE.run = own
        try:
            source = start()
            try:
                for piece in source:
                    if not hand_over(piece):
                        return
            finally:
                close = getattr(source, "close", None)
                if close:
                    close()
            hand_over(_END)
        except Exception as error:
            hand_over(error)
        except BaseException as error:  # one that wants to end the process ends its answer
            hand_over(RuntimeError(type(error).__name__))

    ends = monotonic() + timeout_s
    threading.Thread(target=run, name="generator", daemon=True).start()
    try:
        while True:
            try:
                item = pieces.get(timeout=max(0.0, min(SIGN_OF_LIFE_S, ends - monotonic())))
            except queue.Empty:
                item = ""
            if item is _END:
                return
            if isinstance(item, Exception):
                raise item
            if not isinstance(item, str):
                raise TypeError(f"a generator yields text, not {type(item).__name__}")
            yield item
            if monotonic() > ends:
                raise GeneratorTimeout(f"no complete answer within {timeout_s:g} s")
    finally:
        own.stop()
