"""Answers about one archive for the page and the interfaces, as steps or pieces that are shown one after the other.

There is no state of a visitor here: a conversation comes in and goes out, so conversations cannot be mixed up.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from rag.archive import Archive
from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import InputError, sentence_of
from rag.examples import example_questions
from rag.generators import DEFAULT_GENERATOR, GENERATORS
from rag.generators.cancel import CancelToken
from rag.query.asked import MAX_HISTORY
from rag.text.terms import encodable
from rag.types import Answer, Citation, Document, Filters, Understood
from ui.conversations import NOTHING, Exchange, history_of
from ui.rendering import render_welcome
from ui.texts import say

log = logging.getLogger(__name__)

HEARTBEAT_S = 0.25
MOST_EXAMPLES = 4
EXAMPLE_DOCUMENTS = 24  # read for examples: the greeting waits for it
SHORTEST_EXAMPLE = 30  # characters; a shorter question says little of what can be asked
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Step:
    """A conversation while a question is being answered (`pending`, with the `text` so far), or at the end (None)."""

    exchanges: tuple[Exchange, ...]
    pending: Exchange | None = None
    text: str = ""
    quotes: tuple[Citation, ...] = ()  # what was found, while a model writes


class ChatService:
    """Answers questions about one archive, with one assistant for each generator that is used."""

    def __init__(
        self,
        archive: Archive,
        *,
        settings: Settings | None = None,
        read_only: bool = False,
        samples: Path | None = None,
    ) -> None:
        self.archive = archive
        self.settings = settings or Settings()
        self.read_only = read_only
        self.samples = samples
        self._assistants: dict[str, Assistant] = {}
        self._examples: tuple[int, list[str]] = (-1, [])
        self._guard = threading.Lock()

    def answer(
        self,
        question: str,
        exchanges: Sequence[Exchange],
        *,
        filters: Filters,
        generator: str,
        k: int,
        not_meant: Understood | None = None,
        cancel: CancelToken | None = None,
    ) -> Iterator[Step]:
        """The steps of an answer. The last one holds the finished exchange, or the reason why there is no answer.

        `not_meant` is what the visitor took away of what the question was taken to ask for.
        """
        before = tuple(exchanges)
        question = encodable(question)  # a lone surrogate cannot be sent to the page
        asked = Exchange(question.strip(), filters, not_meant=not_meant or NOTHING)
        yield Step(before, asked)
        text = ""
        quotes: list[Citation] = []
        try:
            history = history_of(before, MAX_HISTORY)
            how: dict[str, Any] = {"k": k, "filters": filters, "generator": generator, "cancel": cancel}
            for piece in self.stream(question, history=history, not_meant=not_meant, show=quotes.extend, **how):
                if isinstance(piece, Answer):
                    yield Step((*before, replace(asked, answer=piece)))
                else:
                    text += piece
                    yield Step(before, asked, text, tuple(quotes))
        except Exception as error:  # whatever it is, the conversation goes on
            yield Step((*before, replace(asked, error=user_message(error))))

    def stream(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        k: int | None = None,
        filters: Filters | None = None,
        not_meant: Understood | None = None,
        generator: str | None = None,
        cancel: CancelToken | None = None,
        show: Callable[[tuple[Citation, ...]], None] | None = None,
    ) -> Iterator[str | Answer]:
        """Pieces of an answer, and the finished answer as the last item. The settings give what is left out.

        Raises InputError if the archive is empty.
        """
        if not self.archive.exists:
            raise InputError(say("answer.empty"))
        assistant = self.assistant(generator or self.settings.generator)
        k = self.settings.k if k is None else k
        yield from assistant.stream(
            question, history=history, k=k, filters=filters, not_meant=not_meant, cancel=cancel, show=show
        )

    def welcome(self) -> str:
        """The greeting: questions from the archive's own documents, or how to begin if it has none."""
        empty = self.archive.counts()[1] == 0
        return render_welcome(
            [] if empty else self.examples(), empty=empty, samples=self.samples is not None, read_only=self.read_only
        )

    def examples(self) -> list[str]:
        """Questions to begin with, chosen once for each generation of the archive."""
        with self._guard:
            generation = self.archive.generation
            if self._examples[0] != generation:
                documents = list(islice(self.archive.documents(), EXAMPLE_DOCUMENTS))
                written = bundled_questions(self.samples, documents) if self.samples else []
                found = example_questions(documents) if len(written) < MOST_EXAMPLES else []
                self._examples = (generation, list(dict.fromkeys(written + found))[:MOST_EXAMPLES])
            return self._examples[1]

    def generators(self) -> list[str]:
        """Names to choose from: the configured generator, the extractive one, and those that plug-ins add."""
        installed = [name for name in GENERATORS.names() if name not in GENERATORS.builtins]
        return list(dict.fromkeys([self.settings.generator, DEFAULT_GENERATOR, *installed]))

    def warm_up(self) -> None:
        """Load models and indexes, so that the first question does not wait for them."""
        if self.archive.counts()[1]:
            self.assistant(DEFAULT_GENERATOR).ask("What was said?")

    def assistant(self, generator: str) -> Assistant:
        """The assistant with this generator, made at its first question."""
        with self._guard:
            if generator not in self._assistants:
                settings = self.settings
                self._assistants[generator] = Assistant(
                    self.archive,
                    generator=generator,
                    options=settings.generator_options if generator == settings.generator else {},
                    reader=settings.reader,
                    timeout_s=settings.timeout_s,
                    strict=settings.strict,
                    answer=settings.answer,
                )
            return self._assistants[generator]


def bundled_questions(samples: Path, documents: Iterable[Document]) -> list[str]:
    """A question for each bundled interview among the documents, of those that were written for it: the shortest that
    needs no other question before it.
    """
    found = []
    for document in documents:
        path, questions = samples / document.source, (samples / document.source).with_suffix(".jsonl")
        if document.source != path.name or not (path.is_file() and questions.is_file()):
            continue
        if path.read_text(encoding="utf-8") == document.text:
            rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines() if line.strip()]
            plain = [row["question"] for row in rows if row["answerable"] and not row.get("history")]
            plain = [each for each in plain if len(each) >= SHORTEST_EXAMPLE]
            found += sorted(plain, key=len)[:1]
    return found


def with_heartbeat(items: Iterator[Item], cancel: CancelToken) -> Generator[Item | None, None, None]:
    """The items of an iterator that blocks, and None every 0.25 s while it does, so that the caller can stop then.

    The iterator runs in a thread of its own. Closing this cancels `cancel`, and closes the iterator at its next item.
    """
    arrived: queue.SimpleQueue[tuple[Item] | BaseException | None] = queue.SimpleQueue()

    def run() -> None:
        try:
            for item in items:
                arrived.put((item,))
                if cancel.is_cancelled:
                    break
        except BaseException as error:
            arrived.put(error)
        finally:
            try:
                if close := getattr(items, "close", None):
                    close()
            finally:
                arrived.put(None)

    threading.Thread(target=run, name="answer", daemon=True).start()
    try:
        while True:
            try:
                item = arrived.get(timeout=HEARTBEAT_S)
            except queue.Empty:
                yield None
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item[0]
    finally:
        cancel.cancel()


def user_message(error: Exception) -> str:
    """An error as a sentence for the user. An unexpected one goes to the log, and its sentence says so."""
    if sentence := sentence_of(error):
        return sentence
    log.error("unexpected error", exc_info=error)
    return f"something went wrong ({type(error).__name__}); the terminal where onrecord runs says more"
