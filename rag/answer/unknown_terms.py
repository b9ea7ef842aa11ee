"""Finds names and numbers in a question that appear nowhere in the archive, and makes notes about them.

Only certain absences are reported. A word is held if any form of it is in the index, or if its letters are anywhere in a
document, its title or its date, or in the name of a speaker; a number also if its words are. Small numbers are never
reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from rag.notes import MOST_WORDS, AbsentNames, AbsentSpeaker, Note, Occurrence, Occurrences
from rag.query.whose_words import ASKED_VERB
from rag.storage.protocol import Snapshot
from rag.text.dates import month_number
from rag.text.folding import composed
from rag.text.letters import CAPITALS, MARKS
from rag.text.lexicon import LEXICONS, patterns
from rag.text.names import fold, is_title
from rag.text.numbers import in_words
from rag.text.terms import LANGUAGES, content_words, not_spaced, words_in
from rag.types import Scope

MOST_PASSAGES = 500  # a word that is in more of them explains no silence, and counting it takes long
MOST_FORMS = 3  # of a word, beside itself
_LETTERS = rf"[^\W\d_](?:[^\W\d_]|[{MARKS}])*"
_WORD = re.compile(_LETTERS)
# A number is one with its thousands and decimals, not with the next number of a list: "2024, 2025".
_NUMBER = r"(?:\d{1,3}(?:[.,’'\u00a0\u202f ]\d{3}(?!\d))+|\d+)(?:[.,]\d{1,3}(?!\d))*"
# A word that does not begin a sentence, or a number.
_NAME_OR_NUMBER = re.compile(
    rf"(?<![.?!:“\"] )(?<!^)(?<![\w{MARKS}])(?:{_NUMBER}|{_LETTERS}(?:[-.][^\W_](?:[^\W_]|[{MARKS}])*)*)"
)
_PERSON = rf"(?P<name>(?:[{CAPITALS}][\w{MARKS}.’'-]*\s+){{0,3}}[{CAPITALS}][\w{MARKS}-]+)"
# With a capital or without one, but not in capitals throughout: a name is known by its capital.
_ATTRIBUTIONS = "|".join(
    f"[{phrase[0].upper()}{phrase[0]}]{phrase[1:]}" for lexicon in LEXICONS.values() for phrase in lexicon.attributions
)
_ASKED_OF = re.compile(
    rf"\b{patterns('asked_auxiliaries')}\s+{_PERSON}\s+(?:{patterns('asked_adverbs')}\s+)?{ASKED_VERB}\b"
    rf"|\b(?:{_ATTRIBUTIONS})\s+{_PERSON.replace('?P<name>', '?P<after>')}"
    rf"|\b[Ww]hat\s+{_PERSON.replace('?P<name>', '?P<what>')}\s+{ASKED_VERB}\b"
)


@dataclass(frozen=True, slots=True)
class UnknownTerms:
    """What of a question is nowhere in the archive."""

    names: tuple[str, ...] = ()  # names and numbers, as they are written in the question
    speaker: str | None = None  # whose words are asked for, if nobody of that name speaks


def absent_names(snapshot: Snapshot, question: str) -> tuple[str, ...]:
    """The names and numbers of a question that appear nowhere in the archive, as they are written in the question.

    Absent words that follow one another are one name. If function words have capitals too, or nouns do (German), a capital
    does not tell a name, and only numbers are looked up.
    """
    words = list(_names_and_numbers(question))
    held = _held(snapshot, [match[0].strip() for match in words])
    found: list[tuple[str, int]] = []  # a name, and where it ends in the question
    for match in words:
        word = match[0].strip()
        if word in held:
            continue
        if found and found[-1][1] == match.start() - 1 and question[found[-1][1]] == " ":
            found[-1] = (f"{found[-1][0]} {word}", match.end())
        else:
            found.append((word, match.end()))
    return tuple(dict.fromkeys(name for name, _ in found))


def _names_and_numbers(question: str) -> Iterator[re.Match[str]]:
    """The names of a question, and its numbers of at least three digits."""
    words = _WORD.findall(question)
    content = set(content_words(question))
    small = [word for word in words[1:] if composed(word).lower() not in content and word != "I"]
    telling = not any(word[0].isupper() for word in small) and not _capitals_for_nouns(words)
    for match in _NAME_OR_NUMBER.finditer(question):
        word = match[0].strip()
        if word[0].isdigit():
            if len(re.sub(r"\D", "", word)) >= 3:
                yield match
        elif (
            telling and word[0].isupper() and len(word) > 1 and composed(word).lower() in content and not is_title(word)
        ):
            yield match


def absent_speaker(snapshot: Snapshot, question: str) -> str | None:
    """The person whose words the question asks for, if nobody of that name speaks in the archive; else None.

    What others say about this person is then all there is.
    """
    match = _ASKED_OF.search(question)
    if match is None:
        return None
    name = next(group for group in match.groups() if group)
    words = [word for word in _WORD.findall(name) if not is_title(word)]
    if not words:
        return None
    spoken = {fold(word) for speaker in snapshot.speakers for word in _WORD.findall(speaker)}
    return None if fold(words[-1]) in spoken else name


def find_unknown_terms(snapshot: Snapshot, question: str) -> UnknownTerms:
    """What of a question is nowhere in the archive; one database query at most."""
    return UnknownTerms(absent_names(snapshot, question), absent_speaker(snapshot, question))


def unknown_term_notes(
    unknown: UnknownTerms, *, occurrences: Sequence[Occurrence] | None, others_say: bool
) -> tuple[Note, ...]:
    """What there is to say about a question's words.

    `occurrences` belong to a refusal, and are None with an answer; `others_say` if a note says already that others are quoted.
    """
    notes: list[Note] = []
    if unknown.names:
        notes.append(AbsentNames(unknown.names))
    if not others_say and unknown.speaker:
        notes.append(AbsentSpeaker(unknown.speaker, others_quoted=occurrences is None))
    if occurrences:
        notes.append(Occurrences(tuple(occurrences)))
    return tuple(notes)


def word_occurrences(snapshot: Snapshot, question: str, scope: Scope) -> tuple[Occurrence, ...]:
    """How many of the passages within a scope hold each word of a question as it is written, and in which other forms.

    Left out are names of the archive's speakers, since who speaks is seldom named in what is said, and words that are in more
    than `MOST_PASSAGES`. The snapshot must be open.
    """
    spoken = {part for speaker in snapshot.speakers for part in _parts_of(speaker)}
    words = [word for word in dict.fromkeys(content_words(question, LANGUAGES)) if spoken.isdisjoint(_parts_of(word))]
    counts = [_Count(snapshot, word, scope) for word in words[:MOST_WORDS]]
    counts = [count for count in counts if len(count.rows) <= MOST_PASSAGES]
    # A passage that holds several of the words is loaded once.
    for stored in snapshot.load(sorted(set().union(*(count.rows for count in counts)))):
        said = stored.passage.text
        held = set(words_in(said))
        for count in counts:
            if stored.row in count.rows:
                count.add(said, held)
    return tuple(count.occurrence() for count in counts)


class _Count:
    """A word's own passages, and those that hold another form of it only; counted passage by passage."""

    def __init__(self, snapshot: Snapshot, word: str, scope: Scope) -> None:
        self._snapshot, self._word = snapshot, word
        self._stems = set(snapshot.stems(word))
        matching = snapshot.matching(word, k=MOST_PASSAGES + 1, scope=scope) if self._stems else []
        self.rows = {row for row, _ in matching}
        self._literal = self._others = 0
        self._forms: Counter[str] = Counter()
        self._is_form: dict[str, bool] = {}

    def add(self, said: str, held: set[str]) -> None:
        """Count a passage with the words that it holds."""
        if self._word in held or (not_spaced(self._word) and self._word in said):
            self._literal += 1
            return
        for other in held - self._is_form.keys():
            begins = other[:1] == self._word[:1]
            self._is_form[other] = begins and not self._stems.isdisjoint(self._snapshot.stems(other))
        own = [other for other in held if self._is_form[other]]
        self._forms.update(own)
        self._others += bool(own)

    def occurrence(self) -> Occurrence:
        """What was counted."""
        forms = tuple(form for form, _ in self._forms.most_common(MOST_FORMS))
        return Occurrence(self._word, self._literal, forms, self._others)


def _parts_of(name: str) -> list[str]:
    return [fold(part) for part in _WORD.findall(re.sub(r"[’']s\b", "", name))]


def _held(snapshot: Snapshot, words: Sequence[str]) -> set[str]:
    """Those of the words that the archive holds as they are, in another form, or as a number in another spelling."""
    spellings = {word: _spellings(word) for word in words if not _is_indexed(snapshot, word)}
    mentioned = snapshot.mentioned(list(dict.fromkeys(chain.from_iterable(spellings.values()))))
    return {word for word in words if word not in spellings or not mentioned.isdisjoint(spellings[word])}


def _is_indexed(snapshot: Snapshot, word: str) -> bool:
    """Whether a form of the word occurs in a passage; numbers are looked up by their spellings only."""
    return not word[0].isdigit() and any(snapshot.frequency(stem) for stem in snapshot.stems(_plain(word)))


def _spellings(word: str) -> list[str]:
    """What a document would hold in place of a word or a number.

    >>> _spellings("May"), _spellings("Reed's"), _spellings("3,500")[:4], _spellings("500")
    (['-05-', 'May'], ['Reed'], ['3,500', '3500', '3.500', '3 500'], ['500', 'five hundred'])
    """
    if not word[0].isdigit():
        # The date of a document is kept as 2024-03-28.
        return [*([f"-{month:02}-"] if (month := month_number(word)) else []), _plain(word)]
    digits = re.sub(r"\D", "", word)
    whole = f"{int(digits):,}"
    marks = (",", ".", " ", "’")
    return list(dict.fromkeys([word, digits, *(whole.replace(",", mark) for mark in marks), *in_words(int(digits))]))


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)


def _capitals_for_nouns(words: Sequence[str]) -> bool:
    """Whether the question looks German, by its function words."""
    lower = " ".join(word.lower() for word in words)
    return len(content_words(lower, ["de"])) < len(content_words(lower, ["en"]))
