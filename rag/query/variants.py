"""What a model proposes to search with → variants of the query, beside the literal question.

A model's text is searched and shown, and is nothing else: it is cut to what can be searched, and never quoted. The first
one is the question in full, the last one a made-up answer: passages are answers, and an answer in other words is nearer to
one than its question is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rag.query.asked import MAX_QUESTION_CHARS
from rag.text.terms import encodable
from rag.types import Query

MAX_VARIANTS = 8
MAX_VARIANT_CHARS = 600  # more than two sentences; an encoder reads little more
# Weights beside the literal question's, which is 1. Chosen on 100 questions about press conferences and the 105 bundled ones
# with variants written by hand. Success@1 without a reranker: .32 and .64 with the literal question alone, .65 and .64 with
# all weights alike, .70 and .73 with these. Searching the made-up answer by meaning alone gives .60 and .68.
MODEL_WEIGHT = 1.0
ANSWER_WEIGHT = 2.0


def with_variants(query: Query, proposed: Iterable[object]) -> Query:
    """The query with what a model proposes to search with; the literal question stays the first variant.

    The first proposal is the question in full, and becomes the query's text.

    >>> from rag.query.build import build_query
    >>> query = with_variants(build_query("And hers?", ["Where is his house?"]), ["Where is her house?", "And hers?"])
    >>> query.variants
    (('And hers?', 1.0), ('Where is his house? And hers?', 2.0), ('Where is her house?', 1.0))
    >>> query.text
    'Where is her house?'
    """
    texts = searchable(proposed)
    known = [text for text, _ in query.variants]
    new = [text for text in texts if text not in known]
    if not new:
        return query
    answer = texts[-1] if len(texts) > 2 and not texts[-1].endswith("?") else None
    weighted = ((text, ANSWER_WEIGHT if text == answer else MODEL_WEIGHT) for text in new)
    variants = (*query.variants, *weighted)
    fullest = [text for text, _ in variants].index(texts[0])
    return replace(query, variants=variants, fullest=fullest, proposed=query.proposed + len(new))


def searchable(proposed: Iterable[object]) -> tuple[str, ...]:
    """The texts among what a model gives that can be searched: at most eight, each on one line, cut off if too long.

    >>> searchable(["Where  is\\nher house?", "", None, "?!", "Where is her house?", "In Aldwark."])
    ('Where is her house?', 'In Aldwark.')
    """
    found: dict[str, None] = {}
    for text in proposed:
        if isinstance(text, str) and any(char.isalpha() for char in text[:MAX_QUESTION_CHARS]):
            found[one_line(text)[:MAX_VARIANT_CHARS].rstrip()] = None
        if len(found) == MAX_VARIANTS:
            break
    return tuple(found)


def one_line(text: str) -> str:
    """A text without line breaks and control characters, as a search can take it."""
    printable = "".join(char if char.isprintable() else " " for char in encodable(text[:MAX_QUESTION_CHARS]))
    return " ".join(printable.split())
