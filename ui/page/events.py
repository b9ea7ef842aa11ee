"""What happens on the page: handlers of events, and which component's event each one handles.

An answer is a series of steps, each of which changes the same components (`step_outputs`). Gradio can stop an answer
between two steps only, so there is a heartbeat between them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from rag.config import Settings
from rag.errors import InputError
from rag.generators.cancel import CancelToken
from rag.json_forms import answer_to_json
from rag.query.narrowed import both
from rag.types import Answer, Filters, Understood
from ui.conversations import NOTHING, Exchange, from_json, to_json
from ui.page.layout import Components
from ui.rendering import messages, plain_text
from ui.service import ChatService, Step, user_message, with_heartbeat
from ui.strict_json import an_object, record
from ui.texts import filter_tags, meant_tags, say

CONCURRENT_ANSWERS = 8
WAITING_ANSWERS = 32
MAX_NAME_CHARS = 64
MOST_PASSAGES = 20

_ANSWERING: dict[str, Any] = {
    "concurrency_limit": CONCURRENT_ANSWERS,
    "concurrency_id": "answers",
    "show_progress": "hidden",
    "api_visibility": "private",
}
# A question sent while the last answer is still ending is asked when it has ended; Gradio would drop it otherwise.
_AFTER_THE_LAST: dict[str, Any] = {**_ANSWERING, "trigger_mode": "always_last"}
_AT_ONCE: dict[str, Any] = {**_ANSWERING, "trigger_mode": "multiple"}
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def offer_ask(service: ChatService) -> None:
    """Add the one function that programs may call through Gradio: a question, and the questions before it."""

    def ask(question: str, history: list[str] | None = None) -> dict[str, Any]:
        """The answer as JSON: its text, its citations, the passages it was taken from."""
        try:
            items = service.stream(question, history=history or ())
            return answer_to_json(next(piece for piece in items if isinstance(piece, Answer)))
        except Exception as error:  # whatever it is, the program gets a sentence
            raise gr.Error(user_message(error), print_exception=False) from error

    gr.events.api(ask, api_name="ask", concurrency_limit=CONCURRENT_ANSWERS, concurrency_id="answers")


def connect(page: gr.Blocks, components: Components, service: ChatService) -> None:
    """Attach the handlers to the components of a page."""
    on, state = Handlers(service), components.state
    question, pane = components.question, components.pane
    inputs, outputs = question_inputs(components), step_outputs(components)
    editing = [question.box, state.editing, question.note, question.keep]

    answers = [
        gr.on(
            [question.send.click, question.box.submit],
            on.ask,
            [question.box, state.editing, *inputs],
            outputs,
            **_AFTER_THE_LAST,
        ),
        pane.submit(on.ask_example, inputs, outputs, **_AT_ONCE),
        pane.retry(on.ask_again, inputs, outputs, **_AT_ONCE),
        pane.undo(on.ask_without_a_filter, inputs, outputs, **_AT_ONCE),
    ]
    # An answer that is being written is ended first, and then something else is shown: no late step may come after it.
    question.stop.click(lambda: None, None, None, cancels=answers, **_QUIET).then(
        on.show_stopped, [state.step, state.exchanges, state.name], outputs, **_QUIET
    )
    pane.edit(on.edit, [state.exchanges, state.name, components.bridge], editing, **_QUIET)
    question.keep.click(on.stop_editing, None, editing, **_QUIET)
    pane.select(on.receive, None, [state.parked], cancels=answers, **_QUIET).then(
        on.restore, [state.parked], outputs, **_QUIET
    )
    pane.clear(lambda: None, None, None, cancels=answers, **_QUIET).then(on.begin, None, outputs, **_QUIET)

    pane.change(on.greet_again, [state.exchanges], [components.chat], **_QUIET)
    page.load(on.greet, None, [components.chat], **_QUIET)


def question_inputs(components: Components) -> list[Any]:
    """The components whose values `Given.of` takes."""
    state = components.state
    return [state.exchanges, state.name, components.bridge, components.wish]


def step_outputs(components: Components) -> list[Any]:
    """The components that a step changes: the order of `Handlers.step_values`."""
    state, question = components.state, components.question
    return [
        components.chat,
        question.box,
        state.exchanges,
        state.name,
        state.editing,
        state.step,
        components.bridge,
        question.send,
        question.stop,
        question.note,
        question.keep,
    ]


def _unchanged() -> list[Any]:
    """Values for `step_outputs` that change nothing."""
    return [gr.skip()] * 11


@dataclass(frozen=True, slots=True)
class Given:
    """What a question is asked with."""

    exchanges: list[Exchange]
    name: str
    filters: Filters
    generator: str
    k: int
    not_meant: Understood = NOTHING

    @classmethod
    def of(cls, settings: Settings, exchanges: list[Exchange], name: str, mail: Any, wish: Any) -> Given:
        """From the values of `question_inputs`. The settings give what a visitor has not chosen."""
        exchanges, name = resume(exchanges, name, mail)
        return cls(exchanges, name, *read_wish(wish, settings))

    def exchange(self, event: gr.EventData) -> tuple[int, Exchange]:
        """(index, exchange) that an event of the pane is about."""
        number = index_in(self.exchanges, event)
        return number, self.exchanges[number]


def read_wish(wish: Any, settings: Settings) -> tuple[Filters, str, int]:
    """(filters, generator, k) from what the page's script sent, read as strictly as a stranger's file.

    Raises gr.Error if it is damaged: a question must not be asked of more than its chips say.

    >>> read_wish('{"filters": {"speaker": ["Ann Reed"], "document": [], "role": [], "after": "2024", "before": null}}',
    ...           Settings())
    (Filters(speaker=('Ann Reed',), document=(), after='2024', before=None, role=()), 'extractive', 8)
    """
    filters, generator, k = Filters(), settings.generator, settings.k
    if not isinstance(wish, str) or not wish.strip():
        return filters, generator, k
    try:
        kept = an_object(json.loads(wish))
        filters = record(Filters, an_object(kept["filters"]))
        generator = str(kept.get("generator") or generator)
        k = min(max(int(kept.get("k") or k), 1), MOST_PASSAGES)
    except (KeyError, TypeError, ValueError) as error:
        raise gr.Error(say("error.filters")) from error
    return filters, generator, k


def mail_of(exchanges: list[Exchange], name: str) -> str:
    """A conversation as JSON for the page's script."""
    copies = [plain_text(exchange.answer) if exchange.answer else "" for exchange in exchanges]
    return json.dumps({"id": name, "exchanges": to_json(exchanges), "copies": copies})


def resume(exchanges: list[Exchange], name: str, mail: Any) -> tuple[list[Exchange], str]:
    """The conversation that a visitor sees, read from `mail` if this server has forgotten it, as after a restart."""
    if name or not isinstance(mail, str) or not mail.strip():
        return exchanges, name
    try:
        kept = json.loads(mail)
        return from_json(kept["exchanges"]), str(kept["id"])[:MAX_NAME_CHARS]
    except (ValueError, KeyError, TypeError, InputError):
        return exchanges, name


def index_in(exchanges: list[Exchange], event: gr.EventData) -> int:
    """The index of the exchange that an event is about. Raises gr.Error if there is none."""
    number = int(event._data["index"])
    if not 0 <= number < len(exchanges):
        raise gr.Error(say("error.question", number=number + 1))
    return number


@dataclass(frozen=True, slots=True)
class Handlers:
    """The handlers for one archive. They keep nothing: a conversation comes in and goes out."""

    service: ChatService

    def ask(self, question: str, changed: int, *values: Any) -> Iterator[list[Any]]:
        """Answer the question in the box; if an earlier one is being changed, in its place."""
        if not question.strip():
            yield _unchanged()
            return
        given = Given.of(self.service.settings, *values)
        if changed >= 0:
            given = replace(given, exchanges=given.exchanges[:changed])
        yield from self._answer(question, given)

    def ask_example(self, event: gr.EventData, *values: Any) -> Iterator[list[Any]]:
        """Answer one of the questions that the greeting offers."""
        yield from self._answer(str(event._data["question"]), Given.of(self.service.settings, *values))

    def ask_again(self, event: gr.EventData, *values: Any) -> Iterator[list[Any]]:
        """The same question, asked of the same: the last one in its place, an earlier one once more at the end."""
        given = Given.of(self.service.settings, *values)
        number, found = given.exchange(event)
        kept = given.exchanges[:-1] if number == len(given.exchanges) - 1 else given.exchanges
        yield from self._answer(
            found.question, replace(given, exchanges=kept, filters=found.filters, not_meant=found.not_meant)
        )

    def ask_without_a_filter(self, event: gr.EventData, *values: Any) -> Iterator[list[Any]]:
        """The same question without the filter that was clicked, or without what it was taken to ask for."""
        given = Given.of(self.service.settings, *values)
        _, found = given.exchange(event)
        given = replace(given, filters=found.filters, not_meant=found.not_meant)
        if "meant" in event._data and found.answer:
            _, taken = meant_tags(found.answer.understood)[int(event._data["meant"])]
            given = replace(given, not_meant=both(found.not_meant, taken))
        else:
            _, fewer = filter_tags(found.filters)[int(event._data["tag"])]
            given = replace(given, filters=fewer)
        yield from self._answer(found.question, given)

    def _answer(self, question: str, given: Given) -> Iterator[list[Any]]:
        """The page after each step of an answer. The first clears the box; what is typed after that stays."""
        name, cancel = given.name or uuid.uuid4().hex, CancelToken()
        steps = self.service.answer(
            question,
            given.exchanges,
            filters=given.filters,
            generator=given.generator,
            k=given.k,
            not_meant=given.not_meant,
            cancel=cancel,
        )
        first = True
        with closing(with_heartbeat(steps, cancel)) as beats:
            for step in beats:
                yield self.step_values(step, name, clear=first) if step else _unchanged()
                first = first and not step

    def step_values(self, step: Step, name: str, *, clear: bool = False) -> list[Any]:
        """A step as values for `step_outputs`."""
        done = step.pending is None
        past = list(step.exchanges)
        welcome = "" if past or not done else self.service.welcome()
        return [
            messages(past, welcome=welcome, pending=step.pending, text=step.text, quotes=step.quotes),
            "" if clear else gr.skip(),
            past,
            name,
            -1,
            None if done else step,
            mail_of(past, name) if done else gr.skip(),
            gr.update(visible=done),
            gr.update(visible=not done),
            gr.update(visible=False),
            gr.update(visible=False),
        ]

    def show_stopped(self, step: Step | None, past: list[Exchange], name: str) -> list[Any]:
        """Keep what was written of an answer that was stopped."""
        if step and step.pending:
            reason = "\n\n".join(filter(None, [step.text, say("ask.stopped")]))
            past = [*past, replace(step.pending, error=reason)]
        return self.step_values(Step(tuple(past)), name)

    def edit(self, event: gr.EventData, past: list[Exchange], name: str, mail: Any) -> list[Any]:
        """Put an earlier question into the box, with a note that it is being changed."""
        past, _ = resume(past, name, mail)
        number = index_in(past, event)
        text = say("ask.editing", number=number + 1)
        return [past[number].question, number, gr.update(value=text, visible=True), gr.update(visible=True)]

    def stop_editing(self) -> list[Any]:
        """Empty the box, and leave the question as it was."""
        return ["", -1, gr.update(visible=False), gr.update(visible=False)]

    def receive(self, event: gr.EventData) -> Any:
        """What the script sent with an event."""
        return event._data

    def restore(self, conversation: Any) -> list[Any]:
        """Show a conversation that the browser kept."""
        try:
            past = from_json(conversation["exchanges"])
        except (InputError, KeyError, TypeError) as error:
            raise gr.Error(str(error)) from error
        return self.step_values(Step(tuple(past)), str(conversation.get("id", ""))[:MAX_NAME_CHARS])

    def begin(self) -> list[Any]:
        """Begin a new conversation."""
        return self.step_values(Step(()), "")

    def greet(self) -> list[dict[str, str]]:
        """The greeting, as the chat's only message."""
        return messages([], welcome=self.service.welcome())

    def greet_again(self, past: list[Exchange]) -> Any:
        """The greeting, unless a conversation has begun."""
        return gr.skip() if past else self.greet()
