"""`onrecord parse`: what a file is read as, without an archive, on a page or as JSON."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import JsonOption
from rag.cli.printing import print_json
from rag.text.wording import count_of, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Document

COLUMNS = 80
FIRST_TURNS = 6
MOST_LEFT_OUT = 12


def parse(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A transcript in any format")],
    as_json: JsonOption = False,
) -> None:
    """Show what a file is read as, without an archive: who speaks, when, and what is left out."""
    from rag.json_forms import document_to_json
    from rag.parsed import read_transcript

    document = read_transcript(file).document
    if as_json:
        print_json(document_to_json(document))
        return
    for line in page_of(document):
        print(line)


def page_of(document: Document) -> Iterator[str]:
    """The lines of a page about a document, none longer than `COLUMNS`."""
    yield from _filled(document.title)
    yield from _filled(f"date: {document.date or 'not found'} · place: {document.place or 'not found'}")
    yield from _filled(f"labels: {document.grammar or 'none'}, confidence {document.confidence:.2f}")
    yield ""
    yield from _speakers(document)
    if document.notes:
        yield ""
        for note in document.notes:
            yield from _filled(f"note: {note}", hang=6)
    if document.left_out:
        yield ""
        yield "left out:"
        for piece in document.left_out[:MOST_LEFT_OUT]:
            why = f" ({piece.why})" if piece.why else ""
            yield _row(f"{piece.start}–{piece.end}{why}: {document.text[piece.start : piece.end]}")
        if len(document.left_out) > MOST_LEFT_OUT:
            yield f"  and {count_of(len(document.left_out) - MOST_LEFT_OUT, 'more range')}; --json lists them all"
    yield ""
    yield "first turns:"
    for turn in document.turns[:FIRST_TURNS]:
        yield _row(f"{turn.speaker or 'no speaker'}: {document.text[turn.start : turn.end]}")


def _speakers(document: Document) -> Iterator[str]:
    """A line for each speaker: role, turns, words, and the first words."""
    turns = defaultdict(list)
    for turn in document.turns:
        turns[turn.speaker, turn.role].append(document.text[turn.start : turn.end])
    for (speaker, role), texts in turns.items():
        words = sum(len(text.split()) for text in texts)
        counts = f"{count_of(len(texts), 'turn')}, {count_of(words, 'word')}"
        yield _row(f"{speaker or 'no speaker'} ({role}), {counts}: {texts[0]}")


def _row(text: str) -> str:
    return "  " + shortened(" ".join(text.split()), COLUMNS - 2)


def _filled(text: str, *, hang: int = 0) -> list[str]:
    import textwrap

    return textwrap.wrap(text, COLUMNS, subsequent_indent=" " * hang)
