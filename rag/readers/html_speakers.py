"""Who speaks by an attribute of the page's elements: `data-speaker="Ann Reed"` on each block of speech.

An attribute is taken if it is called so, if its values are names that recur, and if most of the page's text stands in
elements that bear it. Where the page shows its own labels, those are read, since they are what people see.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rag.readers.blocks import Block, flatten
from rag.readers.cues import Cue, assemble
from rag.readers.html_margins import folded, opening_of
from rag.text.sentences import PARAGRAPH_END

_SPEAKING = re.compile(r"speak|spoken|talker")
_NAMING = frozenset("name who author person member participant voice actor user by attribution label title".split())
_MAX_NAME = 120
_MOST = 0.6


@dataclass(frozen=True, slots=True)
class Spoken:
    """A paragraph of a page, with the name and the place of the element that says who speaks; empty and 0 if none does."""

    text: str
    speaker: str = ""
    owner: int = 0


def speaker_attribute(root: Any) -> str:
    """The attribute that names who speaks, of a page as lxml elements; empty if none does.

    >>> from lxml import html
    >>> speaker_attribute(html.fromstring('<p data-who="Ann"/><p data-who="Bo"/><p data-who="Ann"/><p data-who="Bo"/>'))
    'data-who'
    """
    values: dict[str, list[str]] = {}
    names: dict[str, bool] = {}
    for element in root.iter():
        for name, value in element.attrib.items() if isinstance(element.tag, str) else ():
            if name not in names:
                names[name] = bool(_SPEAKING.search(name) or _NAMING & set(re.split(r"[-_:]", name))) and len(name) < 80
            if names[name] and len(value) <= _MAX_NAME and (value := value.strip()):
                values.setdefault(name, []).append(value)
    fitting = [name for name, found in values.items() if _are_names(found, certain=bool(_SPEAKING.search(name)))]
    return max(fitting, key=lambda name: (bool(_SPEAKING.search(name)), len(values[name])), default="")


def _are_names(values: Sequence[str], *, certain: bool) -> bool:
    distinct = set(values)
    if len(values) < 3 or len(distinct) < 2 or len(distinct) >= len(values) * (1 if certain else _MOST):
        return False
    return all(re.search(r"[^\W\d_]", value) and "://" not in value and value[-1] not in "?!" for value in distinct)


def named_text(
    paragraphs: Sequence[Spoken], *, title: str
) -> tuple[str, tuple[tuple[str, int, int, float | None], ...]]:
    r"""Canonical text and turns of a page whose elements name their speakers; no turns if the page shows its own labels.

    >>> named_text([Spoken("# A talk"), Spoken("Why?", "Ann", 1), Spoken("So.", "Bo", 2)], title="")
    ('# A talk\n\nAnn: Why?\n\nBo: So.\n', (('Ann', 15, 19, None), ('Bo', 25, 28, None)))
    """
    owned = [list(group) for owner, group in groupby(paragraphs, key=lambda each: each.owner) if owner]
    said = sum(len(each.text) for group in owned for each in group)
    whole = sum(len(each.text) for each in paragraphs if each.owner or not each.text.startswith("#"))
    if not owned or said < _MOST * whole or _shows_labels(owned):
        return "", ()
    prefix = _common_word({each.speaker for group in owned for each in group})
    first = next(n for n, each in enumerate(paragraphs) if each.owner or PARAGRAPH_END.search(each.text))
    head, _ = flatten(Block(each.text) for each in paragraphs[:first])
    head = f"{head}\n" if head else ""
    body, hints = assemble(_cues(paragraphs[first:], prefix), title=title)
    shift = len(head)
    return head + body, tuple((name, start + shift, end + shift, at) for name, start, end, at in hints.turns)


def _shows_labels(owned: Sequence[Sequence[Spoken]]) -> bool:
    """Whether most of the elements open with labels that recur and that differ from what the attribute says."""
    openings = [opening_of(group[0].text) for group in owned]
    counts = Counter(openings)
    shown = [
        opening and counts[opening] > 1 and opening != folded(group[0].speaker)
        for opening, group in zip(openings, owned, strict=True)
    ]
    return sum(map(bool, shown)) > 0.5 * len(owned)


def _common_word(names: set[str]) -> str:
    """What all values begin with and is no name: "Speaker: "."""
    words = {match[0] if (match := re.match(r"\w+(?: \w+)?: ", name)) else "" for name in names}
    return words.pop() if len(words) == 1 else ""


def _cues(paragraphs: Sequence[Spoken], prefix: str) -> Iterator[Cue]:
    """A piece for each element, without the label that it repeats."""
    for owner, group in groupby(paragraphs, key=lambda each: each.owner):
        texts = []
        for each in group:
            name = " ".join(each.speaker.removeprefix(prefix).split())
            text = each.text
            if owner and folded(text) == folded(name):
                continue
            if owner and opening_of(text) == folded(name):
                text = re.sub(r"^[\s:：*]+", "", re.sub(r"^(?:\*\*)?[^\n:：*]{1,60}", "", text, count=1))
            texts.append(text)
        if texts:
            yield Cue("\n\n".join(texts), name if owner else "")
