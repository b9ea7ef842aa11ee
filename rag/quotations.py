"""Words in quotation marks: found in what was retrieved, or not.

A model changes dashes, apostrophes and spaces when it copies. So texts are compared after NFKC, with one kind of quotation
mark, dash and space, and every position is mapped back: what is shown as a quotation are the document's own characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rag.types import Passage, Span

MIN_WORDS = 3  # fewer in quotation marks are a term, not a quotation
_PAIRS = (("“", "”"), ("«", "»"), ("„", "“"), ("‹", "›"), ("「", "」"))
_SPANS = re.compile("|".join([*(f"{a}([^{a}{b}\n]*){b}" for a, b in _PAIRS), r'"([^"\n]*)"']))
_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
        **dict.fromkeys("“”„‟″«»‹›", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    }
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between quotation marks: `text[start:end]`, and where they stand, piece by piece; None where they do not."""

    start: int
    end: int
    passage: Passage | None
    places: tuple[Span, ...] = ()  # ranges of the passage's document, one for each part between ellipses


def find_quotations(text: str, passages: Sequence[Passage]) -> list[Quotation]:
    """Every quotation of three words or more, looked for in the passages in their order."""
    found: list[Quotation] = []
    for match in _SPANS.finditer(text):
        group = next(number for number in range(1, len(match.groups()) + 1) if match[number] is not None)
        start, end = match.span(group)
        if len(re.findall(r"\w+", text[start:end])) < MIN_WORDS:
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


def _locate(quoted: str, passages: Sequence[Passage]) -> tuple[Passage | None, tuple[Span, ...]]:
    parts = [part for part in re.split(r"\s*(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*", quoted) if re.search(r"\w", part)]
    for passage in passages:
        if places := locate(parts, passage.text):
            return passage, tuple((passage.start + start, passage.start + end) for start, end in places)
    return None, ()


def locate(parts: Sequence[str], text: str) -> list[Span] | None:
    """Where the parts stand in a text, one after the other; None unless all do.

    >>> locate(["it's late"], "She said: “It’s  late”, and it’s late.")
    [(28, 37)]
    """
    plain, origin = normalised(text)
    places: list[Span] = []
    position = 0
    for part in parts:
        wanted = normalised(part.strip())[0].strip()
        at = plain.find(wanted, position) if wanted else -1
        if at < 0:
            return None
        position = at + len(wanted)
        places.append((origin[at], origin[position - 1] + 1))
    return places or None


def normalised(text: str) -> tuple[str, list[int]]:
    """A text to compare, and for each of its characters the position of the one it comes from."""
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
