"""Cancelling and time limits: a generator runs in a thread of its own, and ends when it is late or is cancelled.

Whoever asks holds a `CancelToken`; the generator gets one in its request. Between two pieces of text nothing has to
be done: the thread ends at its next piece. Blocking calls register a cancel callback with `on_cancel`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from time import monotonic

from rag.errors import Cancelled, GeneratorTimeout
from rag.notes import no_answer_within

_END = object()
_AT_ONCE = 64  # pieces that wait to be read before the generator has to wait


class CancelToken:
    """Says that nobody waits for an answer any more. Every method can be called from any thread.

    >>> token = CancelToken()
    >>> part = token.child()
    >>> part.on_cancel(lambda: print("stopped"))
    >>> token.cancel()
    stopped
    >>> part.is_cancelled
    True
    """

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._callbacks: list[Callable[[], object]] = []
        self._guard = threading.Lock()

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel` was called, on this token or on the one it is a child of."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Call every callback, once; a second call does nothing."""
        with self._guard:
            self._cancelled.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            _call(callback)

    def on_cancel(self, callback: Callable[[], object]) -> None:
        """Have this called by `cancel`, in the thread that cancels; at once if that has happened already.

        What the callback raises is dropped: the others are called all the same.
        """
        with self._guard:
            late = self.is_cancelled
            if not late:
                self._callbacks.append(callback)
        if late:
            _call(callback)

    def raise_if_cancelled(self) -> None:
        """Raises Cancelled if nobody waits any more."""
        if self.is_cancelled:
            raise Cancelled

    def child(self) -> CancelToken:
        """A token that is cancelled with this one, and can be cancelled alone."""
        token = CancelToken()
        self.on_cancel(token.cancel)
        return token


def _call(callback: Callable[[], object]) -> None:
    with suppress(Exception):
        callback()


def with_deadline(
    start: Callable[[CancelToken], Iterator[str]], *, timeout_s: float, cancel: CancelToken | None = None
) -> Generator[str, None, None]:
    """The pieces of an iterator, for at most `timeout_s` seconds in all.

    `start` runs in a thread of its own and gets a token that is cancelled with `cancel`, when time is up, when the
    result is closed, and at the end. Raises GeneratorTimeout, Cancelled as soon as `cancel` is, or what the iterator
    raised.

    >>> list(with_deadline(lambda token: iter(["a", "b"]), timeout_s=5))
    ['a', 'b']
    """
    pieces: queue.Queue[object] = queue.Queue(maxsize=_AT_ONCE)
    token = cancel.child() if cancel else CancelToken()
    token.on_cancel(lambda: pieces.put_nowait(_END))  # wakes the reader; if the queue is full, it is not asleep
    ends = monotonic() + timeout_s
    threading.Thread(target=_run, args=(start, pieces, token), name="generator", daemon=True).start()
    try:
        while True:
            try:
                item = pieces.get(timeout=max(0.0, min(ends - monotonic(), threading.TIMEOUT_MAX / 2)))
            except queue.Empty:
                raise _late(timeout_s) from None
            token.raise_if_cancelled()
            if item is _END:
                return
            if isinstance(item, Exception):
                raise item
            if not isinstance(item, str):
                raise TypeError(f"a generator yields text, not {type(item).__name__}")
            yield item
            if monotonic() > ends:
                raise _late(timeout_s)
    finally:
        token.cancel()


def _late(timeout_s: float) -> GeneratorTimeout:
    return GeneratorTimeout(no_answer_within(timeout_s))


def _run(start: Callable[[CancelToken], Iterator[str]], pieces: queue.Queue[object], token: CancelToken) -> None:
    """Put an iterator's pieces into the queue, then `_END` or its exception; stop when `token` is cancelled."""

    def hand_over(item: object) -> bool:
        while not token.is_cancelled:
            try:
                pieces.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    try:
        source = start(token)
        try:
            for piece in source:
                if not hand_over(piece):
                    return
        finally:
            if close := getattr(source, "close", None):
                close()
        hand_over(_END)
    except Exception as error:
        hand_over(error)
    except BaseException as error:  # SystemExit in a generator fails that answer only
        hand_over(RuntimeError(type(error).__name__))
