"""The parent's end of the child process in which strangers' files are read and parsed.

The child gets a path and answers with a line of JSON and a text. It has limits of its own on memory and on processor time
(see `rag.readers.child`): on a busy machine an honest file is not refused. The time that passes is watched from here, and
may be a few times as long; where a system has no such limits, it is the only one. One child takes file after file, so that a hundred documents
cost one start of an interpreter; after a fault the next file gets a fresh one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

from rag.errors import InputError
from rag.readers.wire import unpack
from rag.types import Document, Hints

TIMEOUT_S = 7.0
SECONDS_PER_MB = 0.25
# A page that is done earns time for the next: a report of five hundred pages is no attack. A file of a few kilobytes with
# as many pages is, so that pages earn no more than the file's size is worth.
SECONDS_PER_PAGE = 0.12
MOST_WITHOUT_PAGES_S, MOST_S = 9.5, 120.0
MAX_PACKED = 100_000_000

STARTED, PAGE_DONE = b"!\n", b".\n"
_START_S = 120.0  # of an interpreter, on a machine that is busy with other things
_BUSY = 6.0  # so many times its processor time a file may take, if the child limits that
_MOST_OF_A_LINE = 64_000_000  # bytes; a document of a few megabytes with all its turns has a tenth of that
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from rag.readers.child import main; main()"
_REMEDY = {
    ".pdf": "try: qpdf FILE.pdf OUT.pdf, or save its text as a text file",
    ".docx": "open it in a word processor and save it again as DOCX",
    ".html": "save the page's text as a text file",
}


def limits_processor_time() -> bool:
    """Whether this system can end a process that computes for too long."""
    return hasattr(signal, "ITIMER_PROF")


def allowed_s(least_s: float, pages: int, size: int) -> float:
    """The seconds that a file of so many bytes has earned with the pages that are done.

    >>> allowed_s(7.0, 0, 90_000), round(allowed_s(7.0, 200, 90_000), 1)
    (7.0, 15.4)
    """
    return min(least_s + SECONDS_PER_PAGE * max(0.0, min(pages, size / 1000 - 20)), max(MOST_S, least_s))


class Child:
    """A process that reads files; started with this context, and ended with it."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False

    def __enter__(self) -> Child:
        self._start()  # it imports what it needs while the caller gets ready
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, path: Path) -> tuple[str, Hints]:
        """A file's canonical text and what its format says. Raises InputError with the reason, within the time limit."""
        fields, text = self._ask(path, "read")
        hints: Hints = unpack(Hints, fields)
        return text, hints

    def parse(self, path: Path) -> Document:
        """A file as a document. Raises InputError with the reason, within the time limit."""
        fields, text = self._ask(path, "parse")
        document: Document = unpack(Document, fields)
        return replace(document, text=text)

    def _ask(self, path: Path, wish: str) -> tuple[Any, str]:
        """The fields of what is wished for, and the text. Raises InputError."""
        size = _size_of(path)
        limit_s = min(self._timeout_s + SECONDS_PER_MB * size / 1e6, MOST_WITHOUT_PAGES_S)
        request = {
            "wish": wish,
            "path": os.fspath(path.resolve()),
            "source": path.name,
            "size": size,
            "seconds": limit_s,
        }
        process = self._process or self._start()
        answer: dict[str, Any] | None = None
        text = b""
        self._await_start(process)
        with _Watchdog(process, limit_s, patience=_BUSY if limits_processor_time() else 1.0) as watchdog:
            try:
                _send(process, json.dumps(request).encode() + b"\n")
                line = _answer(process, watchdog, size)
                if line.endswith(b"\n"):
                    answer = json.loads(line.decode("utf-8", "surrogatepass"))
                    text = _receive(process, answer.get("bytes", 0))
                    if len(text) != answer.get("bytes", 0):
                        answer = None
            finally:
                if answer is None or answer.get("last"):  # it broke, or ran short of memory and may hold on to some
                    self._end()
        if answer is None:
            raise InputError(_broken(path, process, watchdog))
        if "refused" in answer:
            raise InputError(str(answer["refused"]))
        return answer["fields"], text.decode("utf-8")

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

    def _await_start(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the child is ready: a slow start is no fault of a file's."""
        if not self._is_ready:
            with _Watchdog(process, _START_S, patience=1.0):
                self._is_ready = bool(process.stdout) and process.stdout.readline(len(STARTED)) == STARTED  # type: ignore[union-attr]

    def _end(self) -> None:
        self._is_ready = False
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

    def __init__(self, process: subprocess.Popen[bytes], limit_s: float, *, patience: float) -> None:
        self.limit_s = limit_s
        self.has_bitten = False
        self._process = process
        self._patience = patience  # so many times the limit may pass
        self._started = monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Watchdog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _left_s(self) -> float:
        return self._started + self._patience * self.limit_s - monotonic()

    def _watch(self) -> None:
        while not self._done.wait(max(0.0, self._left_s())):
            if self._left_s() <= 0:
                self.has_bitten = True
                self._process.kill()
                return


def _size_of(path: Path) -> int:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error
    if size > MAX_PACKED:
        raise InputError(
            f"{size / 1e6:.0f} MB is more than the {MAX_PACKED // 1_000_000} MB that onrecord reads of one file; split it"
        )
    return size


def _broken(path: Path, process: subprocess.Popen[bytes], watchdog: _Watchdog) -> str:
    """Why there is no answer, in a sentence."""
    remedy = _REMEDY.get(path.suffix.lower(), "check that it is what its name says, or split it")
    out_of_time = limits_processor_time() and process.returncode == -signal.SIGPROF
    if watchdog.has_bitten or out_of_time:
        return f"reading took more than {watchdog.limit_s:.0f} s and was stopped; {remedy}"
    return f"the process that read it broke down (exit status {process.returncode}); {remedy}"


def _send(process: subprocess.Popen[bytes], line: bytes) -> None:
    with suppress(BrokenPipeError, OSError):  # the child is gone; what it did not answer says so
        if process.stdin:
            process.stdin.write(line)
            process.stdin.flush()


def _answer(process: subprocess.Popen[bytes], watchdog: _Watchdog, size: int) -> bytes:
    """The child's line of JSON, behind one line for each page that it has done."""
    least_s = watchdog.limit_s
    for pages in count(1):
        line = process.stdout.readline(_MOST_OF_A_LINE) if process.stdout else b""
        if line != PAGE_DONE:
            break
        watchdog.limit_s = allowed_s(least_s, pages, size)
    return line


def _receive(process: subprocess.Popen[bytes], length: int) -> bytes:
    return process.stdout.read(length) if process.stdout and length else b""
