"""What is said about what a record does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import transcript

from rag.answer.unknown_terms import absent_names, absent_speaker
from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.json_forms import answer_to_json
from rag.notes import AbsentSpeaker
from rag.types import Filters

TALK = transcript(
    ("Question", "Minister, what does Tollgate Ltd. owe the city of Hallin?"),
    ("Dr. Ann Reed", "Three thousand crowns, or 3,500 with the fine. Zoë Brandt wrote to them twice, and the bridges stay shut."),
    ("Question", "And what did Mr. Field say?"),
    ("Jo Field", "I paid the toll in March and nobody thanked me. Brandt's letter never came, and the bridge was empty."),
    head="Title: The toll\nDate: 3 May 2024",
)  # fmt: skip


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("absence")
    (folder / "talk.txt").write_text(TALK, encoding="utf-8")
    archive = open_archive(folder / "archive")
    archive.ingest([folder / "talk.txt"])
    return archive


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("What does the mayor of Aldwark owe?", ("Aldwark",)),
        ("What did Angela Merkel write to Hadiya?", ("Angela Merkel", "Hadiya")),
        ("What happened in Hallin to Tollgate?", ()),  # said by those who ask
        ("What did Zoë write? And ZOË Brandt's friend?", ()),
        ("What did Zoe Brandts write?", ()),  # without the accent, in another form
        ("Was it in May 2024 or in June?", ("June",)),  # May is the month of the talk
        ("Why 3500, why 3.500, why 3,501?", ("3,501",)),
        ("Why 12 letters, and why 2031?", ("2031",)),  # twelve may be written as a word
        ("What does Dr. Reed say to Minister Field, Prime Minister?", ()),
        ("What Does The Harbour Cost In Kelverhaven?", ()),  # where every word has a capital it says nothing
        ("Was it 3000, in 2024, 3500 or later?", ()),  # "three thousand"; each number of a list is one
        ("Was it 3,000, 2024,2031 or three?", ("2031",)),
        ("What did Zoe\u0308 Brandt write to Va\u0301clav?", ("Va\u0301clav",)),  # letters in two pieces
        ("Did she write to Šimkus or to Łucja?", ("Šimkus", "Łucja")),
        ("Was kostet die Brücke nach Meinung der Ministerin für Verkehr?", ()),
        ("Kelverhaven: why?", ()),  # a sentence begins with a capital
    ],
)
def test_of_a_questions_names_and_numbers_those_are_absent_that_stand_nowhere(
    talk: Archive, question: str, absent: tuple[str, ...]
) -> None:
    with talk.snapshot() as snapshot:
        assert absent_names(snapshot, question) == absent


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did Zoë Brandt say about the bridge?", "Zoë Brandt"),
        ("According to Brandt, what is owed?", "Brandt"),
        ("What Brandt said about tolls?", "Brandt"),
        ("What did Ann Reed say about the bridge?", None),
        ("What does Minister Reed think?", None),
        ("According to Jo Field, what is owed?", None),
        ("What did the minister say?", None),
        ("What did the Minister say?", None),
        ("What does Zoë Brandt owe?", None),  # nothing about what she said
    ],
)
def test_who_is_said_to_have_spoken_and_did_not_is_told(talk: Archive, question: str, speaker: str | None) -> None:
    with talk.snapshot() as snapshot:
        assert absent_speaker(snapshot, question) == speaker


def test_a_refusal_says_how_much_was_searched_and_how_often_the_words_occur(talk: Archive) -> None:
    answer = Assistant(talk).ask("What is the melting point of tungsten in Aldwark, in bridges?")
    assert answer.status == "not_on_record"
    assert answer.text == "Not on record: nothing in the 2 answer passages by 2 speakers in 1 document answers this."
    assert answer.absent == ("Aldwark",)
    assert answer.occurrences == {"melting": 0, "point": 0, "tungsten": 0, "aldwark": 0, "bridges": 1}
    assert answer.note == (
        "“Aldwark” does not occur in the record. "
        "“melting” occurs in no passage, “point” in none, “tungsten” in none, “bridges” in 1 (bridge: 1)."
    )
    value = answer_to_json(answer)
    assert (value["absent"], value["occurrences"]["bridges"]) == (["Aldwark"], 1)
    assert value["cover"] == {
        "documents": 1, "speakers": 2, "passages": 2, "first": "2024-05-03", "last": "2024-05-03",
    }  # fmt: skip


def test_a_refusal_counts_what_the_filters_leave(talk: Archive) -> None:
    assistant = Assistant(talk)
    answer = assistant.ask("What is the melting point of tungsten?", filters=Filters(speaker=("Jo Field",)))
    assert answer.text == (
        "Not on record: nothing in the 1 answer passage by 1 speaker in 1 document that these filters leave answers this."
    )
    nothing = assistant.ask("What is the melting point of tungsten?", filters=Filters(after="2030"))
    assert (nothing.text, nothing.note) == ("Not on record: nothing in this archive fits these filters.", "")


def test_an_answer_says_what_of_the_question_is_not_on_record(talk: Archive) -> None:
    answer = Assistant(talk).ask("Who paid the toll in March, Jo Field or Angela Merkel?")
    assert answer.status == "answered"
    assert answer.note == (
        "Nothing from 1 March 2024 to 31 March 2024 answers this; these quotes are from elsewhere in the record. "
        "“Angela Merkel” does not occur in the record."
    )
    assert answer.occurrences == {}
    about = Assistant(talk).ask("What did Zoë Brandt say in the letter about the bridge and the toll?")
    assert about.status == "answered"
    assert about.notes == (AbsentSpeaker("Zoë Brandt", others_quoted=True),)


def test_a_letter_that_is_a_wildcard_elsewhere_stands_for_itself(talk: Archive) -> None:
    with talk.snapshot() as snapshot:
        found = snapshot.mentioned(["3,500", "zoë brandt", "3_500", "Tollgate%Hallin", "a\\b"])
    assert found == {"3,500", "zoë brandt"}


def test_the_page_shows_it(talk: Archive, tmp_path: Path) -> None:
    from ui.rendering import render_answer

    shown = render_answer(Assistant(talk).ask("What is the melting point of tungsten in Aldwark?"))
    assert "“Aldwark” does not occur in the record. “melting” occurs in no passage" in shown


def test_a_refusal_does_not_say_of_a_speaker_that_the_name_occurs_nowhere(talk: Archive) -> None:
    answer = Assistant(talk).ask("What is the melting point of tungsten, Dr. Reed?")
    assert (answer.status, dict(answer.occurrences)) == (
        "not_on_record",
        {"melting": 0, "point": 0, "tungsten": 0},
    )
