"""Paragraphs and tables of documents with a layout → canonical text: what DOCX, HTML and PDF have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

VERBATIM = "\x00"  # before the text of a block whose spaces and line ends are its layout, as in <pre>
PAGE_BREAK = "\x01"  # in a text where a new page begins; it is taken out


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, the label of the page that it begins on, and of those that begin at its page breaks."""

    text: str
    page: str = ""
    further: tuple[str, ...] = ()
    box: int = 0  # the number of the text box that it stands in


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
