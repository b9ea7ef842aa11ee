"""Models for tests: one that says what it is told, a server of models good and bad, and what holds for every answer."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from rag.archive import Archive
from rag.assistant import Assistant
from rag.generators import GenerationRequest, NumberedPassage
from rag.types import Answer, Passage, Sentence

GATES = "When will the gates move?"


class Says:
    """A model that says what it is told to, numbering as language models do."""

    numbering = "sentences"

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.requests: list[GenerationRequest] = []

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        self.requests.append(request)
        yield from self.pieces


ADDRESSES = {"openai": "/v1", "anthropic": ""}  # what follows a server's host and port
BOTH = pytest.mark.parametrize("generator", ADDRESSES)


def answer_of(
    archive: Archive, server: str, model: str, *, generator: str = "openai", question: str = GATES, **options: Any
) -> Answer:
    """What a model of the server writes."""
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    reached = {"model": model, "base_url": f"{server}{ADDRESSES[generator]}"}
    return Assistant(archive, generator=generator, options=reached, answer="prose", **options).ask(question)


def seen_by(server: str, *, searching: bool = False) -> list[dict[str, Any]]:
    """The requests that a server got, and those that were left; with `searching`, also those for words to search with."""
    with urllib.request.urlopen(f"{server}/seen") as seen:
        return [one for one in json.loads(seen.read())["seen"] if searching or not one.get("searching")]


def assert_sound(archive: Archive, answer: Answer) -> None:
    """What holds for every answer, whoever wrote it."""
    offered = {(hit.passage.document_id, hit.passage.start, hit.passage.end) for hit in answer.passages}
    for citation in answer.citations:
        assert archive.document(citation.document_id).text[citation.start : citation.end] == citation.quote
        assert citation.verified
        assert any(d == citation.document_id and a <= citation.start and citation.end <= z for d, a, z in offered)
    numbers = {citation.marker for citation in answer.citations}
    assert {number for _, _, number in answer.markers} == numbers
    for start, end, number in answer.markers:
        assert answer.text[start:end] == f"[{number}]"
    for before, after in zip(answer.claims, answer.claims[1:], strict=False):
        assert before.end <= after.start


def numbered(*texts: str, asked: str = "", speaker: str = "Ann Reed", document: str = "d") -> NumberedPassage:
    passage = Passage(
        f"{document}-0", document, "talk.txt", speaker, "respondent", asked, 0, sum(map(len, texts)), "".join(texts)
    )
    sentences, start = [], 0
    for text in texts:
        sentences.append(Sentence(passage, start, start + len(text), text, 1.0))
        start += len(text)
    return NumberedPassage(passage, tuple(sentences))
