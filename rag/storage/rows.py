"""A row of an archive as bytes and back: digests, JSON bodies, packed sentences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from embeddings.types import FloatMatrix, FloatVector
from rag.types import AsRead, Document, LeftOut, Passage, Span, Turn


@dataclass(frozen=True)
class StoredPassage:
    """A passage with its row, its unit vector and its sentences."""

    row: int
    speaker: str
    body: bytes  # the passage as JSON: most candidates are ranked and never read
    vector: FloatVector  # (dim,)
    asked_vector: FloatVector  # (dim,) of the question it answers; zeros if none was asked
    spans: tuple[Span, ...]  # sentences, as ranges of the passage's text
    sentence_vectors: FloatMatrix  # (sentences, dim) float32, unit rows
    enriched_vectors: FloatMatrix | None = None  # (questions, dim) of the questions that a model wrote for it

    @cached_property
    def passage(self) -> Passage:
        """The passage, parsed at first use."""
        return Passage(**json.loads(self.body))


def digest_of(*parts: bytes) -> bytes:
    """A 16-byte BLAKE2b over parts and their lengths, so that no byte can move from one to the next."""
    hasher = hashlib.blake2b(digest_size=16)
    for part in parts:
        hasher.update(len(part).to_bytes(8, "little"))
        hasher.update(part)
    return hasher.digest()


def document_body(document: Document) -> bytes:
    """A document as JSON, without its id; half characters are kept."""
    fields = {name: getattr(document, name) for name in Document.__slots__ if name not in ("id", "as_read")}
    fields |= _packed(document)
    if before := document.as_read:
        fields["as_read"] = {name: getattr(before, name) for name in AsRead.__slots__} | _packed(before)
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogatepass")


def document_from(document_id: str, body: bytes) -> Document:
    """The document of that id that `document_body` wrote.

    Archives from before labels, reasons, pages and times were kept have none of them: defaults stand for them.
    """
    fields = json.loads(body)
    before = fields.pop("as_read", None)
    fields |= {name: tuple(fields[name]) for name in ("participants", "notes")}
    fields |= {name: tuple(map(tuple, fields.get(name, ()))) for name in ("pages", "times")}
    as_read = AsRead(**before | _unpacked(before)) if before else None
    return Document(id=document_id, as_read=as_read, **fields | _unpacked(fields))


def _packed(document: Document | AsRead) -> dict[str, Any]:
    return {
        "turns": [[getattr(turn, name) for name in Turn.__slots__] for turn in document.turns],
        "left_out": [[piece.start, piece.end, piece.why] for piece in document.left_out],
    }


def _unpacked(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "turns": tuple(Turn(*turn) for turn in fields["turns"]),
        "left_out": tuple(LeftOut(*piece) for piece in fields["left_out"]),
    }


def passage_body(passage: Passage) -> bytes:
    """A passage as JSON; half characters are kept."""
    fields = {name: getattr(passage, name) for name in Passage.__slots__}
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogatepass")


def pack_sentences(spans: Sequence[Span], vectors: FloatMatrix) -> bytes:
    """Count, ranges, then half-precision vectors: they only rank sentences, and take half the room."""
    head = np.asarray([len(spans)], "<i4").tobytes() + np.asarray(spans, "<i4").tobytes()
    return head + np.asarray(vectors, "<f2").tobytes()


def unpack_sentences(data: bytes, dim: int) -> tuple[tuple[Span, ...], FloatMatrix]:
    """The ranges, and vectors of shape (sentences, dim), that `pack_sentences` packed."""
    count = int(np.frombuffer(data, "<i4", 1)[0])
    ranges = np.frombuffer(data, "<i4", 2 * count, 4).reshape(count, 2)
    vectors = np.frombuffer(data, "<f2", count * dim, 4 + 8 * count).reshape(count, dim)
    return tuple((int(start), int(end)) for start, end in ranges), vectors.astype(np.float32)
