"""The names that users and authors of plug-ins import from the package itself."""

from __future__ import annotations

import pytest

import rag


def test_the_package_exports_these_names_and_each_can_be_imported() -> None:
    assert rag.__all__ == [
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
    assert [getattr(rag, name).__name__ for name in rag.__all__] == rag.__all__


def test_a_name_that_is_not_exported_is_an_error() -> None:
    with pytest.raises(AttributeError, match="module 'rag' has no attribute 'Store'"):
        _ = rag.Store
