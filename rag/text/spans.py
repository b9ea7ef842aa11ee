"""Half-open character ranges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from embeddings.spans import Span


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


def union(spans: Iterable[Span]) -> list[Span]:
    """Ranges that overlap or touch, joined.

    >>> union([(5, 8), (0, 3), (3, 6), (9, 9)])
    [(0, 8)]
    """
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def outermost(spans: Iterable[Span]) -> list[Span]:
    """The ranges that lie within no other, in order.

    >>> outermost([(5, 8), (0, 6), (0, 3), (5, 8)])
    [(0, 6), (5, 8)]
    """
    outer: list[Span] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not outer or end > outer[-1][1]:
            outer.append((start, end))
    return outer
