"""SQL conditions: what a scope means, and whether letters occur in a document."""

from __future__ import annotations

import json
import re

from rag.text.terms import encodable
from rag.types import Scope


def occurrence_condition(text: str) -> tuple[str, list[str]]:
    """The SQL for a text's letters being in `words`, in any of its forms, and its values."""
    escaped = re.sub(r"([\\%_])", r"\\\1", encodable(text))
    forms = dict.fromkeys((escaped, escaped.lower(), escaped.upper(), escaped.capitalize()))
    return " OR ".join("words LIKE ? ESCAPE '\\'" for _ in forms), [f"%{form}%" for form in forms]


def scope_condition(scope: Scope) -> tuple[str, list[str]]:
    """The SQL that a scope means, and its values."""
    clauses, values = ["1"], []
    for column, wanted in (("document", scope.documents), ("speaker", scope.speakers), ("role", scope.roles)):
        if wanted is not None:
            clauses.append(f"{column} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(wanted)))
    for operator, day in ((">=", scope.after), ("<=", scope.before)):
        if day:
            clauses.append(f"date {operator} ?")
            values.append(day)
    return " AND ".join(clauses), values
