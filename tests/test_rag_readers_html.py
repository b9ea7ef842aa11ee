"""HTML: the words of a saved page, without what stands around them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import readers
from rag.errors import InputError
from rag.transcript import parse
from rag.types import Document

SAID = [
    ("Ilse Brandt", "Where did the water come from, and who saw it first on that night in the harbour?"),
    ("Tom Arden", "It came from the north, over the old wall. Nobody had looked at that wall for years."),
    ("Ilse Brandt", "And who was told of it, before the night and after it?"),
    ("Tom Arden", "Everybody was told."),
    ("Ilse Brandt", "Would you do it again, knowing what you know today?"),
    ("Tom Arden", "Yes."),
]
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="{charset}"><title>A talk | The Courier</title>
<meta property="og:title" content="A talk at the harbour"><meta property="article:published_time" content="2024-03-28T10:00:00Z">
<style>p {{ color: red }}</style><script>var speaker = "Nobody: nothing";</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<article><h1>A talk at the harbour</h1>
{body}
</article>
<aside><h3>Related stories</h3><ul><li><a href="/1">Mayor: no comment</a></li><li><a href="/2">Harbour closed</a></li></ul></aside>
<footer>© The Courier</footer></body></html>"""


def parsed(tmp_path: Path, form: str, *, charset: str = "utf-8") -> Document:
    body = "\n".join(form.format(name=name, said=words) for name, words in SAID)
    body = f"<table>{body}</table>" if form.startswith("<tr>") else body
    (tmp_path / "page.html").write_bytes(PAGE.format(body=body, charset=charset).encode(charset))
    text, hints = readers.read(tmp_path / "page.html")
    return parse(text, source="page.html", hints=hints)


@pytest.mark.parametrize(
    "form",
    [
        "<p>{name}: {said}</p>",
        "<p><b>{name}</b>: {said}</p>",
        "<p><strong>{name}:</strong> {said}</p>",
        "<p><strong>{name}</strong><br>{said}</p>",
        "<p><strong>{name}</strong></p><p>{said}</p>",
        "<h3>{name}</h3><p>{said}</p>",
        "<div class='turn'><span class='who'>{name}</span>: <span>{said}</span></div>",
        "<dl><dt>{name}</dt><dd>{said}</dd></dl>",
        "<p><em>{name}:</em>&nbsp;{said}</p>",
        "<tr><td>{name}</td><td>{said}</td></tr>",
        "{name}: {said}<br><br>",
    ],
)
def test_a_page_gives_speakers_and_words_without_navigation(tmp_path: Path, form: str) -> None:
    document = parsed(tmp_path, form)
    assert [(turn.speaker, document.text[turn.start : turn.end]) for turn in document.turns] == SAID
    assert (document.title, document.date, document.language) == ("A talk at the harbour", "2024-03-28", "en")


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "cp1252"])
def test_a_page_is_read_in_the_encoding_that_it_declares(tmp_path: Path, charset: str) -> None:
    assert "Würde" in parsed(tmp_path, "<p>{name}: Würde. {said}</p>", charset=charset).text


def test_what_a_page_hides_is_not_said(tmp_path: Path) -> None:
    document = parsed(tmp_path, "<p>{name}: {said}<span style='display: none'> I lied.</span></p>")
    assert "lied" not in document.text


def test_a_page_that_nests_deeply_is_read_or_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.html").write_text("<html>" + "<div>" * 50_000 + "Ann Reed: Yes." + "</div>" * 50_000)
    try:
        text, _ = readers.read(tmp_path / "deep.html")
    except InputError as error:
        assert str(error)
    else:
        assert "Ann Reed: Yes." in text
