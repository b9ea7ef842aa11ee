"""Pieces of speech with speakers and seconds → canonical text: what subtitles, JSON and tables have in common.

Pieces of one speaker that follow each other become one turn. Its paragraphs end at the end of a sentence that a pause
follows, or that makes the paragraph long; no word moves. If nobody is named, the parser looks for labels in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.errors import InputError
from rag.text.sentences import SENTENCE_END
from rag.types import Hints

PAUSE_S = 2.5
PARAGRAPH_CHARS = 700
WRAPPED_CHARS = 120  # no typewriter and no wrapped file has longer lines
# What stands before a colon may hold the points of abbreviations and initials, but no end of a sentence.
LABEL = re.compile(r"[^\s:：](?:[^:：.!?\n]|(?<=\b\w)\.|(?<=\b\w\w)\.|(?<=\b\w\w\w)\.){0,60}[:：](?:\s|$)")
_OPENS_TURN = re.compile(rf"(?:>>|[-–—]\s?\S|{LABEL.pattern}|[QA]\.?\s)")


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of speech: who says it, if that is known, and when."""

    text: str
    speaker: str = ""
    start_s: float | None = None
    end_s: float | None = None


def assemble(
    cues: Iterable[Cue], *, title: str = "", date: str | None = None, language: str | None = None
) -> tuple[str, Hints]:
    """Canonical text, with a turn for each run of one speaker. Raises InputError if nothing is said.

    >>> text, hints = assemble([Cue("Why?", "Ann", 1.0), Cue("So be", "Bo", 2.0), Cue("it.", "Bo", 3.5)])
    >>> text, hints.turns
    ('Ann: Why?\\n\\nBo: So be it.\\n', (('Ann', 5, 9, 1.0), ('Bo', 15, 24, 2.0)))
    """
    said = [cue for cue in map(_tidy, cues) if cue.text]
    if not said:
        raise InputError("nobody says anything in this file; check that it holds the whole transcript")
    named = any(cue.speaker for cue in said)
    parts: list[str] = []
    turns: list[tuple[str, int, int, float | None]] = []
    times: list[tuple[int, float]] = []
    length = paragraph = 0
    before: Cue | None = None
    for cue in said:
        if before is None or cue.speaker != before.speaker:
            opening = "\n\n" if before else ""
            if cue.speaker:
                opening += f"{cue.speaker}: "
        elif _breaks(before, cue, paragraph, named):
            opening = "\n\n"
        else:
            opening = " "
        parts += [opening, cue.text]
        start = length + len(opening)
        length = start + len(cue.text)
        paragraph = len(cue.text) + (0 if "\n" in opening or not before else paragraph + 1)
        if cue.start_s is not None:
            times.append((start, cue.start_s))
        if before is None or cue.speaker != before.speaker:
            turns.append((cue.speaker, start, length, cue.start_s))
        else:
            speaker, first, _, at = turns[-1]
            turns[-1] = (speaker, first, length, at)
        before = cue
    hints = Hints(title=title, date=date, language=language, turns=tuple(turns if named else ()), times=tuple(times))
    return "".join(parts) + "\n", hints


def _tidy(cue: Cue) -> Cue:
    # A speaker's name is one line without a colon, so that the text reads as a transcript does.
    speaker = re.sub(r"\s*[:：]\s*$", "", " ".join(cue.speaker.split()))
    text = cue.text.strip()
    if speaker and text.startswith(speaker):  # records repeat the label within the text
        text = (
            re.sub(r"^\s*[.:：]\s+", "", text[len(speaker) :])
            if re.match(r"\s*[.:：]\s", text[len(speaker) :])
            else text
        )
    return Cue(_paragraphs(text), speaker, cue.start_s, cue.end_s)


def _paragraphs(text: str) -> str:
    """Wrapped lines joined; blank lines, indents and lines too long to be wrapped end paragraphs."""
    if "\n" not in text:
        return " ".join(text.split())
    blocks = re.split(r"\n\s*\n|\n(?=[^\S\n]{2,}\S)", text)
    lines = [
        block.split("\n") if any(len(line) > WRAPPED_CHARS for line in block.split("\n")) else [block]
        for block in blocks
    ]
    return "\n\n".join(joined for block in lines for line in block if (joined := " ".join(line.split())))


def _breaks(before: Cue, cue: Cue, paragraph: int, named: bool) -> bool:
    """Whether a paragraph ends between two pieces of one speaker."""
    if not named and _OPENS_TURN.match(cue.text):
        return True
    if not SENTENCE_END.search(before.text):
        return False
    last = before.end_s if before.end_s is not None else before.start_s
    paused = last is not None and cue.start_s is not None and cue.start_s - last >= PAUSE_S
    return paused or paragraph > PARAGRAPH_CHARS
