"""A model's Markdown → markup of this page's own kinds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ui_answers import read, texts

from ui.prose import prose

MARKS = st.sampled_from(
    ["**", "*", "_", "__", "# ", "- ", "1. ", "\n", "\n\n", " ", "`", "a", "b c", "[x](http://evil)", "<b>", "&", "|"]
)


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("One\ntwo\n\nthree", "<p>One two</p><p>three</p>"),
        ("It is **so**, *really*.", "<p>It is <b>so</b>, <i>really</i>.</p>"),
        ("- a\n- b\nc", "<ul><li>a</li><li>b</li></ul><p>c</p>"),
        ("2. a\n3. b", '<ol><li value="2">a</li><li value="3">b</li></ol>'),
        ("## Costs\nNine.", "<p><b>Costs</b></p><p>Nine.</p>"),
        ("3 * 4 * 5, a_b_c", "<p>3 * 4 * 5, a_b_c</p>"),
        ("<img src=x onerror=y> ![a](http://x/) [b](http://y/)",
         "<p>&lt;img src=x onerror=y&gt; ![a](http://x/) [b](http://y/)</p>"),
        ("a\n\n---\n\nb", "<p>a</p><p>b</p>"),
    ],
)  # fmt: skip
def test_paragraphs_lists_headings_and_emphasis_are_all_there_is(text: str, markup: str) -> None:
    assert prose(text) == markup


def test_emphasis_may_go_around_a_chip() -> None:
    assert prose("**It moves [1].**", [(11, 14, "<a>[1]</a>")]) == "<p><b>It moves <a>[1]</a>.</b></p>"


@settings(deadline=None)
@given(st.one_of(texts, st.lists(MARKS, max_size=12).map("".join)))
def test_whatever_is_written_gives_whole_elements_without_attributes_of_its_own(text: str) -> None:
    markup = prose(text)
    assert len(f"{markup}.".splitlines()) == 1
    tree = read(markup)
    assert {element.tag for element in tree.find()} <= {"p", "b", "i", "ul", "ol", "li", "br"}
    assert {name for element in tree.find() for name in element.attributes} <= {"value"}


@given(st.lists(st.sampled_from(["\ue000", "\uf000", "x", "**", " "]), max_size=6).map("".join))
def test_a_text_cannot_forge_a_piece_of_the_page(text: str) -> None:
    assert prose(text + "[1]", [(len(text), len(text) + 3, "<a>[1]</a>")]).count("<a>") == 1
