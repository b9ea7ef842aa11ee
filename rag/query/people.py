"""Who speaks in an archive, under every name that a question may use: label, first name, and office, as titles give them.

A label is often only "MS. REED". The title of the document says more: "Press Briefing by Press Secretary Ann Reed".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.query.words import WORD
from rag.text.letters import MARKS
from rag.text.lexicon import union
from rag.text.names import first_names, fold, is_title, last_name, plain_label
from rag.text.terms import FUNCTION_WORDS
from rag.types import Catalogue

_PIECE = re.compile(rf"(?:[^\W_]|[{MARKS}])+(?:[-’'](?:[^\W_]|[{MARKS}])+)*|[,;:/&|–—]")

Office = frozenset[str]  # canonical words


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker's label, and what else the person is called; everything is folded."""

    label: str
    last: tuple[str, ...]  # the words of the last name; two if it has a hyphen, none of a label that is an office alone
    firsts: frozenset[str]
    offices: tuple[Office, ...]  # one for each title of a document that gives one
    is_office: bool = False  # whether the label names nobody: "THE PRESIDENT", and the last name is a title's


@lru_cache(maxsize=16)
def people_of(catalogue: Catalogue) -> tuple[Person, ...]:
    """Everybody who speaks in an archive, by label.

    >>> from rag.types import HeldDocument
    >>> document = HeldDocument("3f", "a.txt", "Briefing by Transport Secretary Ann Reed-Hill", None, ("MS. REED-HILL",))
    >>> person, = people_of(Catalogue((document,)))
    >>> person.last, person.firsts, [sorted(office) for office in person.offices]
    (('reed', 'hill'), frozenset({'ann'}), [['secretary', 'transport']])
    """
    firsts: dict[str, set[str]] = {}
    offices: dict[str, list[Office]] = {}
    lasts: dict[str, tuple[str, ...]] = {}
    borrowed: set[str] = set()
    for document in catalogue.documents:
        names = {label: _last_words(label) for label in document.speakers}
        for label, last in names.items():
            firsts.setdefault(label, set()).update(_firsts_of_label(label))
            if last:
                lasts[label] = last
                found = _described(document.title, last, [other for other in names.values() if other != last])
            else:
                found, name = _holder(document.title, label, set(names.values()))
                if name:
                    lasts.setdefault(label, name)
                    borrowed.add(label)
            if found:
                words, first = found
                firsts[label].update(first)
                if words:
                    offices.setdefault(label, []).append(words)
    for label in firsts:
        if own := _office_of_label(label):
            offices.setdefault(label, []).append(own)
    return tuple(
        Person(label, lasts.get(label, ()), frozenset(firsts[label]), tuple(offices.get(label, ())), label in borrowed)
        for label in sorted(firsts)
    )


def canonical(word: str) -> str:
    """A word of an office in the form in which offices are compared.

    >>> canonical("Adviser"), canonical("Spokeswoman") == canonical("communications")
    ('advisor', True)
    """
    folded = fold(word)
    return _SYNONYMS.get(folded, folded)


def office_words(words: Iterable[str]) -> Office:
    """The words of an office without articles and prepositions.

    >>> sorted(office_words("Secretary of Transportation".split()))
    ['secretary', 'transportation']
    """
    return frozenset(canonical(word) for word in words if fold(word) not in FUNCTION_WORDS)


def is_office_word(word: str) -> bool:
    """Whether a word can be the head of an office's name."""
    return canonical(word) in _HEADS


def _heads() -> frozenset[str]:
    titles = union("titles") - union("female_titles") - union("male_titles") - union("courtesy_titles")
    return frozenset(map(canonical, titles | union("offices") | union("office_heads")))


def _last_words(label: str) -> tuple[str, ...]:
    return tuple(WORD.findall(last_name(label)))


def _firsts_of_label(label: str) -> set[str]:
    """The first names that a label has: what stands behind the last title in it."""
    words = [fold(word) for word in WORD.findall(plain_label(label))]
    titles = [place for place, word in enumerate(words) if is_title(word) or is_office_word(word)]
    behind = set(words[titles[-1] + 1 :]) if titles else set(words)
    return {word for word in first_names(label) & behind if len(word) > 1 and word not in _last_words(label)}


def _office_of_label(label: str) -> Office:
    words = [fold(word) for word in WORD.findall(plain_label(label))]
    titles = [place for place, word in enumerate(words) if is_office_word(word)]
    return office_words(words[: titles[-1] + 1]) if titles else frozenset()


def _described(title: str, last: tuple[str, ...], others: Sequence[tuple[str, ...]]) -> tuple[Office, set[str]] | None:
    """The office and the first name that a title gives before a last name; None if the name is not in it."""
    pieces = _PIECE.findall(title)
    folded = [fold(piece) for piece in pieces]
    wanted = "-".join(last)
    for place, piece in enumerate(folded):
        if "-".join(WORD.findall(piece.removesuffix("'s").removesuffix("’s"))) != wanted:
            continue
        start = place
        stops = {"-".join(other) for other in others} | _STOPS
        while start and folded[start - 1] not in stops and not re.fullmatch(r"\W", folded[start - 1]):
            start -= 1
        before = pieces[start:place]
        first = _first_name(before)
        return office_words(before[:-1] if first else before) if any(
            map(is_office_word, before)
        ) else frozenset(), first
    return None


def _first_name(before: Sequence[str]) -> set[str]:
    """The first name, if the word before a last name is one: no title, and not what an office is over."""
    if not before or not before[-1][0].isupper() or is_title(before[-1]) or is_office_word(before[-1]):
        return set()
    if len(before) > 1 and fold(before[-2]) in FUNCTION_WORDS:
        return set()
    return {fold(before[-1])}


def _holder(
    title: str, label: str, others: set[tuple[str, ...]]
) -> tuple[tuple[Office, set[str]] | None, tuple[str, ...]]:
    """Who holds the office that is all a label says, "THE PRESIDENT", by a title: "Remarks by President Reed"."""
    words = [word for word in WORD.findall(plain_label(label)) if fold(word) not in FUNCTION_WORDS]
    if not words or not all(is_office_word(word) or is_title(word) or fold(word) in union("ranks") for word in words):
        return None, ()
    office = r"\s+".join(map(re.escape, words))
    names = rf"((?:[^\W\d_][\w{MARKS}.’'-]*\s+)*?)"
    for match in re.finditer(rf"\b{office}\s+{names}([^\W\d_][\w{MARKS}’'-]+)(?=[\s,;:&]|\Z)", title, re.I):
        run = f"{match[1]}{match[2]}".split()
        if not all(word[0].isupper() for word in run) or fold(run[-1]) in _STOPS:
            continue
        last = tuple(WORD.findall(fold(run[-1].removesuffix("’s").removesuffix("'s"))))
        if last not in others:
            return (office_words(words), {fold(word) for word in run[:-1]}), last
    return None, ()


_STOPS = union("title_joints")
_SYNONYMS = {fold(word): line[0] for line in map(str.split, sorted(union("office_synonyms"))) for word in line}
_HEADS = _heads()
