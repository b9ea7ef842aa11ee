"""A conversation to keep or to print."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from ui_answers import Element, answer, answers, bare, citation, hostile_strings, read, silence, silences, texts

from rag.answer.asked import question_before
from rag.archive import Archive
from rag.assistant import Assistant
from rag.text.clock import clock
from rag.text.reading import as_read
from rag.types import Answer, Citation, Document, Turn
from ui.conversations import NEAREST, Exchange, from_json
from ui.export import CONTEXT_CHARS, export
from ui.rendering import source_line
from ui.texts import say, say_cover

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CHANGED = "The document is no longer in the archive, or has changed: this quote could not be checked again."


def gone(_: str) -> None:
    return None


def document(text: str, *turns: tuple[int, int], **changed: object) -> Document:
    said = tuple(Turn("Ann Reed", "respondent", start, end) for start, end in turns or [(0, len(text))])
    fields: dict[str, object] = {"title": "The harbour", "date": "2024-03-28", "place": None, "source": "harbour.txt"}
    return Document(**{"id": "d1", "text": text, "turns": said, **fields, **changed})  # type: ignore[arg-type]


def quoted(text: str, quote: str) -> Citation:
    start = text.index(quote)
    return citation(quote=quote, start=start, end=start + len(quote))


# -- the evidence pack ---------------------------------------------------------------------------------------------------


def pack(exchanges: list[Exchange], document_of: object = gone) -> Element:
    """The tree of an evidence pack, in which nothing asks for anything from outside."""
    markup = export(exchanges, document_of, form="html", when=WHEN)  # type: ignore[arg-type]
    assert markup.startswith("<!doctype html>\n")
    tree = read(markup)
    known = set("html head meta title style body main h1 p section h2 h3 article mark table tr th td br".split())
    assert {element.tag for element in tree.find()} <= known
    names = {
        (element.tag, name) for element in tree.find() for name in element.attributes if name not in ("class", "dir")
    }
    assert names <= {
        ("html", "lang"),
        ("meta", "charset"),
        ("meta", "name"),
        ("meta", "content"),
        ("meta", "http-equiv"),
    }
    policy = [meta.attributes["content"] for meta in tree.find("meta") if "http-equiv" in meta.attributes]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert "url(" not in tree.find("style")[0].text
    return tree


def rows(article: Element) -> dict[str, str]:
    return {row.find("th")[0].text: row.find("td")[0].text for row in article.find("tr")}


def test_real_citations_stand_in_the_pack_with_their_words_place_and_digest(bundled: Archive) -> None:
    assistant = Assistant(bundled)
    questions = ["When will the gates move?", "How many hectares of eelgrass will be lost for good?"]
    exchanges = [Exchange(question, answer=assistant.ask(question)) for question in questions]
    cited = [one for exchange in exchanges if exchange.answer for one in exchange.answer.citations]
    tree = pack(exchanges, bundled.document)
    assert [head.text for head in tree.find("h2")] == [f"{n}. {q}" for n, q in enumerate(questions, start=1)]
    assert [head.text for head in tree.find("h3")] == [f"[{one.marker}]" for one in cited]
    assert [mark.text for mark in tree.find("mark")] == [one.quote for one in cited]
    assert tree.find("p", "warning") == []
    days = {"2025-11-18": "18 November 2025", "2025-03-12": "12 March 2025", "2026-10-09": "9 October 2026"}
    for one, article in zip(cited, tree.find("article"), strict=True):
        text = bundled.document(one.document_id).text
        assert rows(article) == {
            "Speaker": one.speaker,
            "Asked": one.asked,
            "Title": one.title,
            "Date": days[one.date or ""],
            "Source": one.source,
            **({"Time": clock(one.seconds)} if one.seconds is not None else {}),
            "Characters": f"{one.start}–{one.end}",
            "SHA-256": sha256(text.encode()).hexdigest(),
            "Verified": "yes, character for character",
        }
        before, quote, after = (part if isinstance(part, str) else part.text for part in around(article))
        before, after = before.removeprefix("… "), after.removesuffix(" …")
        window = text[max(0, one.start - len(before) - 40) : one.end + len(after) + 40]
        assert " ".join((before + quote + after).split()) in " ".join(as_read(window).split())
        assert text[one.start : one.end] == quote


def around(article: Element) -> list[Element | str]:
    """What stands before, in and after the mark; breaks as line ends."""
    parts: list[Element | str] = [""]
    for part in article.find("p", "context")[0].inside:
        if isinstance(part, Element) and part.tag == "mark":
            parts += [part, ""]
        else:
            parts[-1] = f"{parts[-1]}{part if isinstance(part, str) else part.text}"
    return parts


def context(text: str, quote: str, *turns: tuple[int, int]) -> tuple[str, str]:
    given = answer("So [1].", [quoted(text, quote)])
    (article,) = pack([Exchange("Why?", answer=given)], lambda _: document(text, *turns)).find("article")
    before, marked, after = around(article)
    assert isinstance(marked, Element)
    assert marked.text == quote
    return str(before), str(after)


def test_the_context_is_what_the_same_speaker_said_around_the_quote() -> None:
    text = "Q: When? A: Well. In May. I think. Q: Why?"
    assert context(text, "In May.", (3, 8), (12, 34), (38, 42)) == ("Well. ", " I think.")


def test_a_long_context_is_cut_between_words() -> None:
    words = " ".join(f"word{number}" for number in range(100))
    before, after = context(f"{words} Here. {words}", "Here.")
    assert (before[:2], after[-2:]) == ("… ", " …")
    whole = f"{words} Here. {words}".split()
    middle = whole.index("Here.")
    assert before.split()[1:] == whole[middle - len(before.split()[1:]) : middle]
    assert after.split()[:-1] == whole[middle + 1 : middle + len(after.split())]
    assert CONTEXT_CHARS - 10 < len(before) <= CONTEXT_CHARS + 2
    assert CONTEXT_CHARS - 10 < len(after) <= CONTEXT_CHARS + 2


def test_a_language_without_spaces_keeps_its_context() -> None:
    before, after = context("前" * 500 + "引用。" + "後" * 500, "引用。")
    assert (before, after) == ("… " + "前" * CONTEXT_CHARS, "後" * CONTEXT_CHARS + " …")
    before, after = context("前" * 500 + " 引用。 " + "後" * 500, "引用。")
    assert (before, after) == ("… " + "前" * (CONTEXT_CHARS - 1) + " ", " " + "後" * (CONTEXT_CHARS - 1) + " …")


@pytest.mark.parametrize(
    "now",
    [None, document("They move in June."), document("Well. They move in May."), document("")],
    ids=["removed", "changed", "moved", "emptied"],
)
def test_a_quote_that_is_no_longer_there_is_said_to_be_so(now: Document | None) -> None:
    given = answer("So [1].", [quoted("They move in May.", "in May")])
    (article,) = pack([Exchange("When?", answer=given)], lambda _: now).find("article")
    assert [note.text for note in article.find("p", "warning")] == [CHANGED]
    assert [mark.text for mark in article.find("mark")] == ["in May"]
    assert rows(article)["Verified"] == "no"
    assert "SHA-256" not in rows(article)


def test_a_citation_that_was_never_verified_stays_so_though_its_words_are_there() -> None:
    given = answer("So [1].", [citation(quote="They", start=0, end=4, verified=False)])
    (article,) = pack([Exchange("When?", answer=given)], lambda _: document("They move.")).find("article")
    assert rows(article)["Verified"] == "no"
    assert rows(article)["SHA-256"] == sha256(b"They move.").hexdigest()


def test_silence_and_failures_are_in_the_pack() -> None:
    tree = pack([Exchange("Who?", answer=silence()), Exchange("Why?", error="nobody knows")])
    silent, failed = tree.find("section")
    assert [part.text for part in silent.find("p")] == [
        "Not on record: nothing answers this.",
        "Searched 40 answers by 3 speakers in 2 documents, from 28 March 2024 to 9 October 2026.",
    ]
    assert [part.text for part in failed.find("p")] == ["nobody knows"]
    assert tree.find("p", "small")[0].text.startswith(
        "Made by onrecord on 2 January 2026, 03:04. Offsets count Unicode"
    )


@settings(max_examples=100, deadline=None)
@given(st.one_of(answers(), silences), texts, texts, texts)
def test_any_text_in_the_pack_stays_text(given: Answer, question: str, before: str, after: str) -> None:
    def document_of(document_id: str) -> Document | None:
        one = next(one for one in given.citations if one.document_id == document_id)
        return document(before + one.quote + after, id=document_id) if one.marker == 1 else None

    tree = pack([Exchange(question, answer=given), Exchange(question, error=question)], document_of)
    assert [bare(head.text) for head in tree.find("h2")] == [bare(f"1. {question}"), bare(f"2. {question}")]
    assert [bare(mark.text) for mark in tree.find("mark")] == [bare(as_read(one.quote)) for one in given.citations]
    for one, article in zip(given.citations, tree.find("article"), strict=True):
        table = {name: bare(value) for name, value in rows(article).items()}
        expected = {"Speaker": one.speaker, "Asked": as_read(one.asked), "Title": one.title, "Source": one.source}
        found = document_of(one.document_id)
        spoken = found is not None and any(t.start <= one.start and one.end <= t.end for t in found.turns)
        if found and spoken and found.text[one.start : one.end] == one.quote:
            expected = recorded(found, one)  # the archive says who, and in answer to what
        assert {name: table[name] for name in expected if name in table} == {
            name: bare(value) for name, value in expected.items() if value
        }


def recorded(found: Document, one: Citation) -> dict[str, str]:
    turn = next(turn for turn in found.turns if turn.start <= one.start and one.end <= turn.end)
    asked = as_read(question_before(found, found.turns.index(turn)))
    return {"Speaker": turn.speaker, "Asked": asked, "Title": found.title, "Source": found.source}


def test_who_said_it_is_the_archives_word_and_not_the_browsers() -> None:
    one = citation()
    forged = replace(one, speaker="FORGED", title="FORGED", date="1999-01-01", source="forged.txt", asked="FORGED?")
    found = document(one.quote, id=one.document_id)
    start = found.text.index(one.quote)
    forged = replace(forged, start=start, end=start + len(one.quote))
    given = replace(answer("x [1]"), citations=(forged,), markers=((2, 5, 1),))
    tree = pack([Exchange("Q", answer=given)], lambda _: found)
    (article,) = tree.find("article")
    assert "FORGED" not in article.text
    assert rows(article)["Speaker"] == recorded(found, forged)["Speaker"]
    assert rows(article)["Source"] == found.source


# -- Markdown ------------------------------------------------------------------------------------------------------------

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PLAIN = {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "text_special"}
PLAIN |= {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "softbreak"}


def parsed(markdown: str) -> list[Token]:
    """The tokens of a text, among which there is no markup but headings, paragraphs and one kind of list."""
    tokens = [inner for token in PARSER.parse(markdown) for inner in [token, *(token.children or [])]]
    assert {token.type for token in tokens} <= PLAIN
    # What other dialects than CommonMark turn into links by themselves.
    assert not re.search(r"(?i)://|www\.", markdown)
    return tokens


def shown(tokens: list[Token]) -> str:
    return "".join(token.content for token in tokens if token.type in ("text", "text_special"))


@settings(max_examples=100, deadline=None)
@given(st.one_of(answers(), silences), texts, texts)
def test_markdown_shows_every_word_and_has_no_markup_of_theirs(given: Answer, question: str, error: str) -> None:
    exchanges = [Exchange(question, answer=given), Exchange(question, error=error)]
    tokens = parsed(export(exchanges, gone, form="markdown", when=WHEN))
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2", "h2"]
    assert len([token for token in tokens if token.type == "list_item_open"]) == len(given.citations)
    cover = say("answer.cover", cover=say_cover(given.cover)) if given.cover else ""
    expected = [
        "onrecord, 2 January 2026",
        question,
        as_read(given.text),
        *(f"[{one.marker}] {source_line(one)}" for one in given.citations),
        cover if given.status == "not_on_record" else "",
        question,
        error,
    ]
    assert bare(shown(tokens)) == bare("".join(expected))


def test_hostile_strings_have_no_markup_in_markdown() -> None:
    for text in hostile_strings(300):
        cited = citation(quote=text, speaker=text, title=text, source=text)
        given = Exchange(text, answer=answer(f"{text}\n\n{text} [1]\n{text}", [cited]))
        assert given.answer
        tokens = parsed(export([given], gone, form="markdown", when=WHEN))
        assert bare(shown(tokens)) == bare(
            f"onrecord, 2 January 2026{text}{as_read(given.answer.text)}[1]{source_line(cited)}"
        )


def test_markdown_reads_well_as_it_is() -> None:
    exchanges = [
        Exchange("When?", answer=answer("Ann Reed: “In May” [1]\n\nand June.", [citation()])),
        Exchange("Who?", answer=silence()),
        Exchange("Why?", error="nobody knows"),
    ]
    assert export(exchanges, gone, form="markdown", when=WHEN) == (
        "# onrecord, 2 January 2026\n\n"
        "## When?\n\n"
        "Ann Reed: “In May” \\[1\\]\n\nand June.\n\n"
        "- \\[1\\] Ann Reed, The harbour, 28 March 2024, harbour.txt, characters 10–15\n\n"
        "## Who?\n\n"
        "Not on record: nothing answers this.\n\n"
        "Searched 40 answers by 3 speakers in 2 documents, from 28 March 2024 to 9 October 2026.\n\n"
        "## Why?\n\nnobody knows\n"
    )


# -- JSON ----------------------------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.one_of(answers(), silences), texts)
def test_json_is_read_back_as_the_conversation(given: Answer, question: str) -> None:
    exchanges = [Exchange(question, given.filters, given), Exchange(question, error="nobody knows")]
    value = json.loads(export(exchanges, gone, form="json", when=WHEN))
    assert value["exported"] == "2026-01-02T03:04:05+00:00"
    nearest = replace(given, passages=given.passages[:NEAREST])
    assert from_json(value["conversation"]) == [replace(exchanges[0], answer=nearest), exchanges[1]]


def test_a_text_in_json_is_written_as_it_is() -> None:
    text = export([Exchange("Was sagte Zoë?", error="—")], gone, form="json", when=WHEN)
    assert '"question": "Was sagte Zoë?"' in text
