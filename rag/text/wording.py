"""Small wordings that the command line, the page and the reports share."""

from __future__ import annotations


def shortened(text: str, most: int) -> str:
    """The beginning of a text, on one line and cut between words.

    >>> shortened("one\\ntwo three", 9)
    'one two …'
    """
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"


def count_of(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count_of(1, "answer"), count_of(1200, "answer")
    ('1 answer', '1,200 answers')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
