"""Words in quotation marks: where they are in the passages that were retrieved, or that they are in none.

A model changes dashes, apostrophes and spaces when it copies. So texts are compared after NFKC, with one kind of
quotation mark, dash and space, and every position is mapped back: a quotation is shown with the document's own
characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.text.terms import HAN
from rag.types import Passage, Span

MIN_WORDS = 3  # fewer in quotation marks are a term, not a quotation
_PAIRS = (("“", "”"), ("«", "»"), ("„", "“”"), ("»", "«"), ("‹", "›"), ("「", "」"), ("『", "』"))
_WRAPPED = r"\n(?![^\S\n]*\n)"  # lines of a transcript may be wrapped; a quotation ends with its paragraph
_SPANS = re.compile(
    "|".join(
        [
            *(rf"{a}((?:[^{a}{b}\n]|{_WRAPPED})*)[{b}]" for a, b in _PAIRS),
            rf'"((?:[^"\n]|{_WRAPPED})*)"',
            # Single ones stand for apostrophes too: within words, behind them, and before the years of a century.
            r"‘(?!\d)((?:[^‘’\n]|’(?=\w))*)’(?!\w)",
            r"‚((?:[^‚‘’\n]|’(?=\w))*)[‘’](?!\w)",
            r"(?<!\w)'(?=\w)(?!\d)((?:[^'\n]|(?<=\w)'(?=\w))*)'(?!\w)",
            # One that is not closed goes on to the next number in brackets, or to the end of the line.
            r"[“„«]([^“”„«»\n\[]*)(?=\[|\n|\Z)",
        ]
    )
)
_WORDS = re.compile(rf"[{HAN}]{{1,2}}|[^\W_{HAN}]+")  # where words are not set apart, two characters are one
_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
        **dict.fromkeys("“”„‟″«»‹›", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    }
)
_LETTER = rf"[^\W{HAN}]"
_INSIDE = re.compile(rf"(?<={_LETTER})(?={_LETTER})|(?<=\d)(?=[.,]\d)|(?<=\d[.,])(?=\d)")
_SHORTENED = re.compile(r"(?<=[^\W\d])(?='[^\W\d])")  # "we can" of "we can't"


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between quotation marks, `text[start:end]`, and the passage they are from; None if they are from none."""

    start: int
    end: int
    passage: Passage | None
    places: tuple[Span, ...] = ()  # ranges of the passage's document, one for each part between ellipses


def find_quotations(text: str, passages: Sequence[Passage]) -> list[Quotation]:
    """Every quotation of three words or more, looked for in the passages in their order."""
    found: list[Quotation] = []
    for match in _SPANS.finditer(text):
        start, end = _inside(match)
        if len(_WORDS.findall(text[start:end])) < MIN_WORDS:
            continue
        # The comma or full stop before a closing mark may be the writer's.
        core = text[start:end].strip(" .,;:!?")
        inner = start + text[start:end].index(core)
        for first, last in ((start, end), (inner, inner + len(core))):
            passage, places = _locate(text[first:last], passages)
            if passage:
                start, end = first, last
                break
        found.append(Quotation(start, end, passage, places))
    return found


def quoted_spans(text: str) -> list[Span]:
    """The words in quotation marks, with the marks, however short they are.

    >>> text = "She said ‘it’s late’ and left."
    >>> [text[start:end] for start, end in quoted_spans(text)]
    ['‘it’s late’']
    """
    return [match.span() for match in _SPANS.finditer(text)]


def _inside(match: re.Match[str]) -> Span:
    return match.span(next(number for number in range(1, len(match.groups()) + 1) if match[number] is not None))


def _locate(quoted: str, passages: Sequence[Passage]) -> tuple[Passage | None, tuple[Span, ...]]:
    parts = _parts(quoted)
    for passage in passages:
        if places := locate(parts, passage.text):
            return passage, tuple((passage.start + start, passage.start + end) for start, end in places)
    return None, ()


def places_quoted(quoted: str, passage: Passage, start: int, end: int) -> tuple[Span, ...]:
    """Where each part of the words is in this range of the passage's document, or begins or ends in it; empty if it is not.

    If the words occur more than once, the cited occurrence counts.
    """
    parts, first = _parts(quoted), 0
    while places := locate(parts, passage.text, first):
        found = tuple((passage.start + a, passage.start + z) for a, z in places)
        if all(a < end and start < z for a, z in found):
            return found
        first = places[0][0] + 1
    return ()


def _parts(quoted: str) -> list[str]:
    """A quotation in its parts between ellipses, without the marks around them that may be the writer's."""
    parts = re.split(r"\s*(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*", quoted)
    return [part for part in parts if re.search(r"\w", part)]


def locate(parts: Sequence[str], text: str, first: int = 0) -> list[Span] | None:
    """The places of the parts in a text from `first` on, one after the other and in whole words; None unless all occur.

    >>> locate(["it's late"], "She said: “It’s  late”, and it’s late.")
    [(28, 37)]
    >>> locate(["willing to pay"], "I am unwilling to pay.") is None
    True
    """
    plain, origin = _searchable(text)
    places: list[Span] = []
    position = bisect_left(origin, first)
    for part in parts:
        wanted = normalise(part.strip())[0].strip()
        at = plain.find(wanted, position) if wanted else -1
        while at >= 0 and _cuts_a_word(plain, at, at + len(wanted)):
            at = plain.find(wanted, at + 1)
        if at < 0:
            return None
        position = at + len(wanted)
        places.append((origin[at], origin[position - 1] + 1))
    return places or None


def _cuts_a_word(text: str, start: int, end: int) -> bool:
    """Whether a range begins or ends within a word or a number."""
    return bool(_INSIDE.match(text, start) or _INSIDE.match(text, end) or _SHORTENED.match(text, end))


def normalise(text: str) -> tuple[str, list[int]]:
    """A text to compare, and for each of its characters the position of the character it comes from.

    >>> normalise("No – it’s  so")
    ("No - it's so", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12])
    """
    chars: list[str] = []
    origin: list[int] = []
    for position, char in enumerate(text):
        for same in unicodedata.normalize("NFKC", char).translate(_SAME):
            plain = " " if same.isspace() else same
            if plain == " " and chars and chars[-1] == " ":
                continue
            chars.append(plain)
            origin.append(position)
    return "".join(chars), origin


@lru_cache(maxsize=256)
def _searchable(text: str) -> tuple[str, list[int]]:
    """A passage's text, normalised once however many quotations are looked for in it."""
    return normalise(text)
