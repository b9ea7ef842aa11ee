"""The child's end: reads files that are named on stdin, under limits, and answers on stdout.

Memory is limited if the system can do that (`resource`); elsewhere time and sizes are the only limits. An exception
that a reader did not foresee is reported by its name, never as a traceback, and the process goes on to the next file.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag.errors import OnrecordError
from rag.readers.isolated import PAGE_DONE
from rag.text.terms import encodable

PAGED = frozenset({"pdf"})  # readers that report every page that they have done
MAX_MEMORY = 480_000_000  # bytes of data; the interpreter and the libraries' code come on top


def main() -> None:
    """Answer each line of stdin with one on stdout, until there is none."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not get among the answers.
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    limit_memory()

    def page_done() -> None:
        answers.write(PAGE_DONE)
        answers.flush()

    for line in sys.stdin.buffer:
        answer = answer_to(json.loads(line), page_done)
        answers.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        answers.flush()


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


def answer_to(request: dict[str, Any], page_done: Callable[[], None]) -> dict[str, Any]:
    """What came of one file: its text and hints, or why it is refused."""
    from rag.readers import READERS

    name, limit = request["reader"], request["limit"]
    try:
        path = Path(request["path"])
        paged = {"page_done": page_done} if name in PAGED else {}
        text, hints = READERS.get(name)(path.read_bytes(), path.name, **paged)
        text = encodable(text)
    except OnrecordError as error:
        return {"refused": str(error)}
    except OSError as error:
        return {"refused": f"cannot be read: {error.strerror or error}"}
    except MemoryError:
        return {
            "refused": "reading it needs more memory than a transcript can; split it, or save its text",
            "last": True,
        }
    except RecursionError:
        return {"refused": "it is nested too deeply to be a transcript; save its text as a text file"}
    except Exception as error:  # readers of strangers' formats fail in ways that nobody lists
        reason = " ".join(str(error).split())[:200]
        return {"refused": f"this {name} file is damaged ({type(error).__name__}{f': {reason}' if reason else ''})"}
    size = len(text.encode())
    if size > limit:
        return {"refused": f"it unpacks to {size:,} bytes of text, more than the {limit:,} allowed; split the file"}
    return {"text": text, "hints": asdict(hints)}
