"""Names, numbers and dates of a sentence that are not in what it cites.

A number is compared by its value and a date by its day, each as a whole: "500" is not in "12,500", and "9 March" is
not in a text that has nine masons and a March. A capitalised word inside a sentence is a name. A sentence's first
word is one only if a speaker has that name, or if the record does not contain it and it is not a usual opener.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rag.answer.attribution import SAYING
from rag.storage.protocol import Snapshot
from rag.text.dates import find_dates, find_days, month_number
from rag.text.folding import composed
from rag.text.letters import MARKS
from rag.text.lexicon import patterns, union
from rag.text.names import fold, is_title, last_name
from rag.text.numbers import numbers_in, ordinals_in
from rag.text.terms import LANGUAGES, content_words
from rag.types import Citation, Passage

_NO_NAME = re.compile(rf"\w{{3,}}{patterns('ordinary_endings')}")
_WORD = re.compile(rf"[^\W\d_][\w{MARKS}’'-]*")
_BEGINS = re.compile(r"(?:^|\n|[.?!:;…–—(\[“”\"„«»‘*#>-])\s*\Z")
_SHORTENED = re.compile(rf"\b([^\W\d_][\w{MARKS}]*)\.\s*\Z")
_LIST_NUMBER = re.compile(r"\s*(?:[-*•]\s*)?\d{1,2}[.)]\s+")

Day = tuple[int, int]  # month, day of the month


@dataclass(frozen=True, slots=True)
class _Known:
    """What a sentence's citations hold: the quotes, and who said them, when, and in which document."""

    dates: Set[str]  # ISO 8601
    days: Set[Day]
    months: Set[int | None]
    numbers: Set[str]
    stems: Set[str]

    def has_date(self, iso: str) -> bool:
        return iso in self.dates or ((int(iso[5:7]), int(iso[8:])) in self.days and iso[:4] in self.numbers)


class FactChecker:
    """Looks for the facts of a sentence in what it cites; the archive and the passages tell which words are names."""

    def __init__(self, snapshot: Snapshot, offered: Sequence[Passage]) -> None:
        """`offered` are the passages that the answer was written from."""
        self._snapshot = snapshot
        self._offered = offered

    def first_unsupported(self, said: str, citations: Sequence[Citation]) -> str:
        """The first date, number or name of a sentence that its citations do not hold; empty if they hold all."""
        known = self._known(citations)
        for iso, start, end in find_dates(said):
            if not known.has_date(iso):
                return said[start:end]
        rest = _without(said, find_dates)
        for day, start, end in find_days(rest):
            if day not in known.days:
                return rest[start:end]
        rest = _without(rest, find_days)
        listed = _LIST_NUMBER.match(rest)
        for value, written in numbers_in(rest[listed.end() if listed else 0 :]).items():
            if value not in known.numbers:
                return written
        return next((name for name in self._names(rest) if not self._holds(known, name)), "")

    def _known(self, citations: Sequence[Citation]) -> _Known:
        quotes = " ".join(citation.quote for citation in citations)
        heads = " ".join(f"{citation.speaker} {citation.title}" for citation in citations)
        sources = " ".join(citation.source for citation in citations)
        text = f"{quotes} {heads}"
        dates = {citation.date for citation in citations if citation.date} | {iso for iso, *_ in find_dates(text)}
        days = {(int(iso[5:7]), int(iso[8:])) for iso in dates} | {day for day, *_ in find_days(quotes)}
        numbers = set(numbers_in(_without(text, find_dates))) | ordinals_in(quotes)
        return _Known(
            dates=dates,
            days=days,
            months={month for month, _ in days} | {month_number(word) for word in _WORD.findall(text)},
            numbers=numbers | {iso[:4] for iso in dates},
            stems=set(self._snapshot.stems(f"{text} {sources}")),
        )

    def _names(self, said: str) -> list[str]:
        return [
            match[0]
            for match in _WORD.finditer(said)
            if match[0][0].isupper()
            and len(match[0]) > 1
            and not is_title(match[0])
            and not re.match(r"I['’]", match[0])
            and (not _begins(said[: match.start()]) or self._opens_with_name(match[0], said[match.end() :]))
        ]

    def _holds(self, known: _Known, name: str) -> bool:
        if month := month_number(name):
            return month in known.months
        parts = [part for part in re.split(r"[-’']", name) if len(part) > 1 and not part.isdigit()]
        return all(not known.stems.isdisjoint(self._snapshot.stems(part)) for part in parts)

    def _opens_with_name(self, word: str, after: str) -> bool:
        """Whether the word that a sentence begins with is a name."""
        lower = composed(word).lower()
        if (
            lower in union("sentence_openers")
            or is_title(word)
            or any(content_words(f"{lower} x", [code]) == ["x"] for code in LANGUAGES)
        ):
            return False
        stems = set(self._snapshot.stems(word))
        if SAYING.match(after.lstrip()) or fold(word) in self._last_names or self._names_offered & stems:
            return True
        if self._words_offered & stems or _NO_NAME.fullmatch(lower):
            return False
        return not any(self._snapshot.frequency(stem) for stem in stems)

    @cached_property
    def _last_names(self) -> set[str]:
        return {last_name(name) for name in self._snapshot.speakers}

    @cached_property
    def _words_offered(self) -> set[str]:
        """The stems of the words that the passages write without a capital."""
        return set(
            self._snapshot.stems(
                " ".join(word for text in self._texts for word in _WORD.findall(text) if word[0].islower())
            )
        )

    @cached_property
    def _names_offered(self) -> set[str]:
        """The stems of the words that they write with a capital inside a sentence, and nowhere without one."""
        names = [
            m[0]
            for text in self._texts
            for m in _WORD.finditer(text)
            if m[0][0].isupper() and not _begins(text[max(0, m.start() - 12) : m.start()])
        ]
        return set(self._snapshot.stems(" ".join(names))) - self._words_offered

    @property
    def _texts(self) -> list[str]:
        return [passage.text for passage in self._offered]


def _without(text: str, find: Callable[[str], list[tuple[Any, int, int]]]) -> str:
    """The text, equally long, with spaces for what is found in it."""
    for _, start, end in find(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _begins(before: str) -> bool:
    """Whether a sentence begins after this text; "Dr." and an initial do not end one."""
    if (short := _SHORTENED.search(before)) and (len(short[1]) == 1 or is_title(short[1])):
        return False
    return bool(_BEGINS.search(before))
