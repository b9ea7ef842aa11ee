"""PDF: lines as pypdf finds them → paragraphs, without what belongs to the page rather than to the text.

All of that is judged from places on the page, which a PDF only mostly tells; words are never changed but for hyphens at
line ends and ligatures.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable
from typing import Any

from rag.errors import InputError
from rag.readers.pdf_lines import (
    CONTROL,
    Collector,
    Line,
    drop_line_numbers,
    drop_running_heads,
    order_columns,
    split_at_gaps,
)
from rag.readers.pdf_paragraphs import join_pages
from rag.text.lexicon import LEXICONS
from rag.types import Hints

MAX_PAGES = 5_000
MIN_PAGE_BYTES = 20  # that any page takes of a file
_OCR = "run: ocrmypdf FILE.pdf OUT.pdf, and ingest OUT.pdf"
_REPAIR = "try: qpdf FILE.pdf OUT.pdf, and ingest OUT.pdf"
# Searched for anywhere in a title, so only the English phrase: "sans titre" may be part of a real one.
_NO_TITLES = re.compile(
    rf"{'|'.join(LEXICONS['en'].no_titles)}|microsoft word|powerpoint|\.(?:docx?|pdf|indd|tex|rtf)\b|^\W*$", re.I
)

_FEW_WORDS = 20
_NAME = re.compile(r"[^\W\d_a-zß-ÿ][\w'’-]+(?: (?:[a-z]{1,3} )?[^\W\d_a-zß-ÿ][\w'’.-]+)+")  # two words with capitals


class _Warnings(logging.Handler):
    """Hears what pypdf would print, and keeps what concerns the text."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.unreadable_fonts = False
        log = logging.getLogger("pypdf")
        log.handlers, log.propagate = [self], False

    def emit(self, record: logging.LogRecord) -> None:
        self.unreadable_fonts |= "to fully parse the encoding" in record.getMessage()


def read(data: bytes, name: str, *, page_done: Callable[[], None] | None = None) -> tuple[str, Hints]:
    """Canonical text of a PDF, and the page of every character. Raises InputError.

    `page_done` is called behind each page.
    """
    warned = _Warnings()
    reader = _open(data)
    count = len(reader.pages)
    pages, images = _read_pages(reader, page_done)
    letters = sum(len(re.findall(r"[^\W_]", line.text)) for lines in pages for line in lines)
    if letters < 20 * count and images:
        raise InputError(f"this PDF holds images of pages, and {'hardly any' if letters else 'no'} text; {_OCR}")
    if not letters:
        raise InputError(f"this PDF holds no text; if it shows some, {_OCR}")
    empty = sum(not lines for lines in pages)
    opening = " ".join(line.text for lines in pages[:2] for line in lines)
    pages, removed = drop_running_heads(drop_line_numbers(pages))
    joined = join_pages(pages)
    labels = _labels(reader, count)
    notes = []
    if removed:
        notes.append(f"left out: running heads and page numbers, {removed} lines on {count} pages")
    if joined.guessed:
        shown = ", ".join(f"“{word}”" for word in joined.guessed[:3])
        more = f" and {len(joined.guessed) - 3:,} more" if len(joined.guessed) > 3 else ""
        notes.append(f"joined at the ends of lines by guess: {shown}{more}; the PDF may have a hyphen there")
    if warned.unreadable_fonts:
        notes.append("some of its fonts could not be read fully: letters may be missing; compare quotes with the PDF")
    if empty:
        notes.append(f"{empty} of {count} pages hold no text; if they are scanned, {_OCR}")
    return joined.text, Hints(
        title=_title(reader, opening),
        pages=tuple((start, labels[page]) for start, page in joined.starts),
        notes=tuple(notes),
    )


def _open(data: bytes) -> Any:
    """A PDF opened by pypdf, with a number of pages that it can have. Raises InputError."""
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(
                "this PDF is protected by a password; "
                "run: qpdf --decrypt --password=PASSWORD FILE.pdf OUT.pdf, and ingest OUT.pdf"
            )
        count = len(reader.pages)
    except DependencyError as error:
        raise InputError(f"this PDF is encrypted ({error}); run: qpdf --decrypt FILE.pdf OUT.pdf") from error
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"this PDF is damaged ({error or type(error).__name__}); {_REPAIR}") from error
    if count > len(data) / MIN_PAGE_BYTES:
        raise InputError(f"this PDF claims {count:,} pages in {len(data):,} bytes, and cannot have them; {_REPAIR}")
    if count > MAX_PAGES:
        raise InputError(f"this PDF has {count:,} pages, more than the {MAX_PAGES:,} that onrecord reads; split it")
    return reader


def _read_pages(reader: Any, page_done: Callable[[], None] | None) -> tuple[list[list[Line]], int]:
    """The lines of each page in reading order, and how many pages hold images. Raises InputError."""
    from pypdf.errors import PyPdfError

    pages: list[list[Line]] = []
    images = 0
    for number, page in enumerate(reader.pages):
        collector = Collector(number)
        try:
            page.extract_text(visitor_text=collector.visit)
            images += bool(_has_image(page))
        except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise InputError(f"page {number + 1} of this PDF is damaged ({type(error).__name__}); {_REPAIR}") from error
        if page_done:
            page_done()
        pages.append(order_columns([line for parts in collector.lines for line in split_at_gaps(parts, number)]))
    return pages, images


def _has_image(page: Any) -> bool:
    objects = _resolved(_resolved(page.get("/Resources", {})).get("/XObject", {}))
    return any(_resolved(objects[name]).get("/Subtype") == "/Image" for name in list(objects)[:50])


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _labels(reader: Any, count: int) -> list[str]:
    """The printed numbers of the pages, as far as the file tells."""
    try:
        labels = [CONTROL.sub("", str(label)).strip() for label in reader.page_labels]
    except Exception:  # a fault in labels is no reason to refuse a text
        labels = []
    return (
        labels
        if len(labels) == count and all(0 < len(label) <= 16 for label in labels)
        else [str(number + 1) for number in range(count)]
    )


def _title(reader: Any, opening: str) -> str:
    """The title that the file declares; empty if it names what the first pages do not: a copied file's is another one's."""
    try:
        title = str((reader.metadata or {}).get("/Title") or "")
    except Exception:
        return ""
    title = " ".join(CONTROL.sub("", title).split())
    if _NO_TITLES.search(title) or len(title) > 300:
        return ""
    words = set(re.findall(r"\w+", opening.casefold()))
    names = (re.findall(r"\w+", name[0].casefold()) for name in _NAME.finditer(title))
    is_telling = len(words) >= _FEW_WORDS  # a cover with a picture names nobody
    return "" if is_telling and any(words.isdisjoint(name) for name in names) else title
