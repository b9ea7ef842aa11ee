"""Names to factories: the one plug-in mechanism.

Built-ins are a plain dict of `name → "module:attribute"`, so that looking up a name imports only its own module.
Installed packages add names through entry points, and cannot replace a built-in one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any


class UnknownName(LookupError):
    """No built-in and no installed package provides this name; the message lists the known names."""


@dataclass(frozen=True)
class Registry:
    """Factories by name for one entry point group.

    >>> Registry("onrecord.indexes", {"exact": "embeddings.indexes.exact:ExactIndex"}).get("exact").__name__
    'ExactIndex'
    """

    group: str
    builtins: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Every known name, built-ins first."""
        return [*self.builtins, *sorted(set(self._plugins()) - set(self.builtins))]

    def get(self, name: str) -> Callable[..., Any]:
        """The factory for `name`. Raises UnknownName."""
        if name in self.builtins:
            module, _, attribute = self.builtins[name].partition(":")
            factory: Callable[..., Any] = getattr(import_module(module), attribute)
            return factory
        plugins = self._plugins()
        if name not in plugins:
            raise UnknownName(
                f"{self.group.rpartition('.')[2]}: there is no {name!r}; known: {', '.join(self.names())}"
            )
        loaded: Callable[..., Any] = plugins[name].load()
        return loaded

    def _plugins(self) -> dict[str, Any]:
        # ONRECORD_PLUGINS=0 keeps third-party code out of the process, for instance to find the cause of a fault.
        if os.environ.get("ONRECORD_PLUGINS", "1").lower() in {"0", "false", "off", "no"}:
            return {}
        return {point.name: point for point in entry_points(group=self.group)}
