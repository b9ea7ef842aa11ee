"""The place in a line with a date: "Town Hall, Oslo, 3 May 2024". It is found or it is not; nothing is guessed.

A few words with capitals beside a date can be an occasion, a person or an office as well. They are a place only if they are
none of these, and only one word, or a word that places have, or the text speaks of them as of a place.
"""

from __future__ import annotations

import re
from collections.abc import Set

from rag.text.dates import find_date
from rag.text.lexicon import union
from rag.text.names import TITLES, fold

_BEFORE_DATES = union("weekdays") | union("before_dates")
_PARTS = re.compile(r"[,;|·(]")
_MOST_WORDS = 5
_MOST_MENTIONS = 30


def place_beside_date(line: str, text: str = "", people: Set[str] = frozenset()) -> str:
    """The place beside the date of a line; empty if there is none. `people` are words of names, folded.

    >>> place_beside_date("A talk, Town Hall, Oslo, 3 May 2024"), place_beside_date("3 May 2024 | Oslo")
    ('Oslo', 'Oslo')
    >>> place_beside_date("Press Conference, 3 May 2024"), place_beside_date("Ines Toll, 2 June 1998")
    ('', '')
    """
    found = find_date(line)
    if not found:
        return ""
    _, start, end = found
    before = _before(line[:start].rstrip(" *_"))
    if before and _is_place(before, text, people):
        return before
    behind = line[end:].lstrip(" *_")
    if not _PARTS.match(behind):
        return ""
    after = _PARTS.split(behind.strip(" ,;|·()*_."))[0].strip(" *_.)")
    return after if _is_place(after, text, people) else ""


def _before(head: str) -> str:
    """What stands before a date and a comma, the day of the week left out: "Berlin, Freitag, den 2. Juli 2010"."""
    parts = [part.strip(" *_#") for part in _PARTS.split(head)]
    last = parts.pop() if parts else ""
    if last and not all(word.lower().strip(".") in _BEFORE_DATES for word in last.split()):
        return ""  # no comma before the date
    while parts and all(word.lower().strip(".") in _BEFORE_DATES for word in parts[-1].split()):
        parts.pop()
    if len(parts) > 1 and re.fullmatch(r"(?:[A-Z]\.?){2,3}", parts[-1]):
        return ", ".join(parts[-2:])  # "Washington, D.C."
    return parts[-1] if parts else ""


def _is_place(candidate: str, text: str, people: Set[str]) -> bool:
    words = candidate.replace(",", " ").split()
    folded = [fold(word).strip(".") for word in words]
    if not 1 <= len(words) <= _MOST_WORDS or re.search(r"[\d:@]", candidate):
        return False
    if not all(word[0].isupper() or (word[0].isalpha() and word.upper() == word.lower()) for word in words):
        return False
    if any(
        word in union("occasion_words") or word in TITLES or word in people or word in _BEFORE_DATES for word in folded
    ):
        return False
    return (
        len(words) == 1
        or "," in candidate
        or bool(union("place_words").intersection(folded))
        or _spoken_of(candidate, text)
    )


def _spoken_of(candidate: str, text: str) -> bool:
    """Whether a text speaks of something as of a place: "in Upper Sarrow"."""
    at = -1
    for _ in range(_MOST_MENTIONS):
        at = text.find(candidate, at + 1)
        if at < 0:
            return False
        before = text[max(0, at - 12) : at].split()
        if before and text[at - 1].isspace() and fold(before[-1]) in union("place_prepositions"):
            return True
    return False
