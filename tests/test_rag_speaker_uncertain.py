"""Words whose speaker is uncertain are quoted under nobody's name, and every form of an answer says so."""

from __future__ import annotations

from dataclasses import replace

from made_storages import staged, talk

from rag.answer.citations import cite
from rag.generators.extractive import attribute
from rag.json_forms import citation_to_json
from rag.types import Citation, Document, Sentence
from ui.documents import source_view
from ui.rendering import source_line


def doubtful() -> Document:
    document = talk("a.txt", ("Ann Reed", "The gates are shut."))
    return replace(document, turns=tuple(replace(turn, certain=turn.speaker != "Ann Reed") for turn in document.turns))


def quoted() -> tuple[Sentence, Citation]:
    document = doubtful()
    (passage,) = staged(document).passages
    sentence = Sentence(passage, passage.start, passage.end, passage.text, 1.0)
    (citation,) = cite("Shut. [1]", [sentence], {document.id: document}.__getitem__)
    return sentence, citation


def test_a_passage_whose_speaker_is_uncertain_has_no_speaker() -> None:
    (passage,) = staged(doubtful()).passages
    assert (passage.speaker, passage.speaker_certain, passage.text) == ("", False, "The gates are shut.")


def test_an_answer_in_words_says_that_the_speaker_is_uncertain() -> None:
    sentence, _ = quoted()
    assert attribute(sentence, 1) == "Speaker uncertain, 3 May 2024: “The gates are shut.” [1]"


def test_the_citation_verifies_the_words_and_names_nobody() -> None:
    _, citation = quoted()
    form = citation_to_json(citation)
    assert {name: form[name] for name in ("speaker", "speaker_certain", "verified", "quote")} == {
        "speaker": "",
        "speaker_certain": False,
        "verified": True,
        "quote": "The gates are shut.",
    }


def test_the_page_says_it_beside_the_source_and_in_the_transcript() -> None:
    assert source_line(quoted()[1]).startswith("speaker uncertain, Talk, ")
    assert [turn[0] for turn in source_view(doubtful())["turns"]] == ["Question", "speaker uncertain"]
