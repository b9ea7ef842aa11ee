"""Whether two words are nearly the same: one typing error in a short one, two in a long one."""

from __future__ import annotations

SHORTEST, LONG = 5, 8  # letters


def near(written: str, word: str) -> int | None:
    """The number of typing errors between a word and what was written for it; None if there are too many to tell.

    An error is a letter too many, too few, another, or two that changed places. The first letter is right.

    >>> near("kirbey", "kirby"), near("bernstien", "bernstein"), near("kelly", "kerry"), near("reef", "reed")
    (1, 1, None, None)
    """
    if written == word:
        return 0
    allowed = 2 if len(word) >= LONG else 1
    if len(word) < SHORTEST or written[:1] != word[:1] or abs(len(written) - len(word)) > allowed:
        return None
    found = _distance(written, word)
    return found if found <= allowed else None


def _distance(one: str, other: str) -> int:
    """Edits between two words, neighbouring letters that changed places being one edit (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, own in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != own))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == own:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
