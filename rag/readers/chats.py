"""Chats as programs export them: WhatsApp, Zoom, IRC. Each message opens with a time and a name, whatever the name looks like.

The text stays as it is. Lines with a time and without a name are the program's ("Ann joined"), and nobody's words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rag.text.clock import seconds_of
from rag.text.lexicon import patterns
from rag.text.spans import trim
from rag.types import Hints, LeftOut

_UNSEEN = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_S = r"[^\S\n]"
_DAY = r"(?P<a>\d{1,4})(?P<sign>[./-])(?P<b>\d{1,2})(?P=sign)(?P<c>\d{2,4})"
_TIME = rf"\d{{1,2}}[:.]\d{{2}}(?:[:.]\d{{2}})?(?:{_S}?(?P<half>[AaPp]\.?{_S}?[Mm]\.?))?"
_NAME = r"(?P<name>[^:\n\t]{1,60}?)"
_FROM, _TO = patterns("chat_from_words"), patterns("chat_to_words")
_LIST = rf"(?:{_S}+{_TO}{_S}+[^:\n]{{1,60}}?)?"  # to whom it is sent
_FORMS = tuple(
    re.compile(rf"[{_UNSEEN}]*{form}", re.M | re.I)
    for form in (
        # [31.12.23, 21:04:05] Ann: Why?    12/31/23, 9:04 PM - Ann: Why?
        rf"(?:\[{_DAY},?{_S}{_TIME}\]|{_DAY.replace('P<', 'P<x').replace('P=', 'P=x')},?{_S}{_TIME.replace('P<', 'P<x')}{_S}[-–])"
        rf"{_S}(?:{_NAME}[{_UNSEEN}]*:(?=\s|$)|(?!\S*:\s))",
        # 00:05:41<tab>Ann:<tab>Why?
        rf"(?P<clock>\d{{1,2}}:\d\d:\d\d)\t{_NAME}{_S}?:(?=\t)",
        # 10:00:12 From Ann to Everyone: Why?
        rf"(?P<clock>\d{{1,2}}:\d\d:\d\d){_S}+{_FROM}{_S}+{_NAME}{_LIST}{_S}?:(?=\s|$)",
        # [10:00] <ann> Why?    [10:00] * ann waves
        rf"\[?(?P<clock>\d{{1,2}}:\d\d(?::\d\d)?)\]?{_S}(?:<[@+%~& ]?(?P<name>[^<>\s]{{1,40}})>(?=\s)|(?=[*-]))",
    )
)
_LEAST, _LEAST_SHARE = 4, 0.3  # of messages, and of the lines that are not blank
_FIRST_LINES = 3
_LONGEST_NAME_ONCE = 30
_ELAPSED_S = 7200  # a clock that begins later is the time of the day
_QUOTES = re.compile(r"[\"“”„«»]")


@dataclass(frozen=True, slots=True)
class _Record:
    """A line with a time: `name` is empty if the program itself wrote it; the message is [start, end)."""

    name: str
    begin: int
    start: int
    end: int
    clock: str
    day: tuple[str, str, str] | None
    half: str


def read_chat(text: str) -> Hints | None:
    """What a chat's text says of its messages; None if it is none.

    >>> chat = "".join(f"02/05/2031, 14:0{n} - {name}: Yes.\\n" for n, name in enumerate(["Ann", "Bo", "Ann", "Bo"]))
    >>> hints = read_chat(chat)
    >>> hints.date, [(label, chat[start:end]) for label, start, end, _ in hints.turns][:2]
    ('2031-05-02', [('Ann', 'Yes.'), ('Bo', 'Yes.')])
    """
    head = text[:2000].split("\n")[:_FIRST_LINES]
    form = next((form for form in _FORMS if any(form.match(line) for line in head)), None)
    records = list(_records(text, form)) if form else []
    lines = sum(bool(line.strip()) for line in text.split("\n"))
    if len(records) < _LEAST or len(records) < _LEAST_SHARE * lines or not any(record.name for record in records):
        return None
    records = _without_long_names(records)
    said = [record for record in records if record.name and record.end > record.start]
    others = [record for record in records if not record.name]
    first = _seconds(said[0].clock) if said and said[0].clock else None
    elapsed = first is not None and first < _ELAPSED_S
    return Hints(
        date=_first_day(records),
        turns=tuple(
            (record.name, record.start, record.end, _seconds(record.clock) if elapsed else None) for record in said
        ),
        left_out=tuple(LeftOut(*trim(text, record.begin, record.end), "line of the program") for record in others),
        notes=(_note(text, others),) if others else (),
    )


def _records(text: str, form: re.Pattern[str]) -> Iterator[_Record]:
    opened = [match for match in form.finditer(text) if match.start() == 0 or text[match.start() - 1] == "\n"]
    ends = [*(match.start() for match in opened[1:]), len(text)]
    for match, end in zip(opened, ends, strict=True):
        named = match.groupdict()
        name = re.sub(rf"^[~\s{_UNSEEN}]+|[\s{_UNSEEN}]+$", "", named.get("name") or "")
        parts = [named.get(key) or named.get(f"x{key}") for key in "abc"]
        day = (parts[0] or "", parts[1] or "", parts[2] or "") if parts[0] else None
        half = named.get("half") or named.get("xhalf") or ""
        start, last = trim(text, match.end(), end)
        start += len(text[start:last]) - len(re.sub(rf"^[\s{_UNSEEN}]+", "", text[start:last]))
        yield _Record(" ".join(name.split()), match.start(), start, last, named.get("clock") or "", day, half)


def _without_long_names(records: Sequence[_Record]) -> list[_Record]:
    """Records with "Ann changed the subject to “Ferry" as the program's: no name is quoted, or long and there once."""
    counts = Counter(record.name for record in records)
    return [
        _Record("", record.begin, record.begin, record.end, record.clock, record.day, record.half)
        if _QUOTES.search(record.name) or (len(record.name) > _LONGEST_NAME_ONCE and counts[record.name] == 1)
        else record
        for record in records
    ]


def _first_day(records: Sequence[_Record]) -> str | None:
    """The day of the first message, if the order of its parts is known.

    A part above 12 is a day. Where none is, the first is the day with points and with a clock of 24 hours, and the month
    where AM and PM are written large; else nobody can tell.
    """
    days = [record.day for record in records if record.day]
    if not days:
        return None
    if len(days[0][0]) == 4:
        return _iso(*days[0])
    if any(int(a) > 12 for a, _, _ in days):
        day_first = True
    elif any(int(b) > 12 for _, b, _ in days):
        day_first = False
    else:
        halves = {record.half for record in records if record.day}
        if any(half and not half.isupper() for half in halves):
            return None
        day_first = halves == {""}
    first, second, year = days[0]
    year = year if len(year) == 4 else f"20{year}"
    return _iso(year, second, first) if day_first else _iso(year, first, second)


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _seconds(clock: str) -> float:
    return seconds_of(clock) if clock.count(":") == 2 else 60 * seconds_of(clock)


def _note(text: str, others: Sequence[_Record]) -> str:
    first = " ".join(text[others[0].begin : others[0].end].split())[:60]
    count = "1 line" if len(others) == 1 else f"{len(others):,} lines"
    return f"left out: {count} that the chat program wrote, such as “{first}”"
