"""All statements on a matter, by date: what an answer's few quotes leave out.

Nothing is judged here. A passage is listed if it and the question it answers hold half of what was asked, by the rarity of
the words; in a record that says the same thing ten times, an answer shows three of them, and this shows ten.
"""

from __future__ import annotations

from typing import Any

from rag.answer.asked import telling
from rag.archive import Archive
from rag.text.dates import spoken_date
from rag.text.reading import on_one_line
from rag.text.sentences import question_tail
from rag.types import Filters, Passage
from ui.strict_json import a_list, an_object, record, text, whole
from ui.texts import say

MOST_STATEMENTS = 100
LEAST_SHARE = 0.5  # of the weight of the question's words


def more_statements(archive: Archive, value: object) -> list[dict[str, Any]]:
    """Statements that an answer does not show, by date; `value` has its "query", its "filters" and the places "shown".

    `shown` is a list of [document, start, end]. Raises InputError for filters that fit nothing, and ValueError, TypeError or
    KeyError for a value that this page does not send.
    """
    fields = an_object(value)
    query, filters = text(fields["query"]), record(Filters, an_object(fields["filters"]))
    shown = [
        (text(document), whole(start), whole(end)) for document, start, end in map(a_list, a_list(fields["shown"]))
    ]
    hits = archive.search(query, k=MOST_STATEMENTS, filters=filters)
    with archive.snapshot() as snapshot:
        weights = snapshot.word_weights(query)
        wanted = LEAST_SHARE * sum(weights.values())

        def share(passage: Passage) -> float:
            held = set(snapshot.stems(f"{passage.asked} {passage.text}"))
            return sum(weight for stem, weight in weights.items() if stem in held)

        found = [hit.passage for hit in hits if share(hit.passage) >= wanted]
    return [_statement(passage) for passage in sorted(found, key=_when) if not _is_shown(passage, shown)]


def _when(passage: Passage) -> tuple[bool, str, str, int]:
    return passage.date is None, passage.date or "", passage.source, passage.start


def _is_shown(passage: Passage, shown: list[tuple[str, int, int]]) -> bool:
    return any(
        document == passage.document_id and start < passage.end and passage.start < end
        for document, start, end in shown
    )


def _statement(passage: Passage) -> dict[str, Any]:
    asked = telling(passage.asked, passage.language or "en")
    return {
        "id": passage.document_id,
        "start": passage.start,
        "end": passage.end,
        "who": (passage.speaker or say("answer.nobody")) if passage.speaker_certain else say("answer.uncertain"),
        "when": spoken_date(passage.date) if passage.date else "",
        "event": passage.title or passage.source,
        "source": passage.source,
        "asked": question_tail(on_one_line(asked)) if asked else "",
        "words": passage.text,
    }
