"""What stands in a transcript and is said by nobody who is known: a talk before the first label, a chapter below a
heading, a clerk's remark, a document printed into the record.

It is kept as turns without a name, which can be found but are never put into somebody's mouth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.text.sentences import CLAUSE_END, PARAGRAPH
from rag.transcript.boilerplate import clerks_in, is_clerk
from rag.transcript.marks import Mark

HEADING = re.compile(r"^[^\S\n]{0,3}#{1,6}[^\S\n]+\S[^\n]*$|^[^\S\n]*_{5,}[^\S\n]*$", re.M)
# A talk before the first question, as against a few lines that introduce one.
_TALK_CHARS, _TALK_PARAGRAPHS, _TALK_PARAGRAPH_CHARS = 1500, 3, 150
_INDENT = 4  # spaces, from which on a paragraph is set apart
_WRAPPED_LINE_CHARS = range(55, 91)


class Switch(NamedTuple):
    """Where a turn stops being its speaker's, or is the speaker's again: [start, end) is what shows it, often nothing."""

    start: int
    end: int
    is_speakers: bool  # from here on


def find_talk(text: str, body: int, first: int) -> int:
    """Where a talk before the first label begins; `first`, the label, if there are only a few lines that introduce it."""
    paragraphs = [(body + match.start(), match.group().strip()) for match in PARAGRAPH.finditer(text[body:first])]
    prose = [
        (start, len(paragraph))
        for start, paragraph in paragraphs
        if _weight(paragraph) >= _TALK_PARAGRAPH_CHARS
        and CLAUSE_END.search(paragraph)
        and not paragraph.startswith(("#", "[", "|", "<"))
    ]
    if len(prose) < _TALK_PARAGRAPHS or sum(size for _, size in prose) < _TALK_CHARS:
        return first
    return prose[0][0]


def _weight(paragraph: str) -> int:
    """Its characters; those of a script without spaces say three times as much."""
    return len(paragraph) * (3 if not paragraph.isascii() and " " not in paragraph[:60] else 1)


def find_switches(text: str, start: int, end: int, *, apart: bool) -> list[Switch]:
    """Where a turn stops being its speaker's, in order. `apart` says that what is indented is no speech here."""
    found: list[Switch] = []
    piece = text[start:end]
    clerks = clerks_in(piece) if apart else []
    apart = apart and "\n    " in piece
    has_headings = "#" in piece or "____" in piece
    if not apart and not clerks and not has_headings:
        return found
    found += [Switch(start + at, start + at, False) for at in clerks]
    if has_headings:
        found += [Switch(start + m.start(), start + m.end(), False) for m in HEADING.finditer(piece)]
    if apart:
        found += _indented(piece, start)
    found.sort()
    # Below a heading, and behind a clerk's remark, nothing returns to the speaker.
    lasting = next((each.start for each in found if _lasts(text, each)), end)
    return [each for each in found if not (each.is_speakers and each.start >= lasting)]


def _lasts(text: str, switch: Switch) -> bool:
    if switch.is_speakers:
        return False
    return switch.end > switch.start or is_clerk(text[switch.start : switch.start + 200].split("\n")[0])


def _indented(piece: str, start: int) -> list[Switch]:
    """Indented paragraphs of a piece of text that begins at `start`: documents, inserted into the record."""
    found: list[Switch] = []
    blocks = list(PARAGRAPH.finditer(piece))
    deep = [number > 0 and _indent(block.group()) >= _INDENT for number, block in enumerate(blocks)]
    back = max((number for number, is_deep in enumerate(deep) if not is_deep), default=0)
    for number, block in enumerate(blocks):
        # A heading of a few lines that the speech goes on below is a part of it.
        if deep[number] and (number > back or block.group().count("\n") > 2):
            found.append(Switch(start + block.start(), start + block.start(), False))
            found.append(Switch(start + block.end(), start + block.end(), True))
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def sets_documents_apart(text: str, marks: Sequence[Mark]) -> bool:
    """Whether what is indented is no speech here: lines that go on under a label stand at the margin."""
    margin = indented = 0
    for mark in marks[:200]:
        line_end = text.find("\n", mark.end)
        for line in text[line_end + 1 : line_end + 2000].split("\n")[:6] if line_end >= 0 else []:
            if not line.strip():
                break
            if _indent(line) >= _INDENT:
                indented += 1
            else:
                margin += 1
    wrapped = sum(len(line) in _WRAPPED_LINE_CHARS for line in text[:20_000].split("\n"))
    return margin >= 10 and indented <= 0.05 * margin and wrapped >= 50
