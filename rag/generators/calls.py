"""One call of a model's method in a thread of its own, with a deadline: the caller does something else meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from rag.errors import GeneratorTimeout
from rag.generators.cancel import CancelToken
from rag.notes import no_answer_within

T = TypeVar("T")


class Call(Generic[T]):
    """A call that begins when it is made and has `timeout_s` seconds from then on.

    The function gets a token that is cancelled with `cancel`, when time is up, and at the end.

    >>> Call(lambda token: 6 * 7, timeout_s=5).result()
    42
    """

    def __init__(
        self, function: Callable[[CancelToken], T], *, timeout_s: float, cancel: CancelToken | None = None
    ) -> None:
        self._token = cancel.child() if cancel else CancelToken()
        self._timeout_s = timeout_s
        self._ends = monotonic() + timeout_s
        self._ended = threading.Event()
        self._values: list[T] = []
        self._errors: list[Exception] = []
        self._token.on_cancel(self._ended.set)  # wakes whoever waits
        threading.Thread(target=self._run, args=(function,), name="generator", daemon=True).start()

    def is_over(self, *, within_s: float = 0.0) -> bool:
        """Whether the result need not be waited for, at the latest in `within_s` seconds."""
        return self._ended.wait(within_s)

    def result(self) -> T:
        """What the function returned. Raises what it raised, Cancelled, or GeneratorTimeout."""
        try:
            self._ended.wait(max(0.0, min(self._ends - monotonic(), threading.TIMEOUT_MAX / 2)))
            self._token.raise_if_cancelled()
            if self._errors:
                raise self._errors[0]
            if not self._values:
                raise GeneratorTimeout(no_answer_within(self._timeout_s))
            return self._values[0]
        finally:
            self._token.cancel()

    def _run(self, function: Callable[[CancelToken], T]) -> None:
        try:
            self._values.append(function(self._token))
        except Exception as error:
            self._errors.append(error)
        except BaseException as error:  # SystemExit in a generator fails that answer only
            self._errors.append(RuntimeError(type(error).__name__))
        finally:
            self._ended.set()
