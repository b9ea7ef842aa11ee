"""Documents that come in and are shown, thumbs that are noted, and the steps of an answer."""

from __future__ import annotations

import json
import logging
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from conftest import transcript
from hypothesis import given, settings
from hypothesis import strategies as st
from ui_answers import answer, citation, read, texts

from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.errors import InputError
from rag.examples import example_questions
from rag.transcript import parse
from rag.types import Answer, Document, Filters
from ui.conversations import Exchange, from_json
from ui.documents import MAX_UPLOAD_BYTES, UPLOADS, Library, add_file, safe_name, source_view
from ui.feedback import FILE, MAX_COMMENT_CHARS, note_feedback
from ui.service import ChatService, Step

MAY = transcript(
    ("Reporter", "When will the harbour gates move for the first time in spring?"),
    ("Ann Reed", "The gates will move on the third of May, after the inspectors have been down to see them."),
)
JUNE = MAY.replace("third of May", "ninth of June")
GATES, BUTTON = "When will the gates move?", "And who presses the button?"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path / "archive")


def sent(content: str | bytes) -> str:
    return b64encode(content.encode() if isinstance(content, str) else content).decode()


def uploads(archive: Archive) -> dict[str, str]:
    folder = Path(archive.url) / UPLOADS
    return {path.name: path.read_text() for path in sorted(folder.iterdir())} if folder.is_dir() else {}


def listed(archive: Archive) -> list[str]:
    return sorted(document.source for document in archive.documents())


# -- uploads -----------------------------------------------------------------------------------------------------------


def test_an_uploaded_file_is_kept_and_searchable_at_once(archive: Archive) -> None:
    assert add_file(archive, "harbour.txt", sent(MAY)) == {
        "source": "harbour.txt",
        "answers": 1,
        "notes": [],
        "unchanged": False,
    }
    assert uploads(archive) == {"harbour.txt": MAY}
    (hit,) = archive.search("When do the gates move?")
    assert (hit.passage.source, hit.passage.speaker) == ("harbour.txt", "Ann Reed")
    assert (
        hit.passage.text == "The gates will move on the third of May, after the inspectors have been down to see them."
    )


def test_another_text_under_the_same_name_replaces_nothing(archive: Archive) -> None:
    add_file(archive, "harbour.txt", sent(MAY))
    assert add_file(archive, "harbour.txt", sent(JUNE))["source"] == "harbour (2).txt"
    assert add_file(archive, "harbour.txt", sent(JUNE.replace("ninth", "tenth")))["source"] == "harbour (3).txt"
    assert listed(archive) == ["harbour (2).txt", "harbour (3).txt", "harbour.txt"]
    assert uploads(archive)["harbour.txt"] == MAY
    assert uploads(archive)["harbour (2).txt"] == JUNE


@pytest.mark.parametrize("name", ["harbour.txt", "other.txt"])
def test_the_same_text_again_changes_nothing(archive: Archive, name: str) -> None:
    add_file(archive, "harbour.txt", sent(MAY))
    again = add_file(archive, name, sent(MAY))
    assert (again["source"], again["unchanged"]) == (name, True)
    assert uploads(archive) == {"harbour.txt": MAY}
    assert listed(archive) == ["harbour.txt"]


def test_a_document_that_was_removed_can_be_uploaded_again_under_its_name(archive: Archive) -> None:
    add_file(archive, "harbour.txt", sent(MAY))
    archive.remove("harbour.txt")
    assert listed(archive) == []
    again = add_file(archive, "harbour.txt", sent(MAY))
    assert (again["source"], again["answers"], again["unchanged"]) == ("harbour.txt", 1, False)
    assert uploads(archive) == {"harbour.txt": MAY}
    assert listed(archive) == ["harbour.txt"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", "AAA", "did not arrive whole; try again"),
        ("a.txt", "!!!!", "did not arrive whole; try again"),
        ("a.txt", "QUJD\nQUJD", "did not arrive whole; try again"),
        ("a.txt", "ÄÄÄÄ", "did not arrive whole; try again"),
        ("a.txt", "A" * ((MAX_UPLOAD_BYTES + 2) // 3 * 4 + 4), "has more than 25 MB; split it"),
        ("a.txt", sent(b"\x89PNG\0\0\0"), "this is a binary file, not text; save the transcript as UTF-8 text or Markdown"),
        ("a.txt", sent(""), "the file is empty"),
        ("a.txt", sent(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "this is an old Word file (.doc); run: soffice --headless --convert-to docx FILE, and ingest what it writes"),
        ("a.txt", None, "the upload is not in the form that this page sends"),
        ("a.txt", ["QUJD"], "the upload is not in the form that this page sends"),
        (None, "QUJD", "the upload is not in the form that this page sends"),
        ({"a": 1}, "QUJD", "the upload is not in the form that this page sends"),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_a_file_that_cannot_be_read_has_its_reason_and_leaves_nothing(
    archive: Archive, name: Any, data: Any, reason: str
) -> None:
    add_file(archive, "a.txt", sent(MAY))
    with pytest.raises(InputError) as caught:
        add_file(archive, name, data)
    assert str(caught.value) == reason
    assert uploads(archive) == {"a.txt": MAY}
    assert listed(archive) == ["a.txt"]


def test_a_file_that_cannot_be_read_leaves_an_empty_archive_empty(archive: Archive) -> None:
    with pytest.raises(InputError, match="the file is empty"):
        add_file(archive, "a.txt", sent(""))
    assert not archive.exists
    assert uploads(archive) == {}


def test_a_disk_that_takes_no_more_leaves_no_half_file(archive: Archive) -> None:
    resource = pytest.importorskip("resource", reason="this system limits no file's size")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            add_file(archive, "harbour.txt", sent(MAY))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert uploads(archive) == {}
    assert add_file(archive, "harbour.txt", sent(MAY))["source"] == "harbour.txt"


def test_a_file_goes_nowhere_but_into_the_folder_of_uploads(archive: Archive, tmp_path: Path) -> None:
    names = ["../../up.txt", "/tmp/rooted.txt", "..\\..\\down.txt", "C:\\drive.txt", ".hidden.txt", "a\0b.txt"]
    for number, name in enumerate(names):
        add_file(archive, name, sent(MAY.replace("third", f"{number}th")))
    assert sorted(uploads(archive)) == ["a_b.txt", "down.txt", "drive.txt", "hidden.txt", "rooted.txt", "up.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


# Folders, devices and marks of direction are what names attack with.
_PARTS = st.lists(
    st.sampled_from(
        ["/", "\\", ".", "..", " ", "con", "NUL", "COM1", ".txt", "a", "é", "😀", "\0", "\n", ":", "?", "\u202e"]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(st.text(alphabet=st.characters(), max_size=300), _PARTS, st.text(min_size=80).map(lambda text: text * 10))
)
def test_a_name_is_one_that_every_system_takes(name: str) -> None:
    safe = safe_name(name)
    assert safe == Path(safe).name == safe_name(safe)
    assert not set(safe) & {*'<>:"/\\|?*\u202e', *map(chr, range(32))}
    assert safe.strip(" .") == safe
    assert 0 < len(safe.encode("utf-8")) <= 200  # of 255, which leaves room for a number
    assert safe.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


def test_an_ordinary_name_is_kept() -> None:
    for name in ("Ann Reed, 28 March 2024.txt", "Émile – entrevue (1).md", "интервью.txt", "notes"):
        assert safe_name(name) == name


def test_half_a_character_in_a_name_is_replaced() -> None:
    assert safe_name("a\ud800b.txt") == "a_b.txt"


# -- documents as they are shown ---------------------------------------------------------------------------------------


def test_a_shown_transcript_has_every_turn_word_for_word(bundled: Archive) -> None:
    for document in bundled.documents():
        view = json.loads(json.dumps(source_view(document)))
        assert [(turn[0], turn[1], turn[2], turn[3], turn[4]) for turn in view.pop("turns")] == [
            (turn.speaker, turn.role, turn.start, turn.seconds, document.text[turn.start : turn.end])
            for turn in document.turns
        ]
        spoken = view.pop("spoken")
        assert (spoken[-4:] if spoken else None) == (document.date[:4] if document.date else None)
        assert view == {
            "id": document.id,
            "title": document.title,
            "date": document.date,
            "place": document.place,
            "source": document.source,
            "sha256": sha256(document.text.encode()).hexdigest(),
            "leftOut": [[start, document.text[start:end].strip()] for start, end in document.left_out],
            "pages": [],
            "times": [],
            "grammar": "label with colon",
            "confidence": document.confidence,
            "notes": list(document.notes),
        }


def test_the_library_lists_every_document_with_who_answers(bundled: Archive) -> None:
    rows = {row["id"]: row for row in Library.of(bundled).listing()}
    documents = list(bundled.documents())
    assert list(rows) == [document.id for document in documents]
    for document in documents:
        row = rows[document.id]
        asking = {turn.speaker for turn in document.turns if turn.role == "interviewer"}
        assert row["answers"] == len(bundled.passages(document.id))
        assert set(row["speakers"]) >= {passage.speaker for passage in bundled.passages(document.id)}
        assert set(row["speakers"]) & asking <= {t.speaker for t in document.turns if t.role != "interviewer"}
        assert (row["title"], row["date"], row["source"]) == (document.title, document.date, document.source)


def test_the_library_reads_the_archive_once_per_change(archive: Archive) -> None:
    library = Library.of(archive)
    assert library.listing() == []
    add_file(archive, "may.txt", sent(MAY))
    first = library.listing()
    assert [row["source"] for row in first] == ["may.txt"]
    assert library.listing() is first
    add_file(archive, "june.txt", sent(JUNE))
    assert sorted(row["source"] for row in library.listing()) == ["june.txt", "may.txt"]
    archive.remove("may.txt")
    assert [(row["source"], row["answers"], row["speakers"]) for row in library.listing()] == [
        ("june.txt", 1, ["Ann Reed"])
    ]


# -- thumbs ------------------------------------------------------------------------------------------------------------


def test_feedback_is_one_line_of_json_with_the_whole_exchange(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    exchange = Exchange("Wann?", Filters(after="2024"), answer("“Im Mai”\u2028 [1]", [citation()]))
    note_feedback(archive, exchange, helpful=True)
    note_feedback(archive, exchange, helpful=False, comment="  too\nlong " + "x" * 3000)
    note_feedback(archive, Exchange("Why?", error="no"), helpful=False, comment="half \ud800")
    lines = [json.loads(line) for line in (tmp_path / FILE).read_text(encoding="utf-8").removesuffix("\n").split("\n")]
    assert [line["helpful"] for line in lines] == [True, False, False]
    assert [line["comment"][:12] for line in lines] == ["", "too\nlong xxx", "half ?"]
    assert len(lines[1]["comment"]) == MAX_COMMENT_CHARS
    assert [from_json([line])[0] for line in lines] == [exchange, exchange, Exchange("Why?", error="no")]
    assert {datetime.fromisoformat(line["time"]).utcoffset() for line in lines} == {datetime.min - datetime.min}


def test_feedback_of_many_at_once_is_not_mixed(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)

    def note(number: int) -> None:
        for _ in range(20):
            note_feedback(archive, Exchange(f"Q{number}" * 500), helpful=True)

    threads = [threading.Thread(target=note, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    questions = [json.loads(line)["question"] for line in (tmp_path / FILE).read_text(encoding="utf-8").splitlines()]
    assert sorted(questions) == sorted(f"Q{number}" * 500 for number in range(8) for _ in range(20))


# -- the steps of an answer --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def service(bundled: Archive) -> ChatService:
    return ChatService(bundled)


def steps(
    service: ChatService,
    question: str,
    past: list[Exchange] | tuple[Exchange, ...] = (),
    *,
    filters: Filters = Filters(),  # noqa: B008
    generator: str = "extractive",
    k: int = 8,
) -> list[Step]:
    return list(service.answer(question, past, filters=filters, generator=generator, k=k))


def comparable(given: Answer | None) -> Answer:
    assert given is not None
    return replace(given, timings_ms={})


def failure(found: list[Step]) -> str:
    last = found[-1]
    assert (last.pending, last.text, last.exchanges[-1].answer) == (None, "", None)
    return last.exchanges[-1].error


def test_an_answer_comes_in_steps_and_ends_with_its_exchange(service: ChatService, bundled: Archive) -> None:
    expected = Assistant(bundled).ask(GATES)
    first, *growing, last = steps(service, f"  {GATES} \n")
    assert first == Step((), Exchange(GATES))
    assert [step.pending for step in growing] == [Exchange(GATES)] * len(expected.citations)
    assert [step.text for step in growing] == [
        expected.text[: expected.text.index(mark) + len(mark)]
        for mark in (f"[{citation.marker}]" for citation in expected.citations)
    ]
    (exchange,) = last.exchanges
    assert (last.pending, exchange.question, exchange.error) == (None, GATES, "")
    assert comparable(exchange.answer) == comparable(expected)


def test_the_conversation_is_the_history(service: ChatService, bundled: Archive) -> None:
    past = [*steps(service, GATES)[-1].exchanges, Exchange("failed", error="no")]
    found = steps(service, BUTTON, past)
    expected = Assistant(bundled).ask(BUTTON, history=[GATES])
    assert [step.exchanges for step in found[:-1]] == [tuple(past)] * (len(found) - 1)
    assert found[-1].exchanges[:-1] == tuple(past)
    assert comparable(found[-1].exchanges[-1].answer) == comparable(expected)
    assert comparable(Assistant(bundled).ask(BUTTON)).searched != expected.searched


def test_a_conversation_longer_than_the_history_goes_on(service: ChatService) -> None:
    past = [Exchange(GATES, answer=answer("Yes."))] * 60
    assert failure_free(steps(service, BUTTON, past)).status == "answered"


def failure_free(found: list[Step]) -> Answer:
    given = found[-1].exchanges[-1].answer
    assert given is not None, found[-1].exchanges[-1].error
    return given


def test_filters_and_depth_are_those_of_the_question(service: ChatService, bundled: Archive) -> None:
    source = Assistant(bundled).ask(GATES).citations[0].source
    chosen = Filters(document=(source,))
    found = steps(service, GATES, filters=chosen, k=2)
    assert found[0].pending == Exchange(GATES, chosen)
    given = failure_free(found)
    assert (given.filters, found[-1].exchanges[-1].filters) == (chosen, chosen)
    assert [hit.passage.source for hit in given.passages] == [source] * 2


@pytest.mark.parametrize(
    ("question", "changed", "sentence"),
    [
        ("x" * 4001, {}, "the question has 4,001 characters, 4,000 are allowed; shorten it"),
        (GATES, {"generator": "nobody"}, "generators: there is no 'nobody'; known: "),
        (GATES, {"k": 0}, "-k is 0; ask for at least 1 passage"),
        (GATES, {"filters": Filters(speaker=("Nemo",))}, "nobody called 'Nemo' speaks in "),
        (GATES, {"filters": Filters(document=("none.txt",))}, "there is no document 'none.txt' in "),
        (GATES, {"filters": Filters(after="soon")}, "--after 'soon' is no date; write it as 2024-03-28, 2024-03 or 2024"),
        (GATES, {"filters": Filters(role=("interviewer",))}, "there is no role 'interviewer'; known: respondent, other"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_asked_is_told_in_a_sentence(
    service: ChatService, question: str, changed: dict[str, Any], sentence: str
) -> None:
    past = (Exchange("before", answer=answer("Yes.")),)
    found = steps(service, question, past, **changed)
    assert failure(found).startswith(sentence)
    assert found[-1].exchanges[:-1] == past
    assert [step.pending for step in found[:-1]] == [Exchange(question, changed.get("filters", Filters()))]


def test_half_a_character_in_a_question_is_replaced(service: ChatService) -> None:
    found = steps(service, f"{GATES} \ud800")
    assert found[-1].exchanges[-1].question == f"{GATES} ?"
    assert failure_free(found).question == f"{GATES} ?"


def test_an_archive_without_documents_is_said_to_be_empty(archive: Archive) -> None:
    assert failure(steps(ChatService(archive), GATES)) == "There is nothing in this archive yet."
    assert not archive.exists


def test_an_archive_whose_documents_were_all_removed_answers_that_nothing_is_there(archive: Archive) -> None:
    add_file(archive, "may.txt", sent(MAY))
    archive.remove("may.txt")
    given = failure_free(steps(ChatService(archive), GATES))
    assert (given.status, given.text) == ("not_on_record", "Not on record: there is nothing in this archive yet.")


FAILING = """
class Broken:
    def generate(self, request):
        yield "First words. "
        raise RuntimeError("/home/somebody/secret.py says no")

class Told:
    def generate(self, request):
        from rag.errors import InputError
        yield "First words. "
        raise InputError("the model is asleep; wake it")

class Missing:
    def generate(self, request):
        yield "First words. "
        open("/nowhere/model.bin")

class Unmade:
    def __init__(self):
        raise ValueError("cannot be made")

class Wrong:
    def generate(self, request):
        yield 7
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with generators that fail, each in its own way."""
    info = tmp_path / "failing-1.0.dist-info"
    info.mkdir()
    (tmp_path / "failing_generators.py").write_text(FAILING, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: failing\nVersion: 1.0\n", encoding="utf-8")
    names = "".join(
        f"{name.lower()} = failing_generators:{name}\n" for name in ("Broken", "Told", "Missing", "Unmade", "Wrong")
    )
    (info / "entry_points.txt").write_text(f"[onrecord.generators]\n{names}", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)


LOGGED = "something went wrong ({}); the terminal where onrecord runs says more"


@pytest.mark.parametrize(
    ("generator", "reason"),
    [
        ("broken", "it failed: RuntimeError"),
        ("told", "the model is asleep; wake it"),
        ("missing", "/nowhere/model.bin: No such file or directory"),
        ("wrong", "it failed: TypeError"),
    ],
)
@pytest.mark.usefixtures("plugins")
def test_where_a_generator_fails_the_record_is_quoted_and_the_note_says_why(
    bundled: Archive, caplog: pytest.LogCaptureFixture, generator: str, reason: str
) -> None:
    service = ChatService(bundled)
    with caplog.at_level(logging.WARNING, logger="rag"):
        found = steps(service, GATES, generator=generator)
    given = failure_free(found)
    assert given.text == Assistant(bundled).ask(GATES).text
    assert given.note == (
        f"The {generator} generator did not answer ({reason}). These are quotes from the record instead."
    )
    assert [record.exc_info is not None for record in caplog.records] == [True] * reason.startswith("it failed")
    assert failure_free(steps(service, GATES)).status == "answered"


@pytest.mark.usefixtures("plugins")
def test_a_generator_that_cannot_be_made_is_told_in_a_sentence(
    bundled: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    service = ChatService(bundled)
    with caplog.at_level(logging.ERROR, logger="ui"):
        found = steps(service, GATES, generator="unmade")
    assert failure(found) == LOGGED.format("ValueError")
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert failure_free(steps(service, GATES)).status == "answered"


# -- the greeting ------------------------------------------------------------------------------------------------------


def labels(markup: str, kind: str) -> list[str]:
    return [element.text for element in read(markup).find("", kind)]


def test_the_greeting_explains_an_empty_archive_and_then_offers_its_own_questions(
    archive: Archive, tmp_path: Path
) -> None:
    service = ChatService(archive, samples=tmp_path)
    assert labels(service.welcome(), "or-title") == ["This archive is empty"]
    assert labels(service.welcome(), "or-act") == ["Add transcripts", "Try it with the bundled interviews"]
    add_file(archive, "may.txt", sent(MAY))
    assert labels(service.welcome(), "or-title") == ["Ask the record"]
    assert labels(service.welcome(), "or-example") == ["When will the harbour gates move for the first time in spring?"]
    archive.remove("may.txt")
    assert labels(service.welcome(), "or-title") == ["This archive is empty"]


def test_a_read_only_page_offers_no_upload(archive: Archive, tmp_path: Path) -> None:
    assert labels(ChatService(archive, read_only=True, samples=tmp_path).welcome(), "or-act") == []


def test_example_questions_are_asked_in_the_documents_and_can_be_answered(bundled: Archive) -> None:
    examples = ChatService(bundled).examples()
    said = " ".join(" ".join(document.text.split()) for document in bundled.documents())
    assert len(examples) == 4
    assert [example for example in examples if example not in said or not example.endswith("?")] == []
    answered = [Assistant(bundled).ask(example).status for example in examples]
    assert answered == ["answered"] * 4
    assert labels(ChatService(bundled).welcome(), "or-example") == examples


def interview(*questions: str) -> Document:
    turns = [
        turn for text in questions for turn in (("Reporter", text), ("Ann Reed", "We have looked into that at length."))
    ]
    return parse(transcript(*turns), source="a.txt")


def test_examples_stand_on_their_own() -> None:
    given = interview(
        "And why did the harbour close in the year of the flood?",
        "When will he open the harbour to the ships from abroad?",
        "Why?",
        "when will the harbour open to the ships from abroad?",
        "The harbour opens to the ships from abroad in May.",
        f"When will the harbour {'and the basin ' * 8}open to the ships from abroad?",
        "Good evening. When will the harbour open to ships from abroad? Thank you.",
    )
    assert example_questions([given]) == ["When will the harbour open to ships from abroad?"]


def test_a_question_that_nobody_answered_is_no_example() -> None:
    text = transcript(
        ("Reporter", "When will the harbour open to ships from abroad?"),
        ("Ann Reed", "It will open in May, when the ice has gone."),
        ("Reporter", "What will the new crane in the harbour have cost?"),
    )
    assert example_questions([parse(text, source="a.txt")]) == ["When will the harbour open to ships from abroad?"]


def test_examples_come_from_as_many_documents_as_there_are_and_no_more_are_read() -> None:
    def documents() -> Iterator[Document]:
        for place in ("harbour", "station", "airport"):
            yield interview(
                f"When will the {place} open to visitors?", f"What will the new {place} have cost the taxpayers?"
            )
        raise AssertionError("one document too many was read")

    assert example_questions(documents(), count=3) == [
        "What will the new harbour have cost the taxpayers?",
        "What will the new station have cost the taxpayers?",
        "What will the new airport have cost the taxpayers?",
    ]
    alone = [
        interview("When will the harbour open to visitors?", "What will the new harbour have cost the taxpayers?")
    ] * 2
    assert example_questions(alone, count=3) == [
        "What will the new harbour have cost the taxpayers?",
        "When will the harbour open to visitors?",
    ]
    assert example_questions([]) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_any_question_on_record_makes_an_example_or_none(questions: list[str]) -> None:
    for example in example_questions([interview(*questions)]):
        assert 25 <= len(example) <= 110
        assert example == " ".join(example.split())
