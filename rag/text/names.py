"""Names as people print them: titles, first and last names, and one folding for comparing them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rag.text import folding
from rag.text.lexicon import union

TITLES = union("titles")  # folded, as everything that is compared here


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in parts, folded, as `parse_name` reads it from a label."""

    first: tuple[str, ...]  # folded first names or initials
    last: str
    gender: str  # "f" or "m" if a title tells, else empty


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

    >>> parse_name("Mr. José A. Reed (Northgate)")
    PersonName(first=('jose', 'a'), last='reed', gender='m')
    >>> parse_name("Ann Reed and Jo Field") is None
    True
    """
    if re.search(
        r"[&/]|\b(?:and|und|et|y|e|и|та|for|für|pour|para)\b", plain_label(label).replace(",", " , ").split(" , ")[0]
    ):
        return None  # "Ann Reed and Jo Field", "Counsel for Ms. Reed": somebody else than the last one named
    spaced = re.sub(r"(?<=[^\W\d_]\.)(?=[^\W\d_])", " ", plain_label(label))  # "S.V. Brandt" → "S. V. Brandt"
    spaced = re.sub(r"[\"“”„«»][^\"“”„«»]*[\"“”„«»]", " ", spaced.split(",")[0])  # a nickname
    words = [fold(word).strip(".'’") for word in spaced.split()]
    gender = _gender(words)
    # "M. Reed" is a gentleman, "Senator M" has an initial.
    names = [word for at, word in enumerate(words) if word and (word not in TITLES or (at and len(word) == 1))]
    if not names or len(names[-1]) < 2:
        return None
    return PersonName(tuple(names[:-1]), names[-1], gender)


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
    words = fold(plain_label(label)).split()
    return bool(words) and words[0] in union("question_labels") and len(words) <= 2
