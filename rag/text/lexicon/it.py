"""Italian: only what has been met in tables and titles so far."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

ITALIAN = Lexicon(
    code="it",
    titles=words("dott"),
    text_columns=words("testo"),
    speaker_columns=words("parlante"),
)
