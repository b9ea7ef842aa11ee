"""Swedish: only what has been met in labels so far."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

SWEDISH = Lexicon(
    code="sv",
    hour_words=("timm(?:e|ar)",),
    minute_words=("minut(?:er)?",),
    second_words=("sekund(?:er)?",),
    name_particles=words("för och"),
    denials=("inte|ingen|inget|inga|aldrig|ingenting|utan att",),
    doubts=(r"falskt?|osant?|lögn\w*|förneka\w*|tvivl\w+|kanske|påstår|påstod",),
    conditions=("om inte|ifall|såvida",),
)
