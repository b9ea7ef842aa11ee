"""Time stamps as programs for interviews, missions and meetings print them → the usual form, of the same length.

`#00:00:12-3#`, `{0:01:05}`, `*(00:03)*`, `[ a -->  b ]`, `0h01m44s`, `00'44"`, "1 minute 2 seconds" and stamps of four parts
become clocks, so that the grammars know one form. Every other character stays where it is, and the document's own text is
not changed: places found in what is returned hold in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from rag.text.clock import seconds_of
from rag.text.lexicon import patterns
from rag.transcript.stamps import is_rising
from rag.types import Span

_CLOCK = r"\d{1,3}:\d\d(?::\d\d)?(?:[.,]\d{1,3})?"
_PARTS = r"\d{1,3}:\d\d:\d\d[:;]\d\d"
_S = r"[^\S\n]"
_ARROW = rf"{_S}*(?:-+>?|–|—|→){_S}*"
# Their brackets are used for nothing else, so that one is enough.
_FENCED = re.compile(
    rf"#{_S}?(?P<clock>{_CLOCK})(?:-(?P<tenth>\d{{1,3}}))?{_S}?#|[{{<【〔]{_S}?(?P<fenced>{_CLOCK}){_S}?[}}>】〕]"
)
_RANGE = re.compile(rf"(?P<open>[\[(]){_S}*(?P<clock>{_CLOCK})(?:{_ARROW}{_CLOCK})?{_S}*(?P<close>[\])])")
# These are stamps only if there are several, and they rise.
_EMPHASIS = re.compile(
    rf"(?P<mark>\*{{1,3}}|_{{1,3}})(?P<open>[\[(])?{_S}?(?P<clock>{_CLOCK}){_S}?(?P<close>[\])])?(?P=mark)(?![*_\w])"
)
_FOUR = re.compile(
    rf"(?P<open>[\[(]{_S}?)?(?P<sign>[-−])?(?P<clock>{_PARTS})(?:{_ARROW}{_PARTS})?(?P<close>{_S}?[\])])?(?![:\d])"
)
_LETTERS = re.compile(
    rf"(?:^(?P<space>{_S}*)|(?=[\[(]))(?P<open>[\[(])?(?:(?P<h>\d{{1,2}}){_S}?h{_S}?)?(?P<m>\d{{1,3}}){_S}?(?:m|min|['′’]){_S}?(?P<s>\d{{1,2}})"
    rf"{_S}?(?:sec|s|''|[\"″”])?(?P<close>[\])])?(?=[\s:,-]|$)",
    re.M,
)
_COUNTED = re.compile(rf"^(?P<space>{_S}*)(?P<clock>{_CLOCK}){_S}(?:min|sec)\b\.?", re.M)
_HOURS, _MINUTES, _SECONDS = (patterns(f"{unit}_words") for unit in ("hour", "minute", "second"))
_WORDS = re.compile(
    rf"(?:^|(?<=\t)|(?<={_S}{{2}}))(?:(?P<h>\d{{1,2}}){_S}?{_HOURS},?(?:{_S}|$))?(?:(?P<m>\d{{1,3}}){_S}?{_MINUTES},?(?:{_S}|$))?"
    rf"(?:(?P<s>\d{{1,2}}){_S}?{_SECONDS})?$",
    re.M | re.I,
)
# What shows in no time that a line has none of these: it begins with one of a few signs, which is what makes it quick.
_MAYBE = re.compile(
    rf"[#{{<【〔*_\[(0-9](?:(?<=[#{{<【〔*_])[\[(]?{_S}?-?[0-9]{{1,3}}:[0-9]{{2}}"
    rf"|(?<=[\[(])(?:{_S}+[0-9]{{1,3}}:[0-9]{{2}}|[0-9][0-9:.,]{{3,14}}(?:{_S}{{2}}|→|{_S}?-+>?{_S}{{2}}))"
    rf"|(?<=[0-9])(?::[0-9]{{2}}:[0-9]{{2}}[:;][0-9]{{2}}|{_S}?(?:h{_S}?[0-9]|(?:m|min|['′’]){_S}?[0-9])"
    rf"|[:.,][0-9]{{1,3}}{_S}(?:min|sec)\b|{_S}?(?i:{_MINUTES}|{_SECONDS}){_S}*$))",
    re.M,
)
_STAMP_ALONE = re.compile(rf"{_S}*[\[(]?[-−]?{_S}?(?:{_PARTS}|{_CLOCK}){_S}?[\])]?{_S}*")
_SETTING = re.compile(r"(?<=\n)_[a-z]{2,20}[^\S\n]?:[^\n]{0,80}$", re.M)  # what some records print below a stamp
_SPEECH_CHARS_PER_S = 30  # nobody speaks faster
_MOST_FRAMES, _MOST_HOURS, _DAY_S = 29, 23, 86_400

Matches = Sequence[re.Match[str]]


def in_usual_form(text: str) -> str:
    """A text with all its time stamps as clocks, each other character in its place.

    >>> in_usual_form("#00:00:12-3# Ann: Why?"), in_usual_form("[ 0:03 -->  0:05] Ann: So.")
    ('[00:00:12.3] Ann: Why?', '[0:03]            Ann: So.')
    >>> in_usual_form("0h00m44s So it is.\\n1h02m03s Yes.\\n")
    '0:00:44  So it is.\\n1:02:03  Yes.\\n'
    """
    if "\n_" in text:
        text = _without_settings(text)
    lines = list(_lines_with_stamps(text))
    if not lines:
        return text
    text = _replaced(text, [(match, _of_fenced(match)) for match in _found(_FENCED, text, lines)])
    text = _replaced(text, [(match, _of_range(match)) for match in _found(_RANGE, text, lines)])
    for pattern, seconds_of_all in _FORMS:
        found = [match for match in _found(pattern, text, lines) if match.group().strip()]
        seconds = seconds_of_all(found) if len(found) >= 2 else []
        if len(set(seconds)) >= 2 and is_rising(seconds):
            text = _replaced(text, [(match, _of_clock(match, at)) for match, at in zip(found, seconds, strict=True)])
    return text


def _without_settings(text: str) -> str:
    """A text with lines such as `_page : 12`, right below a stamp, as blank ones."""
    found: list[re.Match[str]] = []
    for match in _SETTING.finditer(text):
        above = text[text.rfind("\n", 0, match.start() - 1) + 1 : match.start() - 1]
        behind = bool(found) and found[-1].end() == match.start() - 1
        if behind or _STAMP_ALONE.fullmatch(above):
            found.append(match)
    return _replaced(text, [(match, "") for match in found])


def _lines_with_stamps(text: str) -> Iterator[Span]:
    end = -1
    for match in _MAYBE.finditer(text):
        if match.start() > end:
            end = text.find("\n", match.end())
            end = end if end >= 0 else len(text)
            yield text.rfind("\n", 0, match.start()) + 1, end


def _found(pattern: re.Pattern[str], text: str, lines: Sequence[Span]) -> Iterator[re.Match[str]]:
    for start, end in lines:
        yield from pattern.finditer(text, start, end)


def _replaced(text: str, forms: Sequence[tuple[re.Match[str], str]]) -> str:
    """A text with something else, and spaces behind it, in place of each match."""
    parts, at = [], 0
    for match, shown in forms:
        parts += [text[at : match.start()], shown.ljust(match.end() - match.start())]
        at = match.end()
    return "".join([*parts, text[at:]])


def _of_fenced(match: re.Match[str]) -> str:
    clock = match["fenced"] or (f"{match['clock']}.{match['tenth']}" if match["tenth"] else match["clock"])
    return f"[{clock}]"


def _of_range(match: re.Match[str]) -> str:
    return f"{match['open']}{match['clock']}{match['close']}"


def _of_clock(match: re.Match[str], seconds: float) -> str:
    """The clock in the brackets of a match; what is matched if there is no room for it."""
    named = match.groupdict()
    space = named.get("space") or ""
    opening, closing = ((named.get(name) or "").strip() for name in ("open", "close"))
    shown = _clock_of(seconds, match.end() - match.start() - len(space) - 2 * len(opening))
    return f"{space}{opening}{shown}{closing}" if shown and bool(opening) == bool(closing) else match[0]


def _clock_of(seconds: float, width: int) -> str:
    """Seconds as a clock that fits; empty if there is no room."""
    sign, whole = ("-" if seconds < 0 else ""), int(abs(seconds))
    h, m, s = whole // 3600, whole // 60 % 60, whole % 60
    forms = [f"{h}:{m:02d}:{s:02d}", f"{h}:{m}:{s}"] + ([f"{m}:{s:02d}"] if not h else [])
    return next((sign + form for form in forms if len(sign + form) <= width), "")


def _in_parts(found: Matches) -> list[float]:
    return [sum(int(match[unit] or 0) * size for unit, size in (("h", 3600), ("m", 60), ("s", 1))) for match in found]


def _clocks(found: Matches) -> list[float]:
    return [seconds_of(match["clock"]) for match in found]


def _of_four_parts(found: Matches) -> list[float]:
    """Days, hours, minutes and seconds, as missions count them, or hours, minutes, seconds and frames, as films do.

    No frame is above 29 or before the beginning, no hour above 23; where neither shows, nobody can have spoken faster
    than people do.
    """
    numbers = [[int(part) for part in re.split(r"[:;]", match["clock"])] for match in found]
    days = [
        (-1 if match["sign"] else 1) * (a * _DAY_S + b * 3600 + c * 60 + d)
        for match, (a, b, c, d) in zip(found, numbers, strict=True)
    ]
    frames = [float(a * 3600 + b * 60 + c) + d / 30 for a, b, c, d in numbers]
    if any(b > _MOST_HOURS for _, b, _, _ in numbers):
        return [float(int(at)) for at in frames]
    counts_days = any(match["sign"] for match in found) or any(d > _MOST_FRAMES for *_, d in numbers)
    if not counts_days:
        said = [b.start() - a.end() for a, b in pairwise(found)]
        took = [b - a for a, b in pairwise(frames)]
        speeds = [chars / step for chars, step in zip(said, took, strict=True) if step > 0]
        counts_days = bool(speeds) and median(speeds) > _SPEECH_CHARS_PER_S
    return [float(at) for at in days] if counts_days else [float(int(at)) for at in frames]


_FORMS = (
    (_FOUR, _of_four_parts),
    (_EMPHASIS, _clocks),
    (_LETTERS, _in_parts),
    (_COUNTED, _clocks),
    (_WORDS, _in_parts),
)
