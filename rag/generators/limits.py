"""Time limits for generators, whoever wrote them: a generator runs in a thread of its own and is given up when it is late."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from time import monotonic

_END = object()


class GeneratorTimeout(Exception):
    """A generator took longer than it may."""


def bounded(start: Callable[[], Iterator[str]], *, timeout_s: float) -> Iterator[str]:
    """The pieces of an iterator, for at most `timeout_s` seconds in all. Raises GeneratorTimeout, or what it raised.

    Closing the iterator ends the thread at the next piece; where the generator has a network call open, that call's own
    time limit ends it.

    >>> list(bounded(lambda: iter(["a", "b"]), timeout_s=5))
    ['a', 'b']
    """
    pieces: queue.Queue[object] = queue.Queue(maxsize=64)
    stopped = threading.Event()

    def hand_over(item: object) -> bool:
        while not stopped.is_set():
            try:
                pieces.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def run() -> None:
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
        except BaseException as error:
            hand_over(error)

    ends = monotonic() + timeout_s
    threading.Thread(target=run, name="generator", daemon=True).start()
    try:
        while True:
            try:
                item = pieces.get(timeout=max(0.0, ends - monotonic()))
            except queue.Empty:
                raise GeneratorTimeout(f"no complete answer within {timeout_s:g} s") from None
            if item is _END:
                return
            if isinstance(item, BaseException):
                raise item
            if not isinstance(item, str):
                raise TypeError(f"a generator yields text, not {type(item).__name__}")
            yield item
            if monotonic() > ends:
                raise GeneratorTimeout(f"no complete answer within {timeout_s:g} s")
    finally:
        stopped.set()
