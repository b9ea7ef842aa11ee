"""Whose words a question asks for: "What did Ann Reed say about the toll?" is answered by what she said herself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.lexicon import patterns
from rag.text.names import first_names, fold, last_name

ASKED_VERB, _OPINION = patterns("asked_verbs"), patterns("opinion_nouns")
_BETWEEN = rf"(?:\s+(?:{patterns('asked_adverbs')}|{patterns('asked_emphases')}))?"


def whose_words(question: str, named: Sequence[str]) -> tuple[str, ...]:
    """The speakers, of those `named` in a question, whose own words it asks for.

    >>> whose_words("What did Dr. Reed say about Jo Field?", ["Ann Reed", "Jo Field"])
    ('Ann Reed',)
    >>> whose_words("According to reed, who pays?", ["Ann Reed"]), whose_words("What does Ann Reed earn?", ["Ann Reed"])
    (('Ann Reed',), ())

    "He" and "she" mean the named speakers, which after `build_query` are those whom the conversation was about. If several
    have the same last name, a first name in the question decides.
    """
    text = fold(question)
    found = [name for name in named if _asks_for(text, last_name(name))]
    fuller = [name for name in found if first_names(name) & set(re.findall(r"\w+", text))]
    return tuple(name for name in found if name in fuller or not any(_same_last(name, other) for other in fuller))


def asks_for_words(question: str, start: int, end: int) -> bool:
    """Whether a question asks for the words of the person whom `question[start:end]` names.

    >>> question = "What did the mayor say about Reed?"
    >>> asks_for_words(question, 13, 18), asks_for_words(question, 29, 33)
    (True, False)
    """
    before, behind = fold(question[:start]), fold(question[end:])
    titles = r"(?:the\s+)?(?:[\w.’'-]+\s+){0,3}\Z"
    said = re.match(rf"{_BETWEEN}\s+{ASKED_VERB}\b", behind)
    return bool(
        (said and re.search(rf"\b(?:{patterns('asked_auxiliaries')}|what)\s+{titles}", before))
        or re.search(rf"\b{patterns('attributions')}\s+{titles}", before)
        or re.match(rf"['’]s?\s+(?:own\s+)?{_OPINION}\b", behind)
    )


def _asks_for(text: str, last: str) -> bool:
    name = rf"(?:[\w.’'-]+\s+){{0,4}}?{re.escape(last)}" if last in re.findall(r"\w+", text) else "(?:he|she)"
    return bool(
        re.search(
            rf"\b{patterns('asked_auxiliaries')}\s+{name}{_BETWEEN}\s+{ASKED_VERB}\b"
            rf"|\b{patterns('attributions')}\s+{name}\b"
            rf"|\bwhat\s+{name}\s+{ASKED_VERB}\b"
            rf"|\b{re.escape(last)}['’]s?\s+(?:own\s+)?{_OPINION}\b",
            text,
        )
    )


def _same_last(one: str, other: str) -> bool:
    return last_name(one) == last_name(other)
