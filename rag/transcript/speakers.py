"""Who is who: printed labels → the names that stand for their speakers.

Two labels of one document are one person only where nothing that is printed tells them apart: a word, a number, what
stands in brackets or behind a comma, a title. One may say less than the other, as "REED" says less than "Ann Reed",
and it joins that other only if it fits nobody else. In doubt two labels stay two people, since merging two people
makes a false quotation.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.text.lexicon import patterns, union
from rag.text.names import TITLES, PersonName, fold, is_last_name_first, is_title, parse_name, plain_label
from rag.text.sentences import is_question
from rag.transcript.boilerplate import is_stage_note

# Say nothing about who somebody is: "The Hon. Ann Reed" is Ann Reed.
_NEUTRAL = frozenset(["the", "a", "an", "hon", "honourable", "honorable", "rt", "right"])
_PARTICLES = frozenset(["of", "for"]) | union("name_particles") - union("name_prefixes")
_RANKS = union("ranks")
_BESIDE_NAMES = union("offices") | _RANKS
_NOBODYS_NAME = (
    union("offices")
    | union("conduct_labels")
    | union("question_labels")
    | union("answer_labels")
    | union("voice_labels")
)
_HANDLE = re.compile(r"[a-z]+(?:_[a-z]+)+")  # in a chat
_CONTINUING = re.compile(rf"(?:^|,?\s+){patterns('continuing_marks')}$", re.I)
_BRACKET = re.compile(r"[(\[]((?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*)[)\]]?")
_BETWEEN_PEOPLE = re.compile(rf"[,/&+;]|\s{patterns('joining_words')}\s")
_LONGEST_LIST = 200  # characters
_INNER = re.compile(r"(?<=[^\s(\[])\s*[(\[][^()\[\]]*[)\]](?=[)\]])")
_MOST_ALIKE = 24  # labels of one last name; among more of them only equal ones are one person
_MOST_TOLD = 3  # people in a note

Apart = frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Printed:
    """All that a label says, folded. Equal ones are one person."""

    name: PersonName | None  # None: an office, a voice, or several people
    words: tuple[str, ...]  # of what is no name
    numbers: tuple[str, ...]
    added: frozenset[str]  # in brackets and behind a comma

    @property
    def keys(self) -> tuple[str, ...]:
        """Only labels with a key in common can be one person."""
        keys = [f"name {self.name.last}"] if self.name else []
        return (*keys, f"words {' '.join(self.words)}") if self.words else tuple(keys)


@lru_cache(maxsize=65_536)
def _printed(label: str) -> _Printed:
    brackets = [_CONTINUING.sub("", found).strip() for found in _BRACKET.findall(label)]
    plain = _CONTINUING.sub("", plain_label(label))
    head, _, behind = plain.partition(",")
    words = _words(head)
    name = None if _is_office(words) else _name_beside_offices(plain)
    if name and is_last_name_first(plain):
        behind = ""
    if name and name.generation:
        behind = re.sub(rf"\b{name.generation}\b\.?", "", behind, flags=re.I)
    numbers = tuple(word.lstrip("0") or "0" for word in words if word.isdecimal())
    if name and name.first:  # "Ann Reed (by telephone)"
        brackets = [found for found in brackets if not _is_remark(found)]
    in_office = next((held for found in brackets if (held := _held_by(found, name))), None)
    added = frozenset(word for found in (*brackets, behind) for word in _words(found)) - _NEUTRAL
    told = tuple(word for word in words if word not in _NEUTRAL) or tuple(words) or (fold(plain or label),)
    if in_office:
        return _Printed(in_office, told, numbers, added)
    return _Printed(name, () if name else told, numbers, added)


def _name_beside_offices(plain: str) -> PersonName | None:
    """The name in a label, with what stands before it and is an office among its titles."""
    name = parse_name(plain)
    if not name:
        return None
    offices = tuple(word for word in name.first if word in _BESIDE_NAMES)
    return replace(
        name, first=tuple(word for word in name.first if word not in offices), titles=(*name.titles, *offices)
    )


def _lists(label: str, known: Set[str]) -> bool:
    """Whether a label is a list of others of its document: "MM, WH" are two people."""
    parts = _BETWEEN_PEOPLE.split(fold(label)) if len(label) < _LONGEST_LIST else []
    return len(parts) > 1 and all(part.strip(" .:") in known for part in parts)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", fold(text))


def _is_office(words: Sequence[str]) -> bool:
    """Whether words that could be a name are an office: "The Deputy Speaker", "Chief Clerk", "Attorney General"."""
    if words[-1:] and (words[-1] in _NOBODYS_NAME or words[-1].isdecimal()):
        return True
    known = TITLES | _NOBODYS_NAME
    if all((word in known or word in _RANKS) and len(word) > 1 for word in words):
        return True
    # A rank changes the office behind it, and no name: what stands behind it is an office that is not known.
    return any(one in _RANKS - {"chief"} and other not in known | _RANKS for one, other in itertools.pairwise(words))


def _is_remark(bracket: str) -> bool:
    """Whether a bracket tells how somebody speaks, not who: "(by telephone)"."""
    first = next(iter(_words(bracket)), "")
    return is_stage_note(bracket) or (bracket == bracket.lower() and first in union("function_words"))


def _held_by(bracket: str, outside: PersonName | None) -> PersonName | None:
    """Whoever a bracket names behind an office: "The Chair (Ms. Reed)", and not "Ms. Reed (Don Valley East)"."""
    if outside and (outside.gender or (outside.first and not _PARTICLES.intersection(outside.first))):
        return None
    name = parse_name(bracket)
    if not name or not all(word[:1].isupper() for word in plain_label(bracket).split(",")[0].split()):
        return None
    titled = bool(set(name.titles) - _NEUTRAL)
    return name if titled or (name.first and not outside) else None


def _fit(one: _Printed, other: _Printed) -> bool:
    """Whether nothing that is printed tells two labels apart."""
    if one.numbers != other.numbers:
        return False
    if one.words and other.words:
        return one.words == other.words and (one.added <= other.added or other.added <= one.added)
    if one.name and other.name:
        both_people = not one.words and not other.words
        alike = one.added <= other.added or other.added <= one.added
        return _same_person(one.name, other.name) and (alike or not both_people)
    return False


def _same_person(one: PersonName, other: PersonName) -> bool:
    if one.last != other.last or not _titles_agree(one, other):
        return False
    if one.generation and other.generation and one.generation != other.generation:
        return False
    shorter, longer = sorted((one.first, other.first), key=len)
    # "T. Merrin" fits "Tobias Merrin", "Tobias A. Merrin" and "Chief Engineer Tobias Merrin": from the front or the back.
    front, back = longer[: len(shorter)], longer[len(longer) - len(shorter) :]
    return _same_words(shorter, front) or _same_words(shorter, back)


def _titles_agree(one: PersonName, other: PersonName) -> bool:
    if one.gender and other.gender and one.gender != other.gender:
        return False
    fewer, more = sorted((set(one.titles) - _NEUTRAL, set(other.titles) - _NEUTRAL), key=len)
    missing = [word for word in more if not any(_abbreviates(word, each) for each in fewer)]
    matched = all(any(_abbreviates(word, each) for each in more) for word in fewer)
    return not fewer or (matched and not _RANKS.intersection(missing))


def _abbreviates(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _same_words(some: Sequence[str], others: Sequence[str]) -> bool:
    return all(
        a == b or (len(a) == 1 and b.startswith(a)) or (len(b) == 1 and a.startswith(b))
        for a, b in zip(some, others, strict=True)
    )


def _fullness(printed: _Printed) -> tuple[int, int, int, str]:
    first = printed.name.first if printed.name else ()
    return sum(len(word) > 1 for word in first), len(first), len(printed.added), repr(printed)


class _Groups:
    """Labels that are one person, found one after the other from the fullest on."""

    def __init__(self, distinct: Iterable[_Printed], apart: frozenset[frozenset[_Printed]]) -> None:
        self._apart = apart
        self._alike: dict[str, list[_Printed]] = defaultdict(list)
        self.of: dict[_Printed, list[_Printed]] = {}
        # Fullest first: "Anna Reed" and "Adam Reed" each found a group before "A. Reed", which then fits two and joins none.
        ordered = sorted(distinct, key=_fullness, reverse=True)
        for printed in ordered:
            for key in printed.keys:
                self._alike[key].append(printed)
        for printed in ordered:
            group = self._group_for(printed)
            group.append(printed)
            self.of[printed] = group

    def _neighbours(self, printed: _Printed) -> list[_Printed]:
        if sum(len(self._alike[key]) for key in printed.keys) > 2 * _MOST_ALIKE:
            return []
        found = dict.fromkeys(itertools.chain(*(self._alike[key] for key in printed.keys)))
        return [each for each in found if each != printed]

    def fits_others(self, name: str, whose: _Printed) -> bool:
        """Whether a name could stand for others than those whose label `whose` is."""
        printed = _printed(name)
        return any(_fit(printed, each) and self.of[each] is not self.of[whose] for each in self._neighbours(printed))

    def _agree(self, one: _Printed, other: _Printed) -> bool:
        return _fit(one, other) and frozenset((one, other)) not in self._apart

    def _group_for(self, printed: _Printed) -> list[_Printed]:
        """The one group that a label fits; a new one if it fits none, or several."""
        alike = self._neighbours(printed)
        near = {id(self.of[each]): self.of[each] for each in alike if each in self.of}
        fitting = [group for group in near.values() if self._joins(printed, group)]
        if len(fitting) != 1:
            return []
        founder = fitting[0][0]
        # "Ms. Reed" and "Mr. Reed" both fit "A. Reed": nobody knows which of them that is.
        rivals = (each for each in alike if each not in fitting[0] and not self._agree(printed, each))
        return [] if any(self._agree(each, founder) for each in rivals) else fitting[0]

    def _joins(self, printed: _Printed, group: Sequence[_Printed]) -> bool:
        others = [each for each in group if set(each.keys) & set(printed.keys)]
        return bool(others) and all(self._agree(printed, each) for each in others)


@dataclass(frozen=True, slots=True)
class People:
    """Who speaks in a document: each printed label's name, and a note on labels that are read as one person."""

    names: Mapping[str, str]
    notes: tuple[str, ...]


def who_is_who(labels: Sequence[str], apart: Apart = frozenset()) -> People:
    """Whose label each one is, from all labels in the order they stand in; `apart` are pairs that talk to each other.

    >>> people = who_is_who(["Ann Reed", "The Speaker", "A. REED", "The Deputy Speaker", "Ann Reed"])
    >>> people.names["A. REED"], people.names["The Deputy Speaker"]
    ('Ann Reed', 'The Deputy Speaker')
    >>> people.notes
    ('“A. REED” and “Ann Reed” are read as one person, Ann Reed',)
    """
    counts = Counter(labels)
    printed = {label: _printed(label) for label in counts}
    known = {fold(plain_label(label)) for label in counts}
    printed |= {label: _Printed(None, (fold(label),), (), frozenset()) for label in counts if _lists(label, known)}
    pairs = frozenset(frozenset(printed[label] for label in pair) for pair in apart)
    groups = _Groups(set(printed.values()), pairs)
    members: dict[int, list[str]] = defaultdict(list)
    for label in counts:
        members[id(groups.of[printed[label]])].append(label)
    shown = {number: _shown(group, printed, counts) for number, group in members.items()}
    for number, group in members.items():
        if groups.fits_others(shown[number], printed[group[0]]):  # what is left out of the name tells two people apart
            shown[number] = _in_full(max(group, key=lambda label: (counts[label], label)))
    names = {label: shown[number] for number, group in members.items() for label in group}
    return People({label: names[label] for label in counts}, _merge_notes(members, shown, printed))


def talking_to_each_other(utterances: Sequence[tuple[str, str]]) -> Apart:
    """Pairs of labels that answer each other, or change places with each other: never one person.

    >>> talking_to_each_other([("Reed", "Why?"), ("Ann Reed", "So.")]) == {frozenset(["Reed", "Ann Reed"])}
    True
    """
    turns: set[tuple[str, str]] = set()
    apart: set[frozenset[str]] = set()
    for (one, said), (other, _) in itertools.pairwise(utterances):
        if one == other:
            continue
        turns.add((one, other))
        if (other, one) in turns or is_question(said):
            apart.add(frozenset((one, other)))
    return frozenset(apart)


def _merge_notes(
    members: Mapping[int, Sequence[str]], shown: Mapping[int, str], printed: Mapping[str, _Printed]
) -> tuple[str, ...]:
    merged = []
    for number, group in members.items():
        spellings = {fold(plain_label(label)) for label in group}  # a district in brackets at the first turn is no news
        if len({printed[label] for label in group}) > 1 and len(spellings) > 1:
            labels = list({fold(name): name for label in group if (name := _in_full(label))}.values())
            first = ", ".join(f"“{label}”" for label in sorted(labels)[:-1])
            merged.append(f"{first} and “{sorted(labels)[-1]}” are read as one person, {shown[number]}")
    if not merged:
        return ()
    more = len(merged) - _MOST_TOLD
    return ("; ".join(merged[:_MOST_TOLD]) + (f"; and {more} more people have several labels" if more > 0 else ""),)


def _in_full(label: str) -> str:
    """A label with its brackets, without mark-up."""
    plain = re.sub(r"\s+", " ", label.replace("*", "").replace("_", " ")).strip(" :.–—-#")
    return _CONTINUING.sub("", plain) or label.strip()


def _shown(group: Sequence[str], printed: Mapping[str, _Printed], counts: Mapping[str, int]) -> str:
    """The commonest of the full spellings of a name."""
    often: Counter[_Printed] = Counter()
    for label in group:
        often[printed[label]] += counts[label]
    spelled = {label: sum(len(word) > 1 for word in name.first) for label in group if (name := printed[label].name)}
    full = [label for label in group if spelled.get(label)] or [label for label in group if label in spelled] or group

    def rank(label: str) -> tuple[int, int, int, int, str]:
        return often[printed[label]], spelled.get(label, 0), int(not label.isupper()), -len(label), label

    best = max(full, key=rank)
    if printed[best].words and printed[best].name:
        return _INNER.sub("", _in_full(best))  # "The Chair (Ms. Reed (North))" is the Chair, Ms. Reed
    if _HANDLE.fullmatch(best):
        return best
    return _without_office(plain_label(best) or best.strip())


def _without_office(name: str) -> str:
    """A name without the offices printed behind it: "Jo Field, Minister of Works" is Jo Field."""
    name = _CONTINUING.sub("", name)
    first, comma, rest = name.partition(",")
    words = first.split()
    titled = bool(words) and is_title(words[0])
    suffix = re.fullmatch(r"\s*(?:Jr|Sr|II|III|IV|M\.?D|Ph\.?D|Esq)\.?", rest, re.I)
    named = len(words) > 1 and (titled or len(words) <= 5) and all(re.search(r"\w", word) for word in words)
    return first if comma and not suffix and named and plain_label(first) == first else name
