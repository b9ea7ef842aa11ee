"""One file per format; each turns bytes into canonical text and what the format knows beside it.

A file's format is found by its content, then by its suffix. Text is read here; everything that a library takes apart is
read in a child process, since strangers' files are made to break libraries: see `rag.readers.isolated`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.registry import Registry
from rag.readers.detect import FORMATS_BY_SUFFIX, HEAD_BYTES, REFUSED_SUFFIXES, format_of
from rag.types import Hints

# name → function of (bytes, file name) that gives canonical text and hints, or raises InputError
READERS = Registry(
    "onrecord.readers",
    {
        "text": "rag.readers.text:read",
        "html": "rag.readers.html:read",
        "pdf": "rag.readers.pdf:read",
        "docx": "rag.readers.docx:read",
        "subtitles": "rag.readers.subtitles:read",
        "json": "rag.readers.json:read",
        "table": "rag.readers.table:read",
    },
)
READABLE = frozenset(FORMATS_BY_SUFFIX)
SUFFIXES = READABLE | REFUSED_SUFFIXES  # what is looked for in a folder
IN_PROCESS = frozenset({"text"})  # nothing but decoding

Read = Callable[[Path], tuple[str, Hints]]


def read(path: Path) -> tuple[str, Hints]:
    """The canonical text of a file, and what its format says beside it. Raises InputError with the reason."""
    with open_readers() as read_one:
        return read_one(path)


@contextmanager
def open_readers() -> Iterator[Read]:
    """`read` for many files, with one child process for all of them, started when the first needs it."""
    from rag.readers.isolated import Child

    with Child() as child:

        def read_one(path: Path) -> tuple[str, Hints]:
            from rag.readers.text import read as read_text
            from rag.readers.text import read_bytes

            name = format_of(_head(path), path.suffix)
            if path.suffix.lower() not in READABLE:
                name = _plugin_for(path.suffix) or name
            if name in IN_PROCESS:
                return read_text(read_bytes(path), path.name)
            return child.read(path, name)

        yield read_one


def _head(path: Path) -> bytes:
    from rag.errors import InputError

    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error


def _plugin_for(suffix: str) -> str | None:
    """An installed reader that is named like a suffix that no built-in knows."""
    name = suffix.lower().removeprefix(".")
    return name if name and name not in READERS.builtins and name in READERS.names() else None
