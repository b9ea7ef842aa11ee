"""Everything that can go wrong, as sentences for the person at the keyboard.

OnrecordError            told in one line on stderr, exit status 1
├── InputError           a file, a question or a filter that cannot be used as it is
├── ArchiveError         an archive that cannot be opened, written or trusted
│   └── ModelMismatch    an archive that was built with another model
└── SettingsError        an unknown key, or a value of the wrong kind
"""

from __future__ import annotations


class OnrecordError(Exception):
    """The root of this tree; the message says what, with which value, and what to type."""


class InputError(OnrecordError):
    """A file, a question or a filter that cannot be used as it is."""


class ArchiveError(OnrecordError):
    """An archive that cannot be opened, written or trusted."""


class ModelMismatch(ArchiveError):
    """An archive that was built with another model than the one asked for."""


class SettingsError(OnrecordError):
    """An unknown key, or a value of the wrong kind."""


def sentence_of(error: Exception) -> str | None:
    """What to tell the person at the keyboard, for an error that one can meet without a fault in the code; else None.

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
