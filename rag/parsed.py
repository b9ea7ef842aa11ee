"""A file as it is read, without an archive: its document, how sure the reading is, and what a user should check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.types import Document


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file is read as."""

    document: Document

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should check, in sentences."""
        return self.document.notes

    @property
    def confidence(self) -> float:
        """How well the labels found explain the whole text, in [0, 1]."""
        return self.document.confidence

    @property
    def grammar(self) -> str:
        """How the file labels its speakers; "none" if nobody is named."""
        return self.document.grammar


def read_transcript(path: str | Path) -> Parsed:
    """Read and parse one file. Raises InputError with the reason if it cannot be read.

    >>> parsed = read_transcript("eval/sets/long-interview.txt")
    >>> parsed.document.speakers
    ('Jonas Pellerin', 'Edda Vantreight')
    """
    from rag import readers
    from rag.errors import InputError

    file = Path(path).expanduser()
    if not file.exists():
        raise InputError(f"{file}: there is no such file; check the path")
    with readers.open_parser() as parse:
        return Parsed(parse(file))
