"""Japanese. Words are not set apart, so it is indexed as pairs of characters."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon

JAPANESE = Lexicon(
    code="ja",
    question_ends=("か",),
    denials=(r"\w*(?:ない|なかった|ません|なく)\w*",),
    doubts=(r"\w*(?:嘘|うそ|否定|疑|かもしれ)\w*",),
    conditions=(r"\w*(?:なら|れば|たら)\w*",),
)
