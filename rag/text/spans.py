"""Half-open character ranges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.types import Span


def trim(text: str, start: int, end: int) -> Span:
    """A range without white space around it.

    >>> trim("a  bc ", 1, 6)
    (3, 5)
    """
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, max(start, start + len(piece.strip()))


def gaps(start: int, end: int, cuts: Sequence[Span]) -> list[Span]:
    """What remains of [start, end) around cuts that are in order; one more range than there are cuts, some of them empty.

    >>> gaps(0, 10, [(2, 4), (4, 6)])
    [(0, 2), (4, 4), (6, 10)]
    """
    edges = [start, *(edge for cut in cuts for edge in cut), end]
    return [(edges[i], max(edges[i], edges[i + 1])) for i in range(0, len(edges), 2)]


def without(span: Span, cuts: Iterable[Span]) -> list[Span]:
    """What remains of a range without some cuts, which may overlap it and each other; no empty ranges.

    >>> without((0, 10), [(2, 4), (3, 6), (9, 12)])
    [(0, 2), (6, 9)]
    """
    pieces = [span]
    for start, end in cuts:
        around = (
            ((first, min(last, start)) for first, last in pieces),
            ((max(first, end), last) for first, last in pieces),
        )
        pieces = sorted(piece for side in around for piece in side if piece[1] > piece[0])
    return pieces
