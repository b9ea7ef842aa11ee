"""CSV with a heading: one gold range a row, so that a set can be kept in a spreadsheet.

    id,question,answerable,source,start,end,answers,history,tags
    q1,When did the ferry stop?,true,hearing.txt,120,180,in May|since May,,lexical
    q1,,,hearing.txt,900,950,,,
    q2,Who paid?,false,,,,,,

Rows with the same id are one question with several ranges. A later row repeats the other columns unchanged, or leaves
them empty. A text in `answers`, `history` and `tags` cannot hold a `|`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from eval.questions.record import Fault, Record

NEEDED = ("id", "question", "answerable")
COLUMNS = (*NEEDED, "source", "start", "end", "answers", "history", "tags", "speaker")
_PLACE: tuple[str, ...] = ("source", "start", "end")
_LISTS = ("answers", "history", "tags")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def is_set(text: str) -> bool:
    """Whether a text begins with a heading that names the columns of questions."""
    return set(NEEDED) <= set(_heading(text)[0])


def read(name: str, text: str) -> Iterator[Record | Fault]:
    """One record an id, in order of appearance."""
    heading, delimiter = _heading(text)
    if missing := [column for column in NEEDED if column not in heading]:
        yield Fault(f"{name}:1", missing[0], f"there is no such column; a set has {', '.join(COLUMNS)}")
        return
    questions: dict[str, _Question] = {}
    try:
        for place, cells in _rows(name, text, delimiter):
            if len(cells) > len(heading):
                yield Fault(
                    place, "", f"{len(cells)} cells under {len(heading)} columns; quote a cell that holds {delimiter!r}"
                )
                continue
            row = {column: cell.strip() for column, cell in zip(heading, cells, strict=False) if cell.strip()}
            if "id" not in row:
                yield Fault(place, "id", "is empty")
                continue
            yield from questions.setdefault(row["id"], _Question(place)).add(place, row)
    except csv.Error as error:
        yield Fault(name, "", f"is no sound CSV: {error}")
    yield from (question.record() for question in questions.values())


def _heading(text: str) -> tuple[list[str], str]:
    """The columns' names, and what separates them: spreadsheets write commas, semicolons or tabs."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return [cell.strip().strip('"').lower() for cell in first.split(delimiter)], delimiter


def _rows(name: str, text: str, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """(place, cells) of each row under the heading; the place is the line on which the row begins."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    began, headed = 1, False
    for cells in rows:
        if any(cell.strip() for cell in cells):
            if headed:
                yield f"{name}:{began}", cells
            headed = True
        began = rows.line_num + 1


class _Question:
    """What the rows of one id say, put together."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.fields: dict[str, Any] = {}
        self.gold: list[dict[str, Any]] = []
        self.gold_places: list[str] = []

    def add(self, place: str, row: dict[str, str]) -> Iterator[Fault]:
        """Take one row in; a fault for what contradicts an earlier one."""
        for column in (*NEEDED, *_LISTS, "speaker"):
            if column not in row:
                continue
            value = _value(column, row[column])
            if self.fields.setdefault(column, value) != value:
                yield Fault(place, column, f"{row[column]!r} is not what {self.place} says for the same id")
        gold = {column: _value(column, row[column]) for column in _PLACE if column in row}
        if gold:
            self.gold.append(gold)
            self.gold_places.append(place)

    def record(self) -> Record:
        """The contract's form."""
        return Record(self.place, {**self.fields, "relevant": self.gold}, tuple(self.gold_places))


def _value(column: str, cell: str) -> Any:
    """A cell as the type of its column; a cell of another type stays text, and the check reports it."""
    if column in _LISTS:
        return [part.strip() for part in cell.split("|")]
    if column == "answerable":
        return _TRUTH.get(cell.lower(), cell)
    if column in {"start", "end"} and cell.removeprefix("-").isdecimal() and cell.isascii():
        return int(cell)
    return cell
