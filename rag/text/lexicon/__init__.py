"""One lexicon a language: every list of words that the code knows, a file a language.

To add a language, write its file (see `model.py` for what it can say) and name it here. Most lists are used together,
since a transcript may mix languages, and a label says nothing about which one it is in: `union` and `patterns` join them.
"""

from __future__ import annotations

from functools import cache

from rag.text.lexicon.de import GERMAN
from rag.text.lexicon.en import ENGLISH
from rag.text.lexicon.es import SPANISH
from rag.text.lexicon.fr import FRENCH
from rag.text.lexicon.it import ITALIAN
from rag.text.lexicon.ja import JAPANESE
from rag.text.lexicon.model import Lexicon, Words
from rag.text.lexicon.nl import DUTCH
from rag.text.lexicon.pt import PORTUGUESE
from rag.text.lexicon.ru import RUSSIAN
from rag.text.lexicon.sv import SWEDISH
from rag.text.lexicon.uk import UKRAINIAN
from rag.text.lexicon.zh import CHINESE

LEXICONS: dict[str, Lexicon] = {
    lexicon.code: lexicon
    for lexicon in (
        ENGLISH,
        GERMAN,
        FRENCH,
        SPANISH,
        PORTUGUESE,
        RUSSIAN,
        UKRAINIAN,
        CHINESE,
        ITALIAN,
        DUTCH,
        SWEDISH,
        JAPANESE,
    )
}
DEFAULT_LANGUAGE = ENGLISH.code


@cache
def union(name: str) -> Words:
    """The words of one list in all languages.

    >>> sorted(union("male_titles"))
    ['chairman', 'congressman', 'herr', 'lord', 'monsieur', 'mr', 'senor', 'sir', 'sr']
    """
    return frozenset[str]().union(*(getattr(lexicon, name) for lexicon in LEXICONS.values()))


@cache
def patterns(name: str) -> str:
    """The patterns of one list in all languages, as one group of a regular expression.

    >>> patterns("capital_ends")
    '(?:END|ENDS|ENDE|FIN|FIM|КОНЕЦ|КІНЕЦЬ)'
    """
    found = (pattern for lexicon in LEXICONS.values() for pattern in getattr(lexicon, name))
    return f"(?:{'|'.join(dict.fromkeys(found))})"


def lexicon_of(language: str | None) -> Lexicon:
    """The lexicon of a language, English if it has none.

    >>> lexicon_of("de").code, lexicon_of("fi").code, lexicon_of(None).code
    ('de', 'en', 'en')
    """
    return LEXICONS.get(language or DEFAULT_LANGUAGE, ENGLISH)
