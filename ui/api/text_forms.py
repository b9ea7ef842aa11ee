"""The texts and values of requests and responses: filters in, answers and documents out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from rag.archive import Archive
from rag.errors import InputError
from rag.json_forms import passage_to_json
from rag.places import place_of
from rag.storage.filters import ANSWERING_ROLES
from rag.text.wording import shortened
from rag.types import Filters, Passage, Role, ScoredPassage
from ui.rendering import place_id

SOURCES = "Sources:"
CHECKED = "Checked against the record, the answer reads:"
UNSURE = "These are the closest passages; they may not answer."
NEAREST = "Nearest passages. They are related, and do not answer:"
MOST_NEAREST = 3
NEAREST_CHARS = 300  # of a passage in a list; its link leads to all of it


def filters_of(
    speaker: Sequence[str] = (),
    document: Sequence[str] = (),
    after: str | None = None,
    before: str | None = None,
    role: Sequence[str] = (),
) -> Filters:
    """The filters that a request names. Raises InputError for a role other than those of who answers.

    >>> filters_of(["Brandt"], after="2024").speaker
    ('Brandt',)
    """
    for name in role:
        if name not in ANSWERING_ROLES:
            raise InputError(f"there is no role {name!r}; known: {', '.join(ANSWERING_ROLES)}")
    roles = cast(tuple[Role, ...], tuple(role))
    return Filters(tuple(speaker), tuple(document), after or None, before or None, roles)


def passage_of(archive: Archive, passage_id: str) -> Passage:
    """The passage with this id. Raises InputError if there is none."""
    document_id, dash, _ = passage_id.rpartition("-")
    try:
        passages = archive.passages(document_id) if dash else []
    except InputError:
        passages = []
    for passage in passages:
        if passage.id == passage_id:
            return passage
    raise InputError(f"there is no passage {passage_id!r}; ids of passages come with answers and searches")


def plain_passage(passage: Passage) -> dict[str, Any]:
    """A passage under the contract's names, without a score."""
    form = passage_to_json(ScoredPassage(passage, 0.0))
    del form["score"]
    return form


def document_rows(archive: Archive) -> list[dict[str, Any]]:
    """What `onrecord documents --json` prints."""
    counts = archive.answer_counts()
    return [
        {
            "id": document.id,
            "title": document.title,
            "date": document.date,
            "source": document.source,
            "speakers": [name for name in document.speakers if name],
            "answers": counts.get(document.id, 0),
        }
        for document in archive.documents()
    ]


def afterword(answer: Mapping[str, Any], *, page: str = "", said: str = "") -> str:
    """What follows an answer's text in a program that shows text only: doubts, then sources with links to `page`, or the
    nearest passages where nothing answers.

    A note that is part of the text already sent (`said`) is not repeated.

    >>> print(afterword({"text": "It was late. [1]", "note": "", "claims": [], "citations": [
    ...     {"marker": 1, "speaker": "Ilse Brandt", "date": "2025-03-12", "source": "harbour.txt", "document_id": "3f2a",
    ...      "start": 120, "end": 132, "verified": True}]}, page="http://localhost:7860/"))
    Sources:
    - [1] Ilse Brandt, 2025-03-12, harbour.txt, characters 120–132: http://localhost:7860/#cite/3f2a.120-132
    """
    note = str(answer.get("note") or "")
    blocks = ["" if note in said else escape_active_markdown(note)]
    blocks.append(UNSURE if answer.get("confidence_level") == "unsure" else "")
    doubtful = [claim for claim in answer.get("claims") or () if claim["support"] != "supported"]
    blocks.append("\n".join(f"- {_doubt(claim, answer['text'])}" for claim in doubtful))
    if answer["citations"]:
        lines = [SOURCES, *(f"- {source_line(citation, page=page)}" for citation in answer["citations"])]
        blocks.append("\n".join(lines))
    if nearest := nearest_passages(answer):
        blocks.append("\n".join([NEAREST, *(f"- {_nearest_line(passage, page)}" for passage in nearest)]))
    return "\n\n".join(filter(None, blocks))


def nearest_passages(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The passages to show where an answer says that nothing answers; otherwise none."""
    found: Sequence[Mapping[str, Any]] = answer.get("passages") or ()
    return found[:MOST_NEAREST] if answer.get("status") == "not_on_record" else ()


def _nearest_line(passage: Mapping[str, Any], page: str) -> str:
    words = escape_active_markdown(shortened(passage["text"], NEAREST_CHARS))
    return f"{_whose_and_where(passage, page)}: {words}"


def source_line(citation: Mapping[str, Any], *, page: str = "") -> str:
    """Who said it, when, and where it is in the record."""
    mark = "" if citation["verified"] else ", NOT VERIFIED"
    return f"[{citation['marker']}] {_whose_and_where(citation, page, mark)}"


def _whose_and_where(found: Mapping[str, Any], page: str, mark: str = "") -> str:
    """Speaker, date and place of a citation or passage, and its address on the page, if there is one."""
    who = [escape_active_markdown(" ".join(part.split())) for part in (found["speaker"], found["date"]) if part]
    source = escape_active_markdown(" ".join(found["source"].split()))
    page_label = escape_active_markdown(found.get("page") or "")
    place = place_of(source, found["start"], found["end"], page=page_label, seconds=found.get("seconds"))
    link = f": {page}#cite/{place_id(found['document_id'], found['start'], found['end'])}" if page else ""
    return f"{', '.join([*who, place])}{mark}{link}"


def _doubt(claim: Mapping[str, Any], text: str) -> str:
    sentence = escape_active_markdown(" ".join(text[claim["start"] : claim["end"]].split()))
    reason = f" ({escape_active_markdown(claim['reason'])})" if claim["reason"] else ""
    return f"{claim['support']}: {sentence}{reason}"


def passages_text(passages: Iterable[Mapping[str, Any]]) -> str:
    """Numbered passages, for a model to read."""
    blocks = []
    for number, passage in enumerate(passages, start=1):
        parts = (passage["speaker"], passage["date"], passage["source"])
        who = ", ".join(part for part in parts if part)
        place = f"characters {passage['start']}–{passage['end']}, passage {passage['passage_id']}"
        blocks.append(f"{number}. {who}, {place}\n{passage['text']}")
    return "\n\n".join(blocks)


_ACTIVE = re.compile(r"(\\*)(!(?=\[)|<(?=[A-Za-z/!?]))")
_UNDECIDED = re.compile(r"[\\!<]+\Z")


def escape_active_markdown(text: str) -> str:
    r"""The text with images and HTML escaped, so that it fetches nothing if it is rendered as Markdown.

    A transcript, or a model that obeys one, can name an image. A program that renders it would send a request to
    another host, and the image's address could say what was found.

    >>> print(escape_active_markdown("See ![a](http://x/?q=1) and <img src=x>, 2 < 3! [1]"))
    See \![a](http://x/?q=1) and \<img src=x>, 2 < 3! [1]
    """
    return _ACTIVE.sub(lambda found: found[1] * 2 + "\\" + found[2], text)


class MarkdownEscapeStream:
    """`escape_active_markdown` for text in pieces: holds back an end that the next piece could make active.

    >>> stream = MarkdownEscapeStream()
    >>> stream.add("see !") + stream.add("[a](b)") + stream.end()
    'see \\\\![a](b)'
    """

    def __init__(self) -> None:
        self._held = ""

    def add(self, piece: str) -> str:
        """Escapes a piece; returns what can be shown now."""
        text = self._held + piece
        undecided = _UNDECIDED.search(text)
        cut = undecided.start() if undecided else len(text)
        self._held = text[cut:]
        return escape_active_markdown(text[:cut])

    def end(self) -> str:
        """What was held back, at the end of the text."""
        held, self._held = self._held, ""
        return escape_active_markdown(held)
