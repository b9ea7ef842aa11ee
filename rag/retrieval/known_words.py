"""The words that people know, as far as an archive and its model can tell: any other may be a misspelt name."""

from __future__ import annotations

from collections.abc import Callable

from rag.storage.protocol import Snapshot

FEW = 2  # passages: so often a typing error may stand in transcripts


def known_words(snapshot: Snapshot) -> Callable[[str], bool]:
    """Whether a folded word is a common one: the archive has it more than twice, or the model has it as one token."""

    def is_known(word: str) -> bool:
        if any(snapshot.frequency(stem) > FEW for stem in snapshot.stems(word)):
            return True
        return snapshot.encoder.count_tokens(word) - snapshot.encoder.count_tokens("") == 1

    return is_known
