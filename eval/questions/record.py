"""What is read from a file before it is checked: a record, or a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """A question as it is in a file, in the contract's form, not yet checked."""

    place: str  # "questions.jsonl:14"
    fields: Mapping[str, Any]
    gold_places: tuple[str, ...] = ()  # one for each range, if each has a line of its own

    def place_of_gold(self, number: int) -> str:
        """Where in the file a range of the gold is given."""
        return self.gold_places[number] if number < len(self.gold_places) else self.place


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a question set, and where."""

    place: str
    field: str  # empty if the whole line is meant
    text: str

    def __str__(self) -> str:
        """One line for the person at the keyboard.

        >>> str(Fault("set.jsonl:2", "relevant[0].end", "7 is not behind start, 9"))
        'set.jsonl:2: relevant[0].end: 7 is not behind start, 9'
        """
        return ": ".join(part for part in (self.place, self.field, self.text) if part)


def shown(value: Any) -> str:
    """A value as it is shown in a sentence, cut to 40 characters.

    >>> shown("false"), shown(None), shown(list(range(100)))
    ("'false'", 'null', '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
