"""Tables in Markdown with a column for who speaks and one for what is said; the text stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.readers.columns import as_time
from rag.readers.rows import columns_note, columns_of
from rag.text.spans import trim
from rag.types import Hints, LeftOut, Span

_RULE = re.compile(r"[^\S\n]*\|?[^\S\n]*:?-+:?[^\S\n]*(?:\|[^\S\n]*:?-+:?[^\S\n]*)+\|?[^\S\n]*$", re.M)
_MAYBE_RULE = re.compile(r"-:?[^\S\n]*\|[^\S\n]*:?-")  # known sooner
_BAR = re.compile(r"(?<!\\)\|")
_LEAST_SHARE = 0.5  # of a text's letters that the tables' cells hold


@dataclass(frozen=True, slots=True)
class _Table:
    """The cells of a table by rows, the columns' names first; and the range of its lines."""

    rows: list[list[Span]]
    span: Span


def read_pipe_tables(text: str) -> Hints | None:
    """The turns in a Markdown text that is mostly a table of them; None if it is none.

    >>> table = "| Time | Speaker | Text |\\n| --- | --- | --- |\\n| 0:00 | Ann | Why? |\\n| 0:04 | Bo | It rained. |\\n"
    >>> [(label, table[start:end], at) for label, start, end, at in read_pipe_tables(table).turns]
    [('Ann', 'Why?', 0.0), ('Bo', 'It rained.', 4.0)]
    """
    if not _MAYBE_RULE.search(text):
        return None
    turns: list[tuple[str, int, int, float | None]] = []
    columns: list[str] = []
    held = 0
    tables: list[Span] = []
    for table in _tables(text):
        words = [[text[slice(*cell)] for cell in row] for row in table.rows]
        found = columns_of(words)
        if found is None:
            continue
        tables.append(table.span)
        columns += found.left_out
        for cells, shown in list(zip(table.rows, words, strict=True))[found.first :]:
            if len(cells) == len(words[0]) and shown[found.said]:
                at = as_time(shown[found.stamp]) if found.stamp is not None else None
                turns.append((shown[found.speaker].strip("*_ :"), *cells[found.said], at))
            held += sum(map(_letters, shown))
    if not turns or held < _LEAST_SHARE * _letters(text):
        return None
    edges = [tables[0][1], *(edge for span in tables[1:] for edge in span), len(text)]
    others = [trim(text, edges[n], edges[n + 1]) for n in range(0, len(edges), 2)]
    left_out = tuple(LeftOut(*span, "outside the table") for span in others if _letters(text[slice(*span)]))
    notes = [columns_note(list(dict.fromkeys(columns)))]
    if left_out:
        chars = sum(out.end - out.start for out in left_out)
        notes.append(f"left out below the table: {chars:,} characters")
    return Hints(turns=tuple(turns), notes=tuple(filter(None, notes)), left_out=left_out)


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _tables(text: str) -> Iterator[_Table]:
    """The tables of a text: below a line of names, a rule of the same number of columns, and rows."""
    at = 0
    for rule in _RULE.finditer(text):
        begin = text.rfind("\n", 0, max(0, rule.start() - 1)) + 1
        if rule.start() < at or begin >= rule.start():
            continue
        rows = [_cells(text, begin, rule.start() - 1)]
        if len(rows[0]) != len(_cells(text, *rule.span())):
            continue
        at = rule.end() + 1
        while at < len(text):
            end = text.find("\n", at)
            end = end if end >= 0 else len(text)
            if "|" not in text[at:end]:
                break
            rows.append(_cells(text, at, end))
            at = end + 1
        yield _Table(rows, (begin, min(at, len(text))))


def _cells(text: str, start: int, end: int) -> list[Span]:
    """The ranges of the cells of a line, without the bars at its ends."""
    start, end = trim(text, start, end)
    start += text.startswith("|", start)
    end -= text[start:end].endswith("|") and not text[start:end].endswith("\\|")
    bars = [match.start() for match in _BAR.finditer(text, start, end)]
    edges: Sequence[int] = [start - 1, *bars, end]
    return [trim(text, a + 1, b) for a, b in pairwise(edges)]
