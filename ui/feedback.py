"""Thumbs up and down, kept in the archive's folder: one JSON object a line, to make question sets from."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

from rag.archive import Archive
from ui.conversations import Exchange, to_json

FILE = "feedback.jsonl"
MAX_COMMENT_CHARS = 2_000
_GUARD = threading.Lock()


def note_feedback(archive: Archive, exchange: Exchange, *, helpful: bool, comment: str = "") -> None:
    """Append what somebody thinks of an answer. Raises OSError if the folder cannot be written."""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "helpful": helpful,
        "comment": comment.strip()[:MAX_COMMENT_CHARS],
        **to_json([exchange])[0],
    }
    with _GUARD, (Path(archive.url) / FILE).open("a", encoding="utf-8", errors="replace") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
