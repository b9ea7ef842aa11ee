"""Filters as a request names them, in JSON or in its address: the same for REST and for OpenAI's interface."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, field_validator, model_validator

from rag.types import Filters
from ui.api.errors import check_keys
from ui.api.text_forms import filters_of

MAX_K = 100


def as_list(given: Any) -> Any:
    """A single text as a list of one, and a list without its empty texts; any other value as it is.

    >>> as_list("Ann Reed"), as_list(["Ann Reed", ""])
    (['Ann Reed'], ['Ann Reed'])
    """
    if isinstance(given, list):
        return [value for value in given if value != ""]
    return [given] if isinstance(given, str) else given


def as_given(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments that have a value: models and forms send null and "" for what nobody filled in.

    >>> as_given({"query": "ferry", "speaker": "", "after": None, "k": 3})
    {'query': 'ferry', 'k': 3}
    """
    return {name: value for name, value in arguments.items() if value not in (None, "")}


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
        check_keys(given, list(cls.model_fields))
        if not isinstance(given, dict):
            return given
        needed = {name for name, field in cls.model_fields.items() if field.is_required()}
        return {name: given[name] for name in given if name in needed or name in as_given(given)}

    _as_list = field_validator("speaker", "document", "role", mode="before")(as_list)

    @property
    def filters(self) -> Filters:
        """The filters as one value. Raises InputError for an unknown role."""
        return filters_of(self.speaker, self.document, self.after, self.before, self.role)
