"""The command line, run as its users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from conftest import BUNDLED, transcript
from forks import onrecord_command

from rag.archive import open_archive
from rag.testing import FakeEncoder

TALK = transcript(
    ("Question", "What happened?"),
    ("Ann Reed", "We saw a “naïve” whale in the harbour on Monday."),
    ("Question", "Who paid?"),
    ("Ann Reed", "Nobody did."),
    head="Talk with Ann Reed, Oslo, 3 May 2024",
)


def onrecord(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*onrecord_command(), *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent), **environment},
        check=False,
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one transcript and an archive of it."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "talk.txt").write_text(TALK, encoding="utf-8", newline="")
    done = onrecord("ingest", "talk.txt", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "archive: 1 document, 2 answer passages"
    return folder


def test_an_answer_in_json_points_at_the_files_own_characters(desk: Path) -> None:
    done = onrecord("ask", "What was seen in the harbour?", "--json", cwd=desk)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["generator"]) == ("answered", "extractive")
    citation = answer["citations"][0]
    assert TALK[citation["start"] : citation["end"]] == citation["quote"]
    assert "We saw a “naïve” whale" in citation["quote"]
    assert [citation[name] for name in ("speaker", "role", "source", "date", "asked", "verified", "marker")] == [
        "Ann Reed", "respondent", "talk.txt", "2024-05-03", "What happened?", True, 1,
    ]  # fmt: skip


def test_an_answer_for_people_names_speaker_date_place_and_question(desk: Path) -> None:
    lines = onrecord("ask", "What was seen in the harbour?", cwd=desk).stdout.splitlines()
    assert lines[0].startswith("Ann Reed, 3 May 2024: “We saw a “naïve” whale in the harbour on Monday.")
    assert lines[0].endswith("” [1]")
    assert any(line.startswith("[1] talk.txt, characters ") for line in lines)
    assert "    asked: What happened?" in lines


def test_what_is_not_on_record_is_said_and_the_nearest_passages_are_listed(desk: Path) -> None:
    done = onrecord("ask", "What is the boiling point of tungsten?", cwd=desk)
    assert done.returncode == 0
    assert done.stdout.startswith("Not on record: ")
    assert "they are related, and do not answer" in done.stdout.lower()
    value = json.loads(onrecord("ask", "What is the boiling point of tungsten?", "--json", cwd=desk).stdout)
    assert (value["status"], value["citations"], len(value["passages"])) == ("not_on_record", [], 2)


def test_search_lists_passages_best_first(desk: Path) -> None:
    value = json.loads(onrecord("search", "whale", "--json", "-k", "2", cwd=desk).stdout)
    assert value["query"] == "whale"
    assert "whale" in value["passages"][0]["text"]
    assert value["passages"][0]["score"] >= value["passages"][1]["score"]


def test_documents_and_show_agree_with_the_file(desk: Path) -> None:
    (document,) = json.loads(onrecord("documents", "--json", cwd=desk).stdout)
    assert {name: document[name] for name in ("title", "date", "source", "speakers", "answers")} == {
        "title": "Talk with Ann Reed, Oslo, 3 May 2024",
        "date": "2024-05-03",
        "source": "talk.txt",
        "speakers": ["Question", "Ann Reed"],
        "answers": 2,
    }
    assert onrecord("show", document["id"], "--text", cwd=desk).stdout == TALK
    shown = json.loads(onrecord("show", document["id"], "--json", cwd=desk).stdout)
    assert (shown["place"], shown["text"]) == ("Oslo", TALK)
    assert [TALK[t["start"] : t["end"]] for t in shown["turns"]][2:] == ["Who paid?", "Nobody did."]
    assert "Ann Reed (respondent), characters" in onrecord("show", "talk.txt", cwd=desk).stdout


def test_remove_verify_and_doctor_do_what_they_say(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    onrecord("ingest", "talk.txt", cwd=tmp_path)
    assert onrecord("verify", cwd=tmp_path).stdout == "archive: sound; 1 document, 2 answer passages\n"
    doctor = onrecord("doctor", cwd=tmp_path)
    assert (doctor.returncode, doctor.stdout.count("    ok  ")) == (0, 5)
    assert onrecord("remove", "talk.txt", cwd=tmp_path).returncode == 0
    assert json.loads(onrecord("documents", "--json", cwd=tmp_path).stdout) == []
    assert (tmp_path / "talk.txt").exists()


def test_a_file_without_labels_is_read_as_paragraphs_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("A whale came to the harbour.\n\nNobody saw it.\n", encoding="utf-8")
    done = onrecord("ingest", "plain.txt", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no speaker labels were found: read as plain paragraphs" in done.stdout
    answer = json.loads(onrecord("ask", "What came to the harbour?", "--json", cwd=tmp_path).stdout)
    assert answer["citations"][0]["quote"].startswith("A whale came to the harbour.")


BAD_INPUT = [
    (["ingest", "nowhere"], "nowhere: there is no such file or folder; check the path"),
    (["ingest", "empty.txt"], "empty.txt: the file is empty"),
    (
        ["ingest", "binary.txt"],
        "binary.txt: this is a binary file, not text; save the transcript as UTF-8 text or Markdown",
    ),
    (
        ["ingest", "rich.txt"],
        "this is rich text (RTF); run: soffice --headless --convert-to docx FILE, and ingest what it writes",
    ),
    (
        ["ingest", "talk.txt", "--archive", "talk.txt"],
        "talk.txt is a file, not an archive; give another folder with --archive",
    ),
    (["ingest", "talk.txt", "--archive", "talk.txt/a"], "the archive talk.txt/a cannot be written"),
    (["ingest", "talk.txt", "--encoder", "other/model"], "was built with 'sentence-transformers/all-MiniLM-L6-v2'"),
    (["show", "no-such-id"], "there is no document 'no-such-id' in archive; run: onrecord documents --archive archive"),
    (["remove", "no-such-id"], "there is no document 'no-such-id' in archive"),
    (["ask", ""], "the question is empty; type one"),
    (["ask", "why " * 2500], "the question has 9,999 characters, 4,000 are allowed; shorten it"),
    (["ask", "Why?", "--generator", "parrot"], "generators: there is no 'parrot'; known: extractive"),
    (["ask", "Why?", "--speaker", "Bo Stone"], "nobody called 'Bo Stone' speaks in archive; there are: Ann Reed"),
    (["ask", "Why?", "--after", "soon"], "--after 'soon' is no date; write it as 2024-03-28, 2024-03 or 2024"),
    (
        ["ask", "Why?", "--archive", "elsewhere"],
        "there is no archive in elsewhere; run: onrecord ingest FOLDER --archive elsewhere",
    ),
    (["search", " "], "the query is empty; type some words"),
    (
        ["ask", "Why?", "--speaker", "Reid"],
        "nobody called 'Reid' speaks in archive; did you mean 'Ann Reed'? there are: Ann Reed",
    ),
    (
        ["ingest", "talk.txt", "--archive", "ftp://host/a"],
        "ftp://host/a: this version keeps archives in folders only; give a folder",
    ),
    (
        ["ingest", "talk.txt", "--archive", "file://host/a"],
        "file://host/a: this names no folder of this machine; write file:///path/to/archive",
    ),
]


@pytest.mark.parametrize(("words", "told"), BAD_INPUT, ids=[" ".join(words)[:40] for words, _ in BAD_INPUT])
def test_bad_input_is_one_line_and_leaves_the_archive_as_it_was(desk: Path, words: list[str], told: str) -> None:
    (desk / "empty.txt").write_bytes(b"")
    (desk / "binary.txt").write_bytes(b"\x00\x01\x02" * 50)
    (desk / "rich.txt").write_bytes(b"{\\rtf1 Ann Reed: yes}\n")
    before = {
        path: path.read_bytes()
        for path in sorted((desk / "archive").rglob("*"))
        if path.is_file() and path.suffix != ".sqlite-shm"
    }
    done = onrecord(*words, cwd=desk)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("onrecord: ")
    assert told in line
    assert before == {
        path: path.read_bytes()
        for path in sorted((desk / "archive").rglob("*"))
        if path.is_file() and path.suffix != ".sqlite-shm"
    }
    assert not (desk / "elsewhere").exists()


def test_an_unknown_variable_is_told(desk: Path) -> None:
    done = onrecord("documents", cwd=desk, ONRECORD_ARCHIV="x")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "did you mean 'archive'" in done.stderr


@pytest.mark.parametrize(
    "words", [["ask"], ["frobnicate"], ["ask", "Why?", "--nonsense"], ["ask", "Why?", "-k", "many"]]
)
def test_wrong_usage_ends_with_two(desk: Path, words: list[str]) -> None:
    done = onrecord(*words, cwd=desk)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_folder_of_transcripts_is_read_and_a_second_time_left_alone(tmp_path: Path) -> None:
    first = onrecord("ingest", str(BUNDLED), cwd=tmp_path)
    assert first.stdout.count("    added  ") == 4
    assert onrecord("ingest", str(BUNDLED), cwd=tmp_path).stdout.count("unchanged  ") == 4


def test_the_json_of_ask_and_search_has_the_contracts_keys_and_nothing_else_stands_on_stdout(desk: Path) -> None:
    passage = {
        "passage_id", "document_id", "source", "title", "date", "speaker", "role", "asked", "start", "end", "seconds",
        "text", "score", "speaker_certain",
    }  # fmt: skip
    answer = json.loads(onrecord("ask", "What was seen in the harbour?", "--json", "-k", "1", cwd=desk).stdout)
    assert list(answer) == [
        "question", "query", "searched", "status", "text", "confidence", "confidence_level", "understood", "generator",
        "citations", "claims", "note", "absent", "occurrences", "cover", "passages", "timings_ms",
    ]  # fmt: skip
    assert list(answer["citations"][0]) == [
        "marker", "passage_id", "document_id", "title", "source", "date", "speaker", "role", "asked", "quote", "start",
        "end", "seconds", "verified", "speaker_certain",
    ]  # fmt: skip
    assert [set(hit) for hit in answer["passages"]] == [passage]
    found = json.loads(onrecord("search", "harbour", "--json", cwd=desk).stdout)
    assert list(found) == ["query", "passages"]
    assert [set(hit) for hit in found["passages"]] == [passage, passage]
    assert [TALK[hit["start"] : hit["end"]] for hit in found["passages"]] == [hit["text"] for hit in found["passages"]]
    (document,) = json.loads(onrecord("documents", "--json", cwd=desk).stdout)
    assert set(document) == {"id", "title", "date", "source", "speakers", "answers"}
    shown = json.loads(onrecord("show", document["id"], "--json", cwd=desk).stdout)
    assert {"id", "title", "date", "place", "source", "text", "turns"} <= set(shown)
    assert {tuple(turn) for turn in shown["turns"]} == {
        ("speaker", "role", "start", "end", "seconds", "label", "certain")
    }


def test_show_text_gives_the_bytes_of_the_file(desk: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rag", "show", "talk.txt", "--text"],
        cwd=desk,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        check=True,
    )
    assert done.stdout == (desk / "talk.txt").read_bytes()


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["ask", "--help"]], ids=" ".join)
def test_help_is_given_and_lists_what_the_contract_names(tmp_path: Path, words: list[str]) -> None:
    done = onrecord(*words, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    ask = ["--archive", "--json", "-k", "--speaker", "--document", "--after", "--before", "--history", "--generator"]
    commands = ["ingest", "ask", "search", "documents", "show", "remove", "verify", "doctor"]
    expected = [*ask, "--model"] if words[0] == "ask" else commands
    assert [name for name in expected if name not in done.stdout] == []
    assert list(tmp_path.iterdir()) == []


def test_a_bad_file_is_told_and_the_good_ones_beside_it_are_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "empty.txt").write_bytes(b"")
    (tmp_path / "in" / "talk.txt").write_text(TALK, encoding="utf-8", newline="")
    done = onrecord("ingest", "in", cwd=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("onrecord: ")
    assert line.endswith("empty.txt: the file is empty")
    assert onrecord("show", "talk", "--text", cwd=tmp_path).stdout == TALK
    # All ids must be known before the first document goes.
    refused = onrecord("remove", "talk.txt", "no-such-id", cwd=tmp_path)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
    assert onrecord("show", "talk", "--text", cwd=tmp_path).stdout == TALK


def test_a_setting_in_the_environment_is_used_and_a_flag_is_stronger(desk: Path) -> None:
    words = ("search", "harbour", "--json")
    assert len(json.loads(onrecord(*words, cwd=desk, ONRECORD_K="1").stdout)["passages"]) == 1
    assert len(json.loads(onrecord(*words, "-k", "2", cwd=desk, ONRECORD_K="1").stdout)["passages"]) == 2
    done = onrecord(*words, cwd=desk.parent, ONRECORD_ARCHIVE=str(desk / "archive"))
    assert json.loads(done.stdout)["passages"][0]["source"] == "talk.txt"


def test_a_file_with_an_impossible_date_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text(
        "---\ndate: 2024-02-30\n---\n\nQuestion: Why?\n\nAnn Reed: So.\n", encoding="utf-8"
    )
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8", newline="")
    done = onrecord("ingest", "bad.md", "talk.txt", cwd=tmp_path)
    assert "Traceback" not in done.stderr
    assert onrecord("show", "talk", "--text", cwd=tmp_path).stdout == TALK


def test_the_version_is_told(tmp_path: Path) -> None:
    done = onrecord("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"onrecord {version('onrecord')}\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete_commands_and_options(tmp_path: Path, shell: str) -> None:
    script = onrecord("--show-completion", shell, cwd=tmp_path, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert (script.returncode, script.stderr) == (0, "")
    assert "complete_" + shell in script.stdout


def test_a_script_can_tell_a_silence_from_an_answer(desk: Path) -> None:
    silent, answered = "What is the boiling point of tungsten?", "What was seen in the harbour?"
    assert [onrecord("ask", asked, "--exit-code", cwd=desk).returncode for asked in (silent, answered)] == [3, 0]
    assert onrecord("search", "whale", "--exit-code", cwd=desk).returncode == 0


@pytest.mark.parametrize("words", [["show", "long.txt"], ["show", "long.txt", "--text"], ["--help"]], ids=" ".join)
def test_a_reader_that_leaves_is_no_failure(tmp_path: Path, words: list[str]) -> None:
    turns = [("Ann Reed", f"In year {year} we counted every whale that came to the harbour.") for year in range(3000)]
    (tmp_path / "long.txt").write_text(transcript(("Question", "When?"), *turns), encoding="utf-8")
    archive = open_archive(tmp_path / "archive", encoder=FakeEncoder(8))
    archive.ingest([tmp_path / "long.txt"])
    archive.close()
    reader, writer = os.pipe()
    os.close(reader)  # the reader has gone before the first word
    done = subprocess.run(
        [sys.executable, "-m", "rag", *words],
        cwd=tmp_path,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_archive_with_nothing_in_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    onrecord("ingest", "talk.txt", cwd=tmp_path)
    onrecord("remove", "talk.txt", cwd=tmp_path)
    there = onrecord("documents", cwd=tmp_path).stdout
    assert there == "There is nothing in archive; run: onrecord ingest FOLDER --archive archive\n"


def test_an_archive_can_be_given_as_a_url_of_its_folder(desk: Path) -> None:
    done = onrecord("search", "whale", "--k", "1", "--json", "--archive", (desk / "archive").as_uri(), cwd=desk)
    assert [hit["source"] for hit in json.loads(done.stdout)["passages"]] == ["talk.txt"]
