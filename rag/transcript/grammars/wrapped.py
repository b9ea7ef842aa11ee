"""Labels that are broken over lines: "ANN REED, HEAD OF PORTS, HARROW BANK, RESEARCH / DIVISION: Yes.\""""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.sentences import PRINTED_LINE_END
from rag.transcript.label_shapes import can_be_label, has_name_shape, has_sentence_words, label_key
from rag.transcript.marks import Line, Mark

_REST = re.compile(r"[^\S\n]*(?P<rest>[^\s:：*][^:：\n*]{0,78}?)[^\S\n]*[:：](?=\s|$)[^\S\n]*")
_HEAD = re.compile(r"[^,(\[]+")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_MOST_LINES, _LEAST_CHARS = 3, 30
_CAPITALS_SHARE = 0.8  # of the long words, in an office that is written with capitals


def wrapped_label(lines: Sequence[Line], number: int) -> Mark | None:
    """The label that ends on a line and begins on one of those above it.

    >>> from rag.transcript.grammars.common import read_source
    >>> lines = read_source("ANN REED, HEAD OF EVERY PORT, RESEARCH\\nDIVISION: Yes.", 0).lines
    >>> wrapped_label(lines, 1).label, wrapped_label(lines, 0)
    ('ANN REED, HEAD OF EVERY PORT, RESEARCH DIVISION', None)
    """
    line = lines[number]
    match = None if line.opens else _REST.match(line.text)
    if not match:
        return None
    pieces = [match["rest"]]
    for first in range(number - 1, max(-1, number - _MOST_LINES), -1):
        above = lines[first]
        text = above.text.strip(" \t*_")
        if len(text) < _LEAST_CHARS or ":" in text or PRINTED_LINE_END.search(text):
            return None
        pieces.insert(0, text)
        if _is_label(pieces):
            return Mark(
                " ".join(pieces), above.start, line.start + match.end(), None, _opens(lines, first), kind="colon"
            )
        if above.opens:
            return None
    return None


def _opens(lines: Sequence[Line], number: int) -> bool:
    return lines[number].opens or bool(PRINTED_LINE_END.search(lines[number - 1].text.rstrip()))


def _is_label(pieces: Sequence[str]) -> bool:
    whole = " ".join(pieces)
    head = _HEAD.match(whole)
    if not head or len(head[0]) > len(pieces[0]):
        return False
    who = head[0].strip()
    if len(who.split()) < 2 or not can_be_label(who) or not has_name_shape(who) or has_sentence_words(label_key(who)):
        return False
    if "(" in pieces[0] and _is_open(pieces[0]):
        return whole.rstrip().endswith(")") and not _is_open(whole)
    if "," not in pieces[0] or _is_open(whole):
        return False
    words = [match[0] for match in _LONG_WORD.finditer(whole)]
    return sum(word[:1].isupper() for word in words) >= _CAPITALS_SHARE * len(words)


def _is_open(text: str) -> bool:
    return text.count("(") > text.count(")")
