"""Storages of every kind with the same talks in them, and what the tests read out of them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from rag.passages import passages_of
from rag.storage.local import LocalStorage
from rag.storage.memory import MemoryStorage
from rag.storage.protocol import Snapshot, Storage
from rag.storage.staged import StagedDocument, stage
from rag.testing import FakeEncoder
from rag.types import Document, LeftOut, Passage, Role, Scope, Turn

ENCODER = FakeEncoder(16)
EVERYTHING = Scope()
ALL = 10_000  # more passages than any test has
SPEAKERS = ("Ann Reed", "Mayor Jo Field", "Operator")
DATES = ("2024-05-03", "2025-06-04", None)
WORDS = "whale harbour gates eelgrass bridge toll storm lantern ferry winter".split()

IMPLEMENTATIONS: dict[str, Callable[[Path], Storage]] = {
    "local": lambda folder: LocalStorage(folder, encoder=ENCODER),
    "memory": lambda folder: MemoryStorage(folder, encoder=ENCODER),
}


def talk(name: str, *said: tuple[str, str], title: str = "Talk", date: str | None = "2024-05-03") -> Document:
    """A document in which everybody is asked about the harbour; its id is made of its words."""
    text, turns = f"{title}\n", []
    for speaker, answer in said:
        for who, role, words in (
            ("Question", "interviewer", "What about the harbour?"),
            (speaker, "other" if speaker == "Operator" else "respondent", answer),
        ):
            start = len(text) + len(f"\n{who}: ")
            text += f"\n{who}: {words}\n"
            turns.append(Turn(who, cast(Role, role), start, start + len(words), label=who))
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    left_out = (LeftOut(0, len(title), "header"),)
    return Document(key, title, date, None, name, text, tuple(turns), path=f"/talks/{name}", left_out=left_out)


def staged(document: Document, encoder: FakeEncoder = ENCODER) -> StagedDocument:
    found = passages_of(document, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
    return stage(encoder, document, found)


def made_talks(chance: random.Random, count: int) -> list[Document]:
    """Talks of one to four answers, in which words, speakers and dates occur again and again."""
    return [
        talk(
            f"{number:02d}.txt",
            *(
                (chance.choice(SPEAKERS), f"We saw the {' and the '.join(chance.choices(WORDS, k=3))} in {number}.")
                for _ in range(chance.randint(1, 4))
            ),
            date=chance.choice(DATES),
        )
        for number in range(count)
    ]


def committed(storage: Storage) -> list[StagedDocument]:
    """Twelve talks, committed in three steps."""
    items = [staged(document) for document in made_talks(random.Random(3), 12)]
    for part in (items[:5], items[5:6], items[6:]):
        storage.commit(part, encoder=ENCODER)
    return items


def passages_in(items: Sequence[StagedDocument]) -> dict[str, Passage]:
    return {passage.id: passage for item in items for passage in item.passages}


def ids_of(snapshot: Snapshot, rows: Sequence[int]) -> list[str]:
    return [stored.passage.id for stored in snapshot.load(rows)]


def scored(snapshot: Snapshot, found: Sequence[tuple[int, float]]) -> dict[str, float]:
    """Passage id → score, with the scores rounded."""
    return {
        key: round(score, 4) for key, (_, score) in zip(ids_of(snapshot, [r for r, _ in found]), found, strict=True)
    }


def contents(snapshot: Snapshot) -> dict[str, Any]:
    """All that a snapshot tells, in values that do not depend on row numbers."""
    query = ENCODER.encode_query("whales in the harbour")
    nearest = snapshot.nearest(query, k=ALL, scope=EVERYTHING)
    stored = snapshot.load(sorted(row for row, _ in nearest))
    return {
        "speakers": snapshot.speakers,
        "extent": asdict(snapshot.extent(EVERYTHING)),
        "nearest": scored(snapshot, nearest),
        "matching": scored(snapshot, snapshot.matching("whales at the gates", k=ALL, scope=EVERYTHING)),
        "passages": [each.passage for each in stored],
        "vectors": [each.vector.tolist() for each in stored],
        "documents": dict(snapshot.documents(sorted({each.passage.document_id for each in stored}))),
        "weights": snapshot.word_weights("whales, gates and lanterns"),
        "mentioned": snapshot.mentioned(WORDS),
    }
