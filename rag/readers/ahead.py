"""The next files are read and parsed while the caller encodes the one before: a thread waits for the child process.

Results come in the order in which they are asked for, and never more than a few documents wait in memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from rag import readers
from rag.types import Document

AHEAD = 2  # files that are read before they are asked for


class ReadAhead:
    """A `Parse` that begins `files` in their order before it is asked for them; other files are read when asked for."""

    def __init__(self, parse: readers.Parse, files: Sequence[Path], pool: ThreadPoolExecutor) -> None:
        self._parse = parse
        self._pool = pool
        self._later = deque(files)
        self._begun: dict[Path, Future[Document]] = {}

    def __call__(self, path: Path) -> Document:
        """The document of a file. Raises InputError with the reason why there is none."""
        while self._later and path not in self._begun and len(self._begun) < AHEAD:
            self._begin_next()
        asked = self._begun.pop(path, None) or self._pool.submit(self._parse, path)
        while self._later and len(self._begun) < AHEAD:
            self._begin_next()
        return asked.result()

    def _begin_next(self) -> None:
        file = self._later.popleft()
        self._begun[file] = self._pool.submit(self._parse, file)


@contextmanager
def open_parser_ahead(files: Sequence[Path]) -> Iterator[readers.Parse]:
    """A function that gives one document after the other, all from one child process, reading `files` ahead."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
    try:
        with readers.open_parser() as parse:
            try:
                yield ReadAhead(parse, files, pool)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        # The child is gone now, and what the thread waited for with it.
    finally:
        pool.shutdown(wait=True)
