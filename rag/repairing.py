"""A damaged archive, mended: what is derived from a document is made again, a damaged document is set aside by name."""

from __future__ import annotations

from rag.passages import passages_of
from rag.storage.protocol import Repairable
from rag.storage.staged import stage

AT_ONCE = 100  # documents in one commit


def repair(storage: Repairable) -> list[str]:
    """Mend the rows of an archive; a sentence for each document that was set aside.

    Raises ArchiveError if the model cannot be loaded, before anything is changed, or if the file is damaged beyond its rows.
    """
    encoder = storage.encoder
    set_aside, incomplete = storage.set_aside_damaged()
    for start in range(0, len(incomplete), AT_ONCE):
        staged = []
        for key in incomplete[start : start + AT_ONCE]:
            document = storage.find(key)
            passages = passages_of(document, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
            staged.append(stage(encoder, document, passages))
        storage.commit(staged, encoder=encoder)
    storage.seal_again()
    return set_aside
