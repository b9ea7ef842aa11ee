"""The page: Gradio components and what happens between them. Imported only by the server, since Gradio takes seconds.

The chat is Gradio's; its messages are markup from `rendering`. The right pane is one static element whose script
(`assets/page.js`) builds transcripts, documents and conversations with text nodes. The two talk in two ways: the script
triggers events on the pane, and conversations go to it through `bridge`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import wraps
from importlib.resources import files
from typing import Any

import gradio as gr

from rag.assistant import MAX_QUESTION_CHARS
from rag.errors import InputError
from rag.generators.cancel import CancelToken
from rag.json_forms import answer_to_json
from rag.text.wording import shortened
from rag.types import Answer, Document, Filters
from ui.conversations import Exchange, from_json, to_json
from ui.documents import MAX_UPLOAD_BYTES, Library, add_file, source_view
from ui.export import SUFFIX, export
from ui.feedback import note_feedback
from ui.rendering import messages, plain_text
from ui.service import Desk, Step, told, with_heartbeat
from ui.texts import ENGLISH, filter_tags, say, say_role

CONCURRENT_ANSWERS = 8
WAITING_ANSWERS = 32
ANSWERING_ROLES = ("respondent", "other")

I18N = gr.I18n(en=ENGLISH)


def asset(name: str) -> str:
    """The text of a file in `assets`."""
    return files("ui").joinpath("assets", name).read_text(encoding="utf-8")


def theme() -> gr.themes.Base:
    """System fonts, and colours that reach a contrast of 4.5:1; the rest is in page.css."""
    return gr.themes.Base(
        font=["system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "monospace"],
        text_size=gr.themes.sizes.text_md,
        radius_size=gr.themes.sizes.radius_sm,
    )


def build_app(desk: Desk, *, api: bool = False) -> gr.Blocks:
    """The page for one archive; with `api`, `gradio_client` can call /ask."""
    library = Library.of(desk.archive)
    with gr.Blocks(title="onrecord", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as page:
        if api:  # before the page's own events, one of which would take the name
            gr.events.api(_asking(desk), api_name="ask", concurrency_limit=CONCURRENT_ANSWERS, concurrency_id="answers")
        exchanges = gr.State([])
        conversation = gr.State("")
        editing = gr.State(-1)
        doing = gr.State(None)  # the step of an answer that is being written
        parked = gr.State(None)  # a conversation that is to be shown
        with gr.Row(elem_id="or-page", equal_height=True):
            with gr.Column(elem_id="or-left", scale=6, min_width=320):
                gr.HTML(html_template=asset("head.html"), elem_id="or-head")
                chat = gr.Chatbot(
                    elem_id="chat",
                    label="Conversation",
                    show_label=False,
                    container=False,
                    height="100%",
                    layout="panel",
                    latex_delimiters=[],
                    buttons=[],
                    group_consecutive_messages=False,
                    autoscroll=True,
                )
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
                    stop = gr.Button(
                        I18N("ask.stop"), variant="stop", scale=1, min_width=72, visible=False, elem_id="or-stop"
                    )
                with gr.Accordion(I18N("filters.title"), open=False, elem_id="or-filters"):
                    with gr.Row():
                        documents = gr.Dropdown([], multiselect=True, label=I18N("filters.documents"), min_width=200)
                        speakers = gr.Dropdown([], multiselect=True, label=I18N("filters.speakers"), min_width=200)
                    with gr.Row():
                        roles = gr.Dropdown(
                            [(say_role(role), role) for role in ANSWERING_ROLES],  # type: ignore[arg-type]
                            multiselect=True,
                            label=I18N("filters.roles"),
                            min_width=140,
                        )
                        after = gr.Textbox(
                            label=I18N("filters.after"), placeholder=I18N("filters.date"), max_length=10, min_width=140
                        )
                        before = gr.Textbox(
                            label=I18N("filters.before"), placeholder=I18N("filters.date"), max_length=10, min_width=140
                        )
                    clear = gr.Button(I18N("filters.clear"), size="sm")
                with gr.Accordion(I18N("settings.title"), open=False, elem_id="or-settings"), gr.Row():
                    writer = gr.Dropdown(
                        desk.generators(),
                        value=desk.settings.generator,
                        label=I18N("settings.generator"),
                        min_width=160,
                    )
                    depth = gr.Slider(
                        1,
                        max(20, desk.settings.k),
                        value=desk.settings.k,
                        step=1,
                        label=I18N("settings.k"),
                        min_width=160,
                    )
            with gr.Column(elem_id="or-right", scale=5, min_width=320):
                bridge = gr.HTML(
                    html_template="<span></span>",
                    js_on_load="watch('value', () => window.onrecord && window.onrecord.receive(props.value));",
                    elem_id="or-bridge",
                )
                pane = gr.HTML(
                    html_template=asset("pane.html"),
                    js_on_load=asset("page.js"),
                    elem_id="or-pane",
                    server_functions=_server_functions(desk, library),
                )

        chosen = [documents, speakers, roles, after, before]
        asking = [exchanges, conversation, bridge, *chosen, writer, depth]
        shown = [chat, box, exchanges, conversation, editing, doing, bridge, send, stop, note, keep]

        def steps(
            question: str, past: list[Exchange], name: str, filters: Filters, writer_name: str, most: int
        ) -> Iterator[list[Any]]:
            """The page after each step of an answer; the box is cleared by the first, for what is typed meanwhile stays."""
            name = name or uuid.uuid4().hex
            cancel = CancelToken()
            answer = desk.answer(question, past, filters=filters, generator=writer_name, k=int(most), cancel=cancel)
            first = True
            with closing(with_heartbeat(answer, cancel)) as found:  # Gradio can stop an answer between two steps only
                for step in found:
                    yield _shown(step, name, desk, clear=first) if step else [gr.skip()] * len(shown)
                    first = first and not step

        def ask(
            question: str, changed: int, past: list[Exchange], name: str, mail: Any, *rest: Any
        ) -> Iterator[list[Any]]:
            if not question.strip():
                yield [gr.skip()] * len(shown)
            else:
                past, name = _resumed(past, name, mail)
                past = past[:changed] if changed >= 0 else past
                yield from steps(question, past, name, _filters(*rest[:5]), *rest[5:])

        def ask_example(
            event: gr.EventData, past: list[Exchange], name: str, mail: Any, *rest: Any
        ) -> Iterator[list[Any]]:
            past, name = _resumed(past, name, mail)
            yield from steps(str(event._data["question"]), past, name, _filters(*rest[:5]), *rest[5:])

        def ask_again(
            event: gr.EventData, past: list[Exchange], name: str, mail: Any, *rest: Any
        ) -> Iterator[list[Any]]:
            """The same question with the same filters: the last one in its place, an earlier one once more at the end."""
            past, name = _resumed(past, name, mail)
            number = _index(past, event)
            found = past[number]
            kept = past[:-1] if number == len(past) - 1 else past
            yield from steps(found.question, kept, name, found.filters, *rest[5:])

        def ask_without(
            event: gr.EventData, past: list[Exchange], name: str, mail: Any, *rest: Any
        ) -> Iterator[list[Any]]:
            past, name = _resumed(past, name, mail)
            found = past[_index(past, event)]
            _, fewer = filter_tags(found.filters)[int(event._data["tag"])]
            yield from steps(found.question, past, name, fewer, *rest[5:])

        def edit(event: gr.EventData, past: list[Exchange], name: str, mail: Any) -> list[Any]:
            past, _ = _resumed(past, name, mail)
            number = _index(past, event)
            text = say("ask.editing", number=number + 1)
            return [past[number].question, number, gr.update(value=text, visible=True), gr.update(visible=True)]

        def stopped(step: Step | None, past: list[Exchange], name: str) -> list[Any]:
            if step and step.pending:
                reason = "\n\n".join(filter(None, [step.text, say("ask.stopped")]))
                past = [*past, replace(step.pending, error=reason)]
            return _shown(Step(tuple(past)), name, desk)

        def take(event: gr.EventData) -> Any:
            return event._data

        def restore(conversation: Any) -> list[Any]:
            try:
                past = from_json(conversation["exchanges"])
            except (InputError, KeyError, TypeError) as error:
                raise gr.Error(str(error)) from error
            return _shown(Step(tuple(past)), str(conversation.get("id", ""))[:64], desk)

        def begin() -> list[Any]:
            return _shown(Step(()), "", desk)

        def choices() -> list[Any]:
            listed = library.listing()
            sources = [row["source"] for row in listed]
            named = [
                (
                    shortened(f"{row['title']} ({row['source']})", 80),
                    row["source"] if sources.count(row["source"]) == 1 else row["id"],
                )
                for row in listed
            ]
            return [gr.update(choices=named), gr.update(choices=list(desk.archive.speakers()) if listed else [])]

        started = [
            gr.on([send.click, box.submit], ask, [box, editing, *asking], shown, **_WAITING),
            pane.submit(ask_example, asking, shown, **_AT_ONCE),
            pane.retry(ask_again, asking, shown, **_AT_ONCE),
            pane.undo(ask_without, asking, shown, **_AT_ONCE),
        ]
        # First the end of what is being written, then what is shown instead: a late piece must not come after it.
        stop.click(lambda: None, None, None, cancels=started, **_QUIET).then(
            stopped, [doing, exchanges, conversation], shown, **_QUIET
        )
        pane.edit(edit, [exchanges, conversation, bridge], [box, editing, note, keep], **_QUIET)
        keep.click(
            lambda: ["", -1, gr.update(visible=False), gr.update(visible=False)],
            None,
            [box, editing, note, keep],
            **_QUIET,
        )
        # Another conversation: what is being written in this one ends first.
        pane.select(take, None, [parked], cancels=started, **_QUIET).then(restore, [parked], shown, **_QUIET)
        pane.clear(lambda: None, None, None, cancels=started, **_QUIET).then(begin, None, shown, **_QUIET)
        pane.change(choices, None, [documents, speakers], **_QUIET).then(
            lambda past: gr.skip() if past else messages([], welcome=desk.welcome()), [exchanges], [chat], **_QUIET
        )
        clear.click(lambda: [[], [], [], "", ""], None, chosen, **_QUIET)
        page.load(choices, None, [documents, speakers], **_QUIET)
        page.load(lambda: messages([], welcome=desk.welcome()), None, [chat], **_QUIET)
    page.queue(api_open=False, max_size=WAITING_ANSWERS, default_concurrency_limit=CONCURRENT_ANSWERS)
    built: gr.Blocks = page
    return built


def _asking(desk: Desk) -> Callable[..., Any]:
    """The one function that programs may call: a question, and the questions before it."""

    def ask(question: str, history: list[str] | None = None) -> dict[str, Any]:
        """The answer as JSON: its text, its citations, the passages it was taken from."""
        try:
            items = desk.stream(question, history=history or ())
            return answer_to_json(next(piece for piece in items if isinstance(piece, Answer)))
        except Exception as error:  # whoever asked gets a sentence
            raise gr.Error(told(error), print_exception=False) from error

    return ask


_ANSWERING: dict[str, Any] = {
    "concurrency_limit": CONCURRENT_ANSWERS,
    "concurrency_id": "answers",
    "show_progress": "hidden",
    "api_visibility": "private",
}
# Who sends before the last answer has quite ended is heard when it has; Gradio would drop the question otherwise.
_WAITING: dict[str, Any] = {**_ANSWERING, "trigger_mode": "always_last"}
_AT_ONCE: dict[str, Any] = {**_ANSWERING, "trigger_mode": "multiple"}
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def _shown(step: Step, name: str, desk: Desk, *, clear: bool = False) -> list[Any]:
    """A step as values of the components: chat, box, exchanges, conversation, editing, doing, bridge, …"""
    done = step.pending is None
    past = list(step.exchanges)
    chat = messages(past, welcome="" if past or not done else desk.welcome(), pending=step.pending, text=step.text)
    return [
        chat,
        "" if clear else gr.skip(),
        past,
        name,
        -1,
        None if done else step,
        _mail(past, name) if done else gr.skip(),
        gr.update(visible=done),
        gr.update(visible=not done),
        gr.update(visible=False),
        gr.update(visible=False),
    ]


def _filters(
    documents: list[str] | None,
    speakers: list[str] | None,
    roles: list[Any] | None,
    after: str | None,
    before: str | None,
) -> Filters:
    return Filters(
        tuple(speakers or ()),
        tuple(documents or ()),
        (after or "").strip() or None,
        (before or "").strip() or None,
        tuple(roles or ()),
    )


def _mail(past: list[Exchange], name: str) -> str:
    """A conversation as the page's script gets it."""
    copies = [plain_text(exchange.answer) if exchange.answer else "" for exchange in past]
    return json.dumps({"id": name, "exchanges": to_json(past), "copies": copies})


def _resumed(past: list[Exchange], name: str, mail: Any) -> tuple[list[Exchange], str]:
    """The conversation that a visitor sees, where this server has forgotten it: it was started again, or cleaned up."""
    if name or not isinstance(mail, str) or not mail.strip():
        return past, name
    try:
        kept = json.loads(mail)
        return from_json(kept["exchanges"]), str(kept["id"])[:64]
    except (ValueError, KeyError, TypeError, InputError):
        return past, name


def _index(past: list[Exchange], event: gr.EventData) -> int:
    number = int(event._data["index"])
    if not 0 <= number < len(past):
        raise gr.Error(say("error.question", number=number + 1))
    return number


def _server_functions(desk: Desk, library: Library) -> list[Callable[..., Any]]:
    """What the script may call. Each takes one value and gives JSON; a failure is {"error": a sentence}."""
    archive = desk.archive

    def answering(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        @wraps(function)
        def safe(value: Any = None) -> Any:
            try:
                return function(value)
            except Exception as error:  # the page shows it
                return {"error": told(error)}

        return safe

    def changing(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        @wraps(function)
        def allowed(value: Any) -> Any:
            if desk.read_only:
                raise InputError(say("documents.readonly"))
            return function(value)

        return answering(allowed)

    def document_of(document_id: Any) -> Document | None:
        """The document with this id, of which the beginning or a file name is not enough."""
        try:
            found = archive.document(str(document_id))
        except InputError:
            return None
        return found if found.id == document_id else None

    def exactly(document_id: Any) -> Document:
        if (found := document_of(document_id)) is None:
            raise InputError(say("pane.gone"))
        return found

    @answering
    def describe_page(_: Any) -> Any:
        documents, passages = archive.counts()
        return {
            "texts": ENGLISH,
            "archive": archive.url,
            "documents": documents,
            "answers": passages,
            "encoder": archive.encoder.name,
            "readOnly": desk.read_only,
            "generation": archive.generation,
            "maxBytes": MAX_UPLOAD_BYTES,
        }

    @answering
    def list_documents(_: Any) -> Any:
        return library.listing()

    @answering
    def get_source(document_id: Any) -> Any:
        return source_view(exactly(document_id))

    @changing
    def add_document(value: Any) -> Any:
        return add_file(archive, value["name"], value["data"])

    @changing
    def add_samples(_: Any) -> Any:
        if desk.samples is None:
            raise InputError("the bundled interviews are not installed here")
        report = archive.ingest([desk.samples])
        return {"added": len(report.added), "failed": report.failed}

    @changing
    def remove_document(document_id: Any) -> Any:
        return {"removed": archive.remove(exactly(document_id).id).source}

    @answering
    def export_conversation(value: Any) -> Any:
        form = value["form"]
        if form not in SUFFIX:
            raise InputError(f"there is no form {form!r}; known: {', '.join(SUFFIX)}")
        text = export(from_json(value["exchanges"]), document_of, form=form, when=datetime.now().astimezone())
        return {"text": text, "name": f"onrecord-{datetime.now():%Y-%m-%d-%H%M}.{SUFFIX[form]}"}

    @changing
    def send_feedback(value: Any) -> Any:
        (exchange,) = from_json([value["exchange"]])
        note_feedback(archive, exchange, helpful=value["helpful"] is True, comment=str(value.get("comment", "")))
        return {}

    return [
        describe_page,
        list_documents,
        get_source,
        add_document,
        add_samples,
        remove_document,
        export_conversation,
        send_feedback,
    ]
