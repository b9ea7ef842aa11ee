"""How requests to the interfaces may be written: with a slash behind the path, and as HEAD where GET is known."""

from __future__ import annotations

from typing import Any

INTERFACES = ("/api/", "/v1/")


class LenientPaths:
    """ASGI middleware. Serves `/v1/models/` as `/v1/models`, and HEAD as GET without a body."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(INTERFACES):
            path, raw = scope["path"].rstrip("/"), scope.get("raw_path", b"").rstrip(b"/")
            method = "GET" if scope["method"] == "HEAD" else scope["method"]
            # The server keeps the scope that it made, and so sends no body in answer to HEAD.
            scope = {**scope, "path": path, "raw_path": raw, "method": method}
        await self.app(scope, receive, send)
