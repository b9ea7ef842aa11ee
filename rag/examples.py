"""Questions to begin with, taken from an archive's own documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.text.lexicon import patterns
from rag.text.sentences import is_question, split_sentences
from rag.text.terms import content_words
from rag.types import Document

_SHORTEST, _LONGEST = 25, 90
# Questions that lean on what was said before mean nothing to a newcomer.
_LEANING = re.compile(rf"^{patterns('leaning_openers')}\b|\b{patterns('leaning_words')}\b", re.I)
_ASIDE = re.compile(r"[,;:()–—]|\w - \w|\.\.\.|…")
_ASKING = re.compile(rf"{patterns('asking_words')}\b", re.I)


def example_questions(documents: Iterable[Document], *, count: int = 4) -> list[str]:
    """Up to `count` questions that interviewers asked and that stand on their own, from as many documents as there are.

    Stops reading documents as soon as it has enough.
    """
    first: list[str] = []
    others: list[str] = []
    for document in documents:
        questions = [question for _, question in sorted(_questions(document))]
        first += questions[:1]
        others += questions[1:]
        if len(first) >= count:
            break
    return list(dict.fromkeys(first + others))[:count]


def _questions(document: Document) -> Iterator[tuple[tuple[bool, bool, bool, int], str]]:
    """(rank, question): best first are those that begin by asking, are one plain clause, and are answered in their words."""
    for turn, following in zip(document.turns, document.turns[1:], strict=False):
        if turn.role != "interviewer" or following.role == "interviewer":
            continue
        text = document.text[turn.start : turn.end]
        answer = set(content_words(document.text[following.start : following.end]))
        for start, end in split_sentences(text):
            sentence = " ".join(text[start:end].split())
            whole = is_question(sentence) and _SHORTEST <= len(sentence) <= _LONGEST
            if whole and sentence[0].isupper() and not _LEANING.search(sentence):
                words = set(content_words(sentence))
                # The more words with a matter of their own, the less a newcomer has to know.
                rank = (
                    not _ASKING.match(sentence),
                    _ASIDE.search(sentence) is not None,
                    not words & answer,
                    -len(words),
                )
                yield rank, sentence
