"""Text → index terms, by language: stems if its words are inflected, pairs of characters if they are not spaced.

English is analysed as everything unknown is. An archive's texts are analysed in the language of their document and a
question in every language that the archive has, so that a German question finds German answers and an English one is
none the worse for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from rag.text.folding import composed, fold
from rag.text.letters import MARKS
from rag.text.lexicon import DEFAULT_LANGUAGE, LEXICONS

# A language can be indexed if its lexicon has function words.
LANGUAGES = tuple(code for code, lexicon in LEXICONS.items() if lexicon.function_words)
HAN = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_HAN_RUN = re.compile(rf"[{HAN}]+")
_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+(?:['-](?:[^\W_]|[{MARKS}])+)*")
FUNCTION_WORDS = LEXICONS[DEFAULT_LANGUAGE].function_words


def content_words(text: str, languages: Sequence[str] = (DEFAULT_LANGUAGE,)) -> list[str]:
    """The words of a text that carry its matter; all of them if there are no others.

    >>> content_words("What did she say about the harbour?")
    ['harbour']
    >>> content_words("Was hat sie über den Hafen gesagt?", ["en", "de"])
    ['hafen', 'gesagt']
    """
    words = words_in(text)
    # The language is the one whose small words the text has most of.
    small = max(
        (LEXICONS[code].function_words for code in languages), key=lambda known: sum(word in known for word in words)
    )
    return [word for word in words if word not in small] or words


def words_in(text: str) -> list[str]:
    """Every word of a text in small letters, as it is written.

    >>> words_in("She pays: he’s paid.")
    ['she', 'pays', "he's", 'paid']
    """
    return _WORD.findall(composed(text).lower())


def not_spaced(word: str) -> bool:
    """Whether a word is of a script that sets no words apart.

    >>> not_spaced("海边"), not_spaced("harbour")
    (True, False)
    """
    return bool(_HAN_RUN.search(word))


def known_language(language: str | None) -> str:
    """The language that texts in `language` are analysed as."""
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


def terms_of(text: str, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """The index terms of a text.

    >>> terms_of("The harbours"), terms_of("Die Häfen", "de"), terms_of("海边的船", "zh")
    (['the', 'harbour'], ['die', 'haf'], ['海边', '边的', '的船'])
    """
    text = composed(text)
    if language == "zh" or _HAN_RUN.search(text):
        return [term for word in re.findall(rf"[{HAN}]+|[^\W_{HAN}]+", text) for term in _chinese(word)]
    lexicon = LEXICONS[language]
    words: list[str] = _analyzer(lexicon.stemmer).analyze(text)
    stems = words if lexicon.stemmer else [_without_ending(word, lexicon.endings) for word in words]
    return stems if text.isascii() else [fold(stem) for stem in stems]  # only now: stemmers know endings by accents


def readings_of(text: str, languages: Sequence[str]) -> list[tuple[str, ...]]:
    """Each term of a text with its forms in every language, one form only if all languages agree.

    >>> readings_of("Häfen", ["en", "de"])
    [('hafen', 'haf')]
    """
    columns = [terms_of(text, language) for language in languages]
    if len({len(column) for column in columns}) > 1:
        return [(term,) for column in columns for term in column]
    return [tuple(dict.fromkeys(row)) for row in zip(*columns, strict=True)]


def _chinese(word: str) -> list[str]:
    if not _HAN_RUN.fullmatch(word):
        return terms_of(word)
    return [word] if len(word) == 1 else [word[at : at + 2] for at in range(len(word) - 1)]


def _without_ending(word: str, endings: Sequence[str]) -> str:
    """
    >>> _without_ending("гаванями", LEXICONS["uk"].endings)
    'гаван'
    """
    # Endings of one length exclude each other, so the first that fits among the longest is the one.
    longest_first = sorted(endings, key=len, reverse=True)
    ending = next((each for each in longest_first if word.endswith(each) and len(word) - len(each) >= 3), "")
    return word.removesuffix(ending) if ending else word


@cache
def _analyzer(stemmer: str) -> Any:
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
    return (builder.filter(tantivy.Filter.stemmer(stemmer)) if stemmer else builder).build()


def encodable(text: str) -> str:
    """A text without halves of characters: terminals and models hand them over, and no tokenizer takes them.

    >>> encodable("Ah \\ud83d.")
    'Ah ?.'
    """
    return text.encode("utf-8", "replace").decode("utf-8")
