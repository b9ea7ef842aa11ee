"""An answer's text → its claims: sentences, each with the markers that belong to it.

A quotation is never cut, whatever stops it holds, and a marker belongs to the sentence before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.quotations import Quotation, quoted_spans
from rag.text.dates import find_dates
from rag.text.sentences import split_sentences
from rag.text.spans import outermost
from rag.types import Span

Marker = tuple[int, int, int]  # (start, end, number), in an answer's text


def claims_of(
    text: str, quotations: Sequence[Quotation], markers: Sequence[Marker], *, verbatim: Sequence[Span] = ()
) -> list[Span]:
    """The sentences of an answer, each with the markers after it; neither a quotation nor a `verbatim` range is cut.

    >>> from rag.answer.quotations import find_quotations
    >>> text = "Ann said: “No. Never.” [1] It rained."
    >>> [text[a:z] for a, z in claims_of(text, find_quotations(text, []), [(23, 26, 1)])]
    ['Ann said: “No. Never.” [1]', 'It rained.']
    """
    quoted = [(quotation.start, quotation.end) for quotation in quotations] + quoted_spans(text) + [*verbatim]
    masked = _without_stops(text, quoted, markers)
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", masked):
        sentences = _sentences_of(line, text)
        own = [marker for marker in markers if line.start() <= marker[0] < line.end()]
        if sentences:
            spans += _with_markers(sentences, own, line.span())
        else:  # markers on a line of their own belong to the sentence before
            spans[-1:] = [(start, max([end, *(end for _, end, _ in own)])) for start, end in spans[-1:]]
    return spans


def _without_stops(text: str, quoted: Sequence[Span], markers: Sequence[Marker]) -> str:
    """The text, equally long, with no full stop in it that ends no sentence of the answer."""
    plain = list(text)
    for start, end in outermost(quoted):
        # The full stop at the end of a quotation may end the sentence around it: it stays, with one mark behind it.
        inner = start + len(text[start:end].rstrip('.!?…”»"“ '))
        stop = next((char for char in text[inner:end] if char in ".!?…"), "")
        kept = stop + text[end - 1] if stop and text[end - 1] in '”»"' else stop
        plain[start:end] = [*(" " if char.isspace() else "x" for char in text[start : end - len(kept)]), *kept]
    for _, start, end in find_dates(text):  # "12. März 2025" ends no sentence
        plain[start:end] = ["x" if char == "." else char for char in plain[start:end]]
    for start, end, _ in markers:
        plain[start:end] = " " * (end - start)
    return "".join(plain)


def _sentences_of(line: re.Match[str], text: str) -> list[Span]:
    """The sentences of a line that hold a word."""
    found = [(line.start() + start, line.start() + end) for start, end in split_sentences(line[0])]
    found = [(start, end) for start, end in found if re.search(r"\w", text[start:end])]
    if len(found) > 1 and re.fullmatch(r"\d{1,2}[.)]", text[slice(*found[0])]):
        found[:2] = [(found[0][0], found[1][1])]  # the number of a list is no sentence
    return found


def _with_markers(sentences: Sequence[Span], markers: Sequence[Marker], line: Span) -> list[Span]:
    """Each sentence up to the end of its last marker; the first of a line also takes the markers before it."""
    spans: list[Span] = []
    firsts = [line[0], *(start for start, _ in sentences[1:])]
    lasts = [*(start for start, _ in sentences[1:]), line[1]]
    for (start, end), first, last in zip(sentences, firsts, lasts, strict=True):
        own = [(s, e) for s, e, _ in markers if first <= s < last]
        spans.append((min([start, *(s for s, _ in own)]), max([end, *(e for _, e in own)])))
    return spans
