"""Dutch: only what has been met in tables so far."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

DUTCH = Lexicon(code="nl", text_columns=words("tekst"))
