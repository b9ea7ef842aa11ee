"""DOCX: paragraphs, tables and text boxes in order, with bold labels, and the pages that Word last saw.

python-docx opens the package; the walk over its body is made here, since what is in tracked insertions and content
controls is part of the text, and what was deleted, hidden or struck out is not.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rag.errors import InputError
from rag.readers.blocks import PAGE_BREAK, Block, flatten, with_bold_label
from rag.readers.html_margins import opening_of
from rag.readers.rows import columns_note, rows_as_lines
from rag.readers.zips import check_zip
from rag.text.lexicon import patterns
from rag.types import Hints

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = frozenset(
    [f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sdtPr", "rt")]
    + ["{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"]
)
_SIGNS = {f"{_W}tab": "\t", f"{_W}noBreakHyphen": "-"}
_PAGE_FIELDS = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES)\b", re.I)
_UNSEEN = {"vanish": "hidden", "strike": "struck out", "dstrike": "struck out"}
# What the font Symbol shows, of the signs that stand in sentences.
_SYMBOLS = {
    0x2D: "−",
    0xB0: "°",
    0xB1: "±",
    0xB4: "×",
    0xB7: "•",
    0xA3: "≤",
    0xB3: "≥",
    0xB9: "≠",
    0x25: "%",
    0x2B: "+",
}
_NO_SYMBOL = "\ufffd"
_BOX_SHARE = 0.3  # of a text that text boxes hold, if they are its layout
_NO_TITLES = re.compile(rf"word |microsoft word|{patterns('no_titles')}|{patterns('numbered_no_titles')} ?\d*$", re.I)


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of a Word document. Raises InputError."""
    check_zip(data, "a Word file")
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml import etree

    try:
        document = docx.Document(io.BytesIO(data))
        title = document.core_properties.title or ""
        headings = {
            style.style_id: (style.name or "").lower()
            for style in document.styles
            if (style.name or "").lower().startswith(("heading", "title"))
        }
    except (
        PackageNotFoundError,
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        KeyError,
        ValueError,
        AttributeError,
    ) as error:
        raise InputError(
            f"this Word file is damaged ({type(error).__name__}); open it in a word processor and save it again as DOCX"
        ) from error
    walk = _Walk(headings)
    blocks, boxes = _without_asides(list(walk.blocks(document.element.body)))
    text, pages = flatten(blocks)
    if not text.strip():
        raise InputError("this Word file holds no text; if it holds images of pages, make them text by OCR first")
    if _NO_TITLES.match(title.strip()) or len(title) > 300:
        title = ""
    unseen = [f"left out: {count:,} characters that are {how}" for how, count in walk.unseen.items()]
    notes = tuple(note for note in (*unseen, boxes, columns_note(tuple(dict.fromkeys(walk.columns)))) if note)
    return text, Hints(title=" ".join(title.split()), pages=pages if walk.page > 1 else (), notes=notes)


def _without_asides(blocks: list[Block]) -> tuple[list[Block], str]:
    """The paragraphs without text boxes in which nobody speaks, and a note on those; boxes can be the whole layout."""
    boxes: dict[int, list[Block]] = {}
    for block in blocks:
        if block.box and block.text.strip():
            boxes.setdefault(block.box, []).append(block)
    boxed = sum(len(block.text) for box in boxes.values() for block in box)
    if boxed > _BOX_SHARE * sum(len(block.text) for block in blocks):
        return blocks, ""
    aside = {number: box for number, box in boxes.items() if not any(opening_of(block.text) for block in box)}
    if not aside:
        return blocks, ""
    chars = sum(len(block.text) for box in aside.values() for block in box)
    begins = " ".join(next(iter(aside.values()))[0].text.split())[:60]
    count = "1 text box" if len(aside) == 1 else f"{len(aside):,} text boxes"
    note = f"left out: {count} without a speaker's label, {chars:,} characters: “{begins}”"
    return [block for block in blocks if block.box not in aside], note


class _Walk:
    """One pass over a body; keeps the number of the page, and counts what is left out."""

    def __init__(self, headings: dict[str, str]) -> None:
        self.page = 1
        self.unseen: Counter[str] = Counter()  # characters that Word does not show, or shows as taken back
        self.columns: list[str] = []
        self._begins: int | None = None  # the page where the text of the paragraph at hand begins
        self._headings = headings
        self._boxes: list[Block] = []  # that are anchored in the paragraph at hand
        self._box = 0
        self._field: str | None = None  # the instruction of the field at hand
        self._is_result = False

    def blocks(self, element: Any) -> Iterator[Block]:
        for child in element:
            if child.tag == f"{_W}p":
                yield self._paragraph(child)
                boxes, self._boxes = self._boxes, []
                yield from boxes
            elif child.tag == f"{_W}tbl":
                page = self.page
                rows = rows_as_lines([self._cells(row) for row in child.iter(f"{_W}tr") if _table_of(row) is child])
                self.columns += rows.left_out
                for line in rows.lines:
                    last = page + line.count(PAGE_BREAK)
                    yield Block(line, str(page), tuple(map(str, range(page + 1, last + 1))))
                    page = last
            elif child.tag not in _SKIPPED and isinstance(child.tag, str):
                yield from self.blocks(child)

    def _cells(self, row: Any) -> list[str]:
        cells = [cell for cell in row.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tr")) is row]
        return ["\n".join(self._cell(cell)) for cell in cells]

    def _cell(self, cell: Any) -> Iterator[str]:
        """The paragraphs of a cell; a page that begins with one of them is marked, too."""
        page = self.page
        for block in self.blocks(cell):
            if block.text.strip():
                yield PAGE_BREAK * (int(block.page) - page) + block.text
                page = int(block.page) + len(block.further)

    def _paragraph(self, paragraph: Any) -> Block:
        pieces: list[tuple[str, bool]] = []
        self._begins, self._field = None, None
        self._collect(paragraph, pieces, bold=False)
        text = with_bold_label(pieces)
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        kind = self._headings.get(style.get(f"{_W}val"), "") if style is not None else ""
        if kind and text.strip() and "\n" not in text.strip():
            level = int(kind[-1]) if kind[-1:].isdigit() else 1
            text = f"{'#' * max(1, min(level, 6))} {text.strip('* ')}"
        first = self.page if self._begins is None else self._begins
        return Block(text, str(first), tuple(map(str, range(first + 1, self.page + 1))))

    def _collect(self, element: Any, pieces: list[tuple[str, bool]], *, bold: bool) -> None:
        for child in element:
            tag = child.tag
            if tag in _SKIPPED or not isinstance(tag, str):
                self._field = (self._field or "") + (child.text or "") if tag == f"{_W}instrText" else self._field
            elif tag in _SIGNS:
                pieces.append((_SIGNS[tag], bold))
            elif tag == f"{_W}t":
                self._add(child.text or "", pieces, bold=bold)
            elif tag == f"{_W}sym":
                self._add(_symbol(child), pieces, bold=bold)
            elif tag == f"{_W}fldChar":
                self._is_result = child.get(f"{_W}fldCharType") == "separate"
                self._field = self._field if self._is_result else None
            elif tag == f"{_W}fldSimple" and _PAGE_FIELDS.match(child.get(f"{_W}instr") or ""):
                continue
            elif tag == f"{_W}txbxContent":
                self._read_box(child)
            elif tag == f"{_W}lastRenderedPageBreak":
                self.page += 1
                # At the very beginning it puts the whole paragraph on the new page.
                if self._begins is not None and pieces:
                    pieces[-1] = (pieces[-1][0] + PAGE_BREAK, pieces[-1][1])
            elif tag in (f"{_W}br", f"{_W}cr"):
                if child.get(f"{_W}type") not in ("page", "column"):
                    pieces.append(("\n", bold))
            elif tag == f"{_W}r":
                self._run(child, pieces)
            else:
                self._collect(child, pieces, bold=bold)

    def _run(self, run: Any, pieces: list[tuple[str, bool]]) -> None:
        how = next((how for mark, how in _UNSEEN.items() if _is_set(run, mark)), "")
        if how:
            self.unseen[how] += sum(len((text.text or "").strip()) for text in run.iter(f"{_W}t"))
        else:
            self._collect(run, pieces, bold=_is_set(run, "b"))

    def _add(self, words: str, pieces: list[tuple[str, bool]], *, bold: bool) -> None:
        if self._is_result and _PAGE_FIELDS.match(self._field or ""):
            return  # the number of a page
        if self._begins is None and words.strip():
            self._begins = self.page
        pieces.append((words, bold))

    def _read_box(self, content: Any) -> None:
        """The paragraphs of a text box, to stand behind the paragraph in which it is anchored."""
        around = self._begins, self._field, self._boxes
        self._boxes = []
        self._box += 1
        number = self._box
        found = [replace(block, box=number) for block in self.blocks(content)]
        self._begins, self._field, self._boxes = around
        self._boxes += found


def _symbol(sign: Any) -> str:
    """The character of a sign that is given by a font's own number."""
    try:
        code = int(sign.get(f"{_W}char") or "", 16)
    except ValueError:
        return ""
    if not 0xF000 <= code <= 0xF0FF:
        return chr(code) if 0x20 <= code < 0xD800 else ""
    return _SYMBOLS.get(code - 0xF000, _NO_SYMBOL) if (sign.get(f"{_W}font") or "") == "Symbol" else _NO_SYMBOL


def _table_of(row: Any) -> Any:
    return next(row.iterancestors(f"{_W}tbl"))


def _is_set(run: Any, name: str) -> bool:
    mark = run.find(f"{_W}rPr/{_W}{name}")
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off")
