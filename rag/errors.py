"""Everything that can go wrong, as sentences for the person at the keyboard.

OnrecordError            printed as one line on stderr, exit status 1
├── InputError           what the person typed or gave: a file, a question, a filter or an option
├── ArchiveError         an archive that cannot be opened, written or trusted
│   └── ModelMismatch    an archive that was built with another model
├── GeneratorError       a language model, or the server it runs on, that did not answer; quotes answer instead
│   └── GeneratorTimeout one that took longer than it may
├── Cancelled            nobody waits for the answer any more
└── SettingsError        an unknown key, or a value of the wrong kind

Two more come from `embeddings`, which knows nothing of this package: EmbeddingError, for a model of embeddings that
cannot be loaded or used, and UnknownName, for a name that no registry holds. `sentence_of` and the command line treat
them alike.
"""

from __future__ import annotations


class OnrecordError(Exception):
    """The root of this tree; the message says what, with which value, and what to type."""


class InputError(OnrecordError):
    """A file, a question, a filter or an option that cannot be used as it is."""


class ArchiveError(OnrecordError):
    """An archive that cannot be opened, written or trusted."""


class ModelMismatch(ArchiveError):
    """An archive that was built with another model than the one asked for."""


class GeneratorError(OnrecordError):
    """A language model or its server failed: it cannot be reached, refused, or broke off."""


class GeneratorTimeout(GeneratorError):
    """A generator took longer than it may."""


class Cancelled(OnrecordError):
    """Whoever asked does not wait for the answer any more."""

    def __init__(self) -> None:
        super().__init__("nobody waits for this answer any more")


class SettingsError(OnrecordError):
    """An unknown key, or a value of the wrong kind."""


def sentence_of(error: Exception) -> str | None:
    """The user-facing message of an expected error; None for a bug.

    >>> sentence_of(InputError("the question is empty")), sentence_of(ValueError("oops"))
    ('the question is empty', None)
    """
    from embeddings.registry import UnknownName
    from embeddings.types import EmbeddingError

    if isinstance(error, OnrecordError | EmbeddingError | UnknownName):
        return str(error.args[0]) if error.args else type(error).__name__
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or error}"
    return None
