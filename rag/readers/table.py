"""CSV and TSV with a column for what is said, and perhaps one for who says it and one for when."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import pairwise

from rag.errors import InputError
from rag.readers.cues import Cue, assemble
from rag.readers.text import decode_any
from rag.text.clock import rounded_seconds_of
from rag.text.lexicon import union
from rag.types import Hints

TEXT_NAMES, SPEAKER_NAMES = union("text_columns"), union("speaker_columns")
START_NAMES, END_NAMES = union("start_columns"), union("end_columns")
_MAX_FIELD = 10_000_000
DAY_S = 86_400.0


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of a table, a row being a piece of speech. Raises InputError."""
    text, note = decode_any(data)
    rows = _rows(text)
    header = [re.sub(r"\s+", "_", cell.strip().casefold()) for cell in rows[0]]
    text_column = _column(header, TEXT_NAMES)
    if text_column is None:
        raise InputError(
            f"no column is called text or transcript; found: {', '.join(rows[0][:8])}; "
            "name the columns speaker and text, and start where there are times"
        )
    speaker, start, end = (_column(header, names) for names in (SPEAKER_NAMES, START_NAMES, END_NAMES))
    starts, ends = _times(rows[1:], start, header), _times(rows[1:], end, header)
    cues = [
        Cue(_cell(row, text_column), _cell(row, speaker), first, last)
        for row, first, last in zip(rows[1:], starts, ends, strict=True)
    ]
    text, hints = assemble(cues)
    return text, Hints(turns=hints.turns, times=hints.times, notes=(note,) if note else ())


def _rows(text: str) -> list[list[str]]:
    head = text.split("\n", 1)[0]
    delimiter = max("\t,;|", key=head.count)
    csv.field_size_limit(_MAX_FIELD)
    # Whisper and spreadsheets' copies quote nothing in tab-separated files: a quotation mark is one there.
    unquoted = delimiter == "\t" and '"' not in head and not _quotes(text)
    try:
        lines = io.StringIO(text, newline="")
        if unquoted:
            return [row for row in csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE) if any(row)]
        return [row for row in csv.reader(lines, delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise InputError(f"the table cannot be read: {error}") from error


def _quotes(text: str) -> bool:
    """Whether cells are quoted: each that begins with a mark ends with one."""
    cells = re.findall(r'(?:^|\t)"([^\t\n]*)', text)
    return bool(cells) and all(cell.endswith('"') for cell in cells)


def _column(header: Sequence[str], names: frozenset[str]) -> int | None:
    return next((number for number, title in enumerate(header) if title in names), None)


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None and column < len(row) else ""


def _times(rows: Sequence[Sequence[str]], column: int | None, header: Sequence[str]) -> list[float | None]:
    if column is None:
        return [None] * len(rows)
    cells = [_cell(row, column).strip() for row in rows]
    return in_seconds([as_time(cell) for cell in cells], [cell for cell in cells if cell], header[column])


def as_time(value: object) -> float | None:
    """A number or a clock as a number; None for anything else.

    >>> as_time("01:02"), as_time(3), as_time("later")
    (62.0, 3.0, None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    written = str(value).strip().strip("[]()")
    if re.fullmatch(r"(?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,]\d+)?|\d+(?:[.,]\d+)?", written):
        return rounded_seconds_of(written)
    return None


def in_seconds(times: Sequence[float | None], written: Sequence[object], name: str = "") -> list[float | None]:
    """Times that may count milliseconds, as seconds: whole numbers that exceed a day, or a column that says so."""
    whole = all(re.fullmatch(r"\d+", str(value)) for value in written)
    # Whisper's tables count milliseconds and do not say so: whole numbers, mostly over a thousand apart.
    known = [value for value in times if value is not None]
    steps = sorted(b - a for a, b in pairwise(known))
    slow = bool(steps) and steps[len(steps) // 2] >= 400
    if name.endswith("_ms") or (whole and known and (max(known) > DAY_S or slow)):
        return [None if value is None else value / 1000 for value in times]
    return list(times)
