"""History + question → query, without a language model.

The literal question is always the first variant. If it depends on the conversation, the earlier questions and this one
together are the second: "And who pays for it?" finds nothing, "What does the barrier cost? And who pays for it?" does. The
more the question depends on what came before, the higher the weight of the second variant. For a question that does not,
the conversation is left out, because it would bias the search toward the previous topic. Words and weights were chosen on
two thirds of the conversations in `tests/sets`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.query.named import folded_words, named_speakers
from rag.query.naming import IsWord
from rag.query.understood import understand
from rag.query.whose_words import whose_words
from rag.text.letters import CAPITALS, MARKS
from rag.text.lexicon import LEXICONS, patterns
from rag.text.names import fold
from rag.text.terms import FUNCTION_WORDS, encodable
from rag.types import Catalogue, Query, Understood

# Weights of the variant that holds the conversation; the literal question has 1.
EMPTY_WITHOUT, DEPENDENT, PARTLY_DEPENDENT, INDEPENDENT = 2.0, 1.0, 0.5, 0.0
FEW_WORDS = 3  # content words: a question with more of them names its subject itself
CONTEXT = 3  # earlier questions at most: an encoder cuts off a longer text

_ENGLISH = LEXICONS["en"]
_REFERRING = _ENGLISH.third_persons | _ENGLISH.bound_references | _ENGLISH.references
_SHORT_FORM = re.compile(r"[a-z]+'[a-z]+")
_ABBREVIATION = re.compile(rf"(?<![\w{MARKS}])[{CAPITALS}]{{2}}(?![\w{MARKS}])")
_CONTINUING = re.compile(rf"{patterns('continuing_openers')}\b")
_KNOWN = FUNCTION_WORDS | _REFERRING | _ENGLISH.degree_words


def build_query(
    question: str,
    history: Sequence[str] = (),
    *,
    speakers: Iterable[str] = (),
    catalogue: Catalogue | None = None,
    is_word: IsWord = lambda word: True,
) -> Query:
    """The variants to search with, and which of the archive's `speakers` the question names.

    With a `catalogue`, what else the question asks for is understood: see `understand`, also for `is_word`. If it says
    "he" or "she" and names nobody, the speakers that the conversation named are meant.

    >>> query = build_query("And what did Brandt say?", ["What does it cost?"], speakers=["Ilse Brandt", "Jo Field"])
    >>> query.variants
    (('And what did Brandt say?', 1.0), ('What does it cost? And what did Brandt say?', 1.0))
    >>> query.speakers
    ('Ilse Brandt',)
    >>> build_query("Why did she?", ["What did Brandt sign?"], speakers=["Ilse Brandt"]).speakers
    ('Ilse Brandt',)
    """
    question = encodable(question)
    earlier = [encodable(text).strip() for text in history if text.strip()]
    weight = context_dependence(question) if earlier else INDEPENDENT
    context = _context(earlier) if weight else ""
    variants = ((question, 1.0), (f"{context} {question}", weight)) if weight else ((question, 1.0),)
    if catalogue is not None:
        understood = understand(question, catalogue, context=context, is_word=is_word)
        return Query(question, variants, understood.speakers, understood=understood)
    named = named_speakers(question, speakers := tuple(speakers))
    if weight and not named and not _ENGLISH.third_persons.isdisjoint(folded_words(question)):
        named = named_speakers(context, speakers)
    return Query(question, variants, named, understood=Understood(named, asked=whose_words(question, named)))


def context_dependence(question: str) -> float:
    """How much a question depends on the one before it, in [0, 2]: the weight of the variant that holds both.

    Scored by pronouns, a continuing opener ("And …") and the number of content words. A question with no known word is
    taken to depend a little: it may be in another language.

    >>> [context_dependence(text) for text in ("And then?", "Who signed it?", "And who signed?")]
    [2.0, 2.0, 1.0]
    >>> [context_dependence(text) for text in ("And who paid for the new bridge?", "Wie teuer wird die Brücke?")]
    [0.5, 0.5]
    >>> context_dependence("Who paid for the new bridge?"), context_dependence("What does IT cost the town?")
    (0.0, 0.0)
    """
    text = _SHORT_FORM.sub(_whole_form, fold(_without_abbreviations(question))).strip()
    continues = _CONTINUING.match(text)
    words = folded_words(text[continues.end() :] if continues else text)
    own = sum(word not in _KNOWN for word in words)
    refers = any(word in _REFERRING and (own <= FEW_WORDS or word not in _ENGLISH.bound_references) for word in words)
    unfinished = continues and _ENGLISH.question_words.isdisjoint(words)  # "And the second one?"
    if own == 0 or (own == 1 and refers) or (own <= FEW_WORDS and unfinished):
        return EMPTY_WITHOUT
    if own <= FEW_WORDS and (refers or (own == 1 and continues)):
        return DEPENDENT
    if own <= 2 or refers or (own <= FEW_WORDS and continues) or not (continues or _KNOWN & set(words)):
        return PARTLY_DEPENDENT
    return INDEPENDENT


def _without_abbreviations(question: str) -> str:
    """The question with a name for each word of two capitals among small letters: "IT" is no pronoun, but "HE" is."""
    if question.isupper():
        return question
    return _ABBREVIATION.sub(
        lambda match: match[0] if match[0].lower() in _ENGLISH.third_persons else "abbreviation", question
    )


def _whole_form(match: re.Match[str]) -> str:
    """The first word of a short form of two known words: "it's" asks as "it is" does, and "don't" as "do not"."""
    if match[0] not in FUNCTION_WORDS:
        return match[0]
    first = match[0].removesuffix("n't").split("'")[0]
    return first if first in _KNOWN else "not"


def _context(earlier: Sequence[str]) -> str:
    """The last question, preceded by earlier ones as long as the first of them depends on the one before it."""
    first = len(earlier) - 1
    while first > max(0, len(earlier) - CONTEXT) and context_dependence(earlier[first]):
        first -= 1
    return " ".join(earlier[first:])
