"""The parent's end of the child process in which strangers' files are read.

The child gets a path and answers with text: JSON over pipes, a line each. It has limits of its own on memory (see
`rag.readers.child`); time and output are watched from here. One child reads file after file, so that a hundred documents
cost one start of an interpreter; after a fault the next file gets a fresh one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.types import Hints

TIMEOUT_S = 9.0
SECONDS_PER_MB = 10.0  # of a large file; five hundred pages are a few megabytes
MAX_TIMEOUT_S = 120.0
FREE_MB = 0.2  # up to here a file gets no extra time
MAX_PACKED = 100_000_000
MAX_TEXT = 200_000_000  # bytes of canonical text
MAX_RATIO = 100  # text may be this many times as long as the file

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
        answer = self._ask(
            {"path": str(path.resolve()), "reader": name, "limit": limit}, self._seconds_for(size), limit, name
        )
        if "refused" in answer:
            raise InputError(str(answer["refused"]))
        return str(answer["text"]), hints_from_json(answer["hints"])

    def _seconds_for(self, size: int) -> float:
        extra = SECONDS_PER_MB * max(0.0, size / 1e6 - FREE_MB)
        return min(self._timeout_s + extra, max(MAX_TIMEOUT_S, self._timeout_s))

    def _ask(self, request: dict[str, Any], seconds: float, limit: int, name: str) -> dict[str, Any]:
        process = self._process or self._start()
        expired = threading.Event()

        def stop() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        line = b""
        try:
            line = _exchange(process, json.dumps(request).encode() + b"\n", 2 * limit + 50_000_000)
        finally:
            timer.cancel()
            if not line.endswith(b"\n"):
                self._end()
        if line.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(line.decode("utf-8", "surrogatepass"))
            if answer.pop("last", False):  # it ran short of memory, and may hold on to some
                self._end()
            return answer
        remedy = _REMEDY.get(name, "check that it is what its name says")
        if expired.is_set():
            raise InputError(f"reading took more than {seconds:.0f} s and was stopped; {remedy}")
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


def _exchange(process: subprocess.Popen[bytes], request: bytes, most: int) -> bytes:
    """The child's line for a line; shorter than a line where the child is gone."""
    if process.stdin is None or process.stdout is None:  # opened without pipes, which `_start` does not
        return b""
    with suppress(BrokenPipeError):
        process.stdin.write(request)
        process.stdin.flush()
    return process.stdout.readline(most)


def hints_from_json(fields: dict[str, Any]) -> Hints:
    """Hints as they came through a pipe.

    >>> hints_from_json({"title": "Talk", "pages": [[0, "1"]]}).pages
    ((0, '1'),)
    """
    return Hints(**{name: _as_tuples(value) for name, value in fields.items()})


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(item) for item in value) if isinstance(value, list) else value
