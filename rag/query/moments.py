"""The times that a question mentions, by their form alone: days, months, seasons, years, and "last year".

Whether one is meant, and what stands before it ("since", "before"), is `periods.py`'s matter.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from rag.text.dates import find_dates, ordinal
from rag.text.lexicon import LEXICONS, lexicon_of

Kind = Literal["day", "month", "season", "year", "relative"]
Bounds = Callable[[int], tuple[date, date]]  # a year → the first and the last day

_NUMERIC = re.compile(r"(?<![\d/])(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<y>(?:19|20)\d{2})(?![\d/])")
_YEAR = r"(?P<y>(?:19|20)\d{2})(?![\d-]|[.,]\d|s\b)"
_FIRST_MONTHS = (3, 6, 9, 12)  # of the seasons, spring first


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in a text, `text[start:end]`; `days` needs a year where it has none of its own."""

    start: int
    end: int
    kind: Kind
    days: Bounds
    year: int | None = None
    certain: bool = False  # that it is a time, whatever stands around it


def moments_in(text: str, newest: date, language: str = "en") -> list[Moment]:
    """The times that a text mentions, in order; "last year" is that before the year of the `newest` document.

    >>> [moment.kind for moment in moments_in("On 9 June, in early May 2024 or last winter", date(2024, 12, 12))]
    ['day', 'month', 'relative']
    """
    found = sorted(_all(text, newest, language), key=lambda one: (one.start, -one.end))
    moments: list[Moment] = []
    for moment in found:
        if not moments or moment.start >= moments[-1].end:
            moments.append(moment)
    return moments


def _all(text: str, newest: date, language: str) -> Iterator[Moment]:
    for iso, start, end in find_dates(text):
        day = date.fromisoformat(iso)
        yield Moment(start, end, "day", _fixed(day, day), day.year, certain=True)
    for match in _NUMERIC.finditer(text):
        if found := _numeric_day(match):
            yield Moment(*match.span(), "day", _fixed(found, found), found.year, certain=True)
    patterns = _patterns(language)
    for match in patterns["day"].finditer(text):
        yield from _day(text, match, language)
    for match in patterns["month"].finditer(text):
        if moment := _month(text, match, language):
            yield moment
    for match in patterns["season"].finditer(text):
        yield _season(match, language)
    for match in patterns["year"].finditer(text):
        yield _year(match, language)
    for match in patterns["relative"].finditer(text):
        if moment := _relative(text, match, newest, language):
            yield moment


def _numeric_day(match: re.Match[str]) -> date | None:
    """A day of digits and strokes: the month first if it can be, else the day."""
    first, second, year = int(match["first"]), int(match["second"]), int(match["y"])
    for month, day in ((first, second), (second, first)):
        with suppress(ValueError):
            return date(year, month, day)
    return None


def _day(text: str, match: re.Match[str], language: str) -> Iterator[Moment]:
    """A day with its month; "Second March on the city" and "may 9" in a sentence with capitals are none."""
    word = match["month"] or match["month2"] or match["month3"]
    number, day = _month_of(word), ordinal(match["d"] or match["d2"] or match["d3"])
    if number and 1 <= day <= 31 and _has_its_capital(text, word, language):
        yield Moment(*match.span(), "day", lambda year: _day_bounds(year, number, day))


def _month(text: str, match: re.Match[str], language: str) -> Moment | None:
    word = match["month"]
    number = _month_of(word)
    if not number or not _has_its_capital(text, word, language):
        return None
    part = match["part"]
    days = _part_of(lambda year: _month_bounds(year, number), match, language)
    year = int(match["y"]) if match["y"] else None
    # A part makes a month of a name: "early March". A word that is also a month still needs its capital.
    certain = year is not None or (part is not None and word[0].isupper()) or match["nth"] is not None
    return Moment(*match.span(), "month", days, year, certain)


def _season(match: re.Match[str], language: str) -> Moment:
    number = next(
        place for place, words in enumerate(lexicon_of(language).seasons) if re.fullmatch(words, match["season"], re.I)
    )
    days = _part_of(lambda year: _season_bounds(year, number), match, language)
    year = int(match["y"]) if match["y"] else None
    return Moment(*match.span(), "season", days, year, certain=year is not None)


def _year(match: re.Match[str], language: str) -> Moment:
    year = int(match["y"])
    days = _part_of(lambda _: (date(year, 1, 1), date(year, 12, 31)), match, language)
    return Moment(*match.span(), "year", days, year, certain=bool(match["part"] or match["nth"]))


def _relative(text: str, match: re.Match[str], newest: date, language: str) -> Moment | None:
    """ "Last year", "this spring", "the past three months", "two weeks ago": before the newest document."""
    lexicon = lexicon_of(language)
    if match["ago"]:
        back = newest - timedelta(days=_count(match["ago"], language) * _length_of(match["back"], language))
        days = _unit_around(back, match["back"], language)
        return Moment(*match.span(), "relative", _fixed(*days), days[0].year, certain=True)
    what = match["what"]
    is_last = any(re.fullmatch(words, match["which"], re.I) for words in lexicon.last_words)
    articles = _any(lexicon.period_articles)
    lasting = match["count"] or (is_last and re.search(rf"(?<!\w){articles}\s+\Z", text[: match.start()], re.I))
    if lasting and (length := _length_of(what, language)):
        first = newest - timedelta(days=_count(match["count"] or "1", language) * length)
        return Moment(*match.span(), "relative", _fixed(first, newest), newest.year, certain=True)
    if match["count"] or (_month_of(what) and not _has_its_capital(text, what, language)):
        return None
    bounds = _bounds_of(what, newest, language)
    if bounds is None:
        return None
    year = newest.year + 1
    while (first := bounds(year)[0]) > newest or (is_last and bounds(year)[1] >= newest):
        if first.year < newest.year - 2:
            return None
        year -= 1
    return Moment(*match.span(), "relative", _fixed(*bounds(year)), bounds(year)[0].year, certain=True)


def _bounds_of(what: str, newest: date, language: str) -> Bounds | None:
    """The days of a year, a season, a month by name, or the calendar month or week of `newest` and those before."""
    lexicon = lexicon_of(language)
    if number := _month_of(what):
        return lambda year: _month_bounds(year, number)
    for place, words in enumerate(lexicon.seasons):
        if re.fullmatch(words, what, re.I):
            return lambda year: _season_bounds(year, place)
    if any(re.fullmatch(words, what, re.I) for words in lexicon.year_words):
        return lambda year: (date(year, 1, 1), date(year, 12, 31))
    if any(re.fullmatch(words, what, re.I) for words in lexicon.day_words):
        return None
    return lambda year: _unit_back(what, newest, newest.year - year, language)


def _unit_back(what: str, newest: date, steps: int, language: str) -> tuple[date, date]:
    """The calendar month or week that lies so many before that of the newest document; -1 is the one after it."""
    day = newest
    for _ in range(abs(steps)):
        first, last = _unit_around(day, what, language)
        day = first - timedelta(days=1) if steps > 0 else last + timedelta(days=1)
    return _unit_around(day, what, language)


def _unit_around(day: date, what: str, language: str) -> tuple[date, date]:
    length = _length_of(what, language)
    if length >= 365:
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if length >= 28:
        return _month_bounds(day.year, day.month)
    if length == 7:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    return day, day


def _length_of(what: str, language: str) -> int:
    """The days of a unit; 0 for a season or a month by name."""
    lexicon = lexicon_of(language)
    units = ((lexicon.year_words, 365), (lexicon.month_words, 30), (lexicon.week_words, 7), (lexicon.day_words, 1))
    return next((days for words, days in units if any(re.fullmatch(word, what, re.I) for word in words)), 0)


def _count(word: str, language: str) -> int:
    lexicon = lexicon_of(language)
    numbers = (*lexicon.units, *lexicon.teens)
    if word.isdigit():
        return int(word)
    return numbers.index(word.lower()) + 1 if word.lower() in numbers else 1


def _part_of(bounds: Bounds, match: re.Match[str], language: str) -> Bounds:
    """The part of a time that "early", "the first week of" or "the second half of" before it means."""
    lexicon = lexicon_of(language)
    if match["part"]:
        kinds = (lexicon.early_words, lexicon.middle_words, lexicon.late_words)
        place = next(n for n, words in enumerate(kinds) if any(re.fullmatch(w, match["part"], re.I) for w in words))
        return lambda year: _third(bounds(year), place)
    nth = match.groupdict().get("nth")
    if not nth:
        return bounds
    count = next(
        parts
        for words, parts in zip(lexicon.part_units, (0, 2, 4), strict=True)
        if re.fullmatch(words, match["unit"], re.I)
    )
    place = ordinal(nth) or -1
    if not count:
        return lambda year: _week(bounds(year), place)
    return lambda year: _share(bounds(year), min(place, count) - 1 if place > 0 else count - 1, count)


def _third(days: tuple[date, date], place: int) -> tuple[date, date]:
    """Days 1 to 10 of a month are early, 11 to 20 its middle; of a longer time its thirds, in whole months."""
    first, last = days
    if (last - first).days < 32:
        starts = (first, first + timedelta(days=10), first + timedelta(days=20))
        return starts[place], last if place == 2 else starts[place] + timedelta(days=9)
    return _share(days, place, 3)


def _share(days: tuple[date, date], place: int, count: int) -> tuple[date, date]:
    first, last = days
    months = round((last - first).days / 30.4)
    if months < count:
        length = ((last - first).days + 1) // count
        start = first + timedelta(days=place * length)
        return start, last if place == count - 1 else start + timedelta(days=length - 1)
    start, end = _months_on(first, place * months // count), _months_on(first, (place + 1) * months // count)
    return start, end - timedelta(days=1)


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, 1)


def _week(days: tuple[date, date], place: int) -> tuple[date, date]:
    first, last = days
    if place < 0:
        return last - timedelta(days=6), last
    start = first + timedelta(days=7 * (place - 1))
    return start, min(start + timedelta(days=6), last)


def _day_bounds(year: int, month: int, day: int) -> tuple[date, date]:
    found = date(year, month, min(day, monthrange(year, month)[1]))
    return found, found


def _month_bounds(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _season_bounds(year: int, season: int) -> tuple[date, date]:
    """Whole months: spring is March to May; winter begins in December and ends in the year after."""
    first = date(year, _FIRST_MONTHS[season], 1)
    return first, _months_on(first, 3) - timedelta(days=1)


def _fixed(first: date, last: date) -> Bounds:
    return lambda _: (first, last)


def _month_of(word: str) -> int:
    return _month_numbers().get(word.lower(), 0)


def _has_its_capital(text: str, word: str, language: str) -> bool:
    """Whether a month that is also a word is written as a month is; in a text without capitals anything is."""
    if word.lower() not in lexicon_of(language).months_that_are_words:
        return True
    return word[0].isupper() or text == text.lower()


@cache
def _month_numbers() -> dict[str, int]:
    return {
        name: number
        for lexicon in LEXICONS.values()
        for number, names in enumerate(lexicon.months, start=1)
        for name in names.split()
    }


@cache
def _patterns(language: str) -> dict[Kind, re.Pattern[str]]:
    lexicon = lexicon_of(language)
    months = _any(sorted(_month_names(language), key=len, reverse=True))
    seasons, links = _any(lexicon.seasons), _any(lexicon.part_links)
    part = (
        rf"(?:(?P<part>{_any((*lexicon.early_words, *lexicon.middle_words, *lexicon.late_words))})(?:{links}|[\s-]+))?"
    )
    counted = rf"(?:(?P<nth>{_any(lexicon.ordinals[:4])}|{_any(lexicon.last_words)})\s+(?P<unit>{_any(lexicon.part_units)}){links})?"
    year = rf"(?:,?\s+(?:{_any(lexicon.year_links)}\s+)?{_YEAR})?"
    number, ordinals = r"\d{1,2}(?:st|nd|rd|th|er|\.|º)?", _any(lexicon.ordinals).replace("-", "[- ]")
    recent = _any((*lexicon.last_words, *lexicon.this_words))
    spans = _any((*lexicon.year_words, *lexicon.month_words, *lexicon.week_words, *lexicon.day_words))
    units = rf"{spans}|{seasons}|{months}"
    count = rf"\d{{1,3}}|{_any((*lexicon.units, *lexicon.teens))}"
    sources: dict[Kind, str] = {
        "day": rf"(?<!\w)(?:(?P<d>{number})\s+(?:(?:of|de)\s+)?(?P<month>{months})|(?P<d2>{ordinals})\s+(?:of|de)\s+(?P<month2>{months})"
        rf"|(?P<month3>{months})\.?\s+(?:the\s+)?(?P<d3>{number}))(?!\w|[.,]?\d|\s*%)",
        "month": rf"(?<!\w){counted}{part}(?P<month>{months})(?!\w)\.?{year}",
        "season": rf"(?<!\w){part}(?P<season>{seasons})(?!\w){year}",
        "year": rf"(?<![\w.,/-]){counted}{part}{_YEAR}",
        "relative": rf"(?<!\w)(?P<which>{recent})\s+(?:(?P<count>{count})\s+)?(?P<what>{units})(?!\w|['’]s\b)"
        rf"|(?<!\w)(?P<ago>{count}|{_any(lexicon.one_words)})\s+(?P<back>{spans})\s+(?:{_any(lexicon.ago_words)})(?!\w)",
    }
    return {kind: re.compile(source, re.I) for kind, source in sources.items()}


def _month_names(language: str) -> list[str]:
    """The names of the months in a language, those of the default language where its own are the same."""
    own, default = lexicon_of(language).months, lexicon_of(None).months
    lines = (line or default[place] for place, line in enumerate(own or default))
    return [name for line in lines for name in line.split()]


def _any(words: Sequence[str]) -> str:
    """Patterns as alternatives; nothing matches none."""
    return f"(?:{'|'.join(words)})" if words else "(?!)"
