"""The page's own files: the style sheet, the fixed parts of its markup, and the scripts, joined to one."""

from __future__ import annotations

from importlib.resources import files

SCRIPTS = (  # each may use the ones before it
    "dom.js",
    "route.js",
    "reading.js",
    "transcript.js",
    "speakers.js",
    "citations.js",
    "reader.js",
    "cards.js",
    "documents.js",
    "upload.js",
    "conversations.js",
    "saved.js",
    "filters.js",
    "chat.js",
    "start.js",
)


def asset(name: str) -> str:
    """The text of a file in `assets`."""
    return files("ui").joinpath("assets", name).read_text(encoding="utf-8")


def script() -> str:
    """The script of the right pane, which Gradio runs once as the body of a function."""
    return "\n".join(map(asset, SCRIPTS))
