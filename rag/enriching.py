"""`onrecord enrich`: a model writes for each passage the questions that it answers, once.

They are searched like the question that was really asked, and never shown. Each passage is kept as soon as it is written, so
that whoever stops at any time goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from rag.archive import Archive
from rag.errors import GeneratorError, InputError, sentence_of
from rag.generators import AnyGenerator, NumberedPassage
from rag.generators.calls import Call
from rag.generators.cancel import CancelToken
from rag.generators.capabilities import AskPassage, capabilities_of
from rag.query.variants import searchable
from rag.storage.enriched import EnrichedQuestions, key_of
from rag.text.sentences import split_sentences
from rag.types import Passage, Sentence

log = logging.getLogger(__name__)

MAX_QUESTIONS = 5  # for a passage
MAX_FAILURES = 5  # one after another: the model does not work, and the next passage will not change that

Progress = Callable[[int, int], None]  # passages done, of how many


@dataclass(frozen=True, slots=True)
class EnrichReport:
    """How many passages were written for now and before, for how many the model failed, and the number of questions."""

    written: int
    before: int
    failed: int
    questions: int


def enrich(
    archive: Archive,
    generator: AnyGenerator,
    *,
    model: str,
    timeout_s: float = 60.0,
    cancel: CancelToken | None = None,
    progress: Progress | None = None,
) -> EnrichReport:
    """Have a generator write for every passage that this `model`, a name, has not written for yet.

    Raises InputError for a generator that can neither ask nor write, GeneratorError if it fails for five passages in a row,
    Cancelled; what was written by then is kept.
    """
    ask = capabilities_of(generator).questions
    if ask is None:
        raise InputError(f"{model} cannot write questions; choose a language model with --generator")
    kept, encoder = EnrichedQuestions(archive.folder), archive.encoder
    passages = {key_of(each.text): each for found in archive.documents() for each in archive.passages(found.id)}
    done = kept.written(model, encoder.fingerprint) & passages.keys()
    written = failed = in_a_row = 0
    for number, (key, passage) in enumerate(passages.items()):
        if progress:
            progress(number, len(passages))
        if key in done:
            continue
        try:
            texts = kept.texts(key, model)  # with vectors of another encoder
            if texts is None:
                texts = _asked(ask, passage, timeout_s, cancel)
        except Exception as error:  # whatever a generator raises, the other passages are asked
            if cancel:
                cancel.raise_if_cancelled()
            failed, in_a_row = failed + 1, in_a_row + 1
            log.warning("no questions for a passage of %s: %s", passage.source, error)
            if in_a_row == MAX_FAILURES:
                reason = sentence_of(error) or type(error).__name__
                raise GeneratorError(
                    f"{model} failed {MAX_FAILURES} times in a row, the last time: {reason}"
                ) from error
            continue
        kept.keep(key, model, encoder.fingerprint, texts, encoder.encode_passages(texts))
        written, in_a_row = written + 1, 0
    return EnrichReport(written, len(done), failed, kept.counts()[1])


def _asked(ask: AskPassage, passage: Passage, timeout_s: float, cancel: CancelToken | None) -> list[str]:
    """What a generator asks about a passage, within a time limit."""
    numbered = NumberedPassage(passage, _sentences(passage))
    given = Call(lambda token: ask(numbered, token), timeout_s=timeout_s, cancel=cancel).result()
    return list(searchable(given if not isinstance(given, str) else [given]))[:MAX_QUESTIONS]


def _sentences(passage: Passage) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(passage, passage.start + start, passage.start + end, passage.text[start:end], 0.0)
        for start, end in split_sentences(passage.text, passage.language or "en")
    )
