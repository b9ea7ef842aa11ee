"""What a question asks for that the record does not hold, in words: names, numbers, speakers; and how often the rest occurs.

Said is only what is certain. A word counts as held where any form of it stands in the index, or its letters anywhere
in a document, its title or its date; small numbers may be written as words, and are never called absent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.notes import AbsentNames, AbsentSpeaker, Note, Occurrences
from rag.query.whose_words import SAYING
from rag.text.dates import month_number
from rag.text.names import fold, is_title
from rag.text.terms import content_words

if TYPE_CHECKING:
    from rag.archive import Archive

# A capital that does not begin a sentence, or a digit.
_NAME_OR_NUMBER = re.compile(r"(?<![.?!:“\"] )(?<!^)(?<!\w)(?:\d[\d.,   ]*\d|[^\W\d_]+(?:[-.][^\W_]+)*)")
_PERSON = r"(?P<name>(?:[A-ZÀ-ÞА-ЯІЇЄҐ][\w.’'-]*\s+){0,3}[A-ZÀ-ÞА-ЯІЇЄҐ][\w-]+)"
_ASKED_OF = re.compile(
    rf"\b(?:did|does|do|has|had|will|would)\s+{_PERSON}\s+(?:ever\s+|also\s+|really\s+)?{SAYING}\b"
    rf"|\b(?:[Aa]ccording to|[Ii]n the words of)\s+{_PERSON.replace('?P<name>', '?P<after>')}"
    rf"|\b[Ww]hat\s+{_PERSON.replace('?P<name>', '?P<what>')}\s+{SAYING}\b"
)


def absent_names(archive: Archive, question: str) -> tuple[str, ...]:
    """The names and numbers of a question that stand nowhere in the archive, as they are written in the question.

    Words that follow one another are one name. Where small words have capitals too, or nouns have (German), a capital
    says nothing, and only numbers are looked up.
    """
    found: list[tuple[str, int]] = []
    words = re.findall(r"[^\W\d_]+", question)
    content = set(content_words(question))
    small = [word for word in words[1:] if word.lower() not in content and word != "I"]
    telling = not any(word[0].isupper() for word in small) and not _capitals_for_nouns(words)
    for match in _NAME_OR_NUMBER.finditer(question):
        word = match[0].strip()
        number = word[0].isdigit()
        if number and len(re.sub(r"\D", "", word)) < 3:
            continue
        if not number and not (
            telling and word[0].isupper() and len(word) > 1 and word.lower() in content and not is_title(word)
        ):
            continue
        if not _held(archive, word):
            if found and found[-1][1] == match.start() - 1 and question[found[-1][1]] == " ":
                found[-1] = (f"{found[-1][0]} {word}", match.end())
            else:
                found.append((word, match.end()))
    return tuple(dict.fromkeys(name for name, _ in found))


def absent_speaker(archive: Archive, question: str) -> str | None:
    """Who the question says has spoken, where nobody of that name does in this archive; None where somebody does.

    What others say about this person is then all there is.
    """
    match = _ASKED_OF.search(question)
    if match is None:
        return None
    name = next(group for group in match.groups() if group)
    words = [word for word in re.findall(r"[^\W\d_]+", name) if not is_title(word)]
    if not words:
        return None
    spoken = {fold(word) for speaker in archive.speakers() for word in re.findall(r"[^\W\d_]+", speaker)}
    return None if fold(words[-1]) in spoken else name


def unknown_term_notes(archive: Archive, question: str, *, refused: bool, others_say: bool) -> tuple[Note, ...]:
    """What there is to say about a question's words; `others_say` if it has been said that others are quoted."""
    notes: list[Note] = []
    if absent := absent_names(archive, question):
        notes.append(AbsentNames(absent))
    if not others_say and (speaker := absent_speaker(archive, question)):
        notes.append(AbsentSpeaker(speaker, others_quoted=not refused))
    if refused and (counts := archive.occurrences(question)):
        notes.append(Occurrences(tuple(counts.items())))
    return tuple(notes)


def _held(archive: Archive, word: str) -> bool:
    """Whether the word, another form of it, or a number in another spelling stands anywhere in the archive."""
    if not word[0].isdigit():
        if (month := month_number(word)) and archive.mentions(f"-{month:02}-"):
            return True  # the date of a document is kept as 2024-03-28
        plain = re.sub(r"['’]s?$", "", word)
        return any(archive.knows(stem) for stem in archive.stems(plain)) or archive.mentions(plain)
    digits = re.sub(r"\D", "", word)
    whole = f"{int(digits):,}"
    spellings = {word, digits, *(whole.replace(",", mark) for mark in (",", ".", " ", " ", " ", "’"))}
    return any(archive.mentions(spelling) for spelling in spellings)


def _capitals_for_nouns(words: Sequence[str]) -> bool:
    """Whether the question looks German, by its small words."""
    lower = " ".join(word.lower() for word in words)
    return len(content_words(lower, ["de"])) < len(content_words(lower, ["en"]))
