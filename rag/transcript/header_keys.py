"""The keys of lines above the first turn: "Guest: Maya Reed" declares a name, "Date: 3 May 2024" a date."""

from __future__ import annotations

import re
from enum import Enum, auto

from rag.text.names import fold, plain_label


class HeaderKind(Enum):
    """What a header line says."""

    ASKS = auto()  # who asks
    ANSWERS = auto()  # who answers
    PRESENT = auto()  # who is there
    DATE = auto()
    PLACE = auto()
    TITLE = auto()


_KEYS: dict[HeaderKind, str] = {
    HeaderKind.ASKS: (
        "interviewer interviewers host hosts moderator presenter interview by interviewed by entrevistador moderador "
        "interviewerin moderatorin ведущий интервьюер ведучий 采访者 主持人 animateur"
    ),
    HeaderKind.ANSWERS: (
        "guest guests interviewee speaker witness witnesses gast invité invitado convidado гость гості 嘉宾"
    ),
    HeaderKind.PRESENT: (
        "participants participant present speakers with teilnehmer anwesend participantes участники учасники 出席"
    ),
    HeaderKind.DATE: "date recorded published broadcast aired datum fecha data дата 日期 时间",
    HeaderKind.PLACE: "place location venue city ort lieu lugar local место місце 地点 位置",
    HeaderKind.TITLE: "title titel titre título назва название 标题",
}
_PHRASES = {"interview by": HeaderKind.ASKS, "interviewed by": HeaderKind.ASKS}
_KIND_OF = {fold(word): kind for kind, words in _KEYS.items() for word in words.split()} | _PHRASES
_MAX_VALUE_WORDS = 24


def header_kind(key: str) -> HeaderKind | None:
    """What a line above the first turn says, by its key.

    >>> header_kind("Guest"), header_kind("Ann Reed")
    (<HeaderKind.ANSWERS: 2>, None)
    """
    return _KIND_OF.get(fold(key.strip(" *_")))


def is_header_line(label: str, rest: str, *, first: bool) -> bool:
    """Whether "Guest: Maya Reed" above the first turn declares a name rather than opens a turn.

    >>> is_header_line("Guest", "Maya Reed", first=True), is_header_line("Guest", "I am here.", first=True)
    (True, False)
    """
    if not first or header_kind(plain_label(label)) is None:
        return False
    value = rest.strip(" *_")
    return bool(value) and not re.search(r"[.!?][\"”’)]*$", value) and len(value.split()) <= _MAX_VALUE_WORDS
