"""A model's text → markup: paragraphs, lists, headings and emphasis of its Markdown, and nothing else of it.

Everything is escaped first. What the page adds, such as chips, is put in place of single characters that no text may hold,
so that Markdown around it cannot tear it apart. Links, pictures, HTML and tables stay the characters that they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ui.markup import escaped

FIRST_HOLDER = 0xE000  # of a private range of Unicode: each character there stands for a piece of the page's own
MOST_HOLDERS = 0x1800
_HOLDERS = re.compile("[\ue000-\uf8ff]")
_ITEM = re.compile(r"\s{0,6}(?:[-*+•]|([1-9][0-9]{0,2})[.)])\s+(?=\S)")
_HEAD = re.compile(r"\s{0,3}#{1,6}\s+(?=\S)")
_RULE = re.compile(r"\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$")
_BOLD = re.compile(r"(\*\*|__)(?=\S)((?:(?!\1).)+?)(?<=\S)\1")
_LEAN = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=[^\s_])([^_]+?)(?<=[^\s_])_(?!\w)")


def prose(text: str, pieces: Sequence[tuple[int, int, str]] = ()) -> str:
    """The markup of a text, in which `text[start:end]` of each of the `pieces` is replaced by its own markup.

    >>> prose("**Two** reasons:\\n\\n- <b>cost</b> [1]\\n- time", [(32, 35, "<a>[1]</a>")])
    '<p><b>Two</b> reasons:</p><ul><li>&lt;b&gt;cost&lt;/b&gt; <a>[1]</a></li><li>time</li></ul>'
    """
    held: list[str] = []
    parts: list[str] = []
    position = 0
    for start, end, markup in pieces:
        parts.append(_HOLDERS.sub("\N{REPLACEMENT CHARACTER}", text[position:start]))
        if len(held) < MOST_HOLDERS:
            parts.append(chr(FIRST_HOLDER + len(held)))
            held.append(markup)
        else:
            parts.append(text[start:end])
        position = end
    parts.append(_HOLDERS.sub("\N{REPLACEMENT CHARACTER}", text[position:]))
    blocks = "".join(_block(block) for block in re.split(r"\n[^\S\n]*\n\s*", "".join(parts)) if block.strip())
    return _HOLDERS.sub(lambda found: held[ord(found[0]) - FIRST_HOLDER], blocks)


def _block(block: str) -> str:
    """A paragraph, or the lists and headings in it."""
    found: list[str] = []
    lines = block.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        if item := _ITEM.match(line):
            kind = "ol" if item[1] else "ul"
            items: list[str] = []
            while at < len(lines) and (item := _ITEM.match(lines[at])) and ("ol" if item[1] else "ul") == kind:
                number = f' value="{int(item[1])}"' if item[1] else ""
                items.append(f"<li{number}>{_inline(lines[at][item.end() :])}</li>")
                at += 1
            found.append(f"<{kind}>{''.join(items)}</{kind}>")
        elif head := _HEAD.match(line):
            found.append(f"<p><b>{_inline(line[head.end() :])}</b></p>")
            at += 1
        elif _RULE.fullmatch(line):
            at += 1
        else:
            flowing = [line]
            at += 1
            while at < len(lines) and not (_ITEM.match(lines[at]) or _HEAD.match(lines[at])):
                flowing.append(lines[at])
                at += 1
            found.append(f"<p>{_inline(' '.join(part.strip() for part in flowing))}</p>")
    return "".join(found)


def _inline(text: str) -> str:
    safe = escaped(text.strip())
    safe = _BOLD.sub(r"<b>\2</b>", safe)
    return _LEAN.sub(lambda found: f"<i>{found[1] or found[2]}</i>", safe)
