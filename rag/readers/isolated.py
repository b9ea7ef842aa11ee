"""The parent's end of the child process in which strangers' files are read.

The child gets a path and answers with text: JSON over pipes, a line each. It has limits of its own on memory (see
`rag.readers.child`); time and output are watched from here. One child reads file after file, so that a hundred
documents cost one start of an interpreter; after a fault the next file gets a fresh one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

from rag.errors import InputError
from rag.types import Hints

TIMEOUT_S = 7.5
SECONDS_PER_MB = 0.25
# A page that is done earns time for the next: a report of five hundred pages is no attack. A file of a few kilobytes with
# as many pages is, so that pages earn no more than the file's size is worth.
SECONDS_PER_PAGE = 0.12
MAX_TIMEOUT_S = 120.0
MAX_PACKED = 100_000_000
MAX_TEXT = 200_000_000  # bytes of canonical text
MAX_RATIO = 100  # text may be this many times as long as the file

PAGE_DONE = b".\n"
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from rag.readers.child import main; main()"
_REMEDY = {
    "pdf": "try: qpdf FILE.pdf OUT.pdf, or save its text as a text file",
    "docx": "open it in a word processor and save it again as DOCX",
    "html": "save the page's text as a text file",
}


class Child:
    """A process that reads files; started at the first, and ended with this context."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, path: Path, name: str) -> tuple[str, Hints]:
        """A file by the reader of that name. Raises InputError with the reason, within the time limit."""
        try:
            size = path.stat().st_size
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}") from error
        if size > MAX_PACKED:
            raise InputError(
                f"{size / 1e6:.0f} MB is more than the {MAX_PACKED // 1_000_000} MB that onrecord reads of a {name} file; split it"
            )
        limit = min(MAX_TEXT, max(MAX_RATIO * size, 2_000_000))
        request = {"path": str(path.resolve()), "reader": name, "limit": limit}
        answer = self._ask(request, size, 2 * limit + 50_000_000)
        if "refused" in answer:
            raise InputError(str(answer["refused"]))
        return str(answer["text"]), hints_from_json(answer["hints"])

    def _ask(self, request: dict[str, Any], size: int, most: int) -> dict[str, Any]:
        process = self._process or self._start()
        line = b""
        with _Watchdog(process, min(self._timeout_s + SECONDS_PER_MB * size / 1e6, MAX_TIMEOUT_S)) as watchdog:
            try:
                _send(process, json.dumps(request).encode() + b"\n")
                for pages in count(1):
                    line = _receive(process, most)
                    if line != PAGE_DONE:
                        break
                    watchdog.allow(SECONDS_PER_PAGE * max(0.0, min(pages, size / 1000 - 20)))
            finally:
                if not line.endswith(b"\n"):
                    self._end()
        if line.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(line.decode("utf-8", "surrogatepass"))
            if answer.pop("last", False):  # it ran short of memory, and may hold on to some
                self._end()
            return answer
        name = request["reader"]
        remedy = _REMEDY.get(name, "check that it is what its name says")
        if watchdog.has_bitten:
            raise InputError(f"reading took more than {watchdog.limit_s:.0f} s and was stopped; {remedy}")
        raise InputError(f"reading it broke the {name} reader (exit status {process.returncode}); {remedy}")

    def _start(self) -> subprocess.Popen[bytes]:
        # Numerical libraries reserve memory for every thread that they might start.
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()


class _Watchdog:
    """Kills a process that takes longer than it may."""

    def __init__(self, process: subprocess.Popen[bytes], limit_s: float) -> None:
        self.limit_s = limit_s
        self.has_bitten = False
        self._least_s = limit_s
        self._process = process
        self._started = monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Watchdog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def allow(self, extra_s: float) -> None:
        """So many seconds on top of the first limit."""
        self.limit_s = min(self._least_s + extra_s, max(MAX_TIMEOUT_S, self._least_s))

    def _watch(self) -> None:
        while not self._done.wait(max(0.0, self._started + self.limit_s - monotonic())):
            if monotonic() >= self._started + self.limit_s:
                self.has_bitten = True
                self._process.kill()
                return


def _send(process: subprocess.Popen[bytes], line: bytes) -> None:
    with suppress(BrokenPipeError, OSError):  # the child is gone; what it did not answer says so
        if process.stdin:
            process.stdin.write(line)
            process.stdin.flush()


def _receive(process: subprocess.Popen[bytes], most: int) -> bytes:
    return process.stdout.readline(most) if process.stdout else b""


def hints_from_json(fields: dict[str, Any]) -> Hints:
    """Hints as they came through a pipe.

    >>> hints_from_json({"title": "Talk", "pages": [[0, "1"]]}).pages
    ((0, '1'),)
    """
    return Hints(**{name: _as_tuples(value) for name, value in fields.items()})


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(item) for item in value) if isinstance(value, list) else value
