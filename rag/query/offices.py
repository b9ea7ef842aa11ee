"""Whom a question names by office: "the transport secretary", "secretary of transport", "what did the mayor say"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.query.people import Person, is_office_word, office_words
from rag.query.whose_words import asks_for_words
from rag.query.words import Word
from rag.text.terms import FUNCTION_WORDS

MOST_WORDS = 6  # of an office before its head, and behind it
LEAST_SHARE = 0.05  # of a person's titles that an office must fit, weighed by how well


def office_holders(
    question: str, words: Sequence[Word], people: Sequence[Person]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """(first word, word after the last, labels) of each office in a question that one person of the archive holds.

    An office of one word, "the president", is a person only where somebody's words are asked for.
    """
    place = 0
    while place < len(words):
        if not is_office_word(words[place].folded):
            place += 1
            continue
        best: tuple[float, int, int, tuple[str, ...]] | None = None
        for start, end in _phrases(question, words, place):
            office = office_words(word.folded for word in words[start:end])
            labels, fit = _holders(office, people)
            alone = len(office) == 1 and not asks_for_words(question, words[start].start, words[end - 1].end)
            if labels and not alone and (best is None or (len(office), fit) > best[:2]):
                best = (len(office), start, end, labels)
        if best:
            yield best[1], best[2], best[3]
            place = best[2]
        else:
            place += 1


def _phrases(question: str, words: Sequence[Word], head: int) -> Iterator[tuple[int, int]]:
    """The ranges of words that may be an office with this head, the longest first on each side."""
    start = head
    while (
        start
        and head - start < MOST_WORDS
        and words[start - 1].folded not in FUNCTION_WORDS
        and _close(question, words, start)
    ):
        start -= 1
    for first in range(start, head + 1):
        yield first, head + 1
    end = head + 1
    if end < len(words) and words[end].folded in ("of", "for") and _close(question, words, end):
        while end < len(words) and end - head <= MOST_WORDS and _close(question, words, end):
            end += 1
            if words[end - 1].folded not in FUNCTION_WORDS:
                yield head, end


def _close(question: str, words: Sequence[Word], place: int) -> bool:
    """Whether only a space or a hyphen stands before a word."""
    return bool(re.fullmatch(r"\s+|-", question[words[place - 1].end : words[place].start]))


def _holders(office: frozenset[str], people: Sequence[Person]) -> tuple[tuple[str, ...], float]:
    """The labels of the person whom an office fits best, and how well; none if it fits several as well."""
    fits: dict[tuple[str, ...], float] = {}
    labels: dict[tuple[str, ...], list[str]] = {}
    for person in people:
        matching = [len(office) / len(own) for own in person.offices if office <= own]
        fit = sum(matching) / len(person.offices) if person.offices else 0.0
        if fit >= LEAST_SHARE:
            key = person.last or (person.label,)
            fits[key] = max(fit, fits.get(key, 0.0))
            labels.setdefault(key, []).append(person.label)
    ranked = sorted(fits, key=lambda key: -fits[key])
    if not ranked or (len(ranked) > 1 and fits[ranked[1]] > 0.8 * fits[ranked[0]]):
        return (), 0.0
    return tuple(labels[ranked[0]]), fits[ranked[0]]
