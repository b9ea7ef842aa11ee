"""Data as JSON between the process that reads files and the one that asked: dataclasses are lists of their fields.

The text travels beside them as bytes, since JSON would copy it twice more.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def pack(value: Any) -> Any:
    """A value as JSON can hold it.

    >>> from rag.types import Turn
    >>> pack((Turn("Ann", "respondent", 0, 4, None, "ANN"), None))
    [['Ann', 'respondent', 0, 4, None, 'ANN', True], None]
    """
    if is_dataclass(value):
        return [pack(getattr(value, each.name)) for each in fields(value)]
    return [pack(item) for item in value] if isinstance(value, list | tuple) else value


def unpack(form: Any, value: Any) -> Any:
    """The value of a type that `pack` made JSON of. Raises TypeError if they do not fit.

    >>> from rag.types import Turn
    >>> unpack(tuple[Turn, ...], [["Ann", "respondent", 0, 4, None]])
    (Turn(speaker='Ann', role='respondent', start=0, end=4, seconds=None, label='', certain=True),)
    """
    if value is None:
        return None
    if is_dataclass(form):
        forms = get_type_hints(form)
        return form(*(unpack(forms[each.name], item) for each, item in zip(fields(form), value, strict=True)))  # type: ignore[operator]
    origin, inner = get_origin(form), get_args(form)
    if origin in (Union, UnionType):
        return unpack(next(each for each in inner if each is not NoneType), value)
    if origin is not tuple:
        return value
    if len(inner) != 2 or inner[1] is not ...:
        return tuple(unpack(each, item) for each, item in zip(inner, value, strict=True))
    if _is_flat(inner[0]):  # tens of thousands of turns
        return tuple(inner[0](*item) for item in value)
    return tuple(unpack(inner[0], item) for item in value)


@cache
def _is_flat(form: Any) -> bool:
    """Whether a type is a dataclass whose fields hold nothing that has to be unpacked."""
    if not is_dataclass(form):
        return False
    return all(get_origin(each) in (None, Literal, UnionType) for each in get_type_hints(form).values())
