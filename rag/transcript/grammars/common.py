"""What the grammars have in common: bricks for their patterns, a document as lines, and what candidates must show."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from rag.transcript.label_shapes import spelled
from rag.transcript.marks import Line, Mark, Source
from rag.transcript.page_lines import is_rule, page_lines
from rag.transcript.stamps import is_stamp_line

# Bricks. A label is up to a hundred characters without a colon, a bracket or the end of a sentence; a nickname in
# quotation marks may stand between its words.
SPACE = r"[^\S\n]*"
_NICKNAME = r"[\"“„«'‘][^\"“”„«»\n:]{1,30}[\"”“»'’]"
_CHAR = r"[^:：*\[\]{}<>\"“”«»!?;|\n]"
_FIRST = r"[^\s:：*\[\](){}<>\"“”«»!?;|#>-]"
LABEL = rf"{_FIRST}(?:{_CHAR}|(?<=\s){_NICKNAME}(?=\s)){{0,98}}?"
LONG_LABEL = rf"{_FIRST}(?:{_CHAR}|(?<=\s){_NICKNAME}(?=\s)){{0,158}}?"  # with an office that may be long

_HEADING = re.compile(r"[^\S\n]{0,3}#{1,6}[^\S\n]+\S")
_BOUNDARY_SIGNS = frozenset("#-*_=~·•–—")


def read_source(text: str, body: int) -> Source:
    """The document as the grammars see it, from its body on.

    >>> [(line.text, line.opens) for line in read_source("One,\\ntwo.\\n\\nThree.", 0).lines]
    [('One,', True), ('two.', False), ('Three.', True)]
    """
    found: list[Line] = []
    opens = True
    start = body
    lines = text[body:].split("\n")
    pages = page_lines(lines, even=False)
    for number, line in enumerate(lines):
        end = start + len(line)
        if not line or line.isspace():
            opens = True
        else:
            following = lines[number + 1] if number + 1 < len(lines) else "."
            found.append(Line(start, end, line, opens, not following or following.isspace()))
            # Markdown breaks a line with two spaces; something begins below a heading, a rule, a stamp, a page's head.
            opens = line.endswith("  ") or is_stamp_line(line) or _is_boundary(line) or number in pages
        start = end + 1
    return Source(text, body, found)


def _is_boundary(line: str) -> bool:
    first = line.lstrip()[:1]
    return first in _BOUNDARY_SIGNS and (bool(_HEADING.match(line)) or is_rule(line))


def keep_commonest_form(found: list[Mark]) -> list[Mark]:
    """Candidates of the form that most of the recurring ones have."""
    counts = Counter(mark.key for mark in found)
    kinds = Counter(mark.kind for mark in found if counts[mark.key] >= 2)
    if not kinds:
        return found
    best = kinds.most_common(1)[0][0]
    return [mark for mark in found if mark.kind == best]


def keep_recurring(source: Source, found: list[Mark], *, share: float = 0.0, alternating: float = 0.4) -> list[Mark]:
    """Candidates, if at least two speakers recur, alternate, and open their share of the paragraphs; else none."""
    counts = Counter(mark.key for mark in found)
    kept = [mark for mark in found if counts[mark.key] >= 2]
    keys = {mark.key for mark in kept}
    if len(keys) < 2 or len(kept) < 0.5 * len(found):
        return []
    changing = [one.key != other.key for one, other in itertools.pairwise(kept)]
    if sum(changing) < alternating * len(changing):
        return []
    openings = sum(line.opens for line in source.lines)
    if share and len(kept) < share * openings:
        return []
    full = {mark.key for mark in found if len(spelled(mark.label).split()) >= 2 and mark.opens_paragraph}
    return [mark for mark in found if mark.key in keys or mark.key in full]


def ordinary_words(source: Source, found: Sequence[Mark], counts: Counter[str]) -> set[str]:
    """Labels of one word that are rare, and that the text uses as a word and never as a name: "Look", "Break"."""
    rare = {
        mark.key: spelled(mark.label)
        for mark in found
        if len(mark.key.split()) == 1 and not mark.label.isupper() and counts[mark.key] <= max(3, 0.05 * len(found))
    }
    ordinary = set()
    for key, word in rare.items():
        if len(rare) > 40 and counts[key] < 2:
            continue  # seen once among many: left to what a name must look like
        if not word[0].isupper():
            continue
        small = re.search(rf"\b{re.escape(word.lower())}\b", source.text)
        named = re.search(rf"[\w,][^\S\n]{re.escape(word)}\b(?!\s*:)", source.text)
        if small and not named:
            ordinary.add(key)
    return ordinary
