"""Whose words are quoted, where a question asks for somebody's."""

from __future__ import annotations

import pytest
from conftest import transcript

from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.notes import OthersSay
from rag.query.whose_words import whose_words
from rag.types import Filters

SPEAKERS = ["Ann Reed", "Minister Jo Field", "Dr. Zoë Brandt", "Max Reed"]
TALK = transcript(
    ("Interviewer", "Ms. Reed, the toll of nine crowns was a mistake and everybody hates it, wasn't it?"),
    ("Ann Reed", "I stand by the toll. Without it the bridge would have closed in the spring of that year."),
    ("Interviewer", "Mr. Field, what does Ms. Reed say about the toll when nobody listens?"),
    ("Jo Field", "Ann Reed says that the toll was a mistake, and that she regrets the toll on the bridge every day."),
    ("Interviewer", "And the ferry, Mr. Field?"),
    (
        "Jo Field",
        "Reed told me that the ferry will never run again. The ferry is finished and the boats are sold to Norway.",
    ),
    ("Interviewer", "Ms. Reed, what do you do at home?"),
    ("Ann Reed", "I grow beans and I listen to the radio in the evening."),
)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("attribution")
    (folder / "talk.txt").write_text(TALK, encoding="utf-8")
    archive = open_archive(folder / "archive")
    archive.ingest([folder / "talk.txt"])
    return archive


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What did Ann Reed say about the toll?", ["Ann Reed"]),
        ("What did Reed say about the toll?", ["Ann Reed", "Max Reed"]),
        ("what has minister field promised?", ["Minister Jo Field"]),
        ("Did Zoe Brandt ever mention Ann Reed?", ["Dr. Zoë Brandt"]),
        ("According to Dr. Brandt, what did Field pay?", ["Dr. Zoë Brandt"]),
        ("What is Max Reed's view of Field?", ["Max Reed"]),
        ("What Field said about Brandt", ["Minister Jo Field"]),
        ("What does Ann Reed earn?", []),
        ("Who said that Field lied?", []),
        ("What did the council say about Ann Reed's house?", []),
    ],
)
def test_a_question_asks_for_the_words_of_whom_it_names_as_saying_them(question: str, asked: list[str]) -> None:
    from rag.query.build import build_query

    assert list(whose_words(question, build_query(question, speakers=SPEAKERS).speakers)) == asked


def test_she_is_who_the_conversation_was_about_unless_the_question_names_somebody_else() -> None:
    assert whose_words("What did she say about it?", ["Ann Reed"]) == ("Ann Reed",)
    assert whose_words("What did she say about Reed?", ["Ann Reed"]) == ()


def test_who_is_asked_for_is_quoted_and_not_what_others_say_she_said(talk: Archive) -> None:
    answer = Assistant(talk).ask("What did Ann Reed say about the toll on the bridge?")
    assert {citation.speaker for citation in answer.citations} == {"Ann Reed"}
    assert answer.citations[0].quote.startswith("I stand by the toll.")
    assert answer.note == ""


def test_what_others_say_where_she_says_nothing_is_marked(talk: Archive) -> None:
    answer = Assistant(talk).ask("What did Ann Reed say about the ferry and the boats sold to Norway?")
    assert {citation.speaker for citation in answer.citations} == {"Jo Field"}
    assert answer.notes == (OthersSay(("Ann Reed",)),)
    filtered = Assistant(talk).ask("What did Ann Reed say about the ferry?", filters=Filters(speaker=("Jo Field",)))
    assert {citation.speaker for citation in filtered.citations} == {"Jo Field"}


def test_the_words_of_whoever_asks_are_never_an_answer(talk: Archive) -> None:
    for question in (
        "Was the toll of nine crowns a mistake that everybody hates?",
        "Who hates the toll of nine crowns?",
    ):
        answer = Assistant(talk).ask(question)
        assert not any(
            "nine crowns" in citation.quote or "everybody hates" in citation.quote for citation in answer.citations
        )
        assert not any(hit.passage.speaker == "Interviewer" for hit in answer.passages)
