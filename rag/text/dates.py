"""Dates as people write them above a transcript; a date is found or it is not, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

from rag.text.lexicon import DEFAULT_LANGUAGE, LEXICONS

_MONTHS = {
    name: number
    for lexicon in LEXICONS.values()
    for number, names in enumerate(lexicon.months, start=1)
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_PATTERNS = [
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?,?\s+(?:of\s+|de\s+)?(?P<month>{_MONTH})\.?,?\s+(?:del?\s+)?(?P<y>\d{{4}})\b",
        re.I,
    ),
    re.compile(rf"\b(?P<month>{_MONTH})\.?,?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.I),
    re.compile(r"\b(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})\b"),
    re.compile(r"(?<![\d/])(?P<y>(?:19|20)\d{2})/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?![\d/])"),
    re.compile(r"(?<![\d.])(?P<y>(?:19|20)\d{2})\.\s?(?P<m>\d{1,2})\.\s?(?P<d>\d{1,2})(?!\d|\.\d)"),
    re.compile(rf"\b(?P<d>\d{{1,2}})[/-](?P<month>{_MONTH})\.?[/-](?P<y>\d{{4}})\b", re.I),
    # Digits alone are a date only at the head of a line: "Room 20240503" is none.
    re.compile(r"^\W*(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![\w-])", re.M),
    re.compile(r"(?P<y>\d{4})\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日号일]"),
]
_ORDINALS = {name: number for number, name in enumerate(LEXICONS[DEFAULT_LANGUAGE].ordinals, start=1)}
_DAY_NUMBER = (
    rf"\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?|{'|'.join(sorted(_ORDINALS, key=len, reverse=True)).replace('-', '[- ]')}"
)
_DAY = re.compile(
    rf"\b(?P<d>{_DAY_NUMBER})\s+(?:of\s+|de\s+)?(?P<month>{_MONTH})\b"
    rf"|\b(?P<month2>{_MONTH})\s+(?:the\s+)?(?P<after>{_DAY_NUMBER})\b(?![.,]?\d)",
    re.I,
)


# "The second day of May, A.D. 2031"
_DAY_OF_MONTH = re.compile(
    rf"\b(?P<day>{_DAY_NUMBER})(?:\s+day)?\s+of\s+(?P<month>{_MONTH}),?\s+(?:A\.?\s?D\.?\s+|in the year\s+)?(?P<y>\d{{4}})\b",
    re.I,
)
_ERAS = {name: first for lexicon in LEXICONS.values() for name, first in lexicon.eras}
_ERA_DATE = re.compile(
    rf"(?P<era>{'|'.join(_ERAS)})\s*(?P<n>\d{{1,3}}|元)\s*年\s*(?P<m>\d{{1,2}})\s*月\s*(?P<d>\d{{1,2}})\s*[日號号]"
)
_CHINESE_DATE = re.compile(
    r"(?P<y>[〇零一二三四五六七八九]{4})年(?P<m>[一二三四五六七八九十]{1,2})月(?P<d>[一二三四五六七八九十]{1,3})[日号]"
)
_HALF = r"(?:\s?(?:[ap]\.?\s?m\b\.?|Uhr|h|hrs|hours|heures|horas|GMT|UTC|[A-Z]{2,4}T\b))*"
_TIME_OF_DAY = re.compile(
    rf"\W*\b\d{{1,2}}(?:[.:]\d{{2}}){{0,2}}{_HALF}(?:\s?(?:-|–|to)\s?\d{{1,2}}(?:[.:]\d{{2}}){{0,2}}{_HALF})?", re.I
)  # behind a date
_DATE_LINE_WORDS = 3  # beside the date
_CHINESE_DIGITS = {digit: number for number, digit in enumerate("〇一二三四五六七八九")} | {"零": 0}


def _up_to_thirty_one(numeral: str) -> int:
    if "十" not in numeral:
        return int("".join(str(_CHINESE_DIGITS[digit]) for digit in numeral))
    before, after = numeral.split("十", 1)
    return 10 * (_CHINESE_DIGITS[before] if before else 1) + (_CHINESE_DIGITS.get(after, 0) if after else 0)


def find_date(text: str) -> tuple[str, int, int] | None:
    """The first full date in `text` as (ISO date, start, end); None if there is none.

    >>> find_date("Moscow, March 28, 2024")
    ('2024-03-28', 8, 22)
    >>> find_date("Spring 2024") is None
    True
    """
    found = _dates(text)
    if not found:
        return None
    start, end, iso = min(found)
    return iso, start, end


def is_date_line(line: str) -> bool:
    """Whether a line is a date and little else, such as the day of the week and the hour.

    >>> is_date_line("Friday, 2 May 2031, 10 a.m."), is_date_line("On 2 May 2031 the ferry sank in the sound.")
    (True, False)
    """
    found = find_date(line)
    if not found:
        return False
    rest = line[: found[1]] + " " + _TIME_OF_DAY.sub("", line[found[2] :])
    return len(re.findall(r"[^\W_]+", rest)) <= _DATE_LINE_WORDS and not re.search(r"[^\W\d_]{3,}\.\s", rest)


def find_dates(text: str) -> list[tuple[str, int, int]]:
    """Every full date in `text` as (ISO date, start, end), in order.

    >>> find_dates("From 28 March 2024 to 2024-04-01")
    [('2024-03-28', 5, 18), ('2024-04-01', 22, 32)]
    """
    dates: list[tuple[str, int, int]] = []
    for start, end, iso in sorted(_dates(text)):
        if not dates or start >= dates[-1][2]:
            dates.append((iso, start, end))
    return dates


def _dates(text: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for match, year, month, day in _written_dates(text):
        with suppress(ValueError):  # the 30th of February
            found.append((match.start(), match.end(), date(year, month, day).isoformat()))
    return found


def _written_dates(text: str) -> Iterator[tuple[re.Match[str], int, int, int]]:
    """What is written as a date, as (match, year, month, day), by one pattern after the other."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            # 0, which is no month, for a name in letters that only look like ours: "İ" matches an "i".
            month = (month_number(parts["month"]) or 0) if parts.get("month") else int(parts["m"])
            yield match, int(parts["y"]), month, int(parts["d"])
    for match in _DAY_OF_MONTH.finditer(text):
        yield match, int(match["y"]), month_number(match["month"]) or 0, ordinal(match["day"])
    for match in _ERA_DATE.finditer(text):
        year = _ERAS[match["era"]] + (0 if match["n"] == "元" else int(match["n"]) - 1)
        yield match, year, int(match["m"]), int(match["d"])
    for match in _CHINESE_DATE.finditer(text):
        year = int("".join(str(_CHINESE_DIGITS[digit]) for digit in match["y"]))
        yield match, year, _up_to_thirty_one(match["m"]), _up_to_thirty_one(match["d"])


def find_days(text: str) -> list[tuple[tuple[int, int], int, int]]:
    """Every day that is named with its month, as ((month, day), start, end), whatever the year.

    >>> find_days("On 9 June, or the tenth of June; June 11th")
    [((6, 9), 3, 9), ((6, 10), 18, 31), ((6, 11), 33, 42)]
    """
    days: list[tuple[tuple[int, int], int, int]] = []
    for match in _DAY.finditer(text):
        month, number = match["month"] or match["month2"], ordinal(match["d"] or match["after"])
        known = month_number(month)
        if known and month not in ("may", "march", "mar") and 1 <= number <= 31:  # "the second may come"
            days.append(((known, number), match.start(), match.end()))
    return days


def ordinal(word: str) -> int:
    """The number of "9", "9th" or "ninth"; 0 for other words.

    >>> ordinal("9th"), ordinal("Twenty-first"), ordinal("harbour")
    (9, 21, 0)
    """
    if digits := re.match(r"\d{1,4}", word):
        return int(digits[0])
    return _ORDINALS.get(word.lower().replace(" ", "-"), 0)


def spoken_date(iso: str) -> str:
    """A date as one would read it out.

    >>> spoken_date("2024-03-28")
    '28 March 2024'
    """
    day = date.fromisoformat(iso)
    month = LEXICONS[DEFAULT_LANGUAGE].months[day.month - 1].split()[0]
    return f"{day.day} {month.capitalize()} {day.year}"


def spoken_period(first: str | None, last: str | None) -> str:
    """Days from `first` to `last`, ISO dates of which one may be missing, as people say it.

    >>> spoken_period("2024-01-01", "2024-12-31"), spoken_period("2024-02-01", "2024-02-29")
    ('2024', 'February 2024')
    >>> spoken_period("2024-03-28", "2024-03-28"), spoken_period("2024-03-28", "2024-04-02"), spoken_period(None, "2024-04-02")
    ('28 March 2024', 'from 28 March 2024 to 2 April 2024', 'to 2 April 2024')
    """
    if first and last:
        if (first[:4], first[4:], last[4:]) == (last[:4], "-01-01", "-12-31"):
            return first[:4]
        if first == last:
            return spoken_date(first)
        if first[:7] == last[:7] and first.endswith("-01") and _is_last_of_month(last):
            return spoken_date(first).partition(" ")[2]
    ends = ((word, day) for word, day in (("from", first), ("to", last)) if day)
    return " ".join(f"{word} {spoken_date(day)}" for word, day in ends)


def _is_last_of_month(day: str) -> bool:
    return (date.fromisoformat(day) + timedelta(days=1)).day == 1


def month_number(word: str) -> int | None:
    """The number of a month's name; None for other words.

    >>> month_number("March"), month_number("mars"), month_number("harbour")
    (3, 3, None)
    """
    return _MONTHS.get(word.lower()) or _MONTHS.get(word.casefold())
