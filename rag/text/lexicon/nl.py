"""Dutch: only what has been met in tables so far."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

DUTCH = Lexicon(
    code="nl",
    text_columns=words("tekst"),
    denials=("niet|niets|geen|nooit|niemand|zonder",),
    doubts=(r"onwaar|leugens?|ontken\w*|twijfel\w*|misschien|vermeend\w*",),
    conditions=("indien|tenzij|mits",),
    contrasts=("maar",),
)
