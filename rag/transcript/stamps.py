"""Time stamps: the forms in which programs for meetings, subtitles and messages print them, and where they stand
alone.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Sequence

from rag.text.clock import seconds_of
from rag.text.sentences import SENTENCE_END
from rag.transcript.marks import Mark, Stamp

_CLOCK = r"(?:\d{1,3}:\d{1,2}:\d{1,2}|\d{1,3}:\d{2})(?:[.,]\d{1,3})?"
_DAY = r"(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})"
_HALF_OF_DAY = r"(?:[^\S\n]?[AaPp]\.?[Mm]\.?(?![\w]))?"
# Bricks for the patterns of labels. A time into the recording, from one to another, or of the day:
WHEN = rf"(?:{_DAY},?[^\S\n])?{_CLOCK}{_HALF_OF_DAY}(?:[^\S\n]?(?:-+>?|–|—)[^\S\n]?{_CLOCK})?"
BRACKETED_CLOCK = rf"\\?[\[(]-?{WHEN}\\?[\])]"
STAMP = rf"(?:{BRACKETED_CLOCK}|{WHEN})"

_LEADING_CLOCK = re.compile(rf"[\[(\\]*(?P<before>-)?(?P<clock>{_CLOCK})[^\S\n]?(?P<of_day>[AaPp])?")
_SPACE = r"[^\S\n]*"
_STAMP_LINE = re.compile(rf"{_SPACE}(?P<stamp>{STAMP}){_SPACE}[-–—:]?{_SPACE}(?=$|(?<=\s)\S|(?<=[\])])\S)")
_STAMP_ALONE = re.compile(rf"{_SPACE}{STAMP}{_SPACE}$")
_MAYBE_STAMP = re.compile(r"^(?=[^\S\n]*[\[(]?-?\d{1,4}[:./-]\d)", re.M)
_INNER = re.compile(rf"[\[(]{_CLOCK}[\])][^\S\n]*")
# The sign of a change of speaker behind a stamp is the stamp's.
_SPACE_BEHIND = re.compile(r"\s*")
_CHANGE = re.compile(r"[^\S\n]*>>(?=\s)")
_ENDS_PARAGRAPH = re.compile(r"[^\S\n]*(?:\n[^\S\n]*(?:\n|$)|$)")
_NEAR = 200  # characters on each side that are looked at
_MAX_STAMP_LINE = 60
_STAMP_ENDS = tuple("0123456789])Mm.")  # nothing else can: known without trying to match


def seconds_into(stamp: str | None) -> float | None:
    """Seconds into the recording of a time stamp like `[00:12:31]`, the first of two; None for a time of the day.

    >>> seconds_into("[01:02:03]"), seconds_into("(00:01 - 00:05)"), seconds_into("28/03/2024, 14:05")
    (3723.0, 1.0, None)
    """
    match = _LEADING_CLOCK.match(stamp or "")
    # A time with its date or its half of the day is no place in a recording.
    if not match or match["of_day"]:
        return None
    return -seconds_of(match["clock"]) if match["before"] else seconds_of(match["clock"])


def seconds_in(match: re.Match[str]) -> float | None:
    """The seconds of the time stamp that a matched label carries, in whichever of its groups named `stamp…`."""
    for name, group in match.re.groupindex.items():
        if name.startswith("stamp") and match[group]:
            return seconds_into(match[group])
    return None


def is_stamp_line(line: str) -> bool:
    """Whether a line holds a time stamp and nothing else.

    >>> is_stamp_line("[00:12:31]"), is_stamp_line("[00:12:31] Yes.")
    (True, False)
    """
    return line.endswith(_STAMP_ENDS) and len(line) < _MAX_STAMP_LINE and bool(_STAMP_ALONE.match(line))


def find_stamps(text: str, body: int, marks: Sequence[Mark]) -> list[Stamp]:
    """Time stamps outside labels, if they rise as a recording's do.

    >>> [(stamp.seconds, stamp.alone) for stamp in find_stamps("[00:10]\\nOne.\\n\\n[00:20] Two.\\n", 0, [])]
    [(10.0, True), (20.0, False)]
    """
    found = _candidates(text, body, marks)
    inner = _inner(text, body, marks)
    if len(inner) >= 2 and is_rising([stamp.seconds for stamp in inner]):
        together = sorted([*found, *inner], key=lambda stamp: stamp.start)
        if is_rising([stamp.seconds for stamp in together]):
            return together
    if len(found) >= 2 and is_rising([stamp.seconds for stamp in found]):
        return found
    return [stamp for stamp in found if stamp.alone and text[stamp.start : stamp.end].strip()[0] in "[("]


def _candidates(text: str, body: int, marks: Sequence[Mark]) -> list[Stamp]:
    """Time stamps at the heads of lines that are no part of a label, and do not begin a sentence."""
    labels = [mark.start for mark in marks]
    found: list[Stamp] = []
    for head in _MAYBE_STAMP.finditer(text, body):
        start = head.start()
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        match = _STAMP_LINE.match(line)
        if not match:
            continue
        number = bisect_right(labels, start)
        if number and marks[number - 1].end > start + match.start("stamp"):
            continue
        alone = not line[match.end() :].strip()
        bracketed = match["stamp"][0] in "[("
        before = text[max(body, start - 3) : start]
        opens = not before.strip(" ") or before.endswith(("\n\n", " \n"))
        if alone or bracketed or opens:
            behind = start + match.end()
            more = (_SPACE_BEHIND if alone else _CHANGE).match(text, behind)
            found.append(Stamp(start, more.end() if more else behind, seconds_into(match["stamp"]), alone))
    return found


def _inner(text: str, body: int, marks: Sequence[Mark]) -> list[Stamp]:
    """Time stamps in brackets at the end of a paragraph, or between two sentences."""
    labels = [mark.start for mark in marks]
    found: list[Stamp] = []
    for match in _INNER.finditer(text, body):
        start, end = match.span()
        number = bisect_right(labels, start)
        if number and marks[number - 1].end > start:
            continue
        before = text[max(body, text.rfind("\n", 0, start) + 1, start - _NEAR) : start].rstrip()
        behind = text[end : end + _NEAR]
        ended = bool(SENTENCE_END.search(before))
        if before and ((ended and (match[0][-1].isspace() or not behind.strip())) or _ENDS_PARAGRAPH.match(behind)):
            found.append(Stamp(start, end, seconds_into(match[0]), False))
    return found


def is_rising(seconds: Sequence[float | None]) -> bool:
    """Whether times go up as a recording's do, give or take a few.

    >>> is_rising([1.0, None, 4.0]), is_rising([4.0, 1.0])
    (True, False)
    """
    known = [each for each in seconds if each is not None]
    steps = [one <= other for one, other in itertools.pairwise(known)]
    return sum(steps) >= 0.8 * len(steps)
