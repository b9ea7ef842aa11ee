"""Numbers in brackets: from what a generator wrote to the markers of an answer.

A language model cites sentences, `[2.3]`, lists and ranges of them, `[2.3, 4.1]` and `[2.1-2.3]`, or, although it is
asked not to, a whole passage, `[2]`. Each sentence gets a marker `[n]`, numbered in order of appearance. References to
sentences that were not supplied are removed and counted. Numbers inside a quotation are part of the record and stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.types import Sentence, Span

_ONE = r"\d{1,3}(?:\.\d{1,3})?"
CITED = re.compile(rf"\[\s*{_ONE}(?:\s*(?:[,;–-]|and)\s*{_ONE})*\s*\]")
MAX_RANGE = 20  # sentences that "[2.1-2.9]" may add
CONTEXT_CHARS = 600  # of the text before a reference to a whole passage, to choose a sentence from it

# (sentences of a passage, text before the reference) → the sentence that the text rests on; None if there is none.
Choose = Callable[[Sequence[Sentence], str], Sentence | None]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A text with markers `[1]` … `[n]`, and the sentences that they cite: `[n]` is `cited[n - 1]`."""

    text: str
    cited: tuple[Sentence, ...]
    dangling: int  # references to sentences that were not supplied


def number_markers(
    text: str, passages: Sequence[Sequence[Sentence]], *, choose: Choose, protected: Sequence[Span] = ()
) -> Numbered:
    """Replace every citation of sentences by markers.

    `passages[p - 1][s - 1]` is what `[p.s]` cites; nothing within the `protected` ranges is a citation.
    """
    numbering = _Numbering(passages, choose)
    return Numbered(numbering.add(text, protected), tuple(numbering.cited), numbering.dangling)


class _Numbering:
    """Numbers sentences in order of appearance, in a text that comes in parts; no part may end within brackets."""

    def __init__(self, passages: Sequence[Sequence[Sentence]], choose: Choose) -> None:
        self.cited: list[Sentence] = []
        self.dangling = 0
        self._passages = passages
        self._choose = choose
        self._numbers: dict[tuple[int, int, str], int] = {}
        self._before = ""  # the end of the parts so far
        self._after_marker = False

    def add(self, text: str, protected: Sequence[Span] = (), *, following: str = "") -> str:
        """The next part, with markers; `following` is the text that will come after it, as far as it is known."""
        pieces: list[str] = []
        position = 0
        for match in CITED.finditer(text):
            if any(start <= match.start() and match.end() <= end for start, end in protected):
                continue
            said = (self._before + text[max(0, match.start() - CONTEXT_CHARS) : match.start()])[-CONTEXT_CHARS:]
            found, missing = _sentences(match[0][1:-1], self._passages, self._choose, said)
            self.dangling += missing
            markers = " ".join(f"[{number}]" for number in dict.fromkeys(map(self._number, found)))
            before = text[position : match.start()]
            # The space before a removed reference is removed too: "Yes [9]." becomes "Yes."
            behind = text[match.end() : match.end() + 1] or following[:1]
            closing = not markers and behind in {".", ",", ";", ":", "!", "?", ""}
            self._append(pieces, before.rstrip(" \t") if closing else before)
            # Two markers side by side get a space between them.
            self._append(pieces, f" {markers}" if markers and self._after_marker else markers)
            position = match.end()
        self._append(pieces, text[position:])
        self._before = (self._before + text)[-CONTEXT_CHARS:]
        return "".join(pieces)

    def _append(self, pieces: list[str], piece: str) -> None:
        if piece:
            pieces.append(piece)
            self._after_marker = piece.endswith("]")

    def _number(self, sentence: Sentence) -> int:
        key = (sentence.start, sentence.end, sentence.passage.document_id)
        if key not in self._numbers:
            self.cited.append(sentence)
            self._numbers[key] = len(self.cited)
        return self._numbers[key]


def _sentences(
    inside: str, passages: Sequence[Sequence[Sentence]], choose: Choose, before: str
) -> tuple[list[Sentence], int]:
    """The sentences that the numbers in one pair of brackets refer to, and how many numbers refer to none."""
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
    """`number_markers` for a text that is streamed: pieces in, pieces out, each bracket held back until it is closed.

    >>> from rag.types import Passage
    >>> passage = Passage("p", "d", "talk.txt", "Ann Reed", "respondent", "", 0, 12, "It was late.")
    >>> stream = MarkerStream([[Sentence(passage, 0, 12, "It was late.", 1.0)]], choose=lambda sentences, before: None)
    >>> [stream.add(piece) for piece in ("It was", " late [1", ".1]", ".")], stream.end()
    (['It was', ' late', '', ' [1].'], '')
    """

    def __init__(self, passages: Sequence[Sequence[Sentence]], *, choose: Choose) -> None:
        self._numbering = _Numbering(passages, choose)
        self._held = ""

    def add(self, piece: str) -> str:
        """The text that can be shown after one more piece."""
        text = self._held + piece
        ready = text.rstrip(" \t")
        # A closed one is held back too: the character after it decides about the space before it.
        if bracket := re.search(r"\[[^\]]{0,80}\]?\Z", ready):
            ready = ready[: bracket.start()].rstrip(" \t")
        self._held = text[len(ready) :]
        return self._numbering.add(ready, following=self._held)

    def end(self) -> str:
        """The text that was held back until now."""
        held, self._held = self._held, ""
        return self._numbering.add(held)
