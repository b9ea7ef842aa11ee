"""XLSX: the first sheet of a workbook in which people speak, read as a table.

Only what a table needs is read of the package: the order of the sheets, the strings that cells share, which formats are
dates, and the cells. The XML is parsed without entities, as it streams by; rows and characters have limits.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from rag.errors import InputError
from rag.readers.table import of_rows
from rag.readers.zips import check_zip
from rag.types import Hints

MAX_ROWS, MAX_COLUMNS, MAX_SHARED = 200_000, 256, 500_000
_DAY_S = 86_400
_BEGIN = datetime(1899, 12, 30)  # day 0, as spreadsheets count since a mistake about the year 1900
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TIME_FORMATS = frozenset([*range(14, 23), *range(45, 48)])  # those that are built in
_LITERALS = re.compile(r"\"[^\"]*\"|\[(?!h|m|s)[^\]]*\]|\\.", re.I)


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of the conversation in a workbook. Raises InputError."""
    check_zip(data, "an Excel file")
    from lxml import etree

    refused = ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            book = _Workbook(package)
            for number, (sheet, part) in enumerate(book.sheets):
                try:
                    text, hints = of_rows(list(book.rows(part)))
                except InputError as error:
                    refused = refused or str(error)
                    continue
                others = [title for title, _ in book.sheets[:number] + book.sheets[number + 1 :]]
                note = (f"read: the sheet “{sheet}”; left out: {', '.join(others)[:200]}",) if others else ()
                return text, replace(hints, notes=note + hints.notes)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError, IndexError, OverflowError) as error:
        raise InputError(f"this Excel file is damaged ({type(error).__name__}); save it again, or as CSV") from error
    raise InputError(refused or "this Excel file has no sheet; save the sheet with the transcript as CSV")


class _Workbook:
    """An open workbook: its sheets by their titles, and the rows of each."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        relations = {
            each.get("Id"): each.get("Target", "")
            for each in self._elements("xl/_rels/workbook.xml.rels", "Relationship")
        }
        self.sheets = [
            (each.get("name", ""), _part(relations[each.get(_RELATION)]))
            for each in self._elements("xl/workbook.xml", "sheet")
            if each.get("state", "visible") == "visible"
        ]
        self._shared = list(self._strings())
        self._is_time = self._formats()

    def rows(self, part: str) -> Iterator[list[str]]:
        """The rows of a sheet as texts; times of the day and dates as people write them."""
        for number, row in enumerate(self._elements(part, "row")):
            if number >= MAX_ROWS:
                raise InputError(f"a sheet has more than {MAX_ROWS:,} rows; split the file")
            cells: list[str] = []
            for cell in row.iterchildren("{*}c"):
                column = _column(cell.get("r", ""), len(cells))
                if column >= MAX_COLUMNS:
                    break
                cells += [""] * (column - len(cells))
                cells[column:] = [self._shown(cell)]
            yield cells

    def _shown(self, cell: Any) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text_of(cell)
        value = cell.findtext("{*}v") or ""
        if kind == "s":
            return self._shared[int(value)]
        if kind == "n" and value and int(cell.get("s", 0)) in self._is_time:
            return _as_written(float(value))
        return value if kind in ("str", "n", "d") else ""

    def _strings(self) -> Iterator[str]:
        if "xl/sharedStrings.xml" in self._package.namelist():
            for number, each in enumerate(self._elements("xl/sharedStrings.xml", "si")):
                if number >= MAX_SHARED:
                    raise InputError(f"this workbook has more than {MAX_SHARED:,} texts; split it")
                yield _text_of(each)

    def _formats(self) -> frozenset[int]:
        """The numbers of the cell styles that show a date or a time."""
        if "xl/styles.xml" not in self._package.namelist():
            return frozenset()
        codes = {
            int(each.get("numFmtId", 0)): _LITERALS.sub("", each.get("formatCode", ""))
            for each in self._elements("xl/styles.xml", "numFmt")
        }
        timely = {number for number, code in codes.items() if re.search("[dhmsy]", code, re.I)} | _TIME_FORMATS
        styles = self._elements("xl/styles.xml", "cellXfs")
        return frozenset(
            number
            for group in styles
            for number, each in enumerate(group.iterchildren("{*}xf"))
            if int(each.get("numFmtId", 0)) in timely
        )

    def _elements(self, part: str, tag: str) -> Iterator[Any]:
        """The elements of one name in a part, each forgotten when the next comes."""
        from lxml import etree

        with self._package.open(part) as stream:
            events = etree.iterparse(
                stream, tag=f"{{*}}{tag}", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
            )
            for _, element in events:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]


def _part(target: str) -> str:
    """The name in the package of what the workbook refers to."""
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _column(reference: str, following: int) -> int:
    """The number of the column in a reference such as "AB12"; without one, the next column."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if not letters:
        return following
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return max(number - 1, following)


def _text_of(element: Any) -> str:
    """The text of a string's runs, without the readings that stand above Japanese ones."""
    runs: Sequence[Any] = [
        each for each in element.iter("{*}t") if not any(_is_reading(up) for up in each.iterancestors())
    ]
    return "".join(each.text or "" for each in runs)


def _is_reading(element: Any) -> bool:
    return str(element.tag).endswith("}rPh")


def _as_written(value: float) -> str:
    """A number as the date, the time or both that a spreadsheet shows for it.

    >>> _as_written(0.5), _as_written(0.000046296), _as_written(45415.0), _as_written(1.5)
    ('12:00:00', '00:00:04', '2024-05-03', '36:00:00')
    """
    seconds = round(value * _DAY_S)
    if value < 100:  # elapsed time may exceed a day
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    moment = _BEGIN + timedelta(seconds=seconds)
    return moment.date().isoformat() if seconds % _DAY_S == 0 else moment.isoformat(" ")
