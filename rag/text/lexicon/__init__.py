"""One lexicon a language: every list of words that the code knows, a file a language.

To add a language, write its file (see `model.py` for what it can say) and name it here. Most lists are used together,
since a transcript may mix languages, and a label says nothing about which one it is in: `union` and `patterns` join them.
"""

from __future__ import annotations

from functools import cache

from rag.text.folding import fold
from rag.text.lexicon.ar import ARABIC
from rag.text.lexicon.de import GERMAN
from rag.text.lexicon.en import ENGLISH
from rag.text.lexicon.es import SPANISH
from rag.text.lexicon.fr import FRENCH
from rag.text.lexicon.he import HEBREW
from rag.text.lexicon.hi import HINDI
from rag.text.lexicon.it import ITALIAN
from rag.text.lexicon.ja import JAPANESE
from rag.text.lexicon.ko import KOREAN
from rag.text.lexicon.model import Lexicon, Words
from rag.text.lexicon.nl import DUTCH
from rag.text.lexicon.pl import POLISH
from rag.text.lexicon.pt import PORTUGUESE
from rag.text.lexicon.ru import RUSSIAN
from rag.text.lexicon.sv import SWEDISH
from rag.text.lexicon.tr import TURKISH
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
        POLISH,
        TURKISH,
        ARABIC,
        HEBREW,
        KOREAN,
        HINDI,
    )
}
DEFAULT_LANGUAGE = ENGLISH.code
# Lists that are compared with folded words; the lexicons may spell them as people do.
_FOLDED = frozenset(
    "titles female_titles male_titles bare_titles language_names name_prefixes name_particles opening_particles question_labels answer_labels "
    "conduct_labels voice_labels voice_context not_labels".split()
)


@cache
def union(name: str) -> Words:
    """The words of one list in all languages.

    >>> "herr" in union("male_titles"), "odpowiedz" in union("answer_labels"), "sábado" in union("weekdays")
    (True, True, True)
    """
    found = frozenset[str]().union(*(getattr(lexicon, name) for lexicon in LEXICONS.values()))
    return frozenset(map(fold, found)) if name in _FOLDED else found


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
