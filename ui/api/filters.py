"""Filters as a request's JSON or address names them: the same at the REST door and at OpenAI's."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, field_validator, model_validator

from rag.types import Filters
from ui.api.context import check_keys
from ui.api.text_forms import filters_of

MAX_K = 100


def several(given: Any) -> Any:
    """A single text as a list of one; all else as it is."""
    return [given] if isinstance(given, str) else given


class Filtered(BaseModel):
    """What a search is restricted to, and how much it gives."""

    k: int | None = Field(None, ge=1, le=MAX_K, description="How many passages; default: as the server was started")
    speaker: list[str] = Field([], description="Only what this speaker says (repeatable)")
    document: list[str] = Field([], description="Only this document, by id or file name (repeatable)")
    role: list[str] = Field([], description="Only a respondent, or other (repeatable)")
    after: str | None = Field(None, description="On or after a date: 2024-03-28, 2024-03 or 2024")
    before: str | None = Field(None, description="On or before a date")

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        return check_keys(given, list(cls.model_fields))

    _several = field_validator("speaker", "document", "role", "history", mode="before", check_fields=False)(several)

    @property
    def filters(self) -> Filters:
        return filters_of(self.speaker, self.document, self.after, self.before, self.role)
