"""The words of a question with their places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.text.letters import MARKS
from rag.text.names import fold

WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+")
_BETWEEN = re.compile(r"\.?\s+|[-‑–’']")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question: `text` as written, `folded` as compared, and its range."""

    text: str
    folded: str
    start: int
    end: int

    @property
    def has_capital(self) -> bool:
        """Whether it begins with one."""
        return self.text[0].isupper()


def words_of(text: str) -> list[Word]:
    """The words of a text; a hyphen ends one, and so does an apostrophe.

    >>> [word.folded for word in words_of("Jean-Pierre's José")]
    ['jean', 'pierre', 's', 'jose']
    """
    return [Word(match[0], fold(match[0]), *match.span()) for match in WORD.finditer(text)]


def adjacent(question: str, words: Sequence[Word]) -> bool:
    """Whether nothing but a space, a hyphen or the point of a title stands between words in order.

    >>> text = "Dr. Reed, who"
    >>> adjacent(text, words_of(text)[:2]), adjacent(text, words_of(text)[1:])
    (True, False)
    """
    return all(_BETWEEN.fullmatch(question[one.end : other.start]) for one, other in pairwise(words))
