"""Workbooks: a sheet with a column for who speaks is a conversation; nothing of the package can grow or run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

import pytest

from rag.errors import InputError
from rag.readers.detect import format_of
from rag.readers.xlsx import read
from rag.transcript import parse

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (
    f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="[h]:mm:ss"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>'
)
CLOCK, DAY = 1, 2  # cell styles


class Number:
    """A number in a cell, shown in a style."""

    def __init__(self, value: float, style: int = 0) -> None:
        self.value, self.style = value, style


Cell = str | Number | None


def workbook(sheets: dict[str, Sequence[Sequence[Cell]]], *, shared: bool = True, head: str = "") -> bytes:
    strings: list[str] = []

    def cell(value: Cell, row: int, column: int) -> str:
        if value is None:
            return ""
        place = f'r="{chr(ord("A") + column)}{row}"'
        if isinstance(value, Number):
            return f'<c {place} s="{value.style}"><v>{value.value}</v></c>'
        if not shared:
            return f'<c {place} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        strings.append(value)
        return f'<c {place} t="s"><v>{len(strings) - 1}</v></c>'

    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        names = list(sheets)
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>'
            + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
            + "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            + "".join(f'<Relationship Id="rId{n}" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(names) + 1))
            + "</Relationships>",
        )
        for n, rows in enumerate(sheets.values(), 1):
            body = "".join(
                f'<row r="{r}">{"".join(cell(value, r, c) for c, value in enumerate(row))}</row>'
                for r, row in enumerate(rows, 1)
            )
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml", f"{head}<worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>"
            )
        runs = "".join(f"<si><r><t>{escape(each[:2])}</t></r><r><t>{escape(each[2:])}</t></r></si>" for each in strings)
        archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{runs}</sst>")
        archive.writestr("xl/styles.xml", STYLES)
    return package.getvalue()


ROWS: list[list[Cell]] = [
    ["Time", "Speaker", "Text", "Mood"],
    [Number(4 / 86400, CLOCK), "Ann Reed", "Why so late?", None],
    [Number(62 / 86400, CLOCK), "Bo Lind", "It rained & it poured.", "calm"],
    [Number(90_000 / 86400, CLOCK), "Ann Reed", "All day?", None],
]


@pytest.mark.parametrize("shared", [True, False])
def test_the_rows_of_a_sheet_are_turns(shared: bool) -> None:
    text, hints = read(workbook({"Talk": ROWS}, shared=shared), "talk.xlsx")
    document = parse(text, source="talk.xlsx", hints=hints)
    assert [(turn.speaker, text[turn.start : turn.end], turn.seconds) for turn in document.turns] == [
        ("Ann Reed", "Why so late?", 4.0),
        ("Bo Lind", "It rained & it poured.", 62.0),
        ("Ann Reed", "All day?", 90_000.0),
    ]
    assert document.notes == ("columns left out: Mood",)


def test_the_first_sheet_in_which_people_speak_is_read_and_the_others_are_named() -> None:
    sheets: dict[str, Sequence[Sequence[Cell]]] = {"Cover": [["Project", "Kiln"]], "Talk": ROWS, "Codes": [["a", "b"]]}
    text, hints = read(workbook(sheets), "talk.xlsx")
    assert text.startswith("Ann Reed: Why so late?")
    assert hints.notes[0] == "read: the sheet “Talk”; left out: Cover, Codes"


def test_a_cell_in_a_date_format_shows_the_date_and_an_empty_cell_moves_no_other() -> None:
    rows: list[list[Cell]] = [
        ["Text", "Note", "Speaker"],
        ["It opened on", None, "Ann Reed"],
        [Number(45_415, DAY), None, "Bo Lind"],
        ["So it did.", None, "Ann Reed"],
    ]
    text, _ = read(workbook({"Talk": rows}), "talk.xlsx")
    assert text == "Ann Reed: It opened on\n\nBo Lind: 2024-05-03\n\nAnn Reed: So it did.\n"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (workbook({"Numbers": [["a", "b"], ["1", "2"]]}), "no column is called text"),
        (workbook({"Talk": ROWS})[:-40], "damaged"),
        (
            workbook({"Talk": ROWS}, head='<!DOCTYPE x [<!ENTITY a "aa">]>').replace(b"rained", b"&a;&a;"),
            "damaged|entit",
        ),
        (workbook({}), "has no sheet"),
    ],
)
def test_a_workbook_without_a_conversation_is_refused_with_the_reason(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(data, "talk.xlsx")


def test_a_workbook_is_known_by_its_parts_and_by_its_suffix() -> None:
    assert format_of(workbook({"Talk": ROWS}), ".bin") == "xlsx"
    assert format_of(b"PK\x03\x04", ".xlsx") == "xlsx"
    with pytest.raises(InputError, match=r"old Excel file .*convert-to xlsx"):
        format_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls")
