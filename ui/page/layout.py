"""The components of the page and where they are. What happens between them is in `events`.

Everything is created in the order in which it is shown, since Gradio shows what is created inside a `with` there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.query.asked import MAX_QUESTION_CHARS
from rag.readers import READABLE
from ui.page.script import asset, script
from ui.texts import ENGLISH, say

I18N = gr.I18n(en=ENGLISH)


@dataclass(frozen=True, slots=True)
class State:
    """What the server keeps for a visitor, apart from what is shown."""

    exchanges: gr.State  # of the conversation
    name: gr.State  # of the conversation; empty before its first question
    editing: gr.State  # the index of the question that is being changed, or -1
    step: gr.State  # the last `Step` of the answer that is being written, or None
    parked: gr.State  # a conversation from the browser that is to be shown


@dataclass(frozen=True, slots=True)
class QuestionBox:
    """Where a question is typed, and the note above it while an earlier one is being changed."""

    note: gr.Markdown
    keep: gr.Button
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button


@dataclass(frozen=True, slots=True)
class Components:
    """Everything on the page that an event reads or changes."""

    state: State
    chat: gr.Chatbot
    question: QuestionBox
    wish: gr.HTML  # what the script says that a question is asked with: filters, generator, depth
    bridge: gr.HTML  # takes a conversation to the script
    pane: gr.HTML  # the right side, built by the script


def theme() -> gr.themes.Base:
    """System fonts, and colours that reach a contrast of 4.5:1; the rest is in page.css."""
    return gr.themes.Base(
        font=["system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "monospace"],
        text_size=gr.themes.sizes.text_md,
        radius_size=gr.themes.sizes.radius_sm,
    )


def lay_out(*, server_functions: Sequence[Callable[..., Any]]) -> Components:
    """Create the components inside the current `gr.Blocks`."""
    state = State(gr.State([]), gr.State(""), gr.State(-1), gr.State(None), gr.State(None))
    with gr.Row(elem_id="or-page", equal_height=True):
        with gr.Column(elem_id="or-left", scale=6, min_width=320):
            gr.HTML(html_template=filled("head.html"), elem_id="or-head")
            chat = _chat()
            gr.HTML(html_template=filled("filters.html"), elem_id="or-filters")
            question = _question_box()
        with gr.Column(elem_id="or-right", scale=5, min_width=320):
            wish = gr.HTML(
                html_template="<span></span>",
                js_on_load="window.onrecordWish = (value) => { props.value = value; };"
                "if (window.onrecord) window.onrecord.tellWish();",
                elem_id="or-wish",
            )
            bridge = gr.HTML(
                html_template="<span></span>",
                js_on_load="watch('value', () => window.onrecord && window.onrecord.receive(props.value));",
                elem_id="or-bridge",
            )
            pane = gr.HTML(
                html_template=filled("pane.html").replace("SUFFIXES", ",".join(sorted(READABLE))),
                js_on_load=script(),
                elem_id="or-pane",
                server_functions=list(server_functions),
            )
    return Components(state, chat, question, wish, bridge, pane)


def filled(name: str) -> str:
    """A fixed part of the page with its texts, so that no button is empty until the script runs.

    `data-text` names what is inside an element, `data-label` what it is called, `data-hint` what an empty field says.
    """

    def words(name: str) -> str:
        return html.escape(say(name)).replace("`", "&#96;").replace("$", "&#36;")  # Gradio evaluates `…` and ${…}

    markup = re.sub(r'(data-text="([\w.]+)"[^>]*>)(?=</)', lambda found: found[1] + words(found[2]), asset(name))
    markup = re.sub(r'data-label="([\w.]+)"', lambda found: f'aria-label="{words(found[1])}"', markup)
    return re.sub(r'data-hint="([\w.]+)"', lambda found: f'placeholder="{words(found[1])}"', markup)


def _chat() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label="Conversation",
        show_label=False,
        container=False,
        height="100%",
        layout="panel",
        latex_delimiters=[],
        buttons=[],
        group_consecutive_messages=False,
        autoscroll=False,
    )


def _question_box() -> QuestionBox:
    note = gr.Markdown(visible=False, elem_id="or-note", container=False)
    keep = gr.Button(I18N("ask.keep"), visible=False, size="sm", elem_id="or-keep")
    with gr.Row(elem_id="or-ask", equal_height=True):
        box = gr.Textbox(
            label=I18N("ask.label"),
            placeholder=I18N("ask.placeholder"),
            container=False,
            lines=1,
            max_lines=6,
            max_length=MAX_QUESTION_CHARS,
            autofocus=True,
            scale=8,
            elem_id="or-box",
        )
        send = gr.Button(I18N("ask.send"), variant="primary", scale=1, min_width=72, elem_id="or-send")
        stop = gr.Button(I18N("ask.stop"), variant="stop", scale=1, min_width=72, visible=False, elem_id="or-stop")
    return QuestionBox(note, keep, box, send, stop)
