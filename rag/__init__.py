"""onrecord: answers in the speaker's own words, with the exact place where they were said.

    from rag import Assistant, open_archive

Importing this package loads nothing heavy: each name is imported at first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.archive import Archive, open_archive
    from rag.assistant import Assistant
    from rag.errors import ArchiveError, InputError, ModelMismatch, OnrecordError, SettingsError
    from rag.generators import GenerationRequest, Generator
    from rag.parsed import Parsed, read_transcript
    from rag.rerankers import Reranker
    from rag.types import Answer, Citation, Document, Filters, Passage, ScoredPassage, Turn

__all__ = [
    "Answer",
    "Archive",
    "ArchiveError",
    "Assistant",
    "Citation",
    "Document",
    "Filters",
    "GenerationRequest",
    "Generator",
    "InputError",
    "ModelMismatch",
    "OnrecordError",
    "Parsed",
    "Passage",
    "Reranker",
    "ScoredPassage",
    "SettingsError",
    "Turn",
    "open_archive",
    "read_transcript",
]

_HOMES = {
    "Assistant": "rag.assistant",
    **dict.fromkeys(("Archive", "open_archive"), "rag.archive"),
    **dict.fromkeys(("GenerationRequest", "Generator"), "rag.generators"),
    **dict.fromkeys(("Parsed", "read_transcript"), "rag.parsed"),
    "Reranker": "rag.rerankers",
    **dict.fromkeys(("ArchiveError", "InputError", "ModelMismatch", "OnrecordError", "SettingsError"), "rag.errors"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "rag.types")), name)
