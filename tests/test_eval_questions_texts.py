"""BEIR folders and SQuAD files become questions, and their texts become transcripts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from made_sets import MAY, QRELS, QUERIES, beir, faults_in, kept, lines, parsed, squad
from outside import not_here

from eval.questions.formats import write_transcripts
from eval.questions.load import load_questions
from eval.questions.model import Gold, Question
from eval.questions.validation import validate
from rag.archive import open_archive
from rag.errors import InputError
from rag.readers.text import read_text

READING = ROOT.parent / "shared" / "data" / "reading"

BEIR_QUESTIONS = [
    Question("7", "When did it stop?", True, relevant=(Gold("d1.txt", 0, 37),)),  # title, blank line, text
    Question("8", "Who paid?", True, relevant=(Gold("a%2F..%2Fb%20c.txt", 0, 12), Gold("d3.txt", 0, 20))),
]


def test_a_beir_folder_has_whole_documents_as_gold(tmp_path: Path) -> None:
    assert load_questions([beir(tmp_path)]) == BEIR_QUESTIONS


@pytest.mark.parametrize("name", ["qrels.txt", "qrels.tsv", "qrels", "test.qrels"])
def test_trec_qrels_are_read_as_the_same(tmp_path: Path, name: str) -> None:
    trec = "7 0 d1 2\n7 0 d3 0\n8\t0\ta/../b c\t1\n8 0 d3 1\n"
    assert load_questions([beir(tmp_path, trec, name)]) == BEIR_QUESTIONS


def test_of_several_qrels_the_test_split_counts_alone_and_others_together(tmp_path: Path) -> None:
    kept(tmp_path / "qrels" / "train.tsv", "query-id\tcorpus-id\tscore\n9\td3\t1\n")
    assert [question.id for question in load_questions([beir(tmp_path)])] == ["7", "8"]
    (tmp_path / "qrels" / "test.tsv").rename(tmp_path / "qrels" / "dev.tsv")
    assert [question.id for question in load_questions([tmp_path])] == ["7", "8", "9"]


def test_faults_of_a_beir_folder_are_told_by_file_and_line(tmp_path: Path) -> None:
    folder = beir(tmp_path, QRELS + "8\td9\t1\n5\td1\t1\n7\td4\t1\n7 d1\n")
    kept(folder / "queries.jsonl", lines(*QUERIES, {"_id": 3, "text": "?"}, [], {"_id": "7", "text": "Again?"}) + "{\n")
    assert faults_in(folder) == [
        "/queries.jsonl:4: _id: expected a text, found 3",
        "/queries.jsonl:5: expected an object, found []",
        f"/queries.jsonl:6: _id: '7' is also the id of {folder}/queries.jsonl:1",
        "/queries.jsonl:7: no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        "/qrels/test.tsv:6: corpus-id: 'd9' is not in corpus.jsonl",
        "/qrels/test.tsv:7: query-id: '5' is not in queries.jsonl",
        "/qrels/test.tsv:8: corpus-id: 'd4' is empty in corpus.jsonl",
        "/qrels/test.tsv:9: expected query, document and relevance, found '7 d1'",
    ]


def test_a_beir_corpus_becomes_transcripts_that_its_gold_holds_on(tmp_path: Path) -> None:
    folder = beir(tmp_path / "set")
    written = write_transcripts(folder, tmp_path / "texts")
    assert [path.name for path in written] == ["d1.txt", "a%2F..%2Fb%20c.txt", "d3.txt"]
    assert read_text(written[0]) == "On ferries\n\nThe ferry stopped in May."
    assert validate([folder], parsed(written)) == []


def test_an_archive_finds_what_a_beir_folder_asks_for(tmp_path: Path) -> None:
    folder = beir(tmp_path / "set")
    archive = open_archive(tmp_path / "archive")
    archive.ingest(write_transcripts(folder, tmp_path / "texts"))
    assert validate([folder], archive.documents()) == []
    best = archive.search("When did the ferry stop?", k=1)[0].passage
    assert load_questions([folder])[0].is_relevant(best.source, best.start, best.end)


ASKED = {
    "id": "1",
    "question": "When?",
    "answers": [MAY, {"text": "in May", "answer_start": 19}, MAY],
    "is_impossible": False,
}
IMPOSSIBLE = {"id": "2", "question": "Why?", "answers": [], "plausible_answers": [MAY], "is_impossible": True}


def test_squad_paragraphs_are_sources_and_answers_are_ranges(tmp_path: Path) -> None:
    assert load_questions([kept(tmp_path / "dev.json", squad(ASKED, IMPOSSIBLE))]) == [
        Question(
            "1",
            "When?",
            True,
            (),
            (Gold("On_the_ferries-1-1.txt", 22, 25), Gold("On_the_ferries-1-1.txt", 19, 25)),
            ("May", "in May"),
        ),
        Question("2", "Why?", False),
    ]


def test_squad_1_has_no_impossible_questions(tmp_path: Path) -> None:
    asked = {name: value for name, value in ASKED.items() if name != "is_impossible"}
    assert load_questions([kept(tmp_path / "dev.json", squad(asked))])[0].answerable is True


def test_squad_offsets_hold_on_the_transcripts_whatever_the_line_ends(tmp_path: Path) -> None:
    path = kept(tmp_path / "dev.json", squad(ASKED, IMPOSSIBLE))
    written = write_transcripts(path, tmp_path / "texts")
    assert [file.name for file in written] == ["On_the_ferries-1-1.txt"]
    text = read_text(written[0])
    assert [text[gold.start : gold.end] for gold in load_questions([path])[0].relevant] == ["May", "in May"]
    assert validate([path], parsed(written)) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            squad({**ASKED, "answers": [{"text": "May", "answer_start": 21}]}),
            "answers[0].answer_start: 'May' does not stand at 21",
        ),
        (
            squad({**ASKED, "answers": [{"text": "May", "answer_start": -3}]}),
            "answers[0].answer_start: 'May' does not stand at -3",
        ),
        (
            squad({**ASKED, "answers": [{"text": "May"}]}),
            "answers[0]: expected text and answer_start, found {'text': 'May'}",
        ),
        (squad({**ASKED, "answers": "May"}), "answers: expected a list, found 'May'"),
        (squad({**ASKED, "is_impossible": "no"}), "is_impossible: expected true or false, found 'no'"),
        (squad({"question": "When?"}), "id: is missing"),
        (squad("When?"), ": expected a question, found 'When?'"),
        ({"data": [{"paragraphs": 3}]}, ":data[0]: paragraphs: expected a list, found 3"),
        ({"data": [{"paragraphs": [{"qas": []}]}]}, ":data[0].paragraphs[0]: context: expected a text"),
        ({"data": [{"paragraphs": [{"context": "x"}]}]}, ":data[0].paragraphs[0]: qas: expected a list of questions"),
    ],
)
def test_a_fault_in_squad_is_told_by_its_place(tmp_path: Path, content: Any, told: str) -> None:
    path = kept(tmp_path / "dev.json", content)
    with pytest.raises(InputError, match=re.escape(told)) as caught:
        load_questions([path])
    assert str(caught.value).startswith(f"{path}:data[0]")


@pytest.mark.parametrize("name", ["squad2-half.json", "xquad.en.json", "xquad.ru.json"])
def test_real_reading_sets_hold_on_the_transcripts_written_for_them(tmp_path: Path, name: str) -> None:
    if not (READING / name).is_file():
        not_here(f"../shared/data/reading/{name}")
    documents = parsed(write_transcripts(READING / name, tmp_path))
    questions = load_questions([READING / name])
    assert validate([READING / name], documents) == []
    assert len(questions) == {"squad2-half.json": 2910 + 3168}.get(name, 1190)
