"""PDF: lines as pypdf finds them → paragraphs, without what belongs to the page rather than to the text.

pypdf gives pieces of text with their places. Lines that a typesetter broke are joined again by their gaps and indents, two
columns that were written side by side are read one after the other, and heads, feet and numbers that recur page after page
are left out. All of that is judged from places on the page, which a PDF only mostly tells; words are never changed but for
hyphens at line ends and ligatures.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from rag.errors import InputError
from rag.readers.docx import with_bold_label
from rag.types import Hints

MAX_PAGES = 5_000
MIN_PAGE_BYTES = 20  # that any page takes of a file
_OCR = "run: ocrmypdf FILE.pdf OUT.pdf, and ingest OUT.pdf"
_REPAIR = "try: qpdf FILE.pdf OUT.pdf, and ingest OUT.pdf"
_LIGATURES = str.maketrans(
    {
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "ft",
        "ﬆ": "st",
        "\xa0": " ",
        "\u2002": " ",
        "\u2003": " ",
    }
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_SENTENCE_END = re.compile(r"[.!?…:。！？]['\"”’»)\]]*$")
_OPENS_TURN = re.compile(
    r"(?:Q|A)[.:]?\s|(?:\[?\d\d?:\d\d(?::\d\d)?\]?\s*)?(?:[^\W\d_][\w.'’()-]*(?:,\s?|\s)){0,7}[^\W\d_][\w.'’()-]*\s?[:：]"
)
_NO_TITLES = re.compile(r"untitled|microsoft word|powerpoint|\.(?:docx?|pdf|indd|tex|rtf)\b|^\W*$", re.I)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line on a page: its pieces as (text, bold), and where its first letter stands, in points."""

    pieces: tuple[tuple[str, bool], ...]
    x: float
    y: float
    size: float
    page: int

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces).strip()

    @property
    def right(self) -> float:
        """About where it ends: widths of letters are not told."""
        return self.x + 0.5 * self.size * len(self.text)


@dataclass(slots=True)
class _Collector:
    """What pypdf tells of a page, as pieces of lines."""

    page: int
    lines: list[list[tuple[str, bool, float, float, float]]] = field(default_factory=lambda: [[]])

    def visit(self, text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        name = str((font or {}).get("/BaseFont", "")).lower() if hasattr(font, "get") else ""
        bold = any(word in name for word in ("bold", "black", "heavy", "cmbx"))
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs(cm[3] * tm[3]) or abs(cm[1] * tm[2]) or 1.0
        if abs(tm[0]) < abs(tm[1]):  # turned by a quarter
            x, y = (y, -x) if tm[1] > 0 else (-y, x)
        head, *rest = text.split("\n")
        for number, part in enumerate([head, *rest]):
            if number:
                self.lines.append([])
            if part:
                self.lines[-1].append((part, bold, x, y, abs(size) * scale))


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
    """Canonical text of a PDF, and the page of every character. Raises InputError."""
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    warned = _Warnings()
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(
                "this PDF is protected by a password; run: qpdf --decrypt --password=PASSWORD FILE.pdf OUT.pdf, and ingest OUT.pdf"
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
    pages: list[list[_Line]] = []
    images = 0
    for number, page in enumerate(reader.pages):
        collector = _Collector(number)
        try:
            page.extract_text(visitor_text=collector.visit)
            images += bool(_has_image(page))
        except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise InputError(f"page {number + 1} of this PDF is damaged ({type(error).__name__}); {_REPAIR}") from error
        if page_done:
            page_done()
        pages.append(_columns([line for parts in collector.lines for line in _lines_of(parts, number)]))
    letters = sum(len(re.findall(r"[^\W_]", line.text)) for lines in pages for line in lines)
    if letters < 20 * count and images:
        raise InputError(f"this PDF holds images of pages, and {'hardly any' if letters else 'no'} text; {_OCR}")
    if not letters:
        raise InputError(f"this PDF holds no text; if it shows some, {_OCR}")
    empty = sum(not lines for lines in pages)
    pages, removed = _without_heads([_without_numbers(lines) for lines in pages])
    text, starts = _joined(pages)
    labels = _labels(reader, count)
    notes = []
    if removed:
        notes.append(f"left out: running heads and page numbers, {removed} lines on {count} pages")
    if warned.unreadable_fonts:
        notes.append("some of its fonts could not be read fully: letters may be missing; compare quotes with the PDF")
    if empty:
        notes.append(f"{empty} of {count} pages hold no text; if they are scanned, {_OCR}")
    return text, Hints(
        title=_title(reader), pages=tuple((start, labels[page]) for start, page in starts), notes=tuple(notes)
    )


def _has_image(page: Any) -> bool:
    objects = _resolved(_resolved(page.get("/Resources", {})).get("/XObject", {}))
    return any(_resolved(objects[name]).get("/Subtype") == "/Image" for name in list(objects)[:50])


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _lines_of(parts: Sequence[tuple[str, bool, float, float, float]], page: int) -> list[_Line]:
    """A line, or two where the second part of it begins far to the right: columns are told apart later."""
    lines: list[_Line] = []
    for raw, bold, x, y, size in parts:
        text = _CONTROL.sub("", raw.translate(_LIGATURES))
        if lines and (not text.strip() or x <= lines[-1].right + 2 * size or abs(y - lines[-1].y) > 2):
            lines[-1] = replace(lines[-1], pieces=(*lines[-1].pieces, (text, bold)))
        elif text.strip():
            lines.append(_Line(((text, bold),), x, y, size, page))
    return lines


def _columns(lines: list[_Line]) -> list[_Line]:
    """Lines in reading order: where two columns were written side by side, the left one first."""
    pairs = [(a, b) for a, b in pairwise(lines) if abs(a.y - b.y) <= 2 and b.x > a.x]
    edges = Counter(round(b.x / 4) for a, b in pairs if len(a.text.split()) >= 3)
    edge, times = edges.most_common(1)[0] if edges else (0, 0)
    if times < 5 or times < 0.5 * len({round(line.y) for line in lines}):
        return _rejoined(lines)
    border = 4 * edge - 4.0
    ordered: list[_Line] = []
    left: list[_Line] = []
    right: list[_Line] = []
    for line in lines:
        if line.x >= border:
            right.append(line)
        elif line.right < border + 12 or (right and abs(line.y - right[-1].y) > 200):
            left.append(line)
        else:  # across both
            ordered += [*left, *right, line]
            left, right = [], []
    return [*ordered, *left, *right]


def _rejoined(lines: list[_Line]) -> list[_Line]:
    """What stands on one line, and in no column, is one line: a label and, a tab further, what is said."""
    whole: list[_Line] = []
    for line in lines:
        if whole and abs(whole[-1].y - line.y) <= 2 and line.x > whole[-1].x and whole[-1].text:
            joined = (*whole[-1].pieces, ("" if whole[-1].pieces[-1][0].endswith(" ") else " ", False), *line.pieces)
            whole[-1] = replace(whole[-1], pieces=joined)
        else:
            whole.append(line)
    return whole


def _without_numbers(lines: list[_Line]) -> list[_Line]:
    """Without the line numbers of a deposition: they count up, at one place on the page."""
    lone = [line for line in lines if re.fullmatch(r"\d{1,2}", line.text)]
    if len(lone) >= 8 and len({round(line.x / 12) for line in lone}) <= 2 and _counts_up([int(n.text) for n in lone]):
        lines = [line for line in lines if line not in lone]
    led = [(line, match) for line in lines if (match := re.match(r"\s*(\d{1,2})(?=\s)", line.text))]
    if len(led) >= 8 and len(led) >= 0.6 * len(lines) and _counts_up([int(match[1]) for _, match in led]):
        numbered = {id(line): match.end() for line, match in led}
        lines = [_cut(line, numbered[id(line)]) if id(line) in numbered else line for line in lines]
    return [line for line in lines if line.text]


def _counts_up(numbers: Sequence[int]) -> bool:
    steps = [b - a for a, b in pairwise(numbers)]
    return bool(steps) and sum(step == 1 for step in steps) >= 0.8 * len(steps)


def _cut(line: _Line, length: int) -> _Line:
    """A line without its first characters; it begins where the text behind them does, as far as is known."""
    left = length + len(line.pieces[0][0]) - len(line.pieces[0][0].lstrip())
    pieces: list[tuple[str, bool]] = []
    for text, bold in line.pieces:
        kept = text[min(left, len(text)) :]
        left -= len(text) - len(kept)
        if kept:
            pieces.append((kept, bold))
    gap = len("".join(text for text, _ in pieces)) - len("".join(text for text, _ in pieces).lstrip())
    return replace(line, pieces=tuple(pieces), x=line.x + 0.5 * line.size * (length + gap))


def _without_heads(pages: list[list[_Line]]) -> tuple[list[list[_Line]], int]:
    """Pages without the lines at their edges that recur at the same height, and how many those were."""
    seen: Counter[tuple[str, int]] = Counter()
    for lines in pages:
        seen.update({key for line in _edges(lines) for key in _keys(line)})
    removed = 0
    kept: list[list[_Line]] = []
    for lines in pages:
        heads = {
            id(line) for line in _edges(lines) if _is_head(line, max(seen[key] for key in _keys(line)), len(pages))
        }
        kept.append([line for line in lines if id(line) not in heads])
        removed += len(lines) - len(kept[-1])
    # Pages that are alike in every line are short, not furnished.
    return (kept, removed) if any(kept) else (pages, 0)


def _edges(lines: list[_Line]) -> list[_Line]:
    by_height = sorted(lines, key=lambda line: -line.y)
    return [*by_height[:3], *by_height[3:][-3:]]


def _keys(line: _Line) -> list[tuple[str, int]]:
    """A line's form, without its numbers, at its height; heights that are rounded apart count as one."""
    form = re.sub(r"\d+", "#", re.sub(r"\W+", " ", line.text.casefold())).strip()
    form = re.sub(r"^(?:page |p )?[ivxlc]{1,6}$", "#", form)
    return [(form, round(line.y / 6)), (form, round(line.y / 6 + 0.5))]


def _is_head(line: _Line, count: int, pages: int) -> bool:
    if pages < 2 or count < 2:
        return False
    form = _keys(line)[0][0]
    number = bool(re.fullmatch(r"(?:page |p |seite |стр )?#(?: (?:of|von|de|из) #| #)?", form))
    # What somebody says can stand at the foot of two pages; a number, or a line that ends like no sentence, seldom does.
    plain = not _SENTENCE_END.search(line.text) and not _OPENS_TURN.match(line.text)
    if number or (plain and "#" in form):
        return count >= 2 and count >= 0.3 * min(pages, 10)
    return count >= (max(3, 0.1 * pages) if plain else max(4, 0.4 * pages)) or (plain and count == pages)


def _joined(pages: list[list[_Line]]) -> tuple[str, list[tuple[int, int]]]:
    """The text with its paragraphs, and (where it begins, page) of each page that has text."""
    lines = [line for page in pages for line in page]
    words = Counter(re.findall(r"\w+(?:-\w+)*", " ".join(line.text for line in lines).casefold()))
    letters = sum(len(text) for line in lines for text, _ in line.pieces)
    bold = sum(len(text) for line in lines for text, is_bold in line.pieces if is_bold)
    paragraphs = _paragraphs(pages)
    parts: list[str] = []
    starts: list[tuple[int, int]] = []
    length = 0
    for paragraph in paragraphs:
        texts = _marked(paragraph) if bold < 0.6 * letters else [line.text for line in paragraph]
        opening = "\n\n" if parts else ""
        for line, text in zip(paragraph, texts, strict=True):
            text = re.sub(r"\s+", " ", text).strip()
            if opening == " ":
                cut, opening = _hyphen(parts[-1], text, words)
                if cut:
                    parts[-1] = parts[-1][:-cut]
                    length -= cut
            parts += [opening, text]
            length += len(opening)
            if not starts or starts[-1][1] != line.page:
                starts.append((length, line.page))
            length += len(text)
            opening = " "
    return "".join(parts) + "\n", starts


def _hyphen(before: str, text: str, words: Counter[str]) -> tuple[int, str]:
    """How many characters of a line's end go, and what joins it to the next: a word that was broken is one word again."""
    match = re.search(r"([^\W\d_]+)([-\u2010\xad])$", before)
    if not match:
        return 0, " "
    following = re.match(r"[^\W\d_]+", text)
    if not following or not following[0][0].islower():
        # "U.S.-" and "Jean-" keep theirs.
        return (1, "") if match[2] == "\xad" else (0, "")
    whole, compound = (match[1] + following[0]).casefold(), f"{match[1]}-{following[0]}".casefold()
    return (0, "") if match[2] != "\xad" and words[compound] > words[whole] else (1, "")


def _marked(paragraph: Sequence[_Line]) -> list[str]:
    """The lines of a paragraph, with the bold at its beginning in Markdown."""
    texts = [line.text for line in paragraph]
    is_bold = [all(bold for text, bold in line.pieces if text.strip()) for line in paragraph]
    if all(is_bold) and not any("*" in text for text in texts):
        texts[0] = f"**{texts[0]}"
        texts[-1] = f"{texts[-1]}**"
    elif not is_bold[0]:
        texts[0] = with_bold_label(list(paragraph[0].pieces)).strip()
    return texts


def _paragraphs(pages: list[list[_Line]]) -> list[list[_Line]]:
    gaps = [a.y - b.y for lines in pages for a, b in pairwise(lines) if 2 < a.y - b.y < 4 * a.size + 20]
    # Between lines, rather than between paragraphs, which can be as many where people speak a line at a time.
    gap = sorted(gaps)[int(0.3 * (len(gaps) - 1))] if gaps else 12.0
    lengths = sorted(len(line.text) for lines in pages for line in lines)
    full = lengths[int(0.8 * (len(lengths) - 1))]
    openings = Counter(match[0] for lines in pages for line in lines if (match := _OPENS_TURN.match(line.text)))
    labels = {label for label, count in openings.items() if count > 1 and label[0].isupper()}
    found: list[list[_Line]] = []
    for lines in pages:
        margin = Counter(round(line.x) for line in lines)
        for number, line in enumerate(lines):
            before = found[-1][-1] if found else None
            if (
                before is None
                or _is_labelled(line, labels)
                or _opens(line, before, gap, full, _margin(margin, line, lines, number))
            ):
                found.append([line])
            else:
                found[-1].append(line)
    return found


def _is_labelled(line: _Line, labels: Set[str]) -> bool:
    """Whether a label that recurs opens the line: also behind a turn that was broken off in the midst of a sentence."""
    match = _OPENS_TURN.match(line.text)
    return match is not None and match[0] in labels and not line.text[match.end() :].lstrip()[:1].islower()


def _margin(margins: Counter[int], line: _Line, lines: Sequence[_Line], number: int) -> float:
    """Where most lines of this one's column begin."""
    near = [(count, x) for x, count in margins.items() if abs(x - line.x) < 0.25 * 600]
    return float(max(near)[1]) if near else line.x


def _opens(line: _Line, before: _Line, gap: float, full: int, margin: float) -> bool:
    """Whether a paragraph begins with this line."""
    ended = bool(_SENTENCE_END.search(before.text))
    short = len(before.text) < 0.75 * full
    if abs(line.size - before.size) > 0.15 * max(line.size, before.size) and (short or ended):
        return True
    if line.page != before.page or line.y > before.y + 2:  # a new page or column
        indented = line.x > margin + 6 and line.x < margin + 60
        return (ended and (short or indented or bool(_OPENS_TURN.match(line.text)))) or (
            ended and line.text[:1].isupper() and indented
        )
    if before.y - line.y > 1.35 * gap:
        return True
    if _OPENS_TURN.match(line.text) and (ended or short):
        return True
    if ended and line.pieces[0][1] and not before.pieces[-1][1]:  # bold behind plain: a label, or a question
        return True
    if line.x > before.x + 6 and abs(before.x - margin) <= 4 and line.x < margin + 80:  # a first line is indented
        return True
    if line.x < before.x - 6 and line.x < margin - 6:  # a first line hangs out
        return True
    return ended and short


def _labels(reader: Any, count: int) -> list[str]:
    """The printed numbers of the pages, as far as the file tells."""
    try:
        labels = [_CONTROL.sub("", str(label)).strip() for label in reader.page_labels]
    except Exception:  # a fault in labels is no reason to refuse a text
        labels = []
    return (
        labels
        if len(labels) == count and all(0 < len(label) <= 16 for label in labels)
        else [str(number + 1) for number in range(count)]
    )


def _title(reader: Any) -> str:
    try:
        title = str((reader.metadata or {}).get("/Title") or "")
    except Exception:
        return ""
    title = " ".join(_CONTROL.sub("", title).split())
    return "" if _NO_TITLES.search(title) or len(title) > 300 else title
