"""Numbers in brackets: from what a generator wrote to the markers of an answer.

A language model cites sentences, `[2.3]`, lists and ranges of them, `[2.3, 4.1]` and `[2.1-2.3]`, or, against its orders, a
whole passage, `[2]`. Each becomes a marker `[n]` of its own, numbered in order of appearance; what was not offered goes, and
is counted. Numbers inside a quotation are the speaker's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.types import Sentence, Span

_ONE = r"\d{1,3}(?:\.\d{1,3})?"
CITED = re.compile(rf"\[\s*{_ONE}(?:\s*(?:[,;–-]|and)\s*{_ONE})*\s*\]")
MAX_RANGE = 20

# The sentence of a passage that a text rests on, for models that cite whole passages; None where there is none.
Choose = Callable[[Sequence[Sentence], str], Sentence | None]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A text with markers `[1]` … `[n]`, and what they stand for: `[n]` is `cited[n - 1]`."""

    text: str
    cited: tuple[Sentence, ...]
    dangling: int  # numbers of what was not offered


def number_markers(
    text: str, passages: Sequence[Sequence[Sentence]], *, choose: Choose, protected: Sequence[Span] = ()
) -> Numbered:
    """Replace every citation of sentences by markers.

    `passages[p - 1][s - 1]` is what `[p.s]` cites; nothing within the `protected` ranges is a citation.
    """
    numbers: dict[tuple[int, int, str], int] = {}
    cited: list[Sentence] = []
    pieces: list[str] = []
    position = dangling = 0
    for match in CITED.finditer(text):
        if any(start <= match.start() and match.end() <= end for start, end in protected):
            continue
        found, missing = _sentences(match[0][1:-1], passages, choose, text[: match.start()])
        dangling += missing
        own: list[int] = []
        for sentence in found:
            key = (sentence.start, sentence.end, sentence.passage.document_id)
            if key not in numbers:
                cited.append(sentence)
                numbers[key] = len(cited)
            own.append(numbers[key])
        before = text[position : match.start()]
        markers = " ".join(f"[{number}]" for number in dict.fromkeys(own))
        # Where a number goes, the space before it goes too: "Yes [9]." is "Yes." then.
        closing = not markers and text[match.end() : match.end() + 1] in {".", ",", ";", ":", "!", "?", ""}
        pieces += [before.rstrip(" \t") if closing else before, _apart(pieces, before, markers)]
        position = match.end()
    return Numbered("".join([*pieces, text[position:]]), tuple(cited), dangling)


def _apart(pieces: Sequence[str], before: str, markers: str) -> str:
    """Two markers side by side get a space between them."""
    last = before or next((piece for piece in reversed(pieces) if piece), "")
    return f" {markers}" if markers and last.endswith("]") else markers


def _sentences(
    inside: str, passages: Sequence[Sequence[Sentence]], choose: Choose, before: str
) -> tuple[list[Sentence], int]:
    """What the numbers in one pair of brackets stand for, and how many stand for nothing."""
    found: list[Sentence] = []
    missing = 0
    previous: tuple[int, int] | None = None
    for separator, text in re.findall(rf"(^|[,;–-]|and)\s*({_ONE})", inside.strip()):
        passage, _, place = text.partition(".")
        p, s = int(passage), int(place) if place else 0
        first = s
        if separator in ("-", "–") and previous and previous[0] == p and 0 < previous[1] < s <= previous[1] + MAX_RANGE:
            first = previous[1] + 1
        previous = (p, s)
        own = passages[p - 1] if 1 <= p <= len(passages) else ()
        if not place:
            chosen = choose(own, before) if own else None
            found += [chosen] if chosen else []
            missing += chosen is None
            continue
        offered = [own[number - 1] for number in range(first, s + 1) if 1 <= number <= len(own)]
        found += offered
        missing += not offered
    return found, missing


class MarkerStream:
    """The same as a text comes: pieces in, pieces out, each bracket held back until it is closed."""

    def __init__(self, passages: Sequence[Sequence[Sentence]], *, choose: Choose) -> None:
        self._passages = passages
        self._choose = choose
        self._text = ""
        self._given = 0

    def add(self, piece: str) -> str:
        """What can be shown after one more piece."""
        self._text += piece
        held = re.search(r"\[[^\]\n]{0,80}$|[ \t]+$", self._text)
        return self._show(self._text[: held.start()] if held else self._text)

    def end(self) -> str:
        """What was held back."""
        return self._show(self._text)

    def _show(self, ready: str) -> str:
        text = number_markers(ready, self._passages, choose=self._choose).text
        new = text[self._given :]
        self._given = max(self._given, len(text))
        return new
