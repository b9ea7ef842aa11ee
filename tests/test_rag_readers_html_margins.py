"""HTML: an element is left out for what it holds and not for its name, and attributes can say who speaks."""

from __future__ import annotations

import time

import pytest

from rag.readers.html import read
from rag.transcript import parse
from rag.types import Document

SAID = [
    ("Ilse Brandt", "Where did the water come from, and who saw it first on that night?"),
    ("Tom Arden", "It came from the north, over the old wall, and nobody saw it."),
    ("Ilse Brandt", "Who was told?"),
    ("Tom Arden", "Everybody was told, before the night and after it."),
]
WRAPPERS = [
    "<form>{}</form>",
    "<aside class='transcript'>{}</aside>",
    "<dialog open>{}</dialog>",
    "<menu>{}</menu>",
    "<noscript>{}</noscript>",
    "<template>{}</template>",
    "<footer>{}</footer>",
    "<div hidden>{}</div>",
    "<div style='display : none'>{}</div>",
    "<section aria-hidden='true'>{}</section>",
    "<div role='complementary'>{}</div>",
    "<form><nav><a href='/'>Home</a></nav><div><form>{}</form></div></form>",
]
PLAIN = "".join(f"<p><b>{name}:</b> {said}</p>" for name, said in SAID)


def page(body: str) -> Document:
    text, hints = read(
        f"<!doctype html><html><head><title>A talk</title></head><body>{body}</body></html>".encode(), "a.html"
    )
    return parse(text, source="a.html", hints=hints)


def spoken(document: Document) -> list[tuple[str, str]]:
    return [(turn.speaker, document.text[turn.start : turn.end]) for turn in document.turns]


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_conversation_is_read_whatever_element_holds_it(wrapper: str) -> None:
    assert spoken(page(f"<main><h1>A talk</h1>{wrapper.format(PLAIN)}</main>")) == SAID


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_the_second_half_of_a_conversation_is_read_whatever_element_holds_it(wrapper: str) -> None:
    first, second = PLAIN.split("</p><p><b>Ilse", 1)
    assert spoken(page(f"<main><h1>A talk</h1>{first}</p>{wrapper.format('<p><b>Ilse' + second)}</main>")) == SAID


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_each_turn_in_an_element_of_its_own_is_read(wrapper: str) -> None:
    turns = "".join(wrapper.format(f"<p><b>{name}:</b> {said}</p>") for name, said in SAID)
    assert spoken(page(f"<main><h1>A talk</h1>{turns}</main>")) == SAID


def test_answers_in_asides_without_labels_are_kept() -> None:
    body = "".join(
        f"<p><b>Question {n}: what happened on day {n}?</b></p><aside><p>It rained on day {n}, and nobody saw the wall.</p></aside>"
        for n in range(4)
    )
    assert page(body).text.count("nobody saw the wall") == 4


def test_words_in_buttons_that_play_them_are_kept_and_the_buttons_for_times_are_not() -> None:
    body = "".join(
        f"<div><button class='at'>0:0{n}</button><p><b>{name}:</b> <button>{said}</button></p></div>"
        for n, (name, said) in enumerate(SAID)
    )
    assert spoken(page(body)) == SAID


def test_what_a_page_holds_for_a_frame_is_read_where_the_frame_stands() -> None:
    held = PLAIN.replace("&", "&amp;").replace('"', "&quot;")
    for frame in (f'<iframe srcdoc="{held}"></iframe>', f'<iframe srcdoc="{held}">No frames here.</iframe>'):
        assert spoken(page(f"<main><h1>A talk</h1><p>See below.</p>{frame}</main>")) == SAID
    shut = '<iframe srcdoc="<!-- nothing -->"></iframe><iframe src="b.html"></iframe>'
    assert spoken(page(f"<main><h1>A talk</h1>{PLAIN}{shut}</main>")) == SAID


def test_a_hidden_copy_for_small_screens_is_read_once() -> None:
    document = page(f"<main>{PLAIN}</main><div style='display:none'>{PLAIN}</div>")
    assert spoken(document) == SAID


def test_what_is_left_out_is_counted_with_its_place_and_its_beginning() -> None:
    consent = "We use cookies on this site. " * 10
    text, hints = read(f"<main>{PLAIN}</main><dialog><p>{consent}</p></dialog>".encode(), "a.html")
    assert "cookies" not in text
    assert hints.notes == (
        "left out: 289 characters around the text (<dialog>), most of it from “We use cookies on this site. We use cookies on this site. We” on",
    )


def test_a_few_characters_around_the_text_are_no_news() -> None:
    _, hints = read(f"<main>{PLAIN}</main><footer>© The Courier</footer>".encode(), "a.html")
    assert hints.notes == ()


def test_inline_elements_of_different_classes_are_words_apart_and_a_first_letter_is_not() -> None:
    text, _ = read(b"<p><span class='a'>Ann Reed</span><span class='b'>said so.</span></p>", "a.html")
    assert text == "Ann Reed said so.\n"
    text, _ = read(b"<p><span class='drop'>W</span><span class='b'>hy so late?</span></p>", "a.html")
    assert text == "Why so late?\n"
    text, _ = read(b"<p><span class='a'>Ann Reed</span><span class='b'>: So.</span></p>", "a.html")
    assert text == "Ann Reed: So.\n"


def test_a_name_in_an_element_of_its_class_is_a_label_without_a_colon() -> None:
    body = "".join(f"<p><span class='speaker-name'>{n}</span><span class='text'>{s}</span></p>" for n, s in SAID)
    assert spoken(page(body)) == SAID


@pytest.mark.parametrize(
    "form",
    [
        "<div data-person-speaking='{0}'><p>{1}</p></div>",
        "<p data-name='{0}'>{1}</p>",
        "<span data-speaker='{0}'>{1}</span><br>",
        "<li aria-label='Speaker: {0}'>{1}</li>",
        "<div data-speaker='{0}'><h4>{0}</h4><p>{1}</p></div>",
        "<div data-speaker='{0}'><p><b>{0}:</b> {1}</p></div>",
        "<tr><td data-who='{0}'>{1}</td></tr>",
    ],
)
def test_an_attribute_that_recurs_on_the_blocks_of_speech_says_who_speaks(form: str) -> None:
    body = "".join(form.format(name, said) for name, said in [*SAID, *SAID])
    body = f"<table>{body}</table>" if form.startswith("<tr>") else body
    document = page(f"<h1>A talk, 3 May 2024</h1>{body}")
    assert spoken(document) == [*SAID, *SAID]
    assert document.date == "2024-05-03"


@pytest.mark.parametrize(
    "form",
    [
        "<p data-type='{2}'><b>{0}:</b> {1}</p>",
        "<p title='part {2}'><b>{0}:</b> {1}</p>",
        "<div data-author='The Courier'><p><b>{0}:</b> {1}</p></div>",
        "<div data-name='{2}'><p><b>{0}:</b> {1}</p></div>",
    ],
)
def test_other_attributes_and_labels_that_the_page_shows_leave_the_speakers_as_they_are_printed(form: str) -> None:
    body = "".join(form.format(name, said, "odd" if n % 2 else "even") for n, (name, said) in enumerate(SAID))
    assert spoken(page(body)) == SAID


def test_a_day_in_the_title_is_the_date_and_two_days_are_none() -> None:
    html = "<html><head><title>{}</title></head><body><p><b>Ann:</b> Why?</p><p><b>Bo:</b> So.</p></body></html>"
    assert read(html.format("Hearing of 28 June 2031 | The Courier").encode(), "a.html")[1].date == "2031-06-28"
    assert read(html.format("28 June 2031 to 3 July 2031").encode(), "a.html")[1].date in (None, "2031-06-28")


@pytest.mark.parametrize(
    "piece",
    [
        "<aside>",
        "<form><p>Ann: It rained all day.</p>",
        "<div data-speaker='{n}'>It rained.",
        "<figure><b>",
        "<span class='a{n}'>x</span>",
        "<p class='speaker'>Ann</p>",
        "\nb'<",
        "<!--a-->",
        "<table><tr><td>",
        "<div hidden><button>",
    ],
)
def test_time_grows_with_the_size_of_the_page_and_no_faster(piece: str) -> None:
    def seconds(count: int) -> float:
        body = "<html><body><p>Ann: Why?</p>" + "".join(piece.format(n=n % 7) for n in range(count))
        started = time.perf_counter()
        try:
            read(body.encode(), "a.html")
        except Exception as error:  # too deep for the library, which is told
            assert type(error).__name__ == "InputError"
        return time.perf_counter() - started

    seconds(100)
    assert min(seconds(8000) for _ in range(2)) < 3.5 * min(seconds(4000) for _ in range(2)) + 0.1


@pytest.mark.parametrize("tag", ["<font size=2>", "<div>", "<b>", "<span class='x'>", "<blockquote>", "<ul>"])
def test_tags_that_are_never_closed_lose_nothing_that_is_said(tag: str) -> None:
    body = "".join(f"<p>{name}: It rained on day {n}.</p>{tag}" for n in range(400) for name in ("Ann", "Bo"))
    text, _ = read(f"<html><body>{body}</body></html>".encode(), "a.html")
    assert text.count("rained") == 800
