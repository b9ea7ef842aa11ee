"""The report: complete in one file, true to the run, and deaf to what others wrote into questions and transcripts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import ROOT
from made_runs import made_row, made_run
from outside import not_here

from eval.runs.causes import CAUSES, NOT_CHOSEN, NOT_RETRIEVED
from eval.show.figures import reliability, risk_coverage, stage_times
from eval.show.plots import Bin
from eval.show.report import render, write_report

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "</title><iframe src=javascript:alert(1)>",
    "<!-- ${7*7} {{7*7}} -->",
    "\u202egnol\u0000\ud800",
]


class Elements(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def hostile_run_page(texts: list[str]) -> str:
    rows = [
        made_row(text, question=text, gold=text, quote=text, cause=NOT_RETRIEVED, measures={"R@5": 0.0})
        for text in texts
    ]
    return render(made_run(rows, name=f"{texts[0]}.jsonl"))


def test_the_report_asks_nothing_of_the_network_and_runs_nothing() -> None:
    rows = [made_row("1", measures={"R@5": 1.0}), made_row("2", measures={"R@5": 0.0}, cause=NOT_CHOSEN)]
    page = render(made_run(rows))
    elements = Elements(page)
    assert elements.tags & {"script", "link", "img", "iframe", "object", "form", "a"} == set()
    assert [name for name, _ in elements.attributes if name in ("src", "href") or name.startswith("on")] == []
    assert re.findall(r"url\(|@import|https?:", page) == []
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page


def test_hostile_questions_and_transcripts_stay_text() -> None:
    elements = Elements(hostile_run_page(HOSTILE))
    benign = Elements(hostile_run_page(["plain"] * len(HOSTILE)))
    assert elements.tags == benign.tags
    assert {name for name, _ in elements.attributes} == {name for name, _ in benign.attributes}


def test_thousands_of_hostile_lines_stay_text() -> None:
    files = sorted((ROOT.parent / "shared" / "data" / "hostile").rglob("*xss*.txt"))
    if not files:
        not_here("the hostile lines in ../shared/data/hostile")
    lines = [line for file in files for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if line]
    elements = Elements(hostile_run_page(lines))
    benign = Elements(hostile_run_page(["plain"] * 3))
    assert elements.tags == benign.tags
    assert {name for name, _ in elements.attributes} == {name for name, _ in benign.attributes}


def test_every_wrong_answer_is_shown_with_its_cause_gold_and_quote_and_no_right_one_is() -> None:
    rows = [
        made_row("right", question="Was it right?", gold="right gold", quote="right quote"),
        made_row("wrong", question="Was it wrong?", gold="wrong gold", quote="wrong quote", cause=NOT_CHOSEN),
    ]
    page = render(made_run(rows))
    number = list(CAUSES).index(NOT_CHOSEN)
    assert page.count('class="wrong"') == 1
    assert f'data-cause="{number}" id="q1"' in page
    for text in ("Was it wrong?", "wrong gold", "wrong quote", "gold at rank 1", "a.txt, 40–51"):
        assert text in page
    assert "right gold" not in page
    assert "1 of 2 questions" in page


def test_only_the_viewer_has_links_to_places() -> None:
    run = made_run([made_row("1", cause=NOT_CHOSEN)])
    linked = render(run, link_to=lambda row, kind, which: f"/there/{row}/{kind}/{which}")
    assert [value for name, value in Elements(linked).attributes if name == "href"] == [
        "/there/0/gold/0",
        "/there/0/quote/0",
    ]


def test_a_run_without_a_wrong_answer_or_an_answer_has_a_report_too() -> None:
    assert "None." in render(made_run([made_row("1")]))
    assert "refused wrongly" in render(made_run([made_row("1", status="not_on_record", cause="refused wrongly")]))


def test_the_report_is_written_beside_the_run(tmp_path: Path) -> None:
    run = made_run([made_row("1")])
    path = write_report(run, tmp_path)
    assert path == tmp_path / "report.html"
    assert path.read_text(encoding="utf-8") == render(run)


def test_risk_and_coverage_agree_with_a_hand_worked_case() -> None:
    rows = [
        made_row("1", confidence=0.9),
        made_row("2", confidence=0.8, cause=NOT_CHOSEN),
        made_row("3", confidence=0.8),
        made_row("4", confidence=0.1, status="not_on_record", cause="refused wrongly"),
    ]
    # Two answers are equally sure, so no threshold parts them; the refused question is never answered.
    assert risk_coverage(rows) == [(0.25, 0.0), (0.75, pytest.approx(1 / 3))]


def test_reliability_agrees_with_a_hand_worked_case() -> None:
    rows = [
        made_row("1", confidence=0.91),
        made_row("2", confidence=0.99, cause=NOT_CHOSEN),
        made_row("3", confidence=1.0),
        made_row("4", confidence=0.25, cause=NOT_CHOSEN),
        made_row("5", confidence=0.05, status="not_on_record"),
    ]
    low, high = reliability(rows)
    assert low == Bin(0.25, 0.0, 1)
    assert (high.confidence, high.right, high.count) == (pytest.approx(2.9 / 3), pytest.approx(2 / 3), 3)


def test_times_are_the_middle_and_the_slowest_twentieth() -> None:
    rows = [made_row(str(number), took_ms=float(number)) for number in range(1, 102)]
    # of 1 … 101 ms the median is 51 and the 95th percentile 96; retrieval takes half of each
    assert stage_times(rows) == [("retrieve", 25.5, 48.0), ("total", 51.0, 96.0)]
