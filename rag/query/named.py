"""What a question names: speakers of the archive, and other names and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.query.whose_words import whose_words
from rag.text.dates import month_number
from rag.text.letters import CAPITALS, MARKS
from rag.text.lexicon import union
from rag.text.names import first_names, fold, is_title, last_name

# A word with a digit, or one with a capital that does not begin a sentence.
_NAME_OR_NUMBER = re.compile(
    rf"(?<![.?!] )(?<!^)\b(?:[^\W\d_]*\d[\w.,]*\w|\d|(?!I\b)[{CAPITALS}][\w{MARKS}’'-]*[\w{MARKS}])"
)
_FOLDED_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+(?:-(?:[^\W_]|[{MARKS}])+)*")

_COMMON = union("common_last_names")
_BEFORE_MONTHS = union("before_months")


def named_speakers(text: str, speakers: Iterable[str]) -> tuple[str, ...]:
    """The speakers whose last name is a word of the text, in the order given.

    A last name that is a common word needs a capital inside a sentence, a title or first name before it, or a verb of saying.

    >>> named_speakers("And what did brandt say?", ["Dr. Ilse Brandt", "Pell Aronsen"])
    ('Dr. Ilse Brandt',)
    >>> [named_speakers(text, ["Ann Price"]) for text in ("What is the price?", "Did ann price pay?", "Why did Price pay?")]
    [(), ('Ann Price',), ('Ann Price',)]
    """
    words = set(folded_words(text))
    return tuple(
        name
        for name in speakers
        if (last := last_name(name)) and last in words and (last not in _COMMON or _is_meant(text, name, last))
    )


def _is_meant(text: str, name: str, last: str) -> bool:
    """Whether somewhere in a text a common word is this speaker's name."""
    if whose_words(text, [name]):
        return True
    before, firsts = "", first_names(name)
    for match in re.finditer(r"[^\W_]+", text):
        if fold(match[0]) == last:
            if fold(before) in firsts or (is_title(before) and fold(before) != "the"):
                return True
            inside = before and not re.search(r"[.?!:“\"]\s*\Z", text[: match.start()])
            month = month_number(match[0]) and (
                fold(before) in _BEFORE_MONTHS or re.match(r",?\s*\d", text[match.end() :])
            )
            if inside and match[0][0].isupper() and not text.isupper() and not month:
                return True
        before = match[0]
    return False


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
