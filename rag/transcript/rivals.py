"""What rival grammars say of the labels that were taken: over which words they name somebody else.

A grammar that misses labels says nothing against those that another finds; one that finds a label where the best found
none gives the words below it to somebody else. How many words that are is evidence for `rag.transcript.check`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rag.transcript.marks import Mark, Source


def disputed_share(source: Source, kept: Sequence[Mark], rivals: Sequence[Sequence[Mark]]) -> float:
    """The share of a text that some rival gives to another speaker than `kept` does, or to one at all, in [0, 1].

    >>> from rag.transcript.grammars.common import read_source
    >>> source = read_source("Ann: So.\\n\\nJo — No.\\n\\nAnn: Yes.", 0)
    >>> ann = [Mark("Ann", 0, 5, None, True), Mark("Ann", 20, 25, None, True)]
    >>> disputed_share(source, ann, [[Mark("Jo", 10, 15, None, True)]])
    0.34
    """
    if not kept or not rivals:
        return 0.0
    starts = [mark.start for mark in kept]
    end = len(source.text)
    spans: list[tuple[int, int]] = []
    for marks in rivals:
        for mark, following in zip(marks, [*(mark.start for mark in marks[1:]), end], strict=True):
            before = bisect_right(starts, mark.end) - 1
            if before >= 0 and (kept[before].end > mark.start or kept[before].key == mark.key):
                continue  # the same label, or the same speaker
            after = bisect_left(starts, mark.end)
            spans.append((mark.start, min(following, starts[after] if after < len(starts) else end)))
    return round(_covered(spans) / max(end - source.body, 1), 2)


def _covered(spans: list[tuple[int, int]]) -> int:
    covered = position = 0
    for start, end in sorted(spans):
        covered += max(0, end - max(start, position))
        position = max(position, end)
    return covered


def density(source: Source, kept: Sequence[Mark]) -> float:
    """The share of the blocks from the first label on that a label opens, in [0, 1].

    A block begins with a paragraph or a label.

    >>> from rag.transcript.grammars.common import read_source
    >>> source = read_source("Ann: So.\\n\\nIt was late.\\n\\nAnn: Yes.", 0)
    >>> density(source, [Mark("Ann", 0, 5, None, True), Mark("Ann", 24, 29, None, True)])
    0.67
    """
    named = [mark.start for mark in kept if mark.label]
    if not named:
        return 0.0
    blocks = {line.start for line in source.lines if line.opens and line.start >= named[0]}
    return round(len(named) / len(blocks.union(named)), 2)
