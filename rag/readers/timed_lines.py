"""SRT, WebVTT, SBV, and what Whisper prints: lines of text below lines of times.

One reader for all of them, since people rename and edit them by hand. Every line is a time, an identifier, a comment, a
style, or said; what is said is kept. A file may mix the dialects.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.readers.captions import Caption

_STAMP = r"(?:\d{1,4}[ ]?:[ ]?)?\d{1,3}[ ]?:[ ]?\d{1,2}(?:[ ]?[.,:][ ]?\d{1,9})?"
_ARROW = r"(?:-{1,3}[ ]?>|[–—][ ]?>|→)"
# Without an end nothing else may stand there: "10:30 --> we left" is said.
_TIMING = re.compile(
    rf"\s*(?P<open>\[)?\s*(?P<start>{_STAMP})\s*{_ARROW}\s*(?:(?P<end>{_STAMP})\s*(?P<close>\])?(?P<rest>.*)|\]?\s*)$"
)
_SBV = re.compile(r"\s*(?P<start>\d{1,3}:\d\d:\d\d\.\d{3})\s*,\s*(?P<end>\d{1,3}:\d\d:\d\d\.\d{3})\s*$")
_SETTINGS = re.compile(r"(?:\s*(?:vertical|line|position|size|align|region|[xy][12]):\S+)*\s*$", re.I)
_COMMENT = re.compile(r"NOTE(?:\s|$)|(?:STYLE|REGION)\s*$")
_NAMED_IDENTIFIER = re.compile(
    r"\d+\s+(?:\"(?P<quoted>[^\"]{1,100})\"|(?P<bare>[^\W\d_][^\"()]{0,99}?))\s*(?:\(\d*\))?"
)


@dataclass(frozen=True, slots=True)
class _Timing:
    """A line of times: where it stands, the identifier's line above it, and what is said on it."""

    line: int
    start_s: float
    end_s: float | None
    rest: str = ""
    is_sbv: bool = False
    identifier: int | None = None


def read_timed_lines(text: str) -> tuple[list[Caption], int]:
    r"""The captions of a text in which times stand above (or before) what is said, and how many lines are none of theirs.

    >>> read_timed_lines("1\n00:00:01,000 --> 00:00:04,000\nIn\n1987\n")
    ([Caption(text='In\n1987', start_s=1.0, end_s=4.0, speaker='')], 0)
    """
    lines = text.split("\n")
    is_vtt = text.startswith("WEBVTT")
    timings = _with_identifiers(lines, list(_timings(lines)), is_vtt)
    if not timings:
        return [], 0
    begins = [timing.line if timing.identifier is None else timing.identifier for timing in timings]
    unplaced = sum(1 for _ in _said(lines[_end_of_header(lines, is_vtt) : begins[0]], is_vtt, apart=True))
    names = _names_in_identifiers(lines, timings)
    captions = []
    for timing, end in zip(timings, [*begins[1:], len(lines)], strict=True):
        said = "\n".join([timing.rest, *_said(lines[timing.line + 1 : end], is_vtt)]).strip()
        said = said.replace("[br]", "\n") if timing.is_sbv else said
        captions.append(Caption(said, timing.start_s, timing.end_s, names.get(timing.identifier, "")))
    return captions, unplaced


def seconds_of_stamp(stamp: str) -> float:
    """The seconds of a subtitle's time to the millisecond; frames, a fourth part, are left out.

    >>> seconds_of_stamp("00:00:05,000"), seconds_of_stamp("1:02"), seconds_of_stamp("00:01:60.0"), seconds_of_stamp("0:0:05:12")
    (5.0, 62.0, 120.0, 5.0)
    """
    total = 0.0
    for part in stamp.replace(" ", "").replace(",", ".").split(":")[:3]:
        total = total * 60 + float(part)
    return round(total, 3)


def _timings(lines: Sequence[str]) -> Iterator[_Timing]:
    for number, line in enumerate(lines):
        if ">" in line or "→" in line:
            match = _TIMING.match(line)
            if match:
                rest = match["rest"] or ""
                said = rest.strip() if match["open"] or not _SETTINGS.match(rest) else ""
                end = seconds_of_stamp(match["end"]) if match["end"] else None
                yield _Timing(number, seconds_of_stamp(match["start"]), end, said)
        elif "," in line and (match := _SBV.match(line)):
            yield _Timing(number, seconds_of_stamp(match["start"]), seconds_of_stamp(match["end"]), is_sbv=True)


def _with_identifiers(lines: Sequence[str], timings: Sequence[_Timing], is_vtt: bool) -> list[_Timing]:
    """Times with the line above each that numbers or names it, if there is one.

    A number is an index if a time follows at once. Where another line stands above, as most files have none, it is
    an identifier in WebVTT alone, behind a blank line.
    """
    above = [_line_above(lines, timings[n - 1].line if n else -1, timing.line) for n, timing in enumerate(timings)]
    near = [line if line == timing.line - 1 else None for line, timing in zip(above, timings, strict=True)]
    indexed = 2 * sum(line is not None and _is_number(lines[line]) for line in near) >= len(timings)
    names = [line for line in near if line and not _is_number(lines[line]) and not lines[line - 1].strip()]
    if not indexed and _are_indices_with_blank_lines([lines[line] if line is not None else "" for line in above]):
        return [replace(timing, identifier=line) for timing, line in zip(timings, above, strict=True)]
    found = []
    for timing, line in zip(timings, near, strict=True):
        identifier = None
        if line is not None:
            begins = line == 0 or not lines[line - 1].strip()
            if _is_number(lines[line]):
                identifier = line if begins or indexed else None
            elif is_vtt and begins and line > 0 and not _COMMENT.match(lines[line]):
                is_usual = 2 * len(names) >= len(timings) or len(lines[line].split()) == 1
                identifier = line if is_usual else None
        found.append(replace(timing, identifier=identifier))
    return found


def _are_indices_with_blank_lines(above: Sequence[str]) -> bool:
    """Whether the lines above the times count up from the first: in a file where a blank line follows every line."""
    if len(above) < 2 or not all(map(_is_number, above)):
        return False
    numbers = [int(line) for line in above]
    return sum(b - a == 1 for a, b in pairwise(numbers)) >= 0.8 * (len(numbers) - 1)


def _line_above(lines: Sequence[str], limit: int, line: int) -> int | None:
    """The last line with text between two places."""
    return next((n for n in range(line - 1, limit, -1) if lines[n].strip()), None)


def _is_number(line: str) -> bool:
    return line.strip().isdecimal() and len(line) < 20


def _end_of_header(lines: Sequence[str], is_vtt: bool) -> int:
    """The first line behind the header of a WebVTT file, which ends at a blank line or at the first time."""
    if not is_vtt:
        return 0
    return next((n for n, line in enumerate(lines) if not line.strip() or _TIMING.match(line)), len(lines))


def _said(lines: Sequence[str], is_vtt: bool, *, apart: bool = False) -> Iterator[str]:
    """The lines that are said: in WebVTT, not those of a comment or a style, which a blank line sets apart."""
    skipping = False
    for line in lines:
        if not line.strip():
            skipping, apart = False, True
            continue
        skipping = skipping or (is_vtt and apart and bool(_COMMENT.match(line)))
        apart = False
        if not skipping:
            yield line.strip()


def _names_in_identifiers(lines: Sequence[str], timings: Sequence[_Timing]) -> dict[int | None, str]:
    """Speakers that stand in the identifiers, as `1 "Ann Reed" (2001)`, if they recur; by line."""
    found: dict[int | None, str] = {}
    for timing in timings:
        if timing.identifier is not None and (match := _NAMED_IDENTIFIER.fullmatch(lines[timing.identifier].strip())):
            found[timing.identifier] = (match["quoted"] or match["bare"]).strip()
    recurring = Counter(found.values())
    return found if len(recurring) < 0.8 * len(found) else {}
