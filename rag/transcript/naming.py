"""What a document's labels stand for: without the numbers that only count, and with the initials that it explains."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.text.names import is_question_label
from rag.transcript.label_shapes import spelled
from rag.transcript.roles import is_answer_label

_INITIALS = r"[^\W\d_]{2,4}"
_NAME = r"[^\n()|,:;=\[\]]{3,60}?"
# "Ann Reed (AR)", "| Ann Reed | AR |", "AR = Ann Reed", "AR: Ann Reed"
_INTRODUCED = re.compile(rf"(?P<name>{_NAME})[^\S\n]*[(|\[][^\S\n]*(?P<initials>{_INITIALS})[^\S\n]*[)|\]]")
_EXPLAINED = re.compile(
    rf"(?:^|[,;|])[\s|*_-]*(?P<initials>{_INITIALS})[^\S\n*_]*[|=:–—-][^\S\n]*(?P<name>{_NAME})[^\S\n]*(?=[|,;(]|$)",
    re.M,
)
_NUMBER = re.compile(r"(\d{1,3})\D*$")


def stand_for(
    labels: Sequence[str], head: str, participants: Sequence[str] = (), legend: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What each printed label stands for, from all labels in order and from what stands above the first turn.

    >>> stand_for(["Q1", "AR", "Q2", "A7"], "Ann Reed (AR) talks.")
    {'Q1': 'Q', 'AR': 'Ann Reed', 'Q2': 'Q', 'A7': 'A7'}
    >>> stand_for(["Q1", "A1", "Q2", "A2"], "")
    {'Q1': 'Q', 'A1': 'A', 'Q2': 'Q', 'A2': 'A'}
    """
    counted = _answers_are_counted(labels)
    distinct = list(dict.fromkeys(labels))
    initials = _introduced_initials("\n".join([head, *distinct])) | _initials_of(participants, distinct)
    names: dict[str, str] = {}
    for label in distinct:
        plain = spelled(label)
        if counted and is_answer_label(label):
            names[label] = _NUMBER.sub("", plain).strip(" .#")
        elif is_question_label(plain):
            names[label] = plain
        else:
            names[label] = (legend or {}).get(plain.casefold()) or initials.get(plain, label)
    return names


def _answers_are_counted(labels: Sequence[str]) -> bool:
    """Whether the numbers of answers are those of the questions before them, and so no people's."""
    asked, used, answers = "", set(), 0
    for label in labels:
        number = _NUMBER.search(spelled_with_number(label))
        if is_question_label(spelled(label)):
            asked = number[1] if number else ""
        elif is_answer_label(label) and number:
            if number[1] != asked or number[1] in used:
                return False
            used.add(number[1])
            answers += 1
    return answers > 0


def spelled_with_number(label: str) -> str:
    """A label as it is printed, without mark-up.

    >>> spelled_with_number("**Q12:**")
    'Q12'
    """
    return label.strip("*_ :.")


def _introduced_initials(text: str) -> dict[str, str]:
    """Initials that a text explains → whose they are."""
    found = {}
    for pattern in (_EXPLAINED, _INTRODUCED):
        for match in pattern.finditer(text):
            words, initials = match["name"].split()[-len(match["initials"]) :], match["initials"].upper()
            if "".join(word[0] for word in words).upper() == initials and all(word[0].isupper() for word in words):
                found[match["initials"]] = " ".join(words)
    return found


def _initials_of(participants: Sequence[str], labels: Sequence[str]) -> dict[str, str]:
    """Labels that are the initials of exactly one of those who take part."""
    people = {name.strip() for name in participants if len(name.split()) >= 2}
    found: dict[str, list[str]] = {}
    for name in people:
        found.setdefault("".join(word[0] for word in name.split()).upper(), []).append(name)
    return {label: found[label][0] for label in labels if len(label) >= 2 and len(found.get(label, [])) == 1}
