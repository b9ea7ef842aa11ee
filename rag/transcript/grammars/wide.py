"""Labels of Chinese and Japanese prints: a wide space behind the name, a circle before it, two dashes for who asks."""

from __future__ import annotations

import re
from collections import Counter

from rag.transcript.grammars.common import keep_recurring
from rag.transcript.label_shapes import can_be_label
from rag.transcript.marks import Mark, Source

_SPACE = r"[^\S\n]*"
_BRACKETS = r"(?:[（(][^（()）\n]{1,30}[）)])"
_NAME = rf"[^\s、。，．,.!?！？:：「」『』（()）○◯〇●◇◆――—]{{1,14}}(?:[・･·][^\s、。，．:：「」（()）]{{1,14}})?{_BRACKETS}?"
_ASKS = re.compile(rf"{_SPACE}(?P<label>[―—─－–-]{{2}})(?![―—─－–-]){_SPACE}(?=[^\s―—─－–\-*_=])")
_CIRCLE = re.compile(rf"{_SPACE}[○◯〇●◇◆◎■□▼△](?P<label>{_NAME})(?:[\u3000\t ]+|：|:|$)")
_WIDE = re.compile(rf"{_SPACE}(?P<label>{_NAME})[:：]?\u3000+(?=[^\s\u3000])")
_HEAD_CHARS = 40
_WIDE_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def find_circled_names(source: Source) -> list[Mark]:
    """`○議長（山田花子君）　text`: a circle before every speaker, as records of parliaments and councils print them."""
    found = []
    for line in source.lines:
        match = _CIRCLE.match(line.text) if line.text.lstrip()[:1] in "○◯〇●◇◆◎■□▼△" else None
        if match and _WIDE_SCRIPT.search(match["label"]):
            found.append(Mark(match["label"], line.start, line.start + match.end(), None, True, kind="circle"))
    counts = Counter(mark.key for mark in found)
    # A list has circles, too: somebody must speak again.
    return found if len(counts) >= 2 and max(counts.values()) >= 2 else []


def find_names_before_wide_spaces(source: Source) -> list[Mark]:
    """`――question` and `川島　answer`: two dashes ask, and a wide space stands behind the names of those who answer."""
    found = []
    for line in source.lines:
        first = line.text.lstrip()[:2]
        if not first or first[0].isascii():
            continue
        match = _ASKS.match(line.text)
        kind = "asks" if match else ""
        if not match and "\u3000" in line.text[:_HEAD_CHARS]:
            match = _WIDE.match(line.text)
        if match and (kind or (can_be_label(match["label"]) and _WIDE_SCRIPT.search(match["label"]))):
            found.append(Mark(match["label"], line.start, line.start + match.end(), None, line.opens, kind=kind))
    asked = sum(mark.kind == "asks" for mark in found)
    named = Counter(mark.key for mark in found if not mark.kind)
    if asked >= 2 and named:
        # Dashes name nobody by themselves, and where they ask, whoever stands before a wide space answers.
        return found
    return keep_recurring(source, found, share=0.3) if not asked else []
