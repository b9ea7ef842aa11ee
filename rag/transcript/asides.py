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
from rag.transcript.paratext import (
    is_introduction_spoken,
    is_record_of_sitting,
    is_remark_on_sitting,
    is_somebody_elses,
    is_vote,
    opens_remarks,
)

HEADING = re.compile(r"^[^\S\n]{0,3}#{1,6}[^\S\n]+\S[^\n]*$|^[^\S\n]*_{5,}[^\S\n]*$", re.M)
# A talk before the first question, as against a few lines that introduce one.
_TALK_CHARS, _TALK_PARAGRAPHS, _TALK_PARAGRAPH_CHARS = 1500, 3, 150
_LABELS_FOR_KIND, _LEAST_SMALL = 200, 4
_INDENT = 4  # spaces, from which on a paragraph is set apart
_FEW_INDENTED = 0.1  # of the labels
_WRAPPED_LINE_CHARS = range(55, 91)


class Switch(NamedTuple):
    """Where a turn stops being its speaker's, or is the speaker's again: [start, end) is what shows it, often nothing."""

    start: int
    end: int
    is_speakers: bool  # from here on


class Habits(NamedTuple):
    """How a document sets apart what is not said."""

    apart: bool  # what is indented is no speech
    sitting: bool  # it is the record of a house, a committee or a court
    level: int  # of the deepest heading that stands above labels; deeper ones divide a speech


def find_talk(text: str, body: int, first: int) -> int:
    """Where a talk before the first label begins; `first`, the label, if there are only a few lines that introduce it."""
    paragraphs = [(body + match.start(), match.group().strip()) for match in PARAGRAPH.finditer(text[body:first])]
    spoken = (start + at for start, paragraph in paragraphs if (at := _spoken_from(paragraph)) is not None)
    begins = next(spoken, first)
    prose = [
        (start, len(paragraph))
        for start, paragraph in paragraphs
        if _weight(paragraph) >= _TALK_PARAGRAPH_CHARS and CLAUSE_END.search(paragraph) and _can_be_said(paragraph)
    ]
    if len(prose) < _TALK_PARAGRAPHS or sum(size for _, size in prose) < _TALK_CHARS:
        return begins
    return min(begins, prose[0][0])


def _spoken_from(paragraph: str) -> int | None:
    """Where somebody speaks in a paragraph above the first label, below its headings; None if nobody does."""
    at = 0
    for line in paragraph.split("\n"):
        if _can_be_said(line.strip()):
            return at if is_introduction_spoken(paragraph[at:]) else None
        at += len(line) + 1
    return None


def _can_be_said(paragraph: str) -> bool:
    return not paragraph.startswith(("#", "[", "|", "<", "!"))


def _weight(paragraph: str) -> int:
    """Its characters; those of a script without spaces say three times as much."""
    return len(paragraph) * (3 if not paragraph.isascii() and " " not in paragraph[:60] else 1)


def find_switches(text: str, start: int, end: int, habits: Habits) -> list[Switch]:
    """Where a turn stops being its speaker's, in order."""
    found: list[Switch] = []
    piece = text[start:end]
    clerks = clerks_in(piece) if habits.apart else []
    apart = habits.apart and "\n    " in piece
    has_headings = "#" in piece or "____" in piece
    found += [Switch(start + at, start + at, False) for at in clerks]
    if has_headings:
        headings = (m for m in HEADING.finditer(piece) if not _goes_on_below(piece, m, habits.level))
        found += [Switch(start + m.start(), start + m.end(), False) for m in headings]
    if apart:
        found += _indented(piece, start)
    if "\n" in piece:
        found += _remarks(piece, start, sitting=habits.sitting)
    found.sort()
    # Below a heading, and behind a clerk's remark, nothing returns to the speaker.
    lasting = next((each.start for each in found if _lasts(text, each)), end)
    return [each for each in found if not (each.is_speakers and each.start >= lasting)]


def _goes_on_below(piece: str, heading: re.Match[str], level: int) -> bool:
    """Whether a speech goes on below a heading: in the midst of a sentence, or below a small or numbered one."""
    marks = heading.group().strip()
    signs = len(marks) - len(marks.lstrip("#"))
    below = piece[heading.end() : heading.end() + 200].lstrip(" \n*_")
    small = signs > level or bool(re.match(r"#+\s+(?:\d+[.)]|[a-z]\))", marks))
    return below[:1].islower() or (small and bool(below) and not below.startswith("#"))


def _remarks(piece: str, start: int, *, sitting: bool) -> list[Switch]:
    """Paragraphs of a turn that are nobody's: what a house did, with the lists below it, and what others say in brackets."""
    found: list[Switch] = []
    if not sitting and not opens_remarks(piece):
        return found
    before = False
    for match in PARAGRAPH.finditer(piece):
        paragraph = match.group()
        is_list = before and not CLAUSE_END.search(paragraph.strip())
        remark = is_vote(paragraph) or (sitting and (is_remark_on_sitting(paragraph) or is_list))
        if match.start() and (remark or is_somebody_elses(paragraph)):
            found += [Switch(start + match.start(), start + match.start(), False)]
            found += [Switch(start + match.end(), start + match.end(), True)]
        before = bool(match.start()) and remark
    return found


def habits_of(text: str, marks: Sequence[Mark]) -> Habits:
    """How a labelled document sets apart what is not said."""
    above = [_line_above(text, mark.start) for mark in marks]
    levels = [len(line) - len(line.lstrip("#")) for line in above if line.startswith("#")]
    labels = " ".join(mark.label for mark in marks[:_LABELS_FOR_KIND])
    first = marks[0].start if marks else 0
    return Habits(
        apart=_sets_documents_apart(text, marks),
        sitting=is_record_of_sitting(text[:first], labels),
        level=max(levels, default=_LEAST_SMALL - 1),
    )


def _line_above(text: str, start: int) -> str:
    before = text[max(0, start - 300) : start].rstrip()
    return before[before.rfind("\n") + 1 :].strip()


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


def _sets_documents_apart(text: str, marks: Sequence[Mark]) -> bool:
    """Whether what is indented is no speech here: labels, and lines that go on under them, stand at the margin."""
    if sum(_indent(text[mark.start : mark.end]) >= _INDENT for mark in marks) > _FEW_INDENTED * len(marks):
        return False
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
