"""The keys of lines above the first turn: "Guest: Maya Reed" declares a name, "Date: 3 May 2024" a date."""

from __future__ import annotations

import re
from enum import Enum, auto

from rag.text.dates import is_date_line
from rag.text.lexicon import union
from rag.text.names import fold, plain_label


class HeaderKind(Enum):
    """What a header line says."""

    ASKS = auto()  # who asks
    ANSWERS = auto()  # who answers
    PRESENT = auto()  # who is there
    DATE = auto()
    PLACE = auto()
    TITLE = auto()


_KEYS = {
    HeaderKind.ASKS: "asks_keys",
    HeaderKind.ANSWERS: "answers_keys",
    HeaderKind.PRESENT: "present_keys",
    HeaderKind.DATE: "date_keys",
    HeaderKind.PLACE: "place_keys",
    HeaderKind.TITLE: "title_keys",
}
_KIND_OF = {fold(key): kind for kind, name in _KEYS.items() for key in union(name)}
_MAX_VALUE_WORDS = 24
_MAX_KEY_WORDS = 3


def header_kind(key: str) -> HeaderKind | None:
    """What a line above the first turn says, by its key.

    >>> header_kind("Guest"), header_kind("Interview Date"), header_kind("Ann Reed")
    (<HeaderKind.ANSWERS: 2>, <HeaderKind.DATE: 4>, None)
    """
    folded = fold(key.strip(" *_"))
    found = _KIND_OF.get(folded)
    if found is None and 1 < len(words := folded.split()) <= _MAX_KEY_WORDS:
        last = _KIND_OF.get(words[-1])  # "Interview date", "Recording location"
        found = last if last in (HeaderKind.DATE, HeaderKind.PLACE) else None
    return found


def is_header_line(label: str, rest: str, *, first: bool) -> bool:
    """Whether "Guest: Maya Reed" above the first turn declares a name rather than opens a turn.

    >>> is_header_line("Guest", "Maya Reed", first=True), is_header_line("Guest", "I am here.", first=True)
    (True, False)
    """
    if not first or header_kind(plain_label(label)) is None:
        return False
    value = rest.strip(" *_")
    if is_date_line(value):
        return True
    return bool(value) and not re.search(r"[.!?][\"”’)]*$", value) and len(value.split()) <= _MAX_VALUE_WORDS
