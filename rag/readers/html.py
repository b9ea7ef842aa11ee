"""HTML: the main text of a page, without navigation.

trafilatura knows where an article begins and ends, and drops short lines on the way, which in an interview are
answers. So it says between which paragraphs the text lies, and the page's own blocks between them are kept, bold
labels and all.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence

from rag.errors import InputError
from rag.readers.blocks import Block, flatten
from rag.readers.html_blocks import read_blocks
from rag.readers.html_metadata import declared_date, declared_language, find_title
from rag.readers.text import decode_any
from rag.types import Hints

_BYTES_LITERAL = re.compile(r"""(?:^|(?<=[\n>]))\s*b(?P<quote>['"])(?=\s*<)(?P<body>.*)(?P=quote)\s*$""", re.S)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.I)


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of a saved page. Raises InputError."""
    from lxml import etree
    from lxml import html as lxml_html

    text, note = page_text(data)
    if not text.strip():
        raise InputError("the file is empty")
    parser = lxml_html.HTMLParser(huge_tree=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        # A declaration of another encoding would be believed, although the text is decoded by now.
        root = lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"this page cannot be read: {error}") from error
    title, date = find_title(root), declared_date(root)
    blocks = [block for block in read_blocks(root) if block[0].strip()]
    kept = _main_part(blocks, text)
    canonical, _ = flatten(Block(block) for block, _ in kept)
    if not canonical.strip():
        raise InputError("no text was found in this page; save it from the browser as 'Web page, complete' or as text")
    return canonical, Hints(title=title, date=date, language=declared_language(root), notes=(note,) if note else ())


def page_text(data: bytes) -> tuple[str, str]:
    r"""A page as text: by its byte order mark, as UTF-8, as it declares, or as it looks; bytes literals unwrapped.

    >>> page_text(b"<h1>Talk</h1>\nb'<p>caf\\xc3\\xa9</p>'")[0]
    '<h1>Talk</h1>\n<p>café</p>'
    """
    declared = _CHARSET.search(data[:4096])
    text, note = "", ""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if declared:
            try:
                text = data.decode(declared[1].decode("ascii"), "replace")
            except (LookupError, UnicodeDecodeError):
                text = ""
        if not text or data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text, note = decode_any(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if literal := _BYTES_LITERAL.search(text):
        # What Python prints of a page that was fetched and never decoded.
        try:
            raw = ast.literal_eval(text[literal.start() :].strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return text, note
        inner, inner_note = page_text(raw)
        text, note = text[: literal.start()].rstrip() + "\n" + inner, note or inner_note
    return text, note


def _main_part(blocks: Sequence[tuple[str, float]], text: str) -> list[tuple[str, float]]:
    """The blocks between the first and the last of which trafilatura says that they are the article."""
    import trafilatura

    article = trafilatura.extract(
        text, include_comments=False, include_tables=True, favor_recall=True, deduplicate=False, output_format="txt"
    )
    lines = {_folded(line) for line in (article or "").split("\n") if _folded(line)}
    inside = [number for number, (block, _) in enumerate(blocks) if _is_in(block, lines)]
    if not inside or sum(len(blocks[n][0]) for n in inside) < 0.3 * sum(len(block) for block, _ in blocks):
        first, last = 0, len(blocks)  # a page that is laid out like none: all of it, but for lists of links
    else:
        first, last = _widen(blocks, inside[0], inside[-1] + 1)
    said = set(inside)
    return [
        block
        for number, block in enumerate(blocks[first:last], start=first)
        if number in said or block[1] < 0.7 or len(block[0]) < 3
    ]


def _is_in(block: str, lines: set[str]) -> bool:
    parts = [part for line in block.split("\n") if (part := _folded(line))]
    return _folded(block) in lines or any(len(part) > 20 and part in lines for part in parts)


def _widen(blocks: Sequence[tuple[str, float]], first: int, last: int) -> tuple[int, int]:
    """With the heading right above the text, and with what reads on below it in whole sentences or under labels."""
    for number in range(first - 1, max(first - 4, -1), -1):
        if blocks[number][0].startswith("#"):
            first = number
    labels = Counter(opening for block, _ in blocks[first:last] if (opening := _opening(block)))
    while last < len(blocks) and blocks[last][1] < 0.3:
        block = blocks[last][0]
        if not (re.match(r"(?:\*\*)?[^\n:]{1,60}:", block) or labels[_opening(block)] > 1):
            break
        last += 1
    return first, last


def _opening(block: str) -> str:
    """The text before a colon or alone on the first line: the places of labels."""
    match = re.match(r"(?:\*\*)?([^\n:：*]{1,60})(?:\*\*|[:：]|\n)", block)
    return _folded(match[1]) if match else ""


def _folded(line: str) -> str:
    return re.sub(r"\W+", "", line).casefold()
