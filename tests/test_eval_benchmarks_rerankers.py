"""Readers on questions about one paragraph each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.benchmarks.rerankers import Read, best_threshold, figures_of, main, read_all
from rag.rerankers.training.data import squad_paragraphs

pytestmark = pytest.mark.model  # the benchmark loads the rerankers by name

FERRY = "The ferry was built in Aldwark in 1911. It burned down one night in June. A baker saw the smoke first."
TOLL = "Nobody paid the toll for years. The county gave the house to a school. Its roof is made of slate."


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    def asked(number: str, question: str, text: str = "", answer: str = "") -> dict[str, object]:
        answers = [{"text": answer, "answer_start": text.index(answer)}] if answer else []
        return {"id": number, "question": question, "answers": answers}

    ferry = [asked("1", "Where was the ferry built?", FERRY, "Aldwark"), asked("2", "Who sank the submarine?")]
    toll = [asked("3", "What is the roof made of?", TOLL, "slate")]
    articles = [
        {"title": title, "paragraphs": [{"context": FERRY, "qas": ferry}, {"context": TOLL, "qas": toll}]}
        for title in ("Steam_engine", "Ferries")
    ]
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": articles}), encoding="utf-8")
    return path


def test_every_question_is_read_in_its_own_paragraph(squad: Path, tmp_path: Path) -> None:
    paragraphs = [each for each in squad_paragraphs(squad) if each.article == "Ferries"]
    built, submarine, roof = read_all(paragraphs, None, tmp_path / "reads", limit=None)
    assert (built.text, built.answers, built.in_sentence) == (
        "The ferry was built in Aldwark in 1911.",
        ("Aldwark",),
        True,
    )
    assert (roof.text, roof.in_sentence) == ("Its roof is made of slate.", True)
    assert (submarine.answers, submarine.in_sentence) == ((), False)
    assert submarine.score < min(built.score, roof.score)


def test_the_table_has_a_line_for_each_reader(squad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(squad), "--reader", "heuristic"]) == 0
    articles, _, line = capsys.readouterr().out.splitlines()
    assert articles == "Steam_engine: 3 questions"
    assert line.split()[0] == "heuristic"
    assert line.split()[-3:] == ["1.000", "(1.000–1.000)", "1.000"]  # the sentence, and AUROC


def test_what_cannot_be_measured_is_told_in_one_line(squad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(squad), "--articles", "Whales"]) == 1
    assert capsys.readouterr().err == f"onrecord: {squad} has no article 'Whales'; it has Ferries, Steam_engine …\n"
    assert main([str(squad), "--articles", "Ferries", "Steam_engine"]) == 1
    assert capsys.readouterr().err == (
        "onrecord: every article is measured on, and none is left to choose the threshold on; name fewer with --articles\n"
    )


def test_a_threshold_refuses_what_is_better_refused() -> None:
    reads = [Read(("May",), "May", 3.0, True), Read((), "June", 2.0, False), Read(("Reed",), "in July", 1.0, False)]
    assert best_threshold(reads) == 2.5
    figures = figures_of(reads, 2.5)
    # "No answer" was said twice, once rightly, and there is one such question: F1 is 2 · 1 / (2 + 1).
    assert figures["no_answer_f1"] == pytest.approx(2 / 3)
    assert (figures["f1"], figures["has_f1"], figures["no_em"]) == (pytest.approx(2 / 3), 0.5, 1.0)
