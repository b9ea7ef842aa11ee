"""One file per format; each turns bytes into canonical text and what the format knows beside it.

A file's format is found by its content, then by its suffix. Strangers' files are made to break libraries and parsers, so
that all this, and the parsing behind it, runs in a child process: see `rag.readers.isolated`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.registry import Registry
from rag.readers.detect import FORMATS_BY_SUFFIX, HEAD_BYTES, REFUSED_SUFFIXES, format_of
from rag.types import Document, Hints

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
        "xml": "rag.readers.xml:read",
        "xlsx": "rag.readers.xlsx:read",
        "cha": "rag.readers.chat_tiers:read",
    },
)
READABLE = frozenset(FORMATS_BY_SUFFIX)
SUFFIXES = READABLE | REFUSED_SUFFIXES  # what is looked for in a folder

Read = Callable[[Path], tuple[str, Hints]]
Parse = Callable[[Path], Document]


def read(path: Path) -> tuple[str, Hints]:
    """The canonical text of a file, and what its format says beside it. Raises InputError with the reason."""
    with open_readers() as read_one:
        return read_one(path)


@contextmanager
def open_readers() -> Iterator[Read]:
    """`read` for many files, with one child process for all of them."""
    from rag.readers.isolated import Child

    with Child() as child:
        yield child.read


@contextmanager
def open_parser() -> Iterator[Parse]:
    """A function that reads and parses one file after the other, all in one child process; it raises InputError."""
    from rag.readers.isolated import Child

    with Child() as child:
        yield child.parse


def reader_for(path: Path) -> str:
    """The name in `READERS` of what reads a file, by its first bytes and its suffix. Raises InputError, OSError."""
    with path.open("rb") as file:
        name = format_of(file.read(HEAD_BYTES), path.suffix)
    return (_plugin_for(path.suffix) or name) if path.suffix.lower() not in READABLE else name


def _plugin_for(suffix: str) -> str | None:
    """An installed reader that is named like a suffix that no built-in knows."""
    name = suffix.lower().removeprefix(".")
    return name if name and name not in READERS.builtins and name in READERS.names() else None
