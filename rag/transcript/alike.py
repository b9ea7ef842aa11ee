"""What a person may want to mend in names: two spellings of one surname, and the full name behind a short label."""

from __future__ import annotations

import re

from rag.text.names import fold, is_title, parse_name, plain_label

_SLIP_CHARS, _TWO_SLIPS_CHARS = 5, 9  # a surname this long can have one slip, or two


def look_alike(one: str, other: str) -> bool:
    """Whether two labels differ by case or by a slip in the surname only, with the same title and first names.

    >>> look_alike("CHAIR BERNSTEIN", "CHAIR BERSTEIN"), look_alike("Jonas Ferrante", "JONAS FERRANTE")
    (True, True)
    >>> look_alike("MR. BROWN", "MS. BROWN"), look_alike("Speaker 1", "Speaker 2")
    (False, False)
    """
    words, others = fold(plain_label(one)).split(), fold(plain_label(other)).split()
    if not words or len(words) != len(others) or words[:-1] != others[:-1]:
        return False
    last, their = words[-1], others[-1]
    most = 2 if min(len(last), len(their)) >= _TWO_SLIPS_CHARS else 1
    if last == their:
        return True
    return (
        min(len(last), len(their)) >= _SLIP_CHARS and last.isalpha() and their.isalpha() and _slips(last, their, most)
    )


def _slips(one: str, other: str, most: int) -> bool:
    """Whether the edit distance of two words is at most `most` (Levenshtein 1966)."""
    if abs(len(one) - len(other)) > most:
        return False
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1] <= most


def full_name(label: str, text: str) -> str:
    """The full name that a text gives for a label with a title and a surname; empty if it gives none, or several.

    >>> full_name("MS. JEAN-PIERRE", "Briefing by Press Secretary Karine Jean-Pierre")
    'Karine Jean-Pierre'
    >>> full_name("MR. REED", "Ann Reed met Tom Reed.")
    ''
    """
    words = plain_label(label).split()
    name = parse_name(label)
    if name is None or name.first or len(words) < 2 or not is_title(words[0]):
        return ""
    surname = re.escape(words[-1])
    found: dict[str, str] = {}
    for match in re.finditer(rf"\b([A-ZÀ-Þ][\w'’-]+)\s((?:[A-ZÀ-Þ]\.\s)?)((?i:{surname}))\b", text):
        first = match[1]
        if is_title(first) or first.isupper() or match[3].islower():
            continue
        spelled = match[3] if not match[3].isupper() else match[3].title()
        found.setdefault(fold(f"{first} {spelled}"), " ".join(f"{first} {match[2]}{spelled}".split()))
    return next(iter(found.values())) if len(found) == 1 else ""
