r"""A text as people read it: lines of a hard-wrapped file flow, Markdown's escapes are undone. The text itself never changes.

Quotes and offsets go on counting the file's characters. What is shown, printed, copied and exported has the single line
breaks within a paragraph as spaces; blank lines and the lines of a list stay. `ui/assets/reading.js` does the same in the
browser, where it also keeps each character of the file at its place.
"""

from __future__ import annotations

import re

_BULLET = "[•‣▪◦]"
_UNSPACED = "\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef"  # scripts that set no words apart
_READING = re.compile(
    r"(?P<gap>\s*\n[^\S\n]*\n\s*)"
    rf"|(?P<line>[^\S\n]*\n[^\S\n]*(?={_BULLET}\s))"
    rf"|(?P<nothing>\u00a0(?=[ \t\u00a0])|(?<=[ \t])\u00a0|(?<=[{_UNSPACED}])[^\S\n]*\n[^\S\n]*(?=[{_UNSPACED}])|(?<=\w-)\n[^\S\n]*(?=\w))"
    r"|(?P<space>[^\S\n\u3000]*\n[^\S\n]*|[ \t]{2,})"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
)


def as_read(text: str) -> str:
    r"""A text without the marks of its file: one line a paragraph, no backslash of Markdown.

    >>> as_read("Francis Scott\nKey \\[sic\\] Bridge.\n\nIt fell.")
    'Francis Scott Key [sic] Bridge.\n\nIt fell.'
    >>> as_read("a well-\nknown case:\n• one\n• two")
    'a well-known case:\n• one\n• two'
    """
    return _READING.sub(_shown, text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def on_one_line(text: str) -> str:
    r"""The same with its paragraphs and lines joined by spaces.

    >>> on_one_line("It\nfell.\n\nIt rose.")
    'It fell. It rose.'
    """
    return " ".join(as_read(text).split())


def _shown(found: re.Match[str]) -> str:
    if found["escaped"]:
        return found["escaped"]
    return {"gap": "\n\n", "line": "\n", "nothing": "", "space": " "}[found.lastgroup or "space"]
