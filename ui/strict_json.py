"""Values of JSON from a browser, read as strictly as a file from a stranger.

Every function raises TypeError for a value of the wrong type and ValueError for a wrong value. `record` reads a whole
dataclass: what each field may hold is read off its type.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

MAX_WHOLE = 1 << 53  # JavaScript counts no further
MAX_NUMBER = 1e15

T = TypeVar("T")


def record(kind: type[T], fields: Mapping[str, Any], **given: Any) -> T:
    """A dataclass from an object that has the names of its fields. Fields that are `given` are not read.

    >>> from rag.types import Turn
    >>> record(Turn, {"speaker": "Ann Reed", "role": "other", "start": 0, "end": 4}, seconds=None, label="", certain=True)
    Turn(speaker='Ann Reed', role='other', start=0, end=4, seconds=None, label='', certain=True)
    """
    read = {
        name: _value(name, hint, fields[name])
        for name, hint in _hints(cast(Hashable, kind)).items()
        if name not in given
    }
    return kind(**read, **given)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(name: str, hint: Any, value: Any) -> Any:
    """The value of the field `name`, if its type allows it."""
    options = [option for option in get_args(hint) if option is not NoneType]
    if get_origin(hint) in (Union, UnionType):  # of one type with None
        return None if value is None else _value(name, options[0], value)
    if get_origin(hint) is tuple:
        return tuple(_value(name, options[0], item) for item in a_list(value))
    if get_origin(hint) is Literal:
        return one_of(options, value, name)
    return {str: text, int: whole, float: number}[hint](value)


def text(value: object) -> str:
    """A string without lone surrogates, which could not be shown."""
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    value.encode()  # UnicodeEncodeError is a ValueError
    return value


def whole(value: object) -> int:
    """A count or an offset."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a whole number was expected, not {type(value).__name__}")
    if not 0 <= value < MAX_WHOLE:
        raise ValueError("a number that counts nothing")
    return value


def number(value: object) -> float:
    """A finite number of a size that something could have."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"a number was expected, not {type(value).__name__}")
    if not abs(value) < MAX_NUMBER:  # false for NaN too
        raise ValueError("a number that measures nothing")
    return float(value)


def day(value: object) -> str | None:
    """A date in ISO 8601, or None.

    >>> day("2024-03-28"), day(None)
    ('2024-03-28', None)
    """
    if value is None:
        return None
    date.fromisoformat(text(value))
    return text(value)


def one_of(options: Sequence[Any], value: Any, name: str) -> Any:
    """One of some values; `name` is for the message if it is none of them."""
    if value not in options:
        raise ValueError(f"{name} {value!r}")
    return value


def a_list(value: object) -> list[Any]:
    """An array."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"a list was expected, not {type(value).__name__}")
    return list(value)


def an_object(value: object) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise TypeError(f"an object was expected, not {type(value).__name__}")
    return cast(dict[str, Any], value)
