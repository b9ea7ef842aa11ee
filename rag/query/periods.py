"""When a question asks about: "on 22 January", "in early March", "last year", "since October" → a first and a last day.

A month or a season is read only where the words around it say that it is one: "in May", "9 May", "last spring", but not "may
follow" and not "a fall in prices". What has no year is of the archive's: the last one that has a document then. What begins
after the newest document is about the future, and is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from rag.query.moments import Moment, moments_in
from rag.text.lexicon import lexicon_of
from rag.types import Span

_ONE_DAY = timedelta(days=1)
_NEAR = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a question asks about, both included, None for no limit; `spans` are the ranges that say so."""

    after: str | None
    before: str | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """One time that was read, before it is chosen from others."""

    after: date | None
    before: date | None
    spans: tuple[Span, ...]
    length: int  # days: the shortest of several is meant


def find_period(question: str, dates: Iterable[str], *, language: str = "en") -> Period | None:
    """The period that a question asks about in an archive whose documents have these ISO dates; None if there is none.

    >>> archive = ["2024-01-22", "2024-06-17", "2024-12-12"]
    >>> period = find_period("What was said in early March?", archive)
    >>> period.after, period.before
    ('2024-03-01', '2024-03-10')
    >>> [find_period(text, archive).before for text in ("as of June, who pays?", "Who paid last year?")]
    ['2024-06-30', '2023-12-31']
    >>> find_period("May it fall in price?", archive) is None
    True
    """
    days = sorted(date.fromisoformat(day) for day in set(dates))
    if not days:
        return None
    read = _read(question, days, language)
    if not read:
        return None
    # "… in 2023, as said in February 2024": of several the one that the archive has documents of, and the shortest.
    best = min(read, key=lambda one: (not _has_documents(days, one.after, one.before), one.length))
    return Period(_iso(best.after), _iso(best.before), best.spans)


def _read(question: str, days: Sequence[date], language: str) -> list[_Read]:
    moments = moments_in(question, days[-1], language)
    found: list[_Read] = []
    number = 0
    while number < len(moments):
        moment = moments[number]
        following = moments[number + 1] if number + 1 < len(moments) else None
        if following and (one := _range_of(question, moment, following, days, language)):
            found.append(one)
            number += 2
            continue
        if one := _single(question, moment, days, language):
            found.append(one)
        number += 1
    return found


def _single(question: str, moment: Moment, days: Sequence[date], language: str) -> _Read | None:
    lead = _leads(language).search(question[: moment.start])
    kind = lead.lastgroup if lead else None
    if not _is_meant(question, moment, kind, language) and not _day_before_a_link(question[: moment.start], language):
        return None
    open_ended = kind in ("since", "beyond", "before", "until")
    first, last = moment.days(_year_of(moment, days, documents=not open_ended))
    if first > days[-1]:
        return None
    start = lead.start(kind) if lead and kind else moment.start
    if moment.kind == "day" and (earlier := _day_before_a_link(question[: moment.start], language)):
        with suppress(ValueError):
            first, start = first.replace(day=int(earlier["day"])), earlier.start()
    length = (last - first).days
    spans = ((start, moment.end),)
    match kind:
        case "since":
            return _Read(first, None, spans, length)
        case "beyond":  # a day counts itself, as it does in a filter; a longer time is over
            return _Read(first if first == last else last + _ONE_DAY, None, spans, length)
        case "before":
            return _Read(None, first - _ONE_DAY, spans, length)
        case "until":
            return _Read(None, last, spans, length)
        case _:
            return _Read(first, last, spans, length)


def _range_of(question: str, one: Moment, other: Moment, days: Sequence[date], language: str) -> _Read | None:
    """ "Between 1 August and 15 November", "from March to May 2024": both ends, with what stands before and between."""
    lexicon = lexicon_of(language)
    lead = re.search(rf"\b(?:{'|'.join(lexicon.range_openers) or '(?!)'})\s+(?:the\s+)?\Z", question[: one.start], re.I)
    links = "|".join(lexicon.range_links) or "(?!)"
    between = question[one.end : other.start]
    if not lead:
        return _adjoining(question, one, other, days, language, between)
    if not re.fullmatch(rf"\s*(?:{links}|[–-])\s+(?:the\s+)?", between, re.I):
        return None
    last_year = _year_of(other, days, documents=False)
    first_year = one.year if one.year is not None else last_year
    first, last = one.days(first_year)[0], other.days(last_year)[1]
    if first > last and one.year is None:
        first = one.days(first_year - 1)[0]
    if first > last or first > days[-1]:
        return None
    return _Read(first, last, ((lead.start(), other.end),), (last - first).days)


def _day_before_a_link(before: str, language: str) -> re.Match[str] | None:
    """The day without its month in "between 1 and 9 November"."""
    lexicon = lexicon_of(language)
    openers, links = ("|".join(words) or "(?!)" for words in (lexicon.range_openers, lexicon.range_links))
    return re.search(
        rf"\b(?:{openers})\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s*(?:{links}|[–-])\s*(?:the\s+)?\Z",
        before,
        re.I,
    )


def _adjoining(
    question: str, one: Moment, other: Moment, days: Sequence[date], language: str, between: str
) -> _Read | None:
    """ "In November and December 2022": two times of a kind, one right after the other, are one."""
    links = "|".join(lexicon_of(language).joining_words) or "(?!)"
    if one.kind != other.kind or not re.fullmatch(rf"\s+(?:{links})\s+", between, re.I):
        return None
    lead = _leads(language).search(question[: one.start])
    if not lead or lead.lastgroup != "within":
        return None
    year = _year_of(other, days, documents=True)
    first, last = one.days(one.year if one.year is not None else year), other.days(year)
    if first[1] + _ONE_DAY != last[0] or first[0] > days[-1]:
        return None
    return _Read(first[0], last[1], ((lead.start("within"), other.end),), (last[1] - first[0]).days)


def _is_meant(question: str, moment: Moment, lead: str | None, language: str) -> bool:
    """Whether a moment is a time here: its own form says so, or the words around it."""
    if moment.certain:
        return True
    behind = question[moment.end :]
    if moment.kind == "day":
        occasion = rf"\s+(?:press\s+)?(?:{'|'.join(lexicon_of(language).occasions) or '(?!)'})\b"
        ends = not question[: moment.start].strip() or re.match(r"\s*(?:\Z|[,:;.?!)])", behind)
        return lead is not None or bool(ends) or bool(re.match(occasion, behind, re.I))
    if lead is None or lead == "dated":
        return False
    if moment.kind == "year":
        return not re.match(r"\s*[%$€£]|[.,]\d", behind)
    return not (moment.kind == "season" and re.match(r"\s+of\b", behind))


def _year_of(moment: Moment, days: Sequence[date], *, documents: bool) -> int:
    """The year of a moment: its own, else the archive's last one that has begun by then and has documents then."""
    if moment.year is not None:
        return moment.year
    newest = days[-1]
    begun = [year for year in range(newest.year, days[0].year - 1, -1) if moment.days(year)[0] <= newest]
    if documents:
        for margin in (timedelta(0), _NEAR):  # "early March" of the year that has documents of late March
            for year in begun:
                first, last = moment.days(year)
                if _has_documents(days, first - margin, last + margin):
                    return year
    return begun[0] if begun else newest.year - 1


def _has_documents(days: Sequence[date], after: date | None, before: date | None) -> bool:
    return any((after is None or after <= day) and (before is None or day <= before) for day in days)


@cache
def _leads(language: str) -> re.Pattern[str]:
    """The words that stand before a moment and say how it limits; the group that matches is the kind."""
    lexicon = lexicon_of(language)
    kinds = {
        "until": lexicon.until_words,
        "since": lexicon.since_words,
        "beyond": lexicon.beyond_words,
        "before": lexicon.earlier_words,
        "dated": lexicon.dated_words,
        "within": lexicon.within_words,
    }
    groups = "|".join(f"(?P<{kind}>{'|'.join(words)})" for kind, words in kinds.items() if words)
    article = "|".join(lexicon.period_articles) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{groups})\s+(?:(?:{article})\s+)?\Z" if groups else r"(?!)", re.I)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
