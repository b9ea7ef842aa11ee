"""Japanese. Words are not set apart, so it is indexed as pairs of characters."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon

JAPANESE = Lexicon(
    code="ja",
    question_ends=("か",),
)
