"""What turns evidence into an answer's text: the `Generator` protocol and the generators by name.

A generator yields pieces of text and cites the numbered evidence by `[n]`. It never makes a citation itself: numbers are
turned into located quotations by code that knows what was offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from embeddings.registry import Registry
from rag.types import Sentence

GENERATORS = Registry("onrecord.generators", {"extractive": "rag.generators.extractive:ExtractiveGenerator"})
DEFAULT_GENERATOR = "extractive"


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What a generator gets: evidence[n - 1] is what it cites as `[n]`."""

    question: str
    history: tuple[str, ...]
    evidence: tuple[Sentence, ...]


class Generator(Protocol):
    """Any object with this one method."""

    def generate(self, request: GenerationRequest) -> Iterator[str]: ...
