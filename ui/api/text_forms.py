"""What goes through the doors: filters in, answers and documents out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rag.archive import Archive
from rag.errors import InputError
from rag.json_forms import passage_to_json
from rag.places import place_of
from rag.types import Filters, Passage, ScoredPassage
from ui.rendering import place_id

ROLES = ("respondent", "other")
SOURCES = "Sources:"
CHECKED = "Checked against the record, the answer reads:"


def filters_of(
    speaker: Sequence[str] = (),
    document: Sequence[str] = (),
    after: str | None = None,
    before: str | None = None,
    role: Sequence[str] = (),
) -> Filters:
    """The filters that a request names. Raises InputError for a role that nobody who answers has.

    >>> filters_of(["Brandt"], after="2024").speaker
    ('Brandt',)
    """
    for name in role:
        if name not in ROLES:
            raise InputError(f"there is no role {name!r}; known: {', '.join(ROLES)}")
    return Filters(tuple(speaker), tuple(document), after or None, before or None, tuple(role))  # type: ignore[arg-type]


def passage_of(archive: Archive, passage_id: str) -> Passage:
    """The passage with this id. Raises InputError."""
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


def listing(archive: Archive) -> list[dict[str, Any]]:
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
    """What stands below an answer's text where a program shows text only: doubts, then sources with links to `page`.

    A note that was `said` with the text is not repeated.

    >>> print(afterword({"text": "It was late. [1]", "note": "", "claims": [], "citations": [
    ...     {"marker": 1, "speaker": "Ilse Brandt", "date": "2025-03-12", "source": "harbour.txt", "document_id": "3f2a",
    ...      "start": 120, "end": 132, "verified": True}]}, page="http://localhost:7860/"))
    Sources:
    - [1] Ilse Brandt, 2025-03-12, harbour.txt, characters 120–132: http://localhost:7860/#cite/3f2a.120-132
    """
    note = str(answer.get("note") or "")
    blocks = ["" if note in said else harmless(note)]
    doubtful = [claim for claim in answer.get("claims") or () if claim["support"] != "supported"]
    blocks.append("\n".join(f"- {_doubt(claim, answer['text'])}" for claim in doubtful))
    if answer["citations"]:
        lines = [SOURCES, *(f"- {source_line(citation, page=page)}" for citation in answer["citations"])]
        blocks.append("\n".join(lines))
    return "\n\n".join(filter(None, blocks))


def source_line(citation: Mapping[str, Any], *, page: str = "") -> str:
    """Who said it, when, and where that stands."""
    who = [harmless(" ".join(part.split())) for part in (citation["speaker"], citation["date"]) if part]
    source = harmless(" ".join(citation["source"].split()))
    page_label = harmless(citation.get("page") or "")
    place = place_of(source, citation["start"], citation["end"], page=page_label, seconds=citation.get("seconds"))
    line = f"[{citation['marker']}] {', '.join([*who, place])}"
    if not citation["verified"]:
        line += ", NOT VERIFIED"
    if page:
        line += f": {page}#cite/{place_id(citation['document_id'], citation['start'], citation['end'])}"
    return line


def _doubt(claim: Mapping[str, Any], text: str) -> str:
    sentence = harmless(" ".join(text[claim["start"] : claim["end"]].split()))
    reason = f" ({harmless(claim['reason'])})" if claim["reason"] else ""
    return f"{claim['support']}: {sentence}{reason}"


def passages_text(passages: Iterable[Mapping[str, Any]]) -> str:
    """Passages one below the other, as a model reads them."""
    blocks = []
    for number, passage in enumerate(passages, start=1):
        parts = (passage["speaker"], passage["date"], passage["source"])
        who = ", ".join(part for part in parts if part)
        place = f"characters {passage['start']}–{passage['end']}, passage {passage['passage_id']}"
        blocks.append(f"{number}. {who}, {place}\n{passage['text']}")
    return "\n\n".join(blocks)


_ACTIVE = re.compile(r"(\\*)(!(?=\[)|<(?=[A-Za-z/!?]))")
_UNDECIDED = re.compile(r"[\\!<]+\Z")


def harmless(text: str) -> str:
    r"""Text that fetches nothing where it is rendered as Markdown: no image, no HTML. It reads the same.

    Whoever shows an answer as Markdown would load an image that a transcript, or a model that obeys one, names, and with its
    address tell another host what was found.

    >>> print(harmless("See ![a](http://x/?q=1) and <img src=x>, 2 < 3! [1]"))
    See \![a](http://x/?q=1) and \<img src=x>, 2 < 3! [1]
    """
    return _ACTIVE.sub(lambda found: found[1] * 2 + "\\" + found[2], text)


class HarmlessStream:
    """`harmless` for text that comes in pieces.

    >>> stream = HarmlessStream()
    >>> stream.add("see !") + stream.add("[a](b)") + stream.end()
    'see \\\\![a](b)'
    """

    def __init__(self) -> None:
        self._held = ""

    def add(self, piece: str) -> str:
        """What can be shown now."""
        text = self._held + piece
        undecided = _UNDECIDED.search(text)
        cut = undecided.start() if undecided else len(text)
        self._held = text[cut:]
        return harmless(text[:cut])

    def end(self) -> str:
        """What was held back."""
        held, self._held = self._held, ""
        return harmless(held)
