"""An answer of quotes alone: each claim ends where its citation ends, and `strict` takes nothing away."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rag.answer.claims import claims_of
from rag.answer.quotations import find_quotations
from rag.answer.writer import Writer, Written
from rag.evidence.order import by_speaker_day
from rag.generators import GenerationRequest
from rag.generators.extractive import ExtractiveGenerator, quotations_alone
from rag.passages import passages_of
from rag.types import Document, Sentence, Turn

PIECES = (
    "It fell.| He wrote, “No.”|“And our rate is “the lowest in the Forecast.””| “Why?” |”| “|\n|\n\n| [1]|[2] |Dr. |1. | in 1931"
    '|: “|Ann Reed: “|On 3 May 2024, Ann Reed: | (no)|!?|… |word |"Quoted."|«Нет.»|「はい。」|# Head|- '
).split("|")
said = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join).filter(lambda text: text.strip() > "")
names = st.sampled_from(["Ann Reed", "Jo: “Field”", "Bo [2]", ""])
dates = st.sampled_from([None, "2024-05-03", "2025-01-09"])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A transcript whose turns hold quotation marks, stops and brackets anywhere."""
    text, turns = "", []
    for name, words in draw(st.lists(st.tuples(names, said), min_size=1, max_size=4)):
        words = words.strip()
        turns.append(Turn(name, "respondent", len(text), len(text) + len(words), certain=bool(name)))
        text += f"{words}\n\n"
    return Document(draw(st.sampled_from("ab")), "A “talk”", draw(dates), None, "talk.txt", text, tuple(turns))


@st.composite
def requests(draw: st.DrawFn) -> tuple[GenerationRequest, dict[str, Document]]:
    """Some pieces of one or two transcripts as evidence."""
    held = {each.id: each for each in draw(st.lists(documents(), min_size=1, max_size=2))}
    quotes: list[Sentence] = []
    for document in held.values():
        for passage in passages_of(document, count_tokens=len, max_tokens=1000):
            if draw(st.booleans()):
                start = draw(st.integers(0, len(passage.text) - 1))
                end = draw(st.integers(start + 1, len(passage.text)))
                quotes.append(
                    Sentence(passage, passage.start + start, passage.start + end, passage.text[start:end], 1.0)
                )
    return GenerationRequest("What fell?", (), by_speaker_day(quotes)), held


def finished(request: GenerationRequest, held: dict[str, Document], *, strict: bool) -> Written:
    nothing: Any = None  # no word has to be looked up
    writer = Writer(nothing, ExtractiveGenerator(), name="extractive", timeout_s=1.0, strict=strict)
    pieces = writer.write(request, held)
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            written: Written = end.value
            return written


@given(requests())
def test_strict_removes_neither_a_heading_nor_a_quote(asked: tuple[GenerationRequest, dict[str, Document]]) -> None:
    request, held = asked
    if not any(char.isalnum() for quote in request.evidence for char in quote.text):
        return  # nothing to write is another claim
    text = "".join(ExtractiveGenerator().generate(request))
    loose, strict = finished(request, held, strict=False), finished(request, held, strict=True)
    assert (strict.text, strict.notes, loose.text) == (text, (), text)
    assert [
        strict.text[claim.start : claim.end].endswith(f"”” [{claim.markers[0]}]"[-4:]) for claim in strict.claims
    ] == [True] * len(request.evidence)
    assert [claim.support for claim in strict.claims] == ["supported"] * len(request.evidence)
    assert [claim.markers for claim in strict.claims] == [(n,) for n in range(1, len(request.evidence) + 1)]


@given(requests())
def test_the_form_of_quotes_alone_is_known_again(asked: tuple[GenerationRequest, dict[str, Document]]) -> None:
    request, held = asked
    written = finished(request, held, strict=False) if request.evidence else None
    if written is None or not written.citations:
        return
    spans = quotations_alone(written.text, written.citations)
    assert spans is not None
    assert "".join(written.text[a:z] for a, z in spans).split() == written.text.split() or "".join(
        "".join(written.text[a:z].split()) for a, z in spans
    ) == "".join(written.text.split())
    assert quotations_alone(f"{written.text} So it was.", written.citations) is None
    assert quotations_alone(f"As is known: {written.text}", written.citations) is None


def test_a_claim_of_a_model_ends_behind_the_quote_that_ends_in_a_quotation() -> None:
    quote = "He wrote: “It is the lowest in the Forecast.”"
    text = f"Ann Reed said: “{quote}” [1] It rained."
    start = text.index(quote)
    spans = claims_of(
        text,
        find_quotations(text, []),
        [(text.index("[1]"), text.index("[1]") + 3, 1)],
        verbatim=[(start - 1, start + len(quote) + 1)],
    )
    assert [text[a:z] for a, z in spans] == [f"Ann Reed said: “{quote}” [1]", "It rained."]
