"""Question sets of every format are recognised, and what is no set is one fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import BUNDLED
from hypothesis import given
from hypothesis import strategies as st
from made_sets import CSV, beir, faults_in, kept

from eval.questions.formats import write_transcripts
from eval.questions.formats.transcripts import canonical, file_name_of, write_texts
from eval.questions.load import load_questions
from eval.questions.model import Question
from rag.errors import InputError
from rag.readers.text import decode


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
