"""The names, numbers and dates of a sentence that what it cites does not hold.

A number is its value and a date is a day, each as a whole: "500" does not stand in "12,500", nor "9 March" where nine masons
and a March do. A capital makes a name, in the middle of a sentence always. At its beginning it does where somebody is called
so, and where the word is new to the record and none that sentences like to begin with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from rag.archive import Archive
from rag.text.dates import find_dates, find_days, month_number
from rag.text.names import fold, is_title, last_name
from rag.text.numbers import numbers_in, ordinals_in
from rag.text.terms import LANGUAGES, content_words
from rag.types import Citation, Passage

_OPENERS = frozenset(
    "according additionally ah although among another asked based because besides both despite earlier either everybody "
    "everyone everything finally first following furthermore given hence however instead later many meanwhile moreover "
    "most neither nevertheless next nobody none nothing oh ok okay once only others otherwise overall per regarding second several "
    "since someone speaking still then therefore third though thus together toward towards unless unlike until well whereas "
    "whether while within without yes yet".split()
)
_NO_NAME = re.compile(r"\w{3,}(?:ly|ing|ed|tions?|sions?|ments?|ness|ship|ism)")  # English endings
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_BEGINS = re.compile(r"(?:^|\n|[.?!:;…–—(\[“”\"„«»‘*#>-])\s*\Z")
_SHORTENED = re.compile(r"\b([^\W\d_]+)\.\s*\Z")
_LIST_NUMBER = re.compile(r"\s*(?:[-*•]\s*)?\d{1,2}[.)]\s+")


class Record:
    """What the archive and the passages that were offered tell about the words of an answer."""

    def __init__(self, archive: Archive, offered: Sequence[Passage]) -> None:
        self._archive = archive
        self._offered = offered

    def new_in(self, said: str, own: Sequence[Citation], saying: re.Pattern[str]) -> str:
        """The first date, number or name of a sentence that its citations do not hold; empty where they hold all.

        `saying` are the words that say that somebody said something: what stands before them is called so.
        """
        quotes = " ".join(citation.quote for citation in own)
        heads = " ".join(f"{c.speaker} {c.title}" for c in own)
        dates = {citation.date for citation in own if citation.date}
        dates |= {iso for iso, *_ in find_dates(f"{quotes} {heads}")}
        days = {(int(iso[5:7]), int(iso[8:])) for iso in dates} | {day for day, *_ in find_days(quotes)}
        numbers = set(numbers_in(_without(f"{quotes} {heads}", find_dates))) | ordinals_in(quotes)
        numbers |= {iso[:4] for iso in dates}
        for iso, start, end in find_dates(said):
            if iso not in dates and not ((int(iso[5:7]), int(iso[8:])) in days and iso[:4] in numbers):
                return said[start:end]
        rest = _without(said, find_dates)
        for day, start, end in find_days(rest):
            if day not in days:
                return rest[start:end]
        rest = _without(rest, find_days)
        for value, written in numbers_in(rest[listed.end() if (listed := _LIST_NUMBER.match(rest)) else 0 :]).items():
            if value not in numbers:
                return written
        months = {month for month, _ in days} | {month_number(word) for word in _WORD.findall(f"{quotes} {heads}")}
        sources = " ".join(citation.source for citation in own)
        known = set(self._archive.stems(f"{quotes} {heads} {sources}"))
        return next((name for name in self._names(rest, saying) if not self._held(name, known, months)), "")

    def _names(self, said: str, saying: re.Pattern[str]) -> list[str]:
        return [
            match[0]
            for match in _WORD.finditer(said)
            if match[0][0].isupper()
            and len(match[0]) > 1
            and not is_title(match[0])
            and not re.match(r"I['’]", match[0])
            and (not _begins(said[: match.start()]) or self._is_called(match[0], said[match.end() :], saying))
        ]

    def _held(self, name: str, known: set[str], months: set[int | None]) -> bool:
        if month := month_number(name):
            return month in months
        parts = [part for part in re.split(r"[-’']", name) if len(part) > 1 and not part.isdigit()]
        return all(not known.isdisjoint(self._archive.stems(part)) for part in parts)

    def _is_called(self, word: str, after: str, saying: re.Pattern[str]) -> bool:
        """Whether the word that a sentence begins with is a name."""
        lower = word.lower()
        if (
            lower in _OPENERS
            or is_title(word)
            or any(content_words(f"{lower} x", [code]) == ["x"] for code in LANGUAGES)
        ):
            return False
        stems = set(self._archive.stems(word))
        if saying.match(after.lstrip()) or fold(word) in self._last_names or self._names_offered & stems:
            return True
        if self._words_offered & stems or _NO_NAME.fullmatch(lower):
            return False
        return not any(self._archive.knows(stem) for stem in stems)

    @cached_property
    def _last_names(self) -> set[str]:
        return {last_name(name) for name in self._archive.speakers()}

    @cached_property
    def _words_offered(self) -> set[str]:
        """The stems of what the passages write without a capital."""
        return set(
            self._archive.stems(
                " ".join(word for text in self._texts for word in _WORD.findall(text) if word[0].islower())
            )
        )

    @cached_property
    def _names_offered(self) -> set[str]:
        """The stems of what they write with one in the middle of a sentence, and nowhere without one."""
        names = [
            m[0]
            for text in self._texts
            for m in _WORD.finditer(text)
            if m[0][0].isupper() and not _begins(text[max(0, m.start() - 12) : m.start()])
        ]
        return set(self._archive.stems(" ".join(names))) - self._words_offered

    @property
    def _texts(self) -> list[str]:
        return [passage.text for passage in self._offered]


def _without(text: str, find: Callable[[str], list[tuple[Any, int, int]]]) -> str:
    """The text with blanks for what is found in it."""
    for _, start, end in find(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _begins(before: str) -> bool:
    """Whether a sentence begins behind this text; "Dr." and an initial end none."""
    if (short := _SHORTENED.search(before)) and (len(short[1]) == 1 or is_title(short[1])):
        return False
    return bool(_BEGINS.search(before))
