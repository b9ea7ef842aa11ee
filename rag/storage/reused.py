"""Vectors that an archive has already, for the texts of a document that takes the place of another."""

from __future__ import annotations

from contextlib import suppress

from embeddings.types import Encoder
from rag.errors import ArchiveError
from rag.storage.protocol import Storage
from rag.storage.rows import StoredPassage
from rag.types import Document


def encoded_before(storage: Storage, encoder: Encoder, document: Document) -> list[StoredPassage]:
    """The passages of what a document takes the place of, if the same model has encoded them and they are whole."""
    if storage.rebuilds or not storage.exists or storage.model[1] != encoder.fingerprint:
        return []
    found: list[StoredPassage] = []
    for key in dict.fromkeys((storage.id_at(document.path), document.id)):
        with suppress(ArchiveError):  # what is damaged is encoded again
            found += storage.encoded(key) if key else ()
    return found
