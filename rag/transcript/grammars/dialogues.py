"""Conversations of which only the change of speakers is printed: every utterance begins with a dash, and nobody is named.

They are read only where questions and answers alternate all the way, so that it is known who asks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.text.sentences import has_question
from rag.transcript.grammars.common import SPACE
from rag.transcript.marks import Line, Mark, Source

_OPENS = re.compile(rf"{SPACE}(?P<dash>[—–―-])(?![-—–―>]){SPACE}(?=[^\W\d_]|[¿¡«»\"“”„'‘’(…])")
_LEAST, _LEAST_OF_HYPHENS, _SHARE, _ALTERNATING = 4, 6, 0.5, 0.85


def find_dash_dialogue(source: Source) -> list[Mark]:
    """`— Question?` and `— Answer.` by turns; nobody is named."""
    openings = [
        (line, match)
        for line in source.lines
        if line.text.lstrip()[:1] in "—–―-" and (match := _OPENS.match(line.text))
    ]
    if len(openings) < _LEAST:
        return []
    dash, _ = Counter(match["dash"] for _, match in openings).most_common(1)[0]
    openings = [(line, match) for line, match in openings if match["dash"] == dash]
    least = _LEAST_OF_HYPHENS if dash == "-" else _LEAST  # hyphens stand before the items of lists, too
    first = openings[0][0].start if openings else 0
    lines = [line for line in source.lines if line.start >= first]
    if len(openings) < max(least, _SHARE * sum(line.opens for line in lines)):
        return []
    asking = _asking(source, [line for line, _ in openings])
    fits = [asks == (number % 2 == 0) for number, asks in enumerate(asking)]
    if sum(asking) < 2 or sum(fits) < _ALTERNATING * len(fits):
        return []
    return [
        Mark("", line.start, line.start + match.end(), None, True, role="respondent" if number % 2 else "interviewer")
        for number, (line, match) in enumerate(openings)
    ]


def _asking(source: Source, lines: Sequence[Line]) -> list[bool]:
    """For each utterance whether it ends by asking."""
    ends = [*(line.start for line in lines[1:]), len(source.text)]
    return [has_question(source.text[line.start : end].rstrip()[-80:]) for line, end in zip(lines, ends, strict=True)]
