"""Whether words stand anywhere in a document: in its text, its title, its date or among its speakers, folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.text.folding import fold
from rag.types import Document


def searched_parts(document: Document) -> Iterable[str]:
    """The texts of a document in which words are looked for."""
    speakers = dict.fromkeys(turn.speaker for turn in document.turns)
    return (document.text, document.title, document.date or "", *speakers)


def mentioned_in(parts: Iterable[str], texts: Sequence[str]) -> frozenset[str]:
    """Those of the texts whose folded letters occur in a part; a number occurs only as a whole one.

    >>> sorted(mentioned_in(["Senõra Ibáñez paid 1,500."], ["ibanez", "500", "1,500", "Reed"]))
    ['1,500', 'ibanez']
    """
    wanted = {text: _pattern(fold(text)) for text in texts}
    found: set[str] = set()
    for part in parts:
        if not (waiting := wanted.keys() - found):
            break
        held = fold(part)
        found |= {text for text in waiting if wanted[text].search(held)}
    return frozenset(found)


def _pattern(folded: str) -> re.Pattern[str]:
    before = r"(?<!\d)(?<!\d[.,])" if folded[:1].isdigit() else ""
    behind = r"(?!\d)(?![.,]\d)" if folded[-1:].isdigit() else ""
    words = folded.split() if folded[:1].isalpha() else [folded]
    # Words may stand on two lines, or be "two hundred and five", "twenty-five".
    return re.compile(before + r"[\s-]+(?:and\s+)?".join(map(re.escape, words)) + behind)
