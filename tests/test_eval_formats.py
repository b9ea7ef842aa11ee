"""Question sets of every format become the same questions, and their texts the same transcripts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import BUNDLED, ROOT
from hypothesis import given
from hypothesis import strategies as st
from outside import not_here

from eval.questions.formats import read_records, write_transcripts
from eval.questions.formats.transcripts import canonical, file_name_of, write_texts
from eval.questions.load import load_questions
from eval.questions.model import Gold, Question
from eval.questions.record import Fault
from eval.questions.validation import validate
from rag.archive import open_archive
from rag.errors import InputError
from rag.readers.text import decode, read_text
from rag.transcript import parse
from rag.types import Document

READING = ROOT.parent / "shared" / "data" / "reading"


def kept(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8", newline="")
    return path


def lines(*objects: Any) -> str:
    return "".join(json.dumps(each) + "\n" for each in objects)


def faults_in(path: Path) -> list[str]:
    return [str(read).removeprefix(f"{path}") for read in read_records(path) if isinstance(read, Fault)]


def parsed(paths: list[Path]) -> list[Document]:
    return [parse(read_text(path), source=path.name) for path in paths]


# --- CSV

CSV = """id,question,answerable,source,start,end,answers,history,tags
q1,"When did it stop, and why?",true,hearing.txt,120,180,in May|since May,Who ran it?|And where?,lexical|date
q1,,,talks/podcast.md,900,950,,,
q2,Who paid?,no,,,,,,
"""


def test_csv_rows_of_one_id_are_one_question(tmp_path: Path) -> None:
    assert load_questions([kept(tmp_path / "set.csv", CSV)]) == [
        Question(
            "q1",
            "When did it stop, and why?",
            True,
            ("Who ran it?", "And where?"),
            (Gold("hearing.txt", 120, 180), Gold("podcast.md", 900, 950)),
            ("in May", "since May"),
            ("lexical", "date"),
        ),
        Question("q2", "Who paid?", False),
    ]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("\ufeff" + CSV.replace("\n", "\r\n"), "set.csv"),
        (CSV.replace("stop, and", "stop and").replace('"', "").replace(",", "\t"), "set.tsv"),
        (CSV.replace("stop, and", "stop and").replace(",", ";"), "set.csv"),
        (CSV, "set.txt"),
    ],
)
def test_what_spreadsheets_write_is_read_as_the_same(tmp_path: Path, content: str, name: str) -> None:
    questions = load_questions([kept(tmp_path / name, content)])
    assert [(q.id, q.answerable, len(q.relevant), len(q.answers)) for q in questions] == [
        ("q1", True, 2, 2),
        ("q2", False, 0, 0),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,question\nq1,Why?\n", ":1: answerable: there is no such column"),
        ("id,question,answerable\nq1,Why?,maybe\n", ":2: answerable: expected true or false, found 'maybe'"),
        ("id,question,answerable\nq1,,true\n", ":2: question: is missing"),
        ("id,question,answerable\n,Why?,true\n", ":2: id: is empty"),
        ("id,question,answerable\nq1,Why, then?,true\n", ":2: 4 cells under 3 columns; quote a cell that holds ','"),
        ('id,question,answerable\nq1,"Why?,true\n', ": is no sound CSV: unexpected end of data"),
        (CSV.replace("120", "1e2"), ":2: relevant[0].start: expected a whole number, found '1e2'"),
        (CSV.replace("950", "900"), ":3: relevant[1].end: 900 is not behind the start, 900"),
        (CSV.replace("900,950", "900,"), ":3: relevant[1].end: is missing"),
        (CSV.replace("q1,,,", "q1,When?,,"), ":3: question: 'When?' is not what "),
    ],
)
def test_a_fault_in_csv_is_told_by_line_and_column(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        load_questions([kept(tmp_path / "set.csv", content)])


def test_a_csv_row_of_several_lines_is_told_by_its_first(tmp_path: Path) -> None:
    path = kept(tmp_path / "set.csv", 'id,question,answerable\nq1,"Why\nso?",true\nq2,When?,perhaps\n')
    assert [record.place for record in read_records(path)] == [f"{path}:2", f"{path}:4"]


# --- BEIR and TREC

CORPUS = [
    {"_id": "d1", "title": "On ferries", "text": "The ferry stopped in May."},
    {"_id": "a/../b c", "title": "", "text": "Nobody paid."},
    {"_id": "d3", "text": "Nothing of interest."},
    {"_id": "d4", "title": "", "text": ""},
]
QUERIES = [
    {"_id": "7", "text": "When did it stop?"},
    {"_id": "8", "text": "Who paid?"},
    {"_id": "9", "text": "Unjudged?"},
]
QRELS = "query-id\tcorpus-id\tscore\n7\td1\t2\n7\td3\t0\n8\ta/../b c\t1\n8\td3\t1\n"


def beir(folder: Path, qrels: str = QRELS, name: str = "qrels/test.tsv") -> Path:
    kept(folder / "corpus.jsonl", lines(*CORPUS))
    kept(folder / "queries.jsonl", lines(*QUERIES))
    kept(folder / name, qrels)
    return folder


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


# --- SQuAD

CONTEXT = "\ufeffThe ferry stopped in May.\r\nNobody paid for it."


def squad(*qas: Any, context: str = CONTEXT) -> dict[str, Any]:
    return {
        "version": "v2.0",
        "data": [{"title": "On the ferries", "paragraphs": [{"context": context, "qas": list(qas)}]}],
    }


MAY = {"text": "May", "answer_start": 22}
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


# --- ragas

TALK = "Ann Reed: The ferry stopped in May.\n\nBo Lind: Nobody paid for it.\nNot a penny.\n"
NEW = {
    "user_input": "When did it stop?",
    "reference": "stopped in May",
    "reference_contexts": ["The ferry stopped in May."],
}
OLD = {
    "question": "Who paid?",
    "ground_truth": "The record names nobody.",
    "contexts": ["Nobody paid for it. Not a penny."],
}
RAGAS_QUESTIONS = [
    Question("set-1", "When did it stop?", True, (), (Gold("talk.txt", 10, 35),), ("stopped in May",)),
    Question("set-2", "Who paid?", True, (), (Gold("talk.txt", 46, 78),)),
]


@pytest.mark.parametrize("content", [lines(NEW, OLD), json.dumps([NEW, OLD])])
def test_ragas_contexts_are_found_in_the_transcripts_beside_the_set(tmp_path: Path, content: str) -> None:
    kept(tmp_path / "transcripts" / "talk.txt", TALK)
    assert load_questions([kept(tmp_path / "set.jsonl", content)]) == RAGAS_QUESTIONS


def test_ragas_contexts_are_found_in_the_documents_given(tmp_path: Path) -> None:
    path = kept(tmp_path / "set.json", [NEW, OLD])
    assert load_questions([path], documents=[parse(TALK, source="talk.txt")]) == RAGAS_QUESTIONS
    assert validate([path], [parse(TALK, source="talk.txt")]) == []


@pytest.mark.parametrize("as_column", [list, lambda values: {str(n): value for n, value in enumerate(values)}])
def test_ragas_columns_are_read_as_rows(tmp_path: Path, as_column: Any) -> None:
    columns = {name: as_column([NEW[name], NEW[name]]) for name in NEW}
    kept(tmp_path / "talk.txt", TALK)
    questions = load_questions([kept(tmp_path / "set.json", columns)])
    assert [question.question for question in questions] == ["When did it stop?"] * 2
    assert questions[1].relevant == (Gold("talk.txt", 10, 35),)


def test_a_ragas_conversation_is_a_question_with_its_history(tmp_path: Path) -> None:
    said = [
        {"content": "Who ran the ferry?", "type": "human"},
        {"content": "The town.", "type": "ai"},
        {"content": "When did it stop?", "type": "human"},
    ]
    kept(tmp_path / "talk.txt", TALK)
    question = load_questions([kept(tmp_path / "set.json", [{**NEW, "user_input": said}])])[0]
    assert (question.history, question.question) == (("Who ran the ferry?",), "When did it stop?")


def test_a_ragas_row_without_contexts_is_unanswerable_and_a_context_that_is_nowhere_is_told(tmp_path: Path) -> None:
    kept(tmp_path / "talk.txt", TALK)
    path = kept(
        tmp_path / "set.jsonl",
        lines(
            {**NEW, "reference_contexts": []},
            {**NEW, "reference_contexts": ["It never stopped."]},
            {"user_input": "?"},
            3,
        ),
    )
    assert faults_in(path) == [
        ":2: reference_contexts[0]: none of the 1 transcripts holds 'It never stopped.'",
        ":3: reference_contexts: is missing",
        ":4: no question: expected an object, found 3",
    ]
    first = next(iter(read_records(path)))
    assert not isinstance(first, Fault)
    assert first.fields["answerable"] is False


def test_a_context_that_is_said_twice_is_gold_twice(tmp_path: Path) -> None:
    kept(tmp_path / "talk.txt", "Ann Reed: Yes, it is.\n\nBo Lind: Yes, it is.\n")
    path = kept(tmp_path / "set.jsonl", lines({**NEW, "reference_contexts": ["Yes, it is."]}))
    assert load_questions([path])[0].relevant == (Gold("talk.txt", 10, 21), Gold("talk.txt", 32, 43))


# --- which format


@pytest.mark.parametrize(
    "content", ["Just some words.\n", '{"a": 1}', "[1, 2]", "[]", "{}", '"text"', "7", "a,b\n1,2\n", '{"data": []}']
)
def test_what_is_no_question_set_is_told_in_one_line(tmp_path: Path, content: str) -> None:
    path = kept(tmp_path / "notes.json", content)
    with pytest.raises(
        InputError, match=r"notes\.json: (is no question set; onrecord reads|there is no question)"
    ) as caught:
        load_questions([path])
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no question set; onrecord reads"):
        load_questions([tmp_path])


def test_the_contract_may_stand_in_a_json_list_or_in_a_single_object(tmp_path: Path) -> None:
    one = {"id": "q1", "question": "Why?", "answerable": False}
    for content in ([one], one):
        assert load_questions([kept(tmp_path / "set.json", content)]) == [Question("q1", "Why?", False)]
    assert faults_in(kept(tmp_path / "set.json", [one, 3])) == ["[1]: no question: expected an object, found 3"]


def test_sets_of_several_formats_load_together(tmp_path: Path) -> None:
    given_ = [kept(tmp_path / "set.csv", CSV), beir(tmp_path / "beir"), BUNDLED / "hearing.jsonl"]
    assert [question.id for question in load_questions(given_)][:5] == ["q1", "q2", "7", "8", "hearing-1"]


def test_a_set_that_brings_no_texts_writes_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="brings no texts of its own"):
        write_transcripts(BUNDLED / "hearing.jsonl", tmp_path)


@given(st.text(max_size=60), st.sampled_from(["set.jsonl", "set.json", "set.csv", "set"]))
def test_any_text_is_a_set_or_a_told_fault(tmp_path_factory: pytest.TempPathFactory, content: str, name: str) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content.encode("utf-8", "replace"))
    try:
        load_questions([path])
    except InputError as error:
        assert str(path) in str(error)


# --- transcripts


@given(st.text(max_size=40))
def test_a_text_written_is_read_with_every_offset_in_its_place(text: str) -> None:
    canon = canonical(text)
    assert len(canon) == len(text)
    assert canonical(canon) == canon
    # A control character in twenty makes a file binary for the reader.
    if canon.strip() and not any(char < " " and char not in "\n\t" for char in canon):
        assert decode(canon.encode()) == canon


@given(st.sets(st.text(min_size=1, max_size=20), min_size=2))
def test_no_two_ids_share_a_file_and_none_leaves_the_folder(names: set[str]) -> None:
    files = {file_name_of(name) for name in names}
    assert len(files) == len(names)
    assert all(Path(file).name == file and len(file.encode()) < 200 for file in files)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the transcripts cannot be written"):
        write_texts([("a.txt", "x")], kept(tmp_path / "file", "x"))
