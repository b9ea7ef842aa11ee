"""Which documents a question names: "in the Herald interview", "the briefing with Ann Reed", "the talks in Geneva"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from rag.query.people import is_office_word
from rag.query.words import WORD, Word, adjacent, words_of
from rag.text.lexicon import lexicon_of
from rag.text.names import fold, is_title, last_name
from rag.text.terms import FUNCTION_WORDS
from rag.types import Catalogue, HeldDocument, Span, Understood

MOST_WORDS = 6  # before and behind the word for what was held
MOST_DOCUMENTS = 5  # a description that fits more names none


def documents_named(
    question: str, catalogue: Catalogue, understood: Understood, *, language: str = "en"
) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """The file names of the documents that a question names by what their titles say, and where; those of its days only.

    >>> herald, talk = HeldDocument("1", "a.txt", "Ann Reed in the Herald", None), HeldDocument("2", "b.txt", "Ann Reed, a talk", None)
    >>> documents_named("What did she say in the Herald interview?", Catalogue((herald, talk)), Understood())
    (('a.txt',), ((24, 40),))
    """
    words = words_of(question)
    occasions = _occasions(language)
    places = [place for place, word in enumerate(words) if occasions.match(word.folded)]
    if not places:
        return (), ()
    held = catalogue.documents
    titles, everywhere = _titles(catalogue)
    in_time = [_agrees(document, understood) for document in held]
    for place in places:
        descriptions = _descriptions(question, words, place, understood)
        before = [word.folded for word in words[: descriptions[0][0]][-2:]]
        if not _BEFORE_A_SUBJECT.isdisjoint(before):
            continue  # "about the Geneva talks": what it is about, and not where it was said
        for start, end in descriptions:
            told = _telling(words[start:end], occasions) - everywhere
            if not told:
                continue
            found = [
                document.source
                for document, title, agrees in zip(held, titles, in_time, strict=True)
                if agrees and told <= title
            ]
            if 0 < len(found) <= max(1, min(MOST_DOCUMENTS, len(held) // 2)):
                return tuple(found), ((words[start].start, words[end - 1].end),)
    return (), ()


@lru_cache(maxsize=16)
def _titles(catalogue: Catalogue) -> tuple[list[frozenset[str]], frozenset[str]]:
    """The folded words that describe each document, and those that describe all of several.

    They are those of its title and of its file's name, and the surnames of who speaks in it.
    """
    titles = [
        frozenset(
            fold(word)
            for text in (document.title, document.source.rpartition(".")[0], *map(last_name, document.speakers))
            for word in WORD.findall(text.replace("_", " "))
        )
        for document in catalogue.documents
    ]
    return titles, frozenset.intersection(*titles) if len(titles) > 1 else frozenset()


@cache
def _occasions(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(lexicon_of(language).occasions) or '(?!)'})\Z")


def _descriptions(question: str, words: Sequence[Word], place: int, understood: Understood) -> list[tuple[int, int]]:
    """The ranges of words that may describe an occasion, the widest first."""
    start = place
    while start and place - start < MOST_WORDS and adjacent(question, words[start - 1 : start + 1]):
        if words[start - 1].folded in FUNCTION_WORDS:
            break
        start -= 1
    end = place + 1
    while end < len(words) and end - place <= MOST_WORDS and adjacent(question, words[end - 1 : end + 1]):
        # Behind the word: "with Ann Reed", "of 9 June", "in Geneva"; a verb ends it, and any other small word.
        word = words[end]
        if not (word.has_capital or word.folded in _LINKS or word.folded.isdigit() or is_title(word.folded)):
            break
        end += 1
    return [(start, end), (start, place + 1), (place, end)]


def _telling(words: Sequence[Word], occasions: re.Pattern[str]) -> frozenset[str]:
    """The words of a description that tell one document from another."""
    return frozenset(
        word.folded
        for word in words
        if word.folded not in FUNCTION_WORDS
        and not occasions.match(word.folded)
        and not is_title(word.folded)
        and not is_office_word(word.folded)
        and not word.folded.isdigit()
        and word.folded not in _LINKS
        and len(word.folded) > 1
        and word.folded not in _MONTH_NAMES
    )


def _agrees(document: HeldDocument, understood: Understood) -> bool:
    """Whether a document is of the days that a question asks about."""
    if understood.after is None and understood.before is None:
        return True
    day = document.date
    return day is not None and (understood.after or "") <= day <= (understood.before or "9999")


_BEFORE_A_SUBJECT = frozenset("about concerning regarding".split())
_LINKS = frozenset("with of on in at by from for to the and".split())
_MONTH_NAMES = frozenset(name for names in lexicon_of(None).months for name in names.split())
