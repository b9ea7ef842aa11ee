"""DOCX: paragraphs and tables in order, with bold labels, and the pages that Word last saw.

python-docx opens the package; the walk over its body is made here, since what is in tracked insertions and content
controls is part of the text, and what was deleted is not.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from rag.errors import InputError
from rag.readers.blocks import PAGE_BREAK, Block, flatten, rows_as_lines, with_bold_label
from rag.text.lexicon import patterns
from rag.types import Hints

MAX_UNPACKED = 200_000_000
MAX_RATIO = 100
_FREE_BYTES = 2_000_000  # small files may be packed as tightly as they like
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = frozenset(
    [f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "txbxContent", "instrText", "delText", "sdtPr")]
    + ["{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"]
)
_NO_TITLES = re.compile(rf"word |microsoft word|{patterns('no_titles')}|{patterns('numbered_no_titles')} ?\d*$", re.I)


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of a Word document. Raises InputError."""
    check_zip(data)
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
    blocks = list(walk.blocks(document.element.body))
    text, pages = flatten(blocks)
    if not text.strip():
        raise InputError("this Word file holds no text; if it holds images of pages, make them text by OCR first")
    if _NO_TITLES.match(title.strip()) or len(title) > 300:
        title = ""
    return text, Hints(title=" ".join(title.split()), pages=pages if walk.page > 1 else ())


def check_zip(data: bytes) -> None:
    """Refuse archives that unpack to more than they can hold, or name files outside themselves."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise InputError(f"the ZIP archive that a Word file is, is damaged: {error}") from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > 20_000:
        raise InputError(f"this file holds {len(entries):,} parts; a Word file has a few dozen")
    if unpacked > MAX_UNPACKED or unpacked > max(MAX_RATIO * len(data), _FREE_BYTES):
        raise InputError(
            f"{len(data):,} bytes unpack to {unpacked:,}; onrecord unpacks at most {MAX_RATIO} times a file's size, "
            f"and at most {MAX_UNPACKED // 1_000_000} MB"
        )
    for entry in entries:
        if entry.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry.filename):
            raise InputError(f"the archive names a file outside itself ({entry.filename!r})")
        if entry.flag_bits & 1:
            raise InputError("this Word file is protected by a password; save a copy without one")


class _Walk:
    """One pass over a body; keeps the number of the page."""

    def __init__(self, headings: dict[str, str]) -> None:
        self.page = 1
        self._begins: int | None = None  # the page where the text of the paragraph at hand begins
        self._headings = headings

    def blocks(self, element: Any) -> Iterator[Block]:
        for child in element:
            if child.tag == f"{_W}p":
                yield self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                page = self.page
                rows = [self._cells(row) for row in child.iter(f"{_W}tr") if _table_of(row) is child]
                for line in rows_as_lines(rows):
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
        self._begins = None
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
                continue
            if tag == f"{_W}t":
                if self._begins is None and (child.text or "").strip():
                    self._begins = self.page
                pieces.append((child.text or "", bold))
            elif tag == f"{_W}tab":
                pieces.append(("\t", bold))
            elif tag == f"{_W}noBreakHyphen":
                pieces.append(("-", bold))
            elif tag == f"{_W}lastRenderedPageBreak":
                self.page += 1
                # At the very beginning it puts the whole paragraph on the new page.
                if self._begins is not None:
                    pieces[-1] = (pieces[-1][0] + PAGE_BREAK, pieces[-1][1])
            elif tag in (f"{_W}br", f"{_W}cr"):
                if child.get(f"{_W}type") not in ("page", "column"):
                    pieces.append(("\n", bold))
            elif tag == f"{_W}r":
                self._collect(child, pieces, bold=_is_bold(child))
            else:
                self._collect(child, pieces, bold=bold)


def _table_of(row: Any) -> Any:
    return next(row.iterancestors(f"{_W}tbl"))


def _is_bold(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}b")
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off")
