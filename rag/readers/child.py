"""The child's end: the whole way from a stranger's file to a document, under limits.

Detection, decoding, the format's reader and the parser run here, so that no file can stop or fill the process that asked.
Memory is limited if the system can do that (`resource`); elsewhere time and sizes are the only limits. An exception that
nobody foresaw is reported by its name, never as a traceback, and the process goes on to the next file.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

from rag.errors import InputError, OnrecordError
from rag.readers.isolated import PAGE_DONE, STARTED, allowed_s, limits_processor_time
from rag.readers.wire import pack
from rag.text.terms import encodable
from rag.types import Document, Hints

PAGED = frozenset({"pdf"})  # readers that report every page that they have done
WITH_FOLDER = frozenset({"json"})  # readers that look beside the file: a Slack export lists its users there
MAX_MEMORY = 480_000_000  # bytes of data; the interpreter and the libraries' code come on top
MAX_TEXT = 5_000_000  # characters: a hundred hours of speech
MAX_RATIO = 100  # text may be this many times as long as the file
MAX_PIECES = 200_000  # turns and times of one document

Answer = tuple[dict[str, Any], bytes]


def main() -> None:
    """Answer each line of stdin on stdout, until there is none: a line of JSON, and the text that it counts the bytes of."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, who ends this process
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not get among the answers.
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    limit_memory()
    from rag import transcript  # noqa: F401  while the parent gets ready

    answers.write(STARTED)
    answers.flush()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        clock = _Clock(request["seconds"], request["size"])

        def page_done(clock: _Clock = clock) -> None:
            clock.page_done()
            answers.write(PAGE_DONE)
            answers.flush()

        head, text = answer_to(request, page_done)
        clock.stop()
        answers.write(json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        answers.write(text)
        answers.flush()


class _Clock:
    """Ends this process when it has computed for so long at one file, if the system can do that."""

    def __init__(self, seconds: float, size: int) -> None:
        self._least_s = seconds
        self._began = process_time()
        self._pages = 0
        self._size = size
        self._set()

    def page_done(self) -> None:
        """A page that is done earns time for the next."""
        self._pages += 1
        self._set()

    def stop(self) -> None:
        """The file is done."""
        if limits_processor_time():
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _set(self) -> None:
        if limits_processor_time():
            left_s = allowed_s(self._least_s, self._pages, self._size) - (process_time() - self._began)
            # What the signal does by itself is to end the process, even in the midst of a library's code.
            signal.setitimer(signal.ITIMER_PROF, max(left_s, 0.001))


def limit_memory() -> None:
    """No more than `MAX_MEMORY` for this process, if the system knows such limits."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for kind in ("RLIMIT_DATA", "RLIMIT_AS"):
        # Address space holds libraries' code and untouched pages too, so it gets twice the room.
        limit = MAX_MEMORY if kind == "RLIMIT_DATA" else 2 * MAX_MEMORY
        with suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, kind), (limit, limit))


def answer_to(request: dict[str, Any], page_done: Callable[[], None]) -> Answer:
    """What came of one file: the fields of its hints or its document, and its text, or why it is refused."""
    path, source = Path(request["path"]), request["source"]
    stage = "read"
    try:
        text, hints = read_file(path, source, page_done)
        if request["wish"] == "read":
            return _told(hints, text)
        stage = "parsed"
        return _told(parse_text(text, source, path, hints), text)
    except OnrecordError as error:
        return {"refused": str(error)}, b""
    except OSError as error:
        return {"refused": f"cannot be read: {error.strerror or error}"}, b""
    except MemoryError:
        told = "reading it needs more memory than a transcript can; split it, or save its text"
        return {"refused": told, "last": True}, b""
    except RecursionError:
        return {"refused": "it is nested too deeply to be a transcript; save its text as a text file"}, b""
    except Exception as error:  # strangers' files make libraries and parsers fail in ways that nobody lists
        reason = " ".join(str(error).split())[:200]
        named = f"{type(error).__name__}{f': {reason}' if reason else ''}"
        if stage == "read":
            return {"refused": f"this file is damaged ({named}); save its text as a text file"}, b""
        return {"refused": f"its speakers cannot be made out ({named}); report it, with the file if you can"}, b""


def read_file(path: Path, source: str, page_done: Callable[[], None] = lambda: None) -> tuple[str, Hints]:
    """The canonical text of a file of any format, and what its format says beside it. Raises InputError, and what readers raise."""
    from rag.readers import READERS, reader_for

    name = reader_for(path)
    data = path.read_bytes()
    more: dict[str, Any] = {"page_done": page_done} if name in PAGED else {}
    more |= {"beside": path.parent} if name in WITH_FOLDER else {}
    text, hints = READERS.get(name)(data, source, **more)
    if len(text) > MAX_TEXT:
        raise InputError(
            f"it holds {len(text):,} characters, more than the {MAX_TEXT:,} of the longest transcripts; "
            "split it, a file for each conversation"
        )
    if len(text) > max(MAX_RATIO * len(data), 2_000_000):
        raise InputError(f"it unpacks to {len(text) // len(data)} times its size, as no transcript does; save its text")
    _count(len(hints.turns), "turns")
    return encodable(text), hints


def parse_text(text: str, source: str, path: Path, hints: Hints) -> Document:
    """The document that a text is. Raises InputError if it is in more pieces than a transcript has."""
    from rag.transcript import parse

    document = parse(text, source=source, path=path.as_posix(), hints=hints)
    _count(len(document.turns), "turns")
    return document


def _count(pieces: int, kind: str) -> None:
    if pieces > MAX_PIECES:
        raise InputError(f"it has {pieces:,} {kind}, more than the {MAX_PIECES:,} of the longest transcripts; split it")


def _told(value: Document | Hints, text: str) -> Answer:
    if isinstance(value, Document):
        value = replace(value, text="")  # it goes beside the fields
    data = text.encode()
    return {"fields": pack(value), "bytes": len(data)}, data
