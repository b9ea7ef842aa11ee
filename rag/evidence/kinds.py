"""The kinds of thing that a question can ask for (a number, a time, a name, a yes or no), and which sentences hold one.

English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.lexicon import LEXICONS, patterns

_ENGLISH = LEXICONS["en"]
_NUMERALS = (*_ENGLISH.units[1:], *_ENGLISH.teens, *_ENGLISH.tens, *_ENGLISH.quantity_words)
_TIMES = (*(names.split()[0] for names in _ENGLISH.months), *sorted(_ENGLISH.weekdays), *_ENGLISH.time_words)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: `asked` matches questions that ask for it, `held` matches sentences that hold one."""

    asked: re.Pattern[str]
    held: re.Pattern[str]


NUMBER = Kind(
    asked=re.compile(rf"\b{patterns('asks_number')}\b", re.I),
    held=re.compile(rf"\d[\d.,]*|\b(?:{'|'.join(_NUMERALS)})s?\b", re.I),  # "one" is seldom a number
)
TIME = Kind(
    asked=re.compile(rf"\b{patterns('asks_time')}\b", re.I),
    held=re.compile(rf"\b\d{{4}}\b|\b(?:{'|'.join(_TIMES)})\b", re.I),
)
NAME = Kind(
    asked=re.compile(rf"\b{patterns('asks_name')}\b", re.I),
    held=re.compile(r"(?<=[\w,;:’'\"”)] )(?:[A-ZÀ-ÞА-Я][\w’'-]+|[A-Z]{2,})"),
)
VERDICT = Kind(
    asked=re.compile(rf"\W*{patterns('asks_whether')}", re.I),
    held=re.compile(rf"\A[\W_]*{patterns('verdicts')}(?!\w)", re.I),
)
LATEST = re.compile(rf"\b{patterns('asks_latest')}\b", re.I)  # questions that the newest of several answers


def kinds_asked(question: str) -> tuple[Kind, ...]:
    """What a question asks for, of `NUMBER`, `TIME`, `NAME` and `VERDICT`, in this order; "how long" asks for both of the first.

    >>> kinds_asked("Who signed it, and when?") == (TIME, NAME)
    True
    >>> kinds_asked("Did she sign it?") == (VERDICT,)
    True
    """
    found = [kind for kind in (NUMBER, TIME, NAME) if kind.asked.search(question)]
    return (*found, VERDICT) if VERDICT.asked.match(question) else tuple(found)


def lacks_what_is_asked(question: str, quote: str) -> bool:
    """Whether a question asks for a number or a time, and a quote holds none.

    >>> lacks_what_is_asked("How many gates are there?", "There are gates on both sides.")
    True
    >>> lacks_what_is_asked("How long did it stand?", "From the spring to the autumn.")
    False
    """
    asked = [kind for kind in (NUMBER, TIME) if kind.asked.search(question)]
    return bool(asked) and not any(kind.held.search(quote) for kind in asked)
