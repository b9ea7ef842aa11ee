"""The JSON forms of the contract: one function a type."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rag.types import Answer, Citation, Claim, Document, ScoredPassage, Understood


def claim_to_json(claim: Claim) -> dict[str, Any]:
    """A claim's fields by name."""
    return {name: getattr(claim, name) for name in Claim.__slots__} | {"markers": list(claim.markers)}


def document_to_json(document: Document) -> dict[str, Any]:
    """A document under the contract's names, with how it was read."""
    return {
        "id": document.id,
        "title": document.title,
        "date": document.date,
        "place": document.place,
        "source": document.source,
        "participants": list(document.participants),
        "language": document.language,
        "grammar": document.grammar,
        "confidence": document.confidence,
        "text": document.text,
        "turns": [
            {name: getattr(turn, name) for name in ("speaker", "role", "start", "end", "seconds", "label", "certain")}
            for turn in document.turns
        ],
        "left_out": [asdict(piece) for piece in document.left_out],
        "pages": [list(page) for page in document.pages],
        "times": [list(time) for time in document.times],
        "notes": list(document.notes),
    }


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """A citation's fields under the contract's names; what few citations have only where there is one."""
    fields = {name: getattr(citation, name) for name in Citation.__slots__}
    for name in ("page", "url", "introduction", "quotes_another"):
        if not fields[name]:
            del fields[name]
    return fields


def passage_to_json(hit: ScoredPassage) -> dict[str, Any]:
    """A scored passage under the contract's names."""
    passage = hit.passage
    return {
        "passage_id": passage.id,
        "document_id": passage.document_id,
        "source": passage.source,
        "title": passage.title,
        "date": passage.date,
        "speaker": passage.speaker,
        "role": passage.role,
        "asked": passage.asked,
        "start": passage.start,
        "end": passage.end,
        "seconds": passage.seconds,
        "text": passage.text,
        "score": round(hit.score, 4),
        "speaker_certain": passage.speaker_certain,
    }


def understood_to_json(understood: Understood) -> dict[str, Any]:
    """What a question was taken to ask for, under the contract's names."""
    return {
        "speakers": list(understood.speakers),
        "after": understood.after,
        "before": understood.before,
        "documents": list(understood.documents),
    }


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """An answer under the contract's names."""
    return {
        "question": answer.question,
        "query": answer.query,
        "searched": list(answer.searched),
        "status": answer.status,
        "text": answer.text,
        "confidence": round(answer.confidence, 4),
        "confidence_level": answer.confidence_level,
        "understood": understood_to_json(answer.understood),
        "generator": answer.generator,
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "claims": [claim_to_json(claim) for claim in answer.claims],
        "note": answer.note,
        "absent": list(answer.absent),
        "occurrences": dict(answer.occurrences),
        "cover": asdict(answer.cover) if answer.cover else None,
        "passages": [passage_to_json(hit) for hit in answer.passages],
        "timings_ms": {stage: round(value, 2) for stage, value in answer.timings_ms.items()},
    }
