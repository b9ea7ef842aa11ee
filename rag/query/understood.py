"""What a question itself asks for: by whom, when, and in which document; read by rules, without a model.

It narrows a search softly: what agrees is searched first and raised, and the rest is searched too.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.query.naming import IsWord, mentions_in
from rag.query.people import people_of
from rag.query.periods import find_period
from rag.query.titled import documents_named
from rag.query.whose_words import asks_for_words
from rag.text.lexicon import DEFAULT_LANGUAGE, LEXICONS
from rag.text.names import fold
from rag.types import Catalogue, Understood

_ENGLISH = LEXICONS[DEFAULT_LANGUAGE]
_PRONOUN = re.compile(rf"\b(?:{'|'.join(sorted(_ENGLISH.third_persons, key=len, reverse=True))})\b")


def understand(
    question: str,
    catalogue: Catalogue,
    *,
    context: str = "",
    is_word: IsWord = lambda word: True,
) -> Understood:
    """What a question asks for of an archive.

    `context` are the earlier questions that it depends on: "she" is whom they name. `is_word` tells the words that people
    know from misspelt names.

    >>> from rag.types import HeldDocument
    >>> held = HeldDocument("3f", "a.txt", "Ann Reed on the bridge", "2024-06-03", ("Ann Reed",))
    >>> understood = understand("What did Reed say in early June?", Catalogue((held,)))
    >>> understood.speakers, understood.after, understood.before
    (('Ann Reed',), '2024-06-01', '2024-06-10')
    """
    people = people_of(catalogue)
    mentions = mentions_in(question, people, is_word=is_word)
    asked = [label for one in mentions if asks_for_words(question, one.start, one.end) for label in one.labels]
    named = [label for one in mentions for label in one.labels]
    if not named and context and _PRONOUN.search(fold(question)):
        named = [label for one in mentions_in(context, people, is_word=is_word) for label in one.labels]
        pronouns = _PRONOUN.finditer(fold(question))
        asked = named if any(asks_for_words(fold(question), *match.span()) for match in pronouns) else []
    language = _language_of(question)
    period = find_period(question, catalogue.dates, language=language)
    found = Understood(
        speakers=tuple(dict.fromkeys(named)),
        after=period.after if period else None,
        before=period.before if period else None,
        asked=tuple(dict.fromkeys(asked)),
        spans=(*((one.start, one.end) for one in mentions), *(period.spans if period else ())),
    )
    documents, spans = documents_named(question, catalogue, found, language=language)
    return replace(found, documents=documents, spans=tuple(sorted({*found.spans, *spans})))


def _language_of(question: str) -> str:
    """The language whose small words a question has most of, English if none has more."""
    words = re.findall(r"[^\W\d_]+", question.lower())
    counts = {code: sum(word in lexicon.function_words for word in words) for code, lexicon in LEXICONS.items()}
    return max(counts, key=lambda code: (counts[code], code == DEFAULT_LANGUAGE))
