"""The lines of a PDF's pages: in reading order, and without what belongs to the page rather than to the text.

pypdf gives pieces of text with their places. Two columns that were written side by side are read one after the other,
and heads, feet and numbers that recur page after page are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from rag.text.sentences import PRINTED_LINE_END

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

_LINE_NUMBER = re.compile(r"\[?(\d{1,3})[\]:]?(?=\s|$)")
_SURE_NUMBERS, _FEW_NUMBERS = 8, 4  # of lines on a page
_MOST = 0.5  # of a document's lines
_EDGE = 24.0  # points that numbers of one and three digits lie apart
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

OPENS_TURN = re.compile(
    r"(?:Q|A)[.:]?\s|(?:\[?\d\d?:\d\d(?::\d\d)?\]?\s*)?(?:[^\W\d_][\w.'’()-]*(?:,\s?|\s)){0,7}[^\W\d_][\w.'’()-]*\s?[:：]"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line on a page: its pieces as (text, bold), and the position of its first letter, in points."""

    pieces: tuple[tuple[str, bool], ...]
    x: float
    y: float
    size: float
    page: int

    @property
    def text(self) -> str:
        """The text of all pieces, without white space around it."""
        return "".join(text for text, _ in self.pieces).strip()

    @property
    def right(self) -> float:
        """About where it ends, in points: pypdf does not give the widths of letters."""
        return self.x + 0.5 * self.size * len(self.text)


@dataclass(slots=True)
class Collector:
    """What pypdf says about a page, as pieces of lines."""

    page: int
    lines: list[list[tuple[str, bool, float, float, float]]] = field(default_factory=lambda: [[]])

    def visit(self, text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        """Add a piece of text, as pypdf's `visitor_text`; `cm` and `tm` are its matrices, six numbers each."""
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


def split_at_gaps(parts: Sequence[tuple[str, bool, float, float, float]], page: int) -> list[Line]:
    """A line, or two if its second part begins far to the right; columns are found later."""
    lines: list[Line] = []
    for raw, bold, x, y, size in parts:
        text = CONTROL.sub("", raw.translate(_LIGATURES))
        if lines and (not text.strip() or x <= lines[-1].right + 2 * size or abs(y - lines[-1].y) > 2):
            lines[-1] = replace(lines[-1], pieces=(*lines[-1].pieces, (text, bold)))
        elif text.strip():
            lines.append(Line(((text, bold),), x, y, size, page))
    return lines


def order_columns(lines: list[Line]) -> list[Line]:
    """Lines in reading order: if two columns were written side by side, the left one first."""
    pairs = [(a, b) for a, b in pairwise(lines) if abs(a.y - b.y) <= 2 and b.x > a.x]
    edges = Counter(round(b.x / 4) for a, b in pairs if len(a.text.split()) >= 3)
    edge, times = edges.most_common(1)[0] if edges else (0, 0)
    if times < 5 or times < 0.5 * len({round(line.y) for line in lines}):
        return _rejoin(lines)
    border = 4 * edge - 4.0
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        if line.x >= border:
            right.append(line)
        elif line.right < border + 12 or (right and abs(line.y - right[-1].y) > 200):
            left.append(line)
        else:  # across both
            ordered += [*left, *right, line]
            left, right = [], []
    return [*ordered, *left, *right]


def _rejoin(lines: list[Line]) -> list[Line]:
    """Pieces at one height, if there are no columns, as one line: a label and, a tab further, what is said."""
    whole: list[Line] = []
    for line in lines:
        if whole and abs(whole[-1].y - line.y) <= 2 and line.x > whole[-1].x and whole[-1].text:
            joined = (*whole[-1].pieces, ("" if whole[-1].pieces[-1][0].endswith(" ") else " ", False), *line.pieces)
            whole[-1] = replace(whole[-1], pieces=joined)
        else:
            whole.append(line)
    return whole


def drop_line_numbers(pages: list[list[Line]]) -> list[list[Line]]:
    """Without the numbers of lines: they rise by the same from one to the next, at one place on the page.

    A page with few lines shows them less clearly; it has them if another page of the document has. If most lines of the
    document have none, what rises on one page is a table of contents, and the numbers elsewhere are those of headings.
    """
    found = [_line_numbers(lines) for lines in pages]
    sure = [_are_certain(numbers, lines) for numbers, lines in zip(found, pages, strict=True)]
    places = [
        line.x for lines, numbers, is_sure in zip(pages, found, sure, strict=True) if is_sure for line, _, _ in numbers
    ]
    counted = sum(_counted(numbers) for numbers in found)
    if not places or counted < _MOST * sum(map(_spoken, pages)):
        return pages
    left, right = min(places) - 12, max(places) + 12
    kept = []
    for lines, numbers in zip(pages, found, strict=True):
        cuts = {id(line): length for line, _, length in numbers if left <= line.x <= right}
        cut = (_cut(line, cuts[id(line)]) if id(line) in cuts else line for line in lines)
        kept.append([line for line in cut if line.text])
    return kept


def _line_numbers(lines: Sequence[Line]) -> list[tuple[Line, int, int]]:
    """The lines that a rising number stands before or alone on: (line, number, its characters); none if it does not rise."""
    led = [(line, int(match[1]), match.end()) for line in lines if (match := _LINE_NUMBER.match(line.text))]
    # Further to the right a number belongs to a sentence.
    edge = min((line.x for line, *_ in led), default=0.0) + _EDGE
    led = [each for each in led if each[0].x <= edge]
    steps = [b - a for (_, a, _), (_, b, _) in pairwise(led)]
    if steps and max(steps.count(1), steps.count(5)) < 0.8 * len(steps):
        return []
    return led


def _are_certain(numbers: Sequence[tuple[Line, int, int]], lines: Sequence[Line]) -> bool:
    """Whether the numbers of one page alone show that lines are counted: most of them, or every fifth."""
    if len(numbers) < _FEW_NUMBERS:
        return False
    return _counted(numbers) >= (0.6 if len(numbers) >= _SURE_NUMBERS else 0.8) * _spoken(lines)


def _counted(numbers: Sequence[tuple[Line, int, int]]) -> int:
    """How many lines some numbers count, which stand on each of them or on every fifth."""
    return len(numbers) * (5 if len(numbers) > 1 and numbers[1][1] - numbers[0][1] == 5 else 1)


def _spoken(lines: Sequence[Line]) -> int:
    """How many lines hold more than a number."""
    return sum(not _LINE_NUMBER.fullmatch(line.text) for line in lines)


def _cut(line: Line, length: int) -> Line:
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


def drop_running_heads(pages: list[list[Line]]) -> tuple[list[list[Line]], int]:
    """Pages without the lines at their edges that recur at the same height, and how many those were."""
    seen: Counter[tuple[str, int]] = Counter()
    for lines in pages:
        seen.update({key for line in _edges(lines) for key in _keys(line)})
    removed = 0
    kept: list[list[Line]] = []
    for lines in pages:
        heads = {
            id(line) for line in _edges(lines) if _is_head(line, max(seen[key] for key in _keys(line)), len(pages))
        }
        kept.append([line for line in lines if id(line) not in heads])
        removed += len(lines) - len(kept[-1])
    # Pages that are alike in every line are short, not furnished.
    return (kept, removed) if any(kept) else (pages, 0)


def _edges(lines: list[Line]) -> list[Line]:
    by_height = sorted(lines, key=lambda line: -line.y)
    return [*by_height[:3], *by_height[3:][-3:]]


def _keys(line: Line) -> list[tuple[str, int]]:
    """A line's form, without its numbers, at its height; heights that are rounded apart count as one."""
    form = re.sub(r"\d+", "#", re.sub(r"\W+", " ", line.text.casefold())).strip()
    form = re.sub(r"^(?:page |p )?[ivxlc]{1,6}$", "#", form)
    return [(form, round(line.y / 6)), (form, round(line.y / 6 + 0.5))]


def _is_head(line: Line, count: int, pages: int) -> bool:
    if pages < 2 or count < 2:
        return False
    form = _keys(line)[0][0]
    number = bool(re.fullmatch(r"(?:page |p |seite |стр )?#(?: (?:of|von|de|из) #| #)?", form))
    # The same speech can be at the foot of two pages; a number, or a line that ends like no sentence, seldom does.
    plain = not PRINTED_LINE_END.search(line.text) and not OPENS_TURN.match(line.text)
    if number or (plain and "#" in form):
        return count >= 2 and count >= 0.3 * min(pages, 10)
    return count >= (max(3, 0.1 * pages) if plain else max(4, 0.4 * pages)) or (plain and count == pages)
