"""The kinds of thing that a question can ask for (a number, a time, a name), and which sentences hold one. English."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.lexicon import LEXICONS, patterns

_ENGLISH = LEXICONS["en"]
_NUMERALS = (*_ENGLISH.units, *_ENGLISH.teens, *_ENGLISH.tens, *_ENGLISH.quantity_words)
_TIMES = (*(names.split()[0] for names in _ENGLISH.months), *sorted(_ENGLISH.weekdays), *_ENGLISH.time_words)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: `asked` matches questions that ask for it, `held` matches sentences that hold one."""

    asked: re.Pattern[str]
    held: re.Pattern[str]


NUMBER = Kind(
    asked=re.compile(rf"\b{patterns('asks_number')}\b", re.I),
    held=re.compile(rf"\d|\b(?:{'|'.join(_NUMERALS)})s?\b", re.I),
)
TIME = Kind(
    asked=re.compile(rf"\b{patterns('asks_time')}\b", re.I),
    held=re.compile(rf"\b\d{{4}}\b|\b(?:{'|'.join(_TIMES)})\b", re.I),
)
NAME = Kind(
    asked=re.compile(rf"\b{patterns('asks_name')}\b", re.I),
    held=re.compile(r"(?<=[\w,;:’'\"”)] )(?:[A-ZÀ-ÞА-Я][\w’'-]+|[A-Z]{2,})"),
)


def kinds_asked(question: str) -> tuple[Kind, ...]:
    """What a question asks for, of `NUMBER`, `TIME` and `NAME`, in this order; "how long" asks for both of the first.

    >>> kinds_asked("Who signed it, and when?") == (TIME, NAME)
    True
    """
    return tuple(kind for kind in (NUMBER, TIME, NAME) if kind.asked.search(question))
