"""Whom a question names: by surname, first name or office, spelt a little wrong too, and never by a word that is none.

A surname that is also a common word needs a capital and a place inside a sentence, a title or a first name before it, or a
verb of saying; one that is also a place needs one of the last three. A misspelt name is read only where the word is no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.query.offices import office_holders
from rag.query.people import Person, canonical, is_office_word
from rag.query.whose_words import asks_for_words
from rag.query.words import Word, adjacent, words_of
from rag.text.dates import month_number
from rag.text.lexicon import union
from rag.text.misspelt import near
from rag.text.names import is_title
from rag.text.terms import FUNCTION_WORDS

IsWord = Callable[[str], bool]  # whether a folded word is one that people know, and so not a misspelt name

SHORT_NAME = 3  # letters: such a surname may be a word of any language
_COMMON = union("common_last_names")
_PLACES = union("place_last_names")
_COMMON_FIRST = union("common_first_names") | _COMMON | _PLACES
_BEFORE_MONTHS = union("before_months")
_OPENERS = union("sentence_openers") | union("question_words")


@dataclass(frozen=True, slots=True)
class Mention:
    """A range of a question that names some speakers, by their labels."""

    labels: tuple[str, ...]
    start: int
    end: int


def mentions_in(question: str, people: Sequence[Person], *, is_word: IsWord = lambda word: True) -> list[Mention]:
    """Where a question names a speaker, in order.

    >>> reed = Person("MS. REED", ("reed",), frozenset({"ann"}), (frozenset({"transport", "secretary"}),))
    >>> [mentions_in(text, [reed])[0].labels for text in ("What did reed say?", "the transport secretary on tolls")]
    [('MS. REED',), ('MS. REED',)]
    >>> mentions_in("Why did Tom Reed resign?", [reed])
    []
    """
    words = words_of(question)
    found = list(_by_surname(question, words, people, is_word))
    taken = {place for start, end, _ in found for place in range(start, end)}
    found += _by_first_name(question, words, people, is_word, taken)
    taken |= {place for start, end, _ in found for place in range(start, end)}
    found += [one for one in office_holders(question, words, people) if taken.isdisjoint(range(one[0], one[1]))]
    return [Mention(labels, words[start].start, words[end - 1].end) for start, end, labels in sorted(found)]


Found = tuple[int, int, tuple[str, ...]]  # first word, word after the last, labels


def _by_surname(question: str, words: Sequence[Word], people: Sequence[Person], is_word: IsWord) -> Iterator[Found]:
    by_letter: dict[str, list[Person]] = {}
    for person in people:
        if person.last:
            by_letter.setdefault(person.last[0][0], []).append(person)
    place = 0
    while place < len(words):
        best: list[tuple[Person, int]] = []
        least = 1.0
        for person in by_letter.get(words[place].folded[0], ()):
            for length in {len(person.last), 1} - {0}:
                distance = _distance(question, words, place, length, person, is_word)
                if distance is not None and distance <= least:
                    best = [*(best if distance == least else ()), (person, length)]
                    least = distance
        if not best:
            place += 1
            continue
        length = max(length for _, length in best)
        start = _start_of_name(question, words, place)
        persons = _told_apart([person for person, _ in best], words[start:place])
        persons = [person for person in persons if _is_meant(question, words, start, place, place + length, person)]
        if persons:
            yield start, place + length, tuple(person.label for person in persons)
        place += length


def _distance(
    question: str, words: Sequence[Word], place: int, length: int, person: Person, is_word: IsWord
) -> float | None:
    """How far some words are from a surname, 0 if they are it, below 1 if they are it misspelt; else None."""
    part = words[place : place + length]
    if len(part) < length or not adjacent(question, part):
        return None
    written, name = "".join(word.folded for word in part), "".join(person.last)
    if written == name:
        return 0.0
    if length != len(person.last) or (distance := near(written, name)) is None:
        return None
    # A word that people know is itself, and no name misspelt; the right other half of a double name says that it is one.
    halves = list(zip(part, person.last, strict=True))
    if not any(word.folded == own for word, own in halves) and any(is_word(word.folded) for word in part):
        return None
    return distance / 10


def _start_of_name(question: str, words: Sequence[Word], place: int) -> int:
    """Where the titles and first names before a surname begin: words with a capital, or titles."""
    start = place
    while start and adjacent(question, words[start - 1 : start + 1]):
        before = words[start - 1]
        titled = (is_title(before.folded) or is_office_word(before.folded)) and before.folded not in ("the", "general")
        opens = start == 1 or question[: before.start].rstrip()[-1:] in ".?!:"
        if not titled and (
            not before.has_capital or before.folded in FUNCTION_WORDS or (opens and before.folded in _OPENERS)
        ):
            break
        start -= 1
    return start


def _told_apart(persons: list[Person], before: Sequence[Word]) -> list[Person]:
    """Those of several with one surname whom the words before it fit, and nobody whom a first name rules out."""
    names = [
        word.folded
        for word in before
        if not (is_title(word.folded) or is_office_word(word.folded)) and len(word.text) > 1
    ]
    titles = {canonical(word.folded) for word in before if is_office_word(word.folded)}
    if names:
        fitting = [person for person in persons if any(_is_first(person, name) for name in names)]
        # Whose first name is not known may be anybody: "Hunter Biden" is not the speaker whose title was just "President".
        return fitting or [person for person in persons if not person.firsts]
    if titles:
        fitting = [person for person in persons if any(titles & office for office in person.offices)]
        return fitting or persons
    return persons


def _is_first(person: Person, name: str) -> bool:
    return name in person.firsts or any(near(name, own) is not None for own in person.firsts)


def _is_meant(question: str, words: Sequence[Word], start: int, place: int, end: int, person: Person) -> bool:
    """Whether words that spell a surname are one here."""
    last = "".join(person.last)
    asked = asks_for_words(question, words[start].start, words[end - 1].end)
    if person.is_office:  # "Biden" is THE PRESIDENT where his words are asked for, and elsewhere what they are about
        return asked
    if asked:
        return True
    common, is_place, short = last in _COMMON, last in _PLACES, len(last) <= SHORT_NAME
    if not (common or is_place or short):
        return True
    if start < place:  # a title or a first name; a place may have any word with a capital before it
        before = words[place - 1].folded
        return is_title(before) or is_office_word(before) or _is_first(person, before)
    if is_place:
        return False
    word = words[place]
    inside = start > 0 and question[: word.start].rstrip()[-1:] not in '.?!:“"'
    if not (inside and word.has_capital) or question.isupper():
        return False
    following = words[end] if end < len(words) else None
    if following and following.has_capital and adjacent(question, words[end - 1 : end + 1]):
        return False  # "the White House"
    before = words[start - 1].folded
    if before in ("the", "a", "an"):
        return False
    month = month_number(word.text) and (
        before in _BEFORE_MONTHS or re.match(r",?\s*\d", question[word.end :]) or before.isdigit()
    )
    return not month


def _by_first_name(
    question: str, words: Sequence[Word], people: Sequence[Person], is_word: IsWord, taken: set[int]
) -> Iterator[Found]:
    """A first name alone, if one speaker has it and nothing beside it makes it somebody else's."""
    lasts = {word for person in people for word in person.last}
    for place, word in enumerate(words):
        holders = [person for person in people if word.folded in person.firsts]
        if place in taken or not holders or word.folded in lasts or len(word.folded) < SHORT_NAME:
            continue
        if len({person.last for person in holders}) > 1:
            continue
        beside = [*words[max(place - 1, 0) : place], *words[place + 1 : place + 2]]
        if any(
            other.has_capital
            and other.folded not in FUNCTION_WORDS
            and adjacent(question, sorted((word, other), key=lambda one: one.start))
            for other in beside
        ):
            continue
        asked = asks_for_words(question, word.start, word.end)
        capital = word.has_capital and not question.isupper()
        if asked or (word.folded not in _COMMON_FIRST and (capital or not is_word(word.folded))):
            yield place, place + 1, tuple(person.label for person in holders if not person.is_office or asked)
