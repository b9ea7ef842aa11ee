"""What a model's sentence may be called: supported only if every name, number, date and quotation in it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import transcript
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.answer.quotations import find_quotations
from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.generators import GenerationRequest
from rag.notes import (
    CUT_OUT_OF_DENIAL,
    DENIED_ONLY_HERE,
    DENIED_ONLY_THERE,
    NOT_A_QUOTATION,
    not_cited,
    said_by_others,
)
from rag.rerankers import HEURISTIC
from rag.text.numbers import numbers_in
from rag.types import Claim, Passage

QUESTION = "What did the harbour wall cost, and who built the harbour wall?"
TALK = transcript(
    ("Question", "What did the wall cost?"),
    (
        "Ann Reed",
        "The harbour wall cost 12,500 euros, and nine masons built it in 1931. I am unwilling to pay for the harbour "
        "wall again. Mr. Field asked me for the harbour wall money twice. The harbour wall opens on the ninth of June.",
    ),
    ("Question", "What does the harbour wall stand on?"),
    ("Jo Field", "The harbour wall stands on granite from Orsa. I do not know about the harbour wall."),
    ("Question", "And what do you know about the harbour wall?"),
    ("Ann Reed", "I do not know about the harbour wall. It stands."),
    ("Question", "Who paints the harbour wall?"),
    ("Tom Reed", "The harbour wall is painted every spring."),
    head="The wall of Orsa\n\n12 March 2025",
)


class Says:
    """A model that cites by what the cited sentence holds: "{masons}" stands for the number of the one with that word."""

    numbering = "sentences"

    def __init__(self, text: str) -> None:
        self.text = text

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        text = self.text
        for number, passage in enumerate(request.passages, start=1):
            for place, sentence in enumerate(passage.sentences, start=1):
                for words in ("12,500", "unwilling", "twice", "June", "granite", "know", "painted"):
                    for name in ("", f"{passage.passage.speaker}: "):
                        if words in sentence.text:
                            text = text.replace(f"{{{name}{words}}}", f"[{number}.{place}]")
        yield text


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("talk")
    (folder / "talk.txt").write_text(TALK, encoding="utf-8")
    archive = open_archive(folder / "archive")
    archive.ingest([folder / "talk.txt"])
    return archive


def claims(archive: Archive, text: str) -> tuple[Claim, ...]:
    answer = Assistant(archive, generator=Says(text)).ask(QUESTION)
    assert (answer.note, "{" in answer.text) == ("", False)
    return answer.claims


@pytest.mark.parametrize(
    ("said", "new"),
    [
        ("Zorkin paid 12,500 euros for the harbour wall {12,500}.", "Zorkin"),
        ("Zorkin said the harbour wall cost 12,500 euros {12,500}.", "Zorkin"),
        ("Builders say that the harbour wall cost 12,500 euros {12,500}.", "Builders"),
        ("- Zorkin: the harbour wall cost 12,500 euros {12,500}.", "Zorkin"),
        ("Field paid 12,500 euros for the harbour wall {12,500}.", "Field"),
        ("The harbour wall of Dr. Zorkin cost 12,500 euros {12,500}.", "Zorkin"),
        ("The harbour wall cost Łukasz 12,500 euros {12,500}.", "Łukasz"),
        ("The harbour wall of Reed-Zorkin cost 12,500 euros {12,500}.", "Reed-Zorkin"),
        ("99 masons built the harbour wall {12,500}.", "99"),
        ("The harbour wall cost 500 euros {12,500}.", "500"),
        ("The harbour wall cost 12 euros {12,500}.", "12"),
        ("The harbour wall cost 12.5 million euros {12,500}.", "12.5 million"),
        ("The harbour wall cost 99,500 euros {12,500}.", "99,500"),
        ("The harbour wall was built by ninety masons {12,500}.", "ninety"),
        ("The harbour wall was built by twenty-nine masons {12,500}.", "twenty-nine"),
        ("The harbour wall was built by nine masons in 1931, on 9 March 2025 {12,500}.", "9 March 2025"),
        ("On 9 March nine masons built the harbour wall {12,500}.", "9 March"),
        ("In May nine masons built the harbour wall {12,500}.", "May"),
        ("On 12 March 2024 the harbour wall cost 12,500 euros {12,500}.", "12 March 2024"),
    ],
)
def test_a_name_a_number_or_a_date_that_is_not_cited_makes_a_sentence_unsupported(
    talk: Archive, said: str, new: str
) -> None:
    (claim,) = claims(talk, said)
    assert (claim.support, claim.reason) == ("unsupported", not_cited(new))


@pytest.mark.parametrize(
    "said",
    [
        "The harbour wall cost 12500 euros {12,500}.",
        "However, 9 masons built the harbour wall in 1931 {12,500}.",
        "Masons built the harbour wall in 1931 {12,500}.",
        "On 12 March 2025 Ann Reed said that the harbour wall cost 12,500 euros {12,500}.",
        "Am 12. März 2025: the harbour wall cost 12,500 euros {12,500}.",
        "According to Ms. Reed, nine masons built the harbour wall in 1931 {12,500}.",
        "1. The harbour wall cost 12,500 euros {12,500}.",
        "In 2025 she said: The harbour wall cost 12,500 euros {12,500}.",
        "The harbour wall opens on 9 June 2025 {June}.",
        "The harbour wall opens on June 9th {June}.",
        "Ann Reed said Field asked for the harbour wall money twice {twice}.",
        "Ann Reed said the wall cost 12,500 euros {12,500}, and Jo Field said it stands on granite {granite}.",
        "The harbour wall cost 12,500 euros {12,500}, and according to Jo Field it stands on granite {granite}.",
        "Ann Reed said: “I do not know about the harbour wall.” {Ann Reed: know}",
        "Jo Field said: “I do not know about the harbour wall.” {Jo Field: know}",
        "The harbour wall cost 12,500 euros.\n{12,500}",
        "Tom Reed says the harbour wall is painted every spring {painted}.",
        "Naturally, nine masons built the harbour wall in 1931 {12,500}.",
        "Jo Field does not know about the harbour wall {Jo Field: know}.",
    ],
)
def test_what_is_cited_may_be_written_in_another_way(talk: Archive, said: str) -> None:
    assert [(claim.support, claim.reason) for claim in claims(talk, said)] == [("supported", "")]


@pytest.mark.parametrize(
    "said",
    [
        "The harbour wall did not cost 12,500 euros {12,500}.",
        "The harbour wall is never painted in spring {painted}.",
        "The harbour wall doesn’t stand on granite from Orsa {granite}.",
    ],
)
def test_what_is_denied_and_was_said_without_a_denial_is_weak(talk: Archive, said: str) -> None:
    assert [(claim.support, claim.reason) for claim in claims(talk, said)] == [("weak", DENIED_ONLY_HERE)]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_known_whether_its_letters_are_in_one_piece_or_two(tmp_path: Path, form: str) -> None:
    said = "Señora Ibáñez and Frau Öhm painted the pier in March."
    text = transcript(("Question", "Who painted the pier?"), ("Ann Reed", said))
    (tmp_path / "talk.txt").write_text(unicodedata.normalize(form, text), encoding="utf-8")
    archive = open_archive(tmp_path / "archive")
    archive.ingest([tmp_path / "talk.txt"])
    for question in ("Did Señora Ibáñez paint the pier?", unicodedata.normalize("NFD", "Did Señora Ibáñez paint it?")):
        answer = Assistant(archive).ask(question)
        assert [(claim.support, claim.reason) for claim in answer.claims] == [("supported", "")]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Jo Field said to know about the harbour wall {Jo Field: know}.", DENIED_ONLY_THERE),
        ("Jo Field knows “about the harbour wall” {Jo Field: know}.", CUT_OUT_OF_DENIAL),
    ],
)
def test_what_was_denied_and_is_said_without_the_denial_is_weak(talk: Archive, said: str, reason: str) -> None:
    assert [(claim.support, claim.reason) for claim in claims(talk, said)] == [("weak", reason)]


@pytest.mark.parametrize(
    ("said", "speaker", "named"),
    [
        ("Jo Field said that Ann Reed paid: the harbour wall cost 12,500 euros {12,500}.", "Ann Reed", "Jo Field"),
        ("Jo Field said that the harbour wall money was asked for twice {twice}.", "Ann Reed", "Jo Field"),
        ("Jo Field testified that the harbour wall money was asked for twice {twice}.", "Ann Reed", "Jo Field"),
        ("Jo Field suggested that the harbour wall cost 12,500 euros {12,500}.", "Ann Reed", "Jo Field"),
        ("Jo Field said the wall cost 12,500 euros {12,500}, and Ann Reed said it stands on granite {granite}.", "Ann Reed", "Jo Field"),
        ("The harbour wall cost 12,500 euros, according to Ann Reed and {12,500} Ann Reed said it stands on granite {granite}.", "Jo Field", "Ann Reed"),
        ("Ann Reed said the harbour wall is painted every spring {painted}.", "Tom Reed", "Ann Reed"),
    ],
)  # fmt: skip
def test_what_somebody_is_said_to_have_said_is_cited_from_them(
    talk: Archive, said: str, speaker: str, named: str
) -> None:
    assert [claim.reason for claim in claims(talk, said)] == [said_by_others([speaker], named)]


@pytest.mark.parametrize(
    "said",
    [
        "“willing to pay for the harbour wall again” {unwilling}",
        "“The harbour wall cost 12” and more, “500 euros, and nine masons built it” {12,500}",
        "‘I will sell the harbour wall for nine masons’ {12,500}.",
        "She said 'I will sell the harbour wall' {12,500}.",
        "„I will sell the harbour wall” {12,500}.",
        "»I will sell the harbour wall« {12,500}.",
        "“I will sell the harbour wall {12,500}.",
        "“I will sell\nthe harbour wall” {12,500}.",
    ],
)
def test_words_in_any_quotation_marks_stand_in_the_record_as_whole_words(talk: Archive, said: str) -> None:
    assert [(claim.support, claim.reason) for claim in claims(talk, said)] == [("unsupported", NOT_A_QUOTATION)]


def test_a_quotation_in_a_script_that_sets_no_words_apart_is_looked_up() -> None:
    passage = Passage("p", "d", "f", "王", "respondent", "", 0, 16, "港口的墙花了一万两千五百欧元。")
    (true,) = find_quotations("王说：“花了一万两千五百欧元”", [passage])
    (false,) = find_quotations("王说：「花了九万两千五百欧元」", [passage])
    assert (true.places, false.passage) == (((4, 14),), None)


def test_a_quote_whose_lines_are_wrapped_is_one_sentence_and_kept_by_strict(tmp_path: Path) -> None:
    said = "“I told them, “Nine masons built the harbour\nwall in 1931, and it cost\n12,500 euros, no more.”"
    folder = tmp_path / "talk"
    folder.mkdir()
    (folder / "talk.txt").write_text(
        transcript(("Question", "What did it cost?"), ("Ann Reed", said)), encoding="utf-8"
    )
    archive = open_archive(folder / "archive")
    archive.ingest([folder / "talk.txt"])
    answer = Assistant(archive, strict=True).ask(QUESTION)
    assert [claim.support for claim in answer.claims] == ["supported"] * len(answer.citations)
    assert (answer.note, answer.text) == ("", Assistant(archive).ask(QUESTION).text)


SAID = st.sampled_from(
    [
        "The harbour wall cost 12,500 euros {12,500}", "nine masons built it {12,500}", "Zorkin paid for it {granite}",
        "It stands {Ann Reed: know}", "Ann Reed said: “I do not know about the harbour wall.” {Ann Reed: know}", "“never said so by anybody” {twice}",
        "In 1066", "granite from Orsa {granite}", "# The harbour wall", "- ", "Dr. ", "1. ", "{granite}", "[9.9]", ". ", "! ", "\n", "\n\n", ", and ", " ", "“", "”",
    ]
)  # fmt: skip


@given(st.lists(SAID, min_size=1, max_size=9))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_with_strict_everything_that_is_shown_is_supported(talk: Archive, said: list[str]) -> None:
    answer = Assistant(talk, generator=Says("".join(said)), reader=HEURISTIC, strict=True).ask(QUESTION)
    assert [(claim.support, claim.reason) for claim in answer.claims if claim.support != "supported"] == []
    told = "".join(answer.text[claim.start : claim.end] for claim in answer.claims)
    shown, checked = (re.findall(r"\w", re.sub(r"\[\d+\]", "", text)) for text in (answer.text, told))
    assert shown == checked  # and no word is shown beside it


def test_numbers_are_their_values() -> None:
    assert numbers_in("In 1931 500 people, 12 500 or 12,500.75 or 1.250.000,50; 3,5 and €1.5bn, 2.3.1, a hundred and five; twelve thousand six hundred") == {
        "1931": "1931", "500": "500", "12500": "12 500", "12500.75": "12,500.75", "1250000.5": "1.250.000,50", "3.5": "3,5",
        "1500000000": "1.5bn", "2.3.1": "2.3.1", "105": "hundred and five", "12600": "twelve thousand six hundred",
    }  # fmt: skip
