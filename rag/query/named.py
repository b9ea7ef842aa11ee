"""What a question names: speakers of the archive, and other names and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.text.letters import CAPITALS, MARKS
from rag.text.names import fold, last_name

# A word with a digit, or one with a capital that does not begin a sentence.
_NAME_OR_NUMBER = re.compile(
    rf"(?<![.?!] )(?<!^)\b(?:[^\W\d_]*\d[\w.,]*\w|\d|(?!I\b)[{CAPITALS}][\w{MARKS}’'-]*[\w{MARKS}])"
)
_FOLDED_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+(?:-(?:[^\W_]|[{MARKS}])+)*")


def named_speakers(text: str, speakers: Iterable[str]) -> tuple[str, ...]:
    """The speakers whose last name is a word of the text, in the order given.

    >>> named_speakers("And what did brandt say?", ["Dr. Ilse Brandt", "Pell Aronsen"])
    ('Dr. Ilse Brandt',)
    """
    words = set(folded_words(text))
    return tuple(name for name in speakers if (last := last_name(name)) and last in words)


def names_and_numbers(text: str) -> list[str]:
    """The names and numbers of a question, each without a possessive ending.

    >>> names_and_numbers("How many of Orsun's 40 boats sank?")
    ['Orsun', '40']
    """
    found = _NAME_OR_NUMBER.findall(text.strip())
    return [word.removesuffix("'s").removesuffix("’s") for word in dict.fromkeys(found)]


def folded_words(text: str) -> list[str]:
    """The words of a text without case and accents; a hyphen does not end a word.

    >>> folded_words("Did José Saint-Denis go?")
    ['did', 'jose', 'saint-denis', 'go']
    """
    return _FOLDED_WORD.findall(fold(text))
