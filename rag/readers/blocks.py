"""Paragraphs and tables of documents with a layout → canonical text: what DOCX, HTML and PDF have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

VERBATIM = "\x00"  # before the text of a block whose spaces and line ends are its layout, as in <pre>
PAGE_BREAK = "\x01"  # in a text where a new page begins; it is taken out


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, the label of the page that it begins on, and of those that begin at its page breaks."""

    text: str
    page: str = ""
    further: tuple[str, ...] = ()


def flatten(blocks: Iterable[Block]) -> tuple[str, tuple[tuple[int, str], ...]]:
    """Blocks with a blank line between them, and where each page begins.

    >>> flatten([Block("One.", "1"), Block("Two.", "2")])
    ('One.\\n\\nTwo.\\n', ((0, '1'), (6, '2')))
    >>> flatten([Block("One \x01two.", "1", ("2",))])
    ('One two.\\n', ((0, '1'), (4, '2')))
    """
    parts: list[str] = []
    pages: list[tuple[int, str]] = []
    length = 0
    for block in blocks:
        if block.text.startswith(VERBATIM):
            text = block.text.removeprefix(VERBATIM)
        else:
            # A tab parts a label from what is said; other white space is one space.
            text = re.sub(r"[^\S\n]*\t[^\S\n]*", "\t", re.sub(r"[^\S\n\t]+", " ", block.text))
            text = re.sub(r"[^\S\n]*\n[^\S\n]*", "\n", text).strip()
        before, *after = text.split(PAGE_BREAK)
        text = "".join([before, *after])
        if not text:
            continue
        place = length
        for label, part in zip((block.page, *block.further), (before, *after), strict=False):
            if label and (not pages or pages[-1][1] != label):
                pages.append((place, label))
            place += len(part)
        parts.append(text)
        length += len(text) + 2
    return "\n\n".join(parts) + "\n" if parts else "", tuple(pages)


def rows_as_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of a table as paragraphs; a column of names before a column of speech becomes labels.

    >>> rows_as_lines([["Ann Reed", "Why so late?"], ["Bo Lind", "Because of the rain. It never stopped."]])
    ['Ann Reed: Why so late?', 'Bo Lind: Because of the rain. It never stopped.']
    """
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    width = max((len(row) for row in rows), default=0)
    if width < 2:
        return [line for row in rows for line in row[0].split("\n")] if rows else []
    said = [row for row in rows if len(row) == width and row[-1]]
    names = [name for row in said if (name := row[-2].replace(PAGE_BREAK, ""))]
    short = sum(len(name) <= 50 and "\n" not in name and not re.search(r"[.!?;]$", name) for name in names)
    longer = sum(len(row[-1]) for row in said) > 2 * sum(len(name) for name in names)
    if width > 3 or len(names) < 2 or short < 0.9 * len(names) or not longer or not _are_names(names):
        return ["\t".join(" ".join(cell.split()) for cell in row if cell) for row in rows]
    lines: list[str] = []
    for row in rows:
        stamp, (name, text) = (row[0] if width == 3 else ""), row[-2:] if len(row) == width else ("", " ".join(row))
        label = f"{name.rstrip(': ')}: " if name else ""
        lines.append(f"{f'[{stamp}] ' if _is_stamp(stamp) else ''}{label}{text}")
    return lines


def _are_names(cells: Sequence[str]) -> bool:
    return all(re.match(r"[^\W\d_]", cell) for cell in cells)


def _is_stamp(cell: str) -> bool:
    return bool(re.fullmatch(r"[\[(]?(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?[\])]?", cell))


def with_bold_label(pieces: list[tuple[str, bool]]) -> str:
    """A paragraph's text, with the bold at its beginning marked as Markdown does: that is how labels are set.

    >>> with_bold_label([("Ann Reed:", True), (" Yes, ", False), ("really", True)])
    '**Ann Reed:** Yes, really'
    """
    text = "".join(piece for piece, _ in pieces)
    lead = ""
    for piece, bold in pieces:
        if not bold and piece.strip():
            break
        lead += piece
    label = lead.strip()
    if not label or "\n" in label or "*" in label or not any(bold and piece.strip() for piece, bold in pieces):
        return text
    start = lead.index(label)
    return f"{text[:start]}**{label}**{text[start + len(label) :]}"
