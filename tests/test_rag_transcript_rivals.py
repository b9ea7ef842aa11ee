"""What rival grammars say of the labels that were taken is evidence: how dense the labels are, and what is disputed."""

from __future__ import annotations

from made_conversations import SAID, exchange

from rag.transcript.labels import find_labels

_NAMES_ALONE = "".join(f"{name}\n\n{words}\n\n" for name, words in SAID)


def test_labels_that_open_every_paragraph_are_as_dense_as_can_be_and_nobody_disputes_them() -> None:
    found = find_labels(exchange(*[(name, words.split("\n")[0]) for name, words in SAID]))
    assert (found.density, found.disputed) == (1.0, 0.0)


def test_labels_among_many_paragraphs_without_one_are_sparse() -> None:
    said = [(name, "Word for word.\n\n" * 9) for name, _ in SAID]
    assert find_labels(exchange(*said)).density < 0.15


def test_words_that_another_layout_in_the_same_document_gives_to_others_are_disputed() -> None:
    # Two interviews in one file, each with its own people and its own way of printing them.
    other = "".join(f"{who} — {words}\n\n" for who, words in [("Rita Sol", "Was it so?"), ("Max Orr", "It was.")] * 8)
    found = find_labels(_NAMES_ALONE + other)
    assert found.disputed > 0.1
