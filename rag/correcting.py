"""Corrections of a document that is in an archive already: laid over it without reading its file again, and undone.

They are kept beside the archive, in `corrections.toml`, under the path of the document's file, and are applied whenever
that file is read again.
"""

from __future__ import annotations

from rag.errors import InputError
from rag.passages import passages_of
from rag.storage.protocol import Storage
from rag.storage.reused import encoded_before
from rag.storage.staged import stage
from rag.text.files import write_whole
from rag.transcript.corrected import apply_correction, restored
from rag.transcript.corrections import FILE as CORRECTIONS
from rag.transcript.corrections import (
    Correction,
    Corrections,
    for_document,
    format_corrections,
    load_corrections,
)
from rag.types import Document


def kept_corrections(storage: Storage) -> Corrections:
    """The corrections that an archive keeps. Raises InputError for a damaged file."""
    path = storage.folder / CORRECTIONS
    return load_corrections(path) if path.is_file() else {}


def keep_corrections(storage: Storage, corrections: Corrections) -> None:
    """Write the corrections that an archive keeps; its lock must be held."""
    write_whole(storage.folder / CORRECTIONS, format_corrections(corrections).encode())


def own_correction(storage: Storage, document: Document) -> Correction:
    """What was corrected in this document alone; an empty correction if nothing was."""
    return kept_corrections(storage).get(_key(document), Correction())


def correct_document(storage: Storage, document: Document, correction: Correction) -> Document:
    """Put a correction in the place of the document's own, and write the document as it is then.

    An empty correction undoes the one before. Raises InputError for a name that the document does not have, and if
    nothing would be left to quote; then nothing is changed.
    """
    corrections = {name: given for name, given in kept_corrections(storage).items() if name != _key(document)}
    if correction != Correction():
        corrections[_key(document)] = correction
    corrected = restored(document)
    for name, given in for_document(corrections, corrected):
        corrected = apply_correction(corrected, given, lenient=name != _key(document))
    encoder = storage.encoder
    passages = passages_of(corrected, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
    if not passages:
        raise InputError("then nobody would be left to quote; give somebody the role of a respondent")
    staged = stage(encoder, corrected, passages, before=encoded_before(storage, encoder, corrected))
    with storage.lock():
        storage.commit([staged], encoder=encoder)
        # Another document may have been corrected meanwhile.
        others = {name: given for name, given in kept_corrections(storage).items() if name != _key(document)}
        own = {_key(document): correction} if correction != Correction() else {}
        keep_corrections(storage, others | own)
    return corrected


def _key(document: Document) -> str:
    return document.path or document.id
