"""What the page's script may call. Each call takes one value and gives JSON; a failure is {"error": a sentence}."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from rag.errors import InputError
from rag.types import Document
from ui.conversations import from_json
from ui.documents import MAX_UPLOAD_BYTES, Library, add_file, source_view
from ui.export import SUFFIX, export
from ui.feedback import note_feedback
from ui.service import ChatService, user_message
from ui.speakers import correct_speakers, speakers_view
from ui.statements import more_statements
from ui.texts import ENGLISH, say

Call = Callable[[Any], Any]


def server_functions(service: ChatService, library: Library) -> list[Call]:
    """The calls for one archive, as functions with the names that the script uses."""
    calls = Calls(service, library)

    def writing(call: Call) -> Call:
        return _with_error(_unless_read_only(call, service))

    return [
        _with_error(calls.describe_page),
        _with_error(calls.list_documents),
        _with_error(calls.list_choices),
        _with_error(calls.get_source),
        _with_error(calls.get_speakers),
        _with_error(calls.more_statements),
        writing(calls.correct_speakers),
        writing(calls.add_document),
        writing(calls.add_samples),
        writing(calls.remove_document),
        _with_error(calls.export_conversation),
        writing(calls.send_feedback),
    ]


def _with_error(call: Call) -> Call:
    """The call, with its failure as a value."""

    @wraps(call)
    def safe(value: Any = None) -> Any:
        try:
            return call(value)
        except Exception as error:  # whatever it is, the page shows it
            return {"error": user_message(error)}

    return safe


def _unless_read_only(call: Call, service: ChatService) -> Call:
    """The call, which raises InputError on a page that is read-only."""

    @wraps(call)
    def allowed(value: Any) -> Any:
        if service.read_only:
            raise InputError(say("documents.readonly"))
        return call(value)

    return allowed


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls as methods, which raise."""

    service: ChatService
    library: Library

    def describe_page(self, _: Any) -> dict[str, Any]:
        """The page's texts, and what its script has to know of the archive and the server."""
        archive = self.service.archive
        documents, passages = archive.counts()
        return {
            "texts": ENGLISH,
            "documents": documents,
            "answers": passages,
            "generators": self.service.generators(),
            "generator": self.service.settings.generator,
            "k": self.service.settings.k,
            "readOnly": self.service.read_only,
            "generation": archive.generation,
            "maxBytes": MAX_UPLOAD_BYTES,
        }

    def list_documents(self, _: Any) -> list[dict[str, Any]]:
        """All documents by date."""
        return self.library.listing()

    def list_choices(self, _: Any) -> dict[str, Any]:
        """People and documents that a question can be restricted to."""
        return self.library.choices()

    def get_source(self, document_id: Any) -> dict[str, Any]:
        """A whole transcript. Raises InputError if it is no longer in the archive."""
        return source_view(self._document(document_id))

    def get_speakers(self, document_id: Any) -> dict[str, Any]:
        """Who speaks in a document, and what looks wrong there."""
        return speakers_view(self.service.archive, self._document(document_id))

    def more_statements(self, value: Any) -> list[dict[str, Any]]:
        """What an answer leaves out: {"query", "filters", "shown"}, see `ui.statements`."""
        return more_statements(self.service.archive, value)

    def correct_speakers(self, value: Any) -> dict[str, Any]:
        """Change who speaks in a document, {"id", "change": [act, name, to]}, or undo it, {"id", "restore"}."""
        return correct_speakers(self.service.archive, self._document(value["id"]), value)

    def add_document(self, value: Any) -> dict[str, Any]:
        """Read an uploaded file, {"name", "data" in base64}, into the archive."""
        return add_file(self.service.archive, value["name"], value["data"])

    def add_samples(self, _: Any) -> dict[str, Any]:
        """Read the bundled interviews into the archive."""
        if self.service.samples is None:
            raise InputError("the bundled interviews are not installed here")
        report = self.service.archive.ingest([self.service.samples])
        return {"added": len(report.added), "failed": report.failed}

    def remove_document(self, document_id: Any) -> dict[str, Any]:
        """Remove a document from the archive."""
        return {"removed": self.service.archive.remove(self._document(document_id).id).source}

    def export_conversation(self, value: Any) -> dict[str, Any]:
        """A conversation, {"form", "exchanges"}, as a file to save: {"text", "name"}."""
        form = value["form"]
        if form not in SUFFIX:
            raise InputError(f"there is no form {form!r}; known: {', '.join(SUFFIX)}")
        exchanges = from_json(value["exchanges"])
        text = export(exchanges, self._find_document, form=form, when=datetime.now().astimezone())
        return {"text": text, "name": f"onrecord-{datetime.now():%Y-%m-%d-%H%M}.{SUFFIX[form]}"}

    def send_feedback(self, value: Any) -> dict[str, Any]:
        """Note what somebody thinks of an answer: {"exchange", "helpful", "comment"}."""
        (exchange,) = from_json([value["exchange"]])
        helpful, comment = value["helpful"] is True, str(value.get("comment", ""))
        note_feedback(self.service.archive, exchange, helpful=helpful, comment=comment)
        return {}

    def _find_document(self, document_id: Any) -> Document | None:
        """The document with exactly this id. The archive would also take the beginning of one, or a file name."""
        try:
            found = self.service.archive.document(str(document_id))
        except InputError:
            return None
        return found if found.id == document_id else None

    def _document(self, document_id: Any) -> Document:
        if (found := self._find_document(document_id)) is None:
            raise InputError(say("pane.gone"))
        return found
