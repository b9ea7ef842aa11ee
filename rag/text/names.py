"""Names as people print them: titles, first and last names, and one folding for comparing them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rag.text import folding
from rag.text.lexicon import union

TITLES = union("titles")  # folded, as everything that is compared here
_PREFIXES = union("name_prefixes")
_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_NO_FIRST_NAMES = (
    TITLES | union("conduct_labels") | union("question_labels") | union("answer_labels") | union("offices")
)
_SEVERAL = re.compile(r"[&/]|\b(?:and|und|et|y|e|и|та|for|für|pour|para)\b")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in parts, folded, as `parse_name` reads it from a label."""

    first: tuple[str, ...]  # folded first names or initials
    last: str
    gender: str  # "f" or "m" if a title tells, else empty
    titles: tuple[str, ...] = ()  # in the order they are printed in
    generation: str = ""  # "jr", "ii"


@lru_cache(maxsize=65_536)
def plain_label(label: str) -> str:
    """A label without remarks in brackets, mark-up and time stamps.

    >>> plain_label("The Chair (Hon. Anna Reed (Northgate, Ind.))")
    'The Chair'
    """
    previous = None
    while previous != label:
        previous, label = label, re.sub(r"\s*[(\[][^()\[\]]*[)\]]", "", label)
    label = re.sub(r"\s*[(\[].*", "", label)  # a bracket that the label's end cut off
    return re.sub(r"\s+", " ", label.replace("*", "").replace("_", " ")).strip(" :.–—-#")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """A short text as it is compared, as `rag.text.folding.fold` has it, remembered.

    >>> fold("José ŻUREK")
    'jose zurek'
    """
    return folding.fold(text)


def parse_name(label: str) -> PersonName | None:
    """The name in a speaker's label; None if it names nobody, or several people.

    A title is one only before a name: the last word of "John Major" is his last name.

    >>> parse_name("Mr. José A. Reed (Northgate)")
    PersonName(first=('jose', 'a'), last='reed', gender='m', titles=('mr',), generation='')
    >>> parse_name("Smith, Jane") == parse_name("Jane Smith"), parse_name("Ann Reed and Jo Field") is None
    (True, True)
    """
    plain = plain_label(label)
    head, _, beside = plain.partition(",")
    if _SEVERAL.search(head):
        return None  # "Ann Reed and Jo Field", "Counsel for Ms. Reed": somebody else than the last one named
    words, generation = _without_generation(_words_of_name(head))
    behind, behind_generation = _without_generation(_words_of_name(beside))
    generation = generation or behind_generation
    if is_last_name_first(plain):
        words = [*behind, *words]
    titles = [word for word in words[:-1] if word in TITLES and (len(word) > 1 or word == words[0])]
    names = [word for word in words[:-1] if word not in TITLES or (len(word) == 1 and word != words[0])]
    if not words or len(words[-1]) < 2 or (words[-1] in TITLES and not names):
        return None
    return PersonName(tuple(names), words[-1], _gender(titles), tuple(titles), generation)


def is_last_name_first(label: str) -> bool:
    """Whether a label is printed as "Last, First".

    >>> is_last_name_first("van der Berg, Anna"), is_last_name_first("Ann Reed, Director"), is_last_name_first("REED, CHAIR")
    (True, False, False)
    """
    head, comma, beside = plain_label(label).partition(",")
    last, (first, _) = head.split(), _without_generation(beside.split())
    return (
        bool(comma and last)
        and all(fold(word) in _PREFIXES for word in last[:-1])
        and fold(last[-1]).strip(".") not in _NO_FIRST_NAMES
        and 1 <= len(first) <= 3
        and all(word[0].isupper() and fold(word).strip(".") not in _NO_FIRST_NAMES for word in first)
    )


def _words_of_name(text: str) -> list[str]:
    spaced = re.sub(r"(?<=[^\W\d_]\.)(?=[^\W\d_])", " ", text)  # "S.V. Brandt" → "S. V. Brandt"
    spaced = re.sub(r"[\"“”„«»][^\"“”„«»]*[\"“”„«»]", " ", spaced)  # a nickname
    return [bare for word in spaced.split() if (bare := fold(word).strip(".'’"))]


def _without_generation(words: list[str]) -> tuple[list[str], str]:
    """The words of a name without "Jr." or "III" behind it, and that."""
    if words and (last := fold(words[-1]).strip(".")) in _GENERATIONS:
        return words[:-1], last
    return words, ""


def _gender(words: Iterable[str]) -> str:
    """The gender that titles among some folded words tell, "f" or "m"; empty if there are none."""
    known = set(words)
    if known & union("female_titles"):
        return "f"
    return "m" if known & union("male_titles") else ""


@lru_cache(maxsize=65_536)  # asked of every speaker of an archive at every question
def last_name(label: str) -> str:
    """The folded last name of a speaker; empty for labels that name nobody.

    >>> last_name("Dr. Anna Reed"), last_name("Question")
    ('reed', '')
    """
    name = parse_name(label)
    return name.last if name and len(name.last) > 2 and not is_question_label(label) else ""


def first_names(label: str) -> set[str]:
    """The folded names before a speaker's last one, without titles and initials.

    >>> first_names("Dr. Anna B. Reed")
    {'anna'}
    """
    return {word for word in re.findall(r"\w{2,}", fold(label)) if not is_title(word)} - {last_name(label)}


def is_title(word: str) -> bool:
    """Whether a word before a name says what a person is, not who.

    >>> is_title("Dr."), is_title("Reed")
    (True, False)
    """
    return fold(word).strip(".") in TITLES


@lru_cache(maxsize=65_536)
def is_question_label(label: str) -> bool:
    """Whether a label says "question" rather than who asks."""
    words = re.sub(r"(?<=[^\W\d_])\d{1,3}$", "", fold(plain_label(label))).split()  # "Q12"
    if not words or words[0] not in union("question_labels"):
        return False
    return len(words) == 1 or (len(words) == 2 and words[1] not in TITLES | union("offices"))  # no "Press Secretary"
