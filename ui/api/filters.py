"""Filters as a request names them, in JSON or in its address: the same for REST and for OpenAI's interface."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, field_validator, model_validator

from rag.types import Filters
from ui.api.errors import check_keys
from ui.api.text_forms import filters_of

MAX_K = 100


def as_list(given: Any) -> Any:
    """A single text as a list of one; any other value as it is.

    >>> as_list("Ann Reed"), as_list(["Ann Reed"])
    (['Ann Reed'], ['Ann Reed'])
    """
    return [given] if isinstance(given, str) else given


class FilterFields(BaseModel):
    """What a search is restricted to, and how much it gives."""

    k: int | None = Field(None, ge=1, le=MAX_K, description="How many passages; default: as the server was started")
    speaker: list[str] = Field([], description="Only what this speaker says (repeatable)")
    document: list[str] = Field([], description="Only this document, by id or file name (repeatable)")
    role: list[str] = Field([], description="Only a respondent, or other (repeatable)")
    after: str | None = Field(None, description="On or after a date: 2024-03-28, 2024-03 or 2024")
    before: str | None = Field(None, description="On or before a date")

    @model_validator(mode="before")
    @classmethod
    def _check_keys(cls, given: Any) -> Any:
        return check_keys(given, list(cls.model_fields))

    _as_list = field_validator("speaker", "document", "role", "history", mode="before", check_fields=False)(as_list)

    @property
    def filters(self) -> Filters:
        """The filters as one value. Raises InputError for an unknown role."""
        return filters_of(self.speaker, self.document, self.after, self.before, self.role)
