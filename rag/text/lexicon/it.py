"""Italian: only what has been met in tables and titles so far."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

ITALIAN = Lexicon(
    code="it",
    titles=words("dott"),
    text_columns=words("testo"),
    speaker_columns=words("parlante"),
    denials=(r"non(?!-)|nessun\w*|niente|nulla|né|senza",),
    doubts=(r"fals[oi]|bugi[ae]|nega(?:to|va|no)|dubi\w+|forse|presunt\w+",),
    conditions=("a meno che|purché",),
    contrasts=(
        "ma",
        "però",
    ),
)
