"""Subtitles: SRT, WebVTT, SBV, TTML, LRC, ASS, and what Whisper writes as text.

Cues keep the file's order; where time starts again, as in parts that were joined, a note says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.errors import InputError
from rag.readers.captions import cues_of, in_order
from rag.readers.cues import assemble
from rag.readers.subtitle_formats import LRC_STAMP, read_ass, read_lrc, read_ttml
from rag.readers.text import decode_any
from rag.readers.timed_lines import read_timed_lines
from rag.text.clock import clock
from rag.types import Hints

MAX_LINE = 20_000


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text with the seconds of every piece. Raises InputError."""
    text, note = decode_any(data)
    text = text.lstrip()
    for number, line in enumerate(text.split("\n") if not text.startswith("<") else (), start=1):
        if len(line) > MAX_LINE:
            raise InputError(
                f"line {number} has {len(line):,} characters; a line of a subtitle has {MAX_LINE:,} at most"
            )
    title, unplaced = "", 0
    if text.startswith("<"):
        captions = read_ttml(text)
    elif text.startswith("[Script Info]"):
        captions, unplaced = read_ass(text)
    else:
        captions, unplaced = read_timed_lines(text)
        if not captions and LRC_STAMP.search(text):
            title, captions, unplaced = read_lrc(text)
    if not captions:
        raise InputError("no subtitle was found; write times as 00:00:01.000 --> 00:00:04.000 above each")
    captions, restarts = in_order(captions)
    text, hints = assemble(cues_of(captions), title=title)
    notes = tuple(line for line in (note, *_notes(unplaced, restarts)) if line)
    return text, Hints(title=hints.title, turns=hints.turns, times=hints.times, notes=notes)


def _notes(unplaced: int, restarts: Sequence[float]) -> list[str]:
    """What the user should know about lines without a time, and about times that run backwards."""
    notes = []
    if unplaced:
        lines = "1 line" if unplaced == 1 else f"{unplaced:,} lines"
        notes.append(f"left out: {lines} without a time")
    if restarts:
        first = clock(restarts[0])
        more = f", and again at {len(restarts) - 1:,} more places" if len(restarts) > 1 else ""
        notes.append(f"time starts again after {first}{more}: check that the parts of this file belong together")
    return notes
