"""History + question → query, without a language model.

The literal question is always the first variant. Where it leans on what was asked before, the two together are a second one:
"And who pays for it?" finds nothing, "What does the barrier cost? And who pays for it?" does. The more it leans, the more
that variant counts; where it stands alone, the conversation is left out, since it would draw the search back to a subject
that the user has left. Words and weights were chosen on two thirds of the conversations in `tests/sets`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.text.names import fold, last_name
from rag.text.terms import FUNCTION_WORDS, encodable
from rag.types import Query

# Weights of the variant that holds the conversation; the literal question has 1.
EMPTY_WITHOUT, LEANING, A_LITTLE, ALONE = 2.0, 1.0, 0.5, 0.0
FEW_WORDS = 3  # of its own: with more, a question names its subject itself
CONTEXT = 3  # earlier questions at most: an encoder reads so many words and no more

_PERSONS = frozenset("he him his she her hers".split())
# Among many words these point back within the question: "Where did the bank keep its seeds?"
_BOUND = frozenset("his her its their that this there then such same again".split())
_LEANING = (
    _PERSONS
    | _BOUND
    | frozenset(
        "it they them theirs these those one ones other others another else rest former latter too also".split()
    )
)
_GOING_ON = re.compile(r"(?:and|but|so|or|then|what about|how about)\b")
_ASKING = frozenset(
    "who whom whose what when where why how which do does did is are was were will would can could should has have "
    "had".split()
)
_KNOWN = FUNCTION_WORDS | _LEANING | frozenset("much many long often".split())


def build_query(question: str, history: Sequence[str] = (), *, speakers: Iterable[str] = ()) -> Query:
    """The variants to search with, and which of the archive's `speakers` the question names.

    With "he" or "she" and no name of its own, the question means those whom the conversation named.

    >>> build_query("And what did Brandt say?", ["What does it cost?"], speakers=["Ilse Brandt", "Pell Aronsen"])
    Query(question='And what did Brandt say?', variants=(('And what did Brandt say?', 1.0), ('What does it cost? And what did Brandt say?', 1.0)), speakers=('Ilse Brandt',))
    >>> build_query("Why did she?", ["What did Brandt sign?"], speakers=["Ilse Brandt"]).speakers
    ('Ilse Brandt',)
    """
    question = encodable(question)
    earlier = [encodable(text).strip() for text in history if text.strip()]
    weight = context_dependence(question) if earlier else ALONE
    named = _named(question, speakers := tuple(speakers))
    if not weight:
        return Query(question, ((question, 1.0),), named)
    context = _context(earlier)
    if not named and not _PERSONS.isdisjoint(_words(question)):
        named = _named(context, speakers)
    return Query(question, ((question, 1.0), (f"{context} {question}", weight)), named)


def context_dependence(question: str) -> float:
    """How much a question leans on the one before it, as the weight of both together.

    What counts are pronouns and the like, a beginning that goes on, and how few words of its own it has. A language of
    which no word is known leans a little.

    >>> [context_dependence(text) for text in ("And then?", "Who signed it?", "And who signed?", "Who paid for the new bridge?")]
    [2.0, 2.0, 1.0, 0.0]
    >>> [context_dependence(text) for text in ("And who paid for the new bridge?", "Wie teuer wird die Brücke?")]
    [0.5, 0.5]
    """
    text = fold(question).strip()
    goes_on = _GOING_ON.match(text)
    words = _words(text[goes_on.end() :] if goes_on else text)
    own = sum(word not in _KNOWN for word in words)
    leans = any(word in _LEANING and (own <= FEW_WORDS or word not in _BOUND) for word in words)
    unfinished = goes_on and _ASKING.isdisjoint(words)  # "And the second one?"
    if own == 0 or (own == 1 and leans) or (own <= FEW_WORDS and unfinished):
        return EMPTY_WITHOUT
    if own <= FEW_WORDS and (leans or (own == 1 and goes_on)):
        return LEANING
    if own <= 2 or leans or (own <= FEW_WORDS and goes_on) or not (goes_on or _KNOWN & set(words)):
        return A_LITTLE
    return ALONE


def _context(earlier: Sequence[str]) -> str:
    """The last question, and those before it for as long as each leans on the next one back."""
    first = len(earlier) - 1
    while first > max(0, len(earlier) - CONTEXT) and context_dependence(earlier[first]):
        first -= 1
    return " ".join(earlier[first:])


def _named(text: str, speakers: Sequence[str]) -> tuple[str, ...]:
    words = set(_words(text))
    return tuple(name for name in speakers if (last := last_name(name)) and last in words)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:-[^\W_]+)*", fold(text))


def with_rewrite(query: Query, rewritten: str) -> Query:
    """The query with one more variant: the question as a language model put it. The literal question stays the first.

    >>> with_rewrite(build_query("And hers?", ["Where is his house?"]), "Where is her house?").variants
    (('And hers?', 1.0), ('Where is his house? And hers?', 2.0), ('Where is her house?', 1.0))
    """
    text = encodable(" ".join(rewritten.split()))
    if not text or text in (variant for variant, _ in query.variants):
        return query
    return replace(query, variants=(*query.variants, (text, 1.0)))
