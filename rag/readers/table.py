"""CSV and TSV with a column for what is said, and perhaps one for who says it and one for when."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace

from rag.errors import InputError
from rag.readers import columns
from rag.readers.cues import Cue, assemble
from rag.readers.text import decode_any
from rag.types import Hints

_MAX_FIELD = 10_000_000
_TITLE_ROWS = 20  # so many lines may stand above the columns' names
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of a table, a row being a piece of speech. Raises InputError."""
    text, note = decode_any(data)
    text, hints = of_rows(_rows(text))
    return text, replace(hints, notes=((note,) if note else ()) + hints.notes)


def of_rows(rows: Sequence[Sequence[str]]) -> tuple[str, Hints]:
    """Canonical text of rows of cells, with the columns' names in one of the first. Raises InputError.

    >>> of_rows([["Line", "Speaker", "Text"], ["1", "Ann", "Why?"], ["2", "Bo", "It rained."]])[0]
    'Ann: Why?\\n\\nBo: It rained.\\n'
    """
    rows = [[_unescaped(cell) for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise InputError("the table is empty; check that it holds the transcript")
    head = _header_row(rows)
    width = max(map(len, rows))
    names = [*rows[head], *[""] * (width - len(rows[head]))]
    body = rows[head + 1 :]
    cells = [[_cell(row, number) for row in body] for number in range(width)]
    notes = (
        [f"left out above the table's columns: {' '.join(map(' '.join, rows[:head]))[:200].strip()}"] if head else []
    )
    said = next((n for n in columns.ranked(names, columns.TEXT_NAMES) if columns.is_speech(cells[n])), None)
    if said is None:
        return _of_nameless(rows, names)
    ends = columns.ranked(names, columns.END_NAMES)[:1]
    start = next(
        (n for n in columns.ranked(names, columns.START_NAMES) if n not in ends and _are_times(cells[n])), None
    )
    taken = [said, *ends, *([start] if start is not None else [])]
    speaker = _speaker(names, cells, taken)
    who = cells[speaker] if speaker is not None else [""] * len(body)
    if speaker is None and (speaker := columns.unknown_speaker(names, cells, taken)) is not None:
        passing = columns.once_said(cells[speaker])
        who = ["" if value in passing else value for value in cells[speaker]]
        notes.append(
            f"column “{names[speaker].strip()}” is taken for who speaks; if it is something else, take the column out"
        )
    starts = _times(cells[start], names[start]) if start is not None else [None] * len(body)
    last = _times(cells[ends[0]], names[ends[0]]) if ends else [None] * len(body)
    text, hints = assemble(map(Cue, cells[said], who, starts, last))
    left = [names[n].strip() for n in range(width) if n not in {*taken, speaker} and _has_words(cells[n])]
    if left:
        notes.append(f"columns left out: {', '.join(name or 'one without a name' for name in left)}")
    return text, replace(hints, notes=tuple(notes))


def _of_nameless(rows: Sequence[Sequence[str]], names: Sequence[str]) -> tuple[str, Hints]:
    """The text of rows without known names above them, if a column recurs as speakers do and another is speech."""
    width = len(names)
    cells = [[_cell(row, number) for row in rows] for number in range(width)]
    speaker = columns.unknown_speaker([""] * width, cells, ())
    speech = [
        n for n in range(width) if n != speaker and columns.is_speech(cells[n]) and any(" " in c for c in cells[n])
    ]
    if speaker is None or len(speech) != 1 or cells[speaker].count(cells[speaker][0]) < 2:
        raise InputError(
            f"no column is called text or transcript; found: {', '.join(names[:8])}; "
            "name the columns speaker and text, and start where there are times"
        )
    start = next((n for n in range(width) if n not in (speaker, speech[0]) and _are_times(cells[n])), None)
    starts = _times(cells[start], "") if start is not None else [None] * len(rows)
    text, hints = assemble(map(Cue, cells[speech[0]], cells[speaker], starts))
    note = f"the columns have no names: column {speaker + 1} is taken for who speaks, column {speech[0] + 1} for what is said"
    return text, replace(hints, notes=(note,))


def _header_row(rows: Sequence[Sequence[str]]) -> int:
    """The first row with two known names, one of them for what is said; else the first."""
    known = columns.SPEAKER_NAMES | columns.START_NAMES
    for number, row in enumerate(rows[:_TITLE_ROWS]):
        said = columns.ranked(row, columns.TEXT_NAMES)
        if said and (set(columns.ranked(row, known)) - set(said[:1]) or not number):
            return number
    return 0


def _speaker(names: Sequence[str], cells: Sequence[Sequence[str]], taken: Sequence[int]) -> int | None:
    for number in columns.ranked(names, columns.SPEAKER_KEYS):
        telling = columns.rank(names[number], columns.SPEAKER_KEYS) == 0
        if number not in taken and columns.names_people(cells[number], telling=telling):
            return number
    return None


def _rows(text: str) -> list[list[str]]:
    head, _, rest = text.partition("\n")
    if declared := re.fullmatch(r"sep=(.)", head.strip("\r")):  # what spreadsheets write for themselves
        text, head = rest, declared[1] * 2
    else:
        head = "\n".join(text.split("\n", 5)[:5])
    delimiter = max("\t,;|", key=head.count)
    csv.field_size_limit(_MAX_FIELD)
    # Whisper and spreadsheets' copies quote nothing in tab-separated files: a quotation mark is one there.
    unquoted = delimiter == "\t" and '"' not in head.split("\n", 1)[0] and not _quotes(text)
    try:
        lines = io.StringIO(text, newline="")
        if unquoted:
            return list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error as error:
        raise InputError(f"the table cannot be read: {error}") from error


def _quotes(text: str) -> bool:
    """Whether cells are quoted: each that begins with a mark ends with one."""
    cells = re.findall(r'(?:^|\t)"([^\t\n]*)', text)
    return bool(cells) and all(cell.endswith('"') for cell in cells)


def _unescaped(cell: str) -> str:
    import html

    return _ENTITY.sub(lambda match: html.unescape(match[0]), cell) if "&" in cell else cell


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _are_times(cells: Sequence[str]) -> bool:
    held = [cell for cell in cells if cell.strip()]
    return bool(held) and 2 * sum(columns.as_time(cell) is not None for cell in held) >= len(held)


def _has_words(cells: Sequence[str]) -> bool:
    return any(any(map(str.isalpha, cell)) for cell in cells)


def _times(cells: Sequence[str], name: str) -> list[float | None]:
    written = [cell.strip() for cell in cells]
    return columns.in_seconds([columns.as_time(cell) for cell in written], [cell for cell in written if cell], name)
