"""Rows of a table in a document → paragraphs; a column of names beside a column of speech becomes labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.readers import columns
from rag.readers.blocks import PAGE_BREAK

_MAX_NAME = 50
_STAMP = re.compile(r"[\[(]?((?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)[\])]?(?=$|\s|-|–)")


@dataclass(frozen=True, slots=True)
class RowLines:
    """A paragraph for each row, and the names or first words of the columns that are left out."""

    lines: list[str]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what is said, who says it and when; `first` is the first row below the columns' names.

    `left_out` are the names or first words of the other columns that hold words.
    """

    said: int
    speaker: int
    stamp: int | None
    first: int = 0
    left_out: tuple[str, ...] = ()


def rows_as_lines(rows: Sequence[Sequence[str]]) -> RowLines:
    """Rows of a table as paragraphs.

    >>> rows_as_lines([["Ann Reed", "Why so late?"], ["Bo Lind", "Because of the rain. It never stopped."]]).lines
    ['Ann Reed: Why so late?', 'Bo Lind: Because of the rain. It never stopped.']
    >>> rows_as_lines([["#", "Text", "Speaker", "Mood"], ["1", "Why?", "Ann", "cross"], ["2", "It rained.", "Bo", "calm"]])
    RowLines(lines=['Ann: Why?', 'Bo: It rained.'], left_out=('Mood',))
    """
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    width = max((len(row) for row in rows), default=0)
    if width < 2:
        return RowLines([line for row in rows for line in row[0].split("\n")] if rows else [])
    found = columns_of(rows)
    if found is None:
        return RowLines(["\t".join(" ".join(cell.split()) for cell in row if cell) for row in rows])
    lines = [_line(row, found) if len(row) == width else " ".join(row) for row in rows[found.first :]]
    return RowLines(lines, found.left_out)


def columns_of(rows: Sequence[Sequence[str]]) -> Columns | None:
    """The columns of a table in which people speak, by their names or by what they hold; None if nobody does.

    >>> columns_of([["Time", "Who", "Text"], ["0:00", "Ann", "Why?"], ["0:04", "Bo", "It rained."]])
    Columns(said=2, speaker=1, stamp=0, first=1, left_out=())
    """
    width = max((len(row) for row in rows), default=0)
    whole = [row for row in rows if len(row) == width]
    found = (_by_name(rows[0], whole) or _by_content(whole, width)) if width > 1 else None
    if found is None:
        return None
    taken = (found.said, found.speaker, found.stamp)
    others = [number for number in range(width) if number not in taken]
    below = whole[1:] if found.first else whole
    names = (rows[0][n] or "one without a name" for n in others if any(re.search(r"[^\W\d_]", row[n]) for row in below))
    return replace(found, left_out=tuple(" ".join(name.split())[:_MAX_NAME] for name in names))


def columns_note(left_out: Sequence[str]) -> str:
    """The note on columns of tables that are left out; empty if there are none."""
    return f"columns of tables left out: {', '.join(left_out)}" if left_out else ""


def _by_name(names: Sequence[str], whole: Sequence[Sequence[str]]) -> Columns | None:
    """The columns by the names in the first row, if their content agrees."""
    if not whole or names is not whole[0] or len(whole) < 2:
        return None
    names = [name.replace(PAGE_BREAK, "") for name in names]
    cells = [[row[n] for row in whole[1:]] for n in range(len(names))]
    said = next((n for n in columns.ranked(names, columns.TEXT_NAMES) if columns.is_speech(cells[n])), None)
    speaker = next(
        (
            n
            for n in columns.ranked(names, columns.SPEAKER_KEYS)
            if n != said and columns.names_people(cells[n], telling=columns.rank(names[n], columns.SPEAKER_KEYS) == 0)
        ),
        None,
    )
    if said is None or speaker is None:
        return None
    return Columns(said, speaker, _stamps(cells), first=1)


def _by_content(whole: Sequence[Sequence[str]], width: int) -> Columns | None:
    """The columns by what they hold: a column of names next to the longest one, and no column of other words."""
    cells = [[row[n].replace(PAGE_BREAK, "") for row in whole] for n in range(width)]
    stamp = _stamps(cells)
    worded = [n for n in range(width) if n != stamp and any(re.search(r"[^\W\d_]", cell) for cell in cells[n])]
    if len(worded) != 2:
        return None
    speaker, said = sorted(worded, key=lambda n: sum(map(len, cells[n])))
    names = [name for name, words in zip(cells[speaker], cells[said], strict=True) if name and words]
    if len(names) < 2 or not all(re.match(r"[^\W\d_]", name) for name in names):
        return None
    if sum(len(n) <= _MAX_NAME and "\n" not in n and not re.search(r"[.!?;]$", n) for n in names) < 0.9 * len(names):
        return None
    # A name behind what is said must recur: what stands there once is more often a remark.
    if speaker > said and len(set(names)) == len(names):
        return None
    if sum(len(words) for words in cells[said]) <= 2 * sum(map(len, names)):
        return None
    return Columns(said, speaker, stamp)


def _stamps(cells: Sequence[Sequence[str]]) -> int | None:
    """The first column that holds times alone."""
    for number, values in enumerate(cells):
        held = [value.replace(PAGE_BREAK, "") for value in values if value.strip(PAGE_BREAK + " ")]
        if held and sum(bool(_STAMP.match(value)) and len(value) < 40 for value in held) >= 0.8 * len(held):
            return number
    return None


def _line(row: Sequence[str], found: Columns) -> str:
    name, text = row[found.speaker], row[found.said]
    breaks = PAGE_BREAK * sum(
        cell.count(PAGE_BREAK) for n, cell in enumerate(row) if n not in (found.said, found.speaker)
    )
    stamp = _STAMP.match(row[found.stamp].replace(PAGE_BREAK, "")) if found.stamp is not None else None
    label = f"{name.rstrip(':：. ' if name.endswith((':', '：')) else ' ')}: " if name else ""
    return f"{breaks}{f'[{stamp[1]}] ' if stamp else ''}{label}{text}"
