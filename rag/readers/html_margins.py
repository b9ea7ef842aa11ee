"""What seldom is a page's text: forms, asides, navigation, hidden elements. It is left out for what it holds.

Elements of one kind and class are judged together: with labels that the rest of the page has, or a good share of its
sentences, they are text. What is left out is counted by kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from rag.text.sentences import SENTENCE_END

_MARGINAL = frozenset(
    "nav aside form dialog menu button template noscript footer select option textarea object embed canvas audio video "
    "map".split()
)
_MARGINAL_ROLES = frozenset("navigation banner contentinfo search complementary".split())
_PICTURES = frozenset("img picture video svg iframe canvas".split())
_NEAR = 50  # elements of a figure that are searched for a picture
_DEPTH = 20  # margins within margins, beyond which all belong to the last
_PROSE_CHARS = 40
_PROSE_SHARE = 0.3
_LABEL = re.compile(r"(?:\*\*)?([^\n:：*]{1,60})(?:\*\*|[:：]|\n)")


@dataclass(slots=True, eq=False)
class _Kind:
    """All margins of one kind and class of a page: what they hold."""

    name: str
    chars: int = 0
    prose: int = 0
    main: int = 0  # of prose that is most of a paragraph which begins outside: a button around what is said
    labels: Counter[str] = field(default_factory=Counter)
    begins: str = ""
    is_text: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """An element that seldom holds text, as the kinds that it and the margins around it are of."""

    kinds: tuple[_Kind, ...]

    @property
    def is_text(self) -> bool:
        """Whether it is text all the same, after `judge`."""
        return all(kind.is_text for kind in self.kinds)


class Piecewise(Protocol):
    """A paragraph whose pieces (text, bold, link, margin) stand in margins or not."""

    pieces: list[tuple[str, bool, bool, Margin | None]]

    @property
    def text(self) -> str:
        """The whole paragraph."""


@dataclass(frozen=True, slots=True)
class LeftOutOfPage:
    """What a kind of margin held that is left out."""

    kind: str
    chars: int
    begins: str
    label: str = ""  # of somebody who speaks on the page


class Margins:
    """The margins of one page, as its elements are met."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], _Kind] = {}
        self._made: dict[tuple[int, ...], Margin] = {}

    def inside(self, element: Any, tag: str, around: Margin | None) -> Margin | None:
        """The margin that holds inside an element; None if it is in none."""
        name = _kind_of(element, tag)
        kinds = around.kinds if around else ()
        if not name or len(kinds) >= _DEPTH:
            return around
        kind = self._kinds.setdefault((name, element.get("class") or ""), _Kind(name))
        if kind in kinds:
            return around
        kinds = (*kinds, kind)
        return self._made.setdefault(tuple(map(id, kinds)), Margin(kinds))


def judge(blocks: Sequence[Piecewise]) -> list[LeftOutOfPage]:
    """Decides which margins are text by all that they hold, and says what the others hold; the blocks keep all pieces."""
    texts = [block.text for block in blocks]
    free = {folded(text) for block, text in zip(blocks, texts, strict=True) if not any(m for *_, m in block.pieces)}
    labels: Counter[str] = Counter()
    prose = 0
    kinds: dict[int, _Kind] = {}
    for block, text in zip(blocks, texts, strict=True):
        is_prose = len(text) >= _PROSE_CHARS and bool(SENTENCE_END.search(text.rstrip().rstrip("*")))
        first = next((margin for words, _, _, margin in block.pieces if words.strip()), None)
        repeats = first is not None and folded(text) in free  # a copy for another width of the screen
        opening = "" if all(link for words, _, link, _ in block.pieces if words.strip()) else opening_of(text)
        if opening and not repeats:
            labels[opening] += 1
            for kind in first.kinds if first else ():
                kind.labels[opening] += 1
        for words, _, link, margin in block.pieces:
            size = 0 if link else len(words.strip())
            prose += size if is_prose and not repeats else 0
            for kind in margin.kinds if margin else ():
                kinds[id(kind)] = kind
                kind.chars += size
                kind.prose += size if is_prose and not repeats else 0
                kind.main += size if is_prose and margin is not first and 2 * size > len(text) else 0
                kind.begins = kind.begins or (" ".join(words.split())[:60] if size else "")
    recurring = Counter({label: count for label, count in labels.items() if count > 1})
    for kind in kinds.values():
        kind.is_text = _is_text(kind, recurring, prose)
    left_out = [kind for kind in kinds.values() if not kind.is_text and kind.chars]
    return [
        LeftOutOfPage(kind.name, kind.chars, kind.begins, next((one for one in kind.labels if one in recurring), ""))
        for kind in left_out
    ]


def _is_text(kind: _Kind, recurring: Counter[str], prose: int) -> bool:
    if kind.main > _PROSE_SHARE * prose:
        return True
    inside = [label for label in kind.labels if label in recurring]
    outside = {label: count - kind.labels[label] for label, count in recurring.items() if count > kind.labels[label]}
    if any(label in outside for label in inside):
        return True
    if sum(count > 1 for count in outside.values()) > 1:
        return False  # people speak elsewhere on the page, and not here
    return len(inside) > 1 or kind.prose > _PROSE_SHARE * prose


def opening_of(text: str) -> str:
    """The words before a colon, in bold, or alone on the first line, which are the places of labels; folded.

    >>> opening_of("**Ann Reed:** Why?"), opening_of("It rained.")
    ('annreed', '')
    """
    match = _LABEL.match(text)
    found = folded(match[1]) if match else ""
    return "" if found.isdecimal() else found


def folded(text: str) -> str:
    """Letters and digits alone, without case.

    >>> folded("**Ann Reed:** Why?")
    'annreedwhy'
    """
    return re.sub(r"\W+", "", text).casefold()


def _kind_of(element: Any, tag: str) -> str:
    """Why an element seldom is text; empty if it often is."""
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return "hidden"
    if "display:none" in re.sub(r"\s", "", element.get("style") or "").lower():
        return "hidden"
    if tag in _MARGINAL:
        return f"<{tag}>"
    if tag == "figure" and any(inner.tag in _PICTURES for inner in islice(element.iter(), _NEAR)):
        return "<figure>"
    role = (element.get("role") or "").lower()
    return role if role in _MARGINAL_ROLES else ""
