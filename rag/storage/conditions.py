"""SQL conditions: what a scope means."""

from __future__ import annotations

import json

from rag.types import Scope


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
