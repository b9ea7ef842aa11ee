"""Filters as a user wrote them → a scope of exact names and ids. Raises InputError if one fits nothing."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path

from rag.errors import InputError
from rag.text.folding import fold
from rag.text.terms import encodable
from rag.types import Filters, Role, Scope

# Questions are not indexed, and so cannot be searched for.
ANSWERING_ROLES: tuple[Role, ...] = ("respondent", "other")
LEAST_OF_AN_ID = 4  # characters: "3" would be a document as soon as one id begins so
SHOWN_NAMES = 12  # of an archive's speakers, in an error
MOST_MEANT, LEAST_LIKENESS = 2, 0.7  # names to ask "did you mean …?" for; difflib's ratio, a word in the mean

DocumentHead = tuple[str, str, str | None]  # (id, source, date)


def resolve(
    filters: Filters, *, speakers: Sequence[str], heads: Callable[[], Sequence[DocumentHead]], archive: str
) -> Scope:
    """The scope that filters mean in an archive with these speakers and documents; `archive` names it in errors.

    >>> resolve(Filters(speaker=("reed",)), speakers=["Mayor Ann Reed", "Jo Field"], heads=list, archive="a").speakers
    ('Mayor Ann Reed',)
    """
    if filters == Filters():
        return Scope()
    found = [name for given in filters.speaker for name in _speakers_called(given, speakers, archive)]
    documents = [find_document(given, heads(), archive) for given in filters.document]
    return Scope(
        tuple(dict.fromkeys(found)) if filters.speaker else None,
        tuple(dict.fromkeys(documents)) if filters.document else None,
        first_day(filters.after),
        last_day(filters.before),
        tuple(dict.fromkeys(_answering(role) for role in filters.role)) or None,
    )


def find_document(given: str, heads: Sequence[DocumentHead], archive: str) -> str:
    """The id of a document by its id, its first four characters or more, or its file name, folded if it must be.

    >>> heads = [("3f2a91", "anna.txt", None), ("3b1970", "José.txt", None)]
    >>> find_document("3f2a", heads, "archive"), find_document("jose", heads, "archive")
    ('3f2a91', '3b1970')
    """
    given = encodable(given)  # a terminal hands over any bytes
    if any(key == given for key, _, _ in heads):
        return given
    exact = [key for key, source, _ in heads if given in _names_of(source)]
    begins = len(given) >= LEAST_OF_AN_ID
    names = exact or [
        key
        for key, source, _ in heads
        if (begins and key.startswith(given)) or (given and fold(given) in map(fold, _names_of(source)))
    ]
    if len(names) == 1:
        return names[0]
    if names:
        raise InputError(f"{given!r} fits {len(names)} documents ({', '.join(names[:5])}); give more of the id")
    raise InputError(f"there is no document {given!r} in {archive}; run: onrecord documents --archive {archive}")


def first_day(value: str | None) -> str | None:
    """The first day that "2024", "2024-03" or "2024-03-28" means; None if nothing is given."""
    if not value:
        return None
    return _iso(value, value + "-01" * (2 - value.count("-")), "after")


def last_day(value: str | None) -> str | None:
    """The last day that a year, a month or a day means.

    >>> last_day("2024-02"), last_day("2024")
    ('2024-02-29', '2024-12-31')
    """
    if not value:
        return None
    parts = value.split("-")
    full = value
    try:
        if len(parts) == 1:
            full = f"{value}-12-31"
        elif len(parts) == 2:
            full = f"{value}-{calendar.monthrange(int(parts[0]), int(parts[1]))[1]}"
    except (ValueError, calendar.IllegalMonthError):
        pass  # no date: reported below, as it was given
    return _iso(value, full, "before")


def _iso(given: str, full: str, option: str) -> str:
    try:
        return date.fromisoformat(full).isoformat()
    except ValueError as error:
        raise InputError(f"--{option} {given!r} is no date; write it as 2024-03-28, 2024-03 or 2024") from error


def _speakers_called(given: str, speakers: Sequence[str], archive: str) -> list[str]:
    """All who have every word of a name: "Anna Reed" is "Mayor Anna Reed" in another document."""
    wanted = set(fold(given).split())
    fits = [name for name in speakers if wanted and wanted <= set(fold(name).split())]
    if not fits:
        near = " or ".join(map(repr, _nearest(given, speakers)))
        meant = f"did you mean {near}? " if near else ""
        more = f" and {len(speakers) - SHOWN_NAMES:,} more" if len(speakers) > SHOWN_NAMES else ""
        there = f"there are: {', '.join(speakers[:SHOWN_NAMES])}{more}"
        raise InputError(f"nobody called {given!r} speaks in {archive}; {meant}{there}")
    return fits


def _nearest(given: str, speakers: Sequence[str]) -> list[str]:
    """Those whose names are written most like a name, the nearest first; none if no name is like it.

    >>> _nearest("Kirbi", ["Mr. Kirby", "Ms. Reed"]), _nearest("Stone", ["Mr. Kirby"])
    (['Mr. Kirby'], [])
    """
    wanted = fold(given).split()

    def likeness(name: str) -> float:
        parts = fold(name).split()
        best = (max((SequenceMatcher(None, word, part).ratio() for part in parts), default=0.0) for word in wanted)
        return sum(best) / len(wanted) if wanted else 0.0

    like = sorted((-likeness(name), name) for name in speakers)
    return [name for minus, name in like[:MOST_MEANT] if -minus >= LEAST_LIKENESS]


def _answering(role: str) -> str:
    if role not in ANSWERING_ROLES:
        raise InputError(f"there is no role {role!r}; known: {', '.join(ANSWERING_ROLES)}")
    return role


def _names_of(source: str) -> tuple[str, str]:
    return source, Path(source).stem
