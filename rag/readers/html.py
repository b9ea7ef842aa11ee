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
from typing import Any

from rag.errors import InputError
from rag.readers.blocks import Block, flatten
from rag.readers.html_blocks import HtmlBlock, read_blocks
from rag.readers.html_margins import LeftOutOfPage, folded, judge, opening_of
from rag.readers.html_metadata import declared_date, declared_language, find_title
from rag.readers.html_speakers import Spoken, named_text, speaker_attribute
from rag.readers.rows import columns_note
from rag.readers.text import decode_any
from rag.types import Hints

_BYTES_LITERAL = re.compile(r"""b(?P<quote>['"])(?=[ \t\n]{0,9}<)""")
_LAYOUT_INLINE = re.compile(r"</?(?:font|span|small|big|b|i|u|em)\b[^<>]*>", re.I)
_LAYOUT_BLOCK = re.compile(r"</?(?:div|center|blockquote|section|article|aside|main|form|ul|ol|dl|dd)\b[^<>]*>", re.I)
_TAG = re.compile(r"<[a-zA-Z][^<>]*")
MAX_ATTRIBUTES = 2_000
_FEW_CHARS = 200  # around a text, which are not worth a note
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.I)


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of a saved page. Raises InputError."""
    text, note = page_text(data)
    if not text.strip():
        raise InputError("the file is empty")
    if any(tag[0].count("=") > MAX_ATTRIBUTES for tag in _TAG.finditer(text)):
        raise InputError(
            f"this page has a tag with more than {MAX_ATTRIBUTES:,} attributes; save its text as a text file"
        )
    root, text = _with_frames(*_tree(text))
    blocks, columns = read_blocks(root, speaker_attribute(root))
    left_out = judge(blocks)
    for block in blocks:
        block.pieces = [piece for piece in block.pieces if piece[3] is None or piece[3].is_text]
    blocks = [block for block in blocks if block.text.strip(" \0\n")]
    kept, beside = _main_part(blocks, text)
    title = find_title(root)
    canonical, turns = named_text([Spoken(block.text, block.speaker, block.owner) for block in kept], title=title)
    if not turns:
        canonical, _ = flatten(Block(block.text) for block in kept)
    if not canonical.strip():
        raise InputError("no text was found in this page; save it from the browser as 'Web page, complete' or as text")
    notes = tuple(line for line in (note, _left_out([*left_out, *beside]), columns_note(columns)) if line)
    return canonical, Hints(
        title=title, date=declared_date(root), language=declared_language(root), turns=turns, notes=notes
    )


def _tree(text: str) -> tuple[Any, str]:
    """A page as elements, and the text that they are of. Raises InputError.

    The library stops, without an error, at its limits: where elements stand too deep in each other, as in pages whose
    tags are never closed, and at very long texts. Then the tags that only lay out are taken out, and limits are wider.
    """
    from lxml import etree
    from lxml import html as lxml_html

    # A declaration of another encoding would be believed, although the text is decoded by now.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    for is_wide in (False, True):
        page = _LAYOUT_BLOCK.sub("<p>", _LAYOUT_INLINE.sub("", text)) if is_wide else text
        parser = lxml_html.HTMLParser(huge_tree=is_wide, no_network=True, remove_comments=True, remove_pis=True)
        try:
            root = lxml_html.document_fromstring(page, parser=parser)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
            raise InputError(f"this page cannot be read: {error}") from error
        if not any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
            return root, page
    raise InputError("the elements of this page stand too deep in each other; save its text as a text file")


def _with_frames(root: Any, text: str) -> tuple[Any, str]:
    """A page with what its frames hold in their places, if the page itself holds it (`srcdoc`); frames in them stay shut."""
    from lxml import html as lxml_html

    frames = [frame for frame in root.iter("iframe") if (frame.get("srcdoc") or "").strip()]
    for frame in frames:
        try:
            inner, _ = _tree(frame.attrib.pop("srcdoc"))
        except InputError:  # only comments, say
            continue
        body = inner.find("body")
        for child in frame:
            frame.remove(child)
        frame.text = None
        frame.tag = "div"
        frame.append(inner if body is None else body)
        frame[-1].tag = "div"
    return root, lxml_html.tostring(root, encoding="unicode") if frames else text


def _left_out(parts: Sequence[LeftOutOfPage]) -> str:
    """One note on what stands around the text; empty if that is little and nobody seems to speak in it."""
    chars = sum(part.chars for part in parts)
    labelled = next((part for part in parts if part.label), None)
    if chars <= _FEW_CHARS and not labelled:
        return ""
    kinds = ", ".join(dict.fromkeys(part.kind for part in sorted(parts, key=lambda part: -part.chars)))
    note = f"left out: {chars:,} characters around the text ({kinds})"
    if labelled:
        return f"{note}, some under a label that the text has: “{labelled.begins}”; check that nobody speaks there"
    largest = max(parts, key=lambda part: part.chars)
    return f"{note}, most of it from “{largest.begins}” on"


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
    if (start := _bytes_literal(text)) is not None:
        # What Python prints of a page that was fetched and never decoded.
        try:
            raw = ast.literal_eval(text[start:].strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return text, note
        inner, inner_note = page_text(raw)
        text, note = text[:start].rstrip() + "\n" + inner, note or inner_note
    return text, note


def _bytes_literal(text: str) -> int | None:
    """Where a literal of bytes begins that fills the text to its end, alone or behind a line or a tag."""
    last = text.rstrip()[-1:]
    for literal in _BYTES_LITERAL.finditer(text) if last in ("'", '"') else ():
        before = text[max(0, literal.start() - 9) : literal.start()].rstrip(" \t")
        if literal["quote"] == last and (not before or before[-1] in "\n>"):
            return literal.start()
    return None


def _main_part(blocks: Sequence[HtmlBlock], text: str) -> tuple[list[HtmlBlock], list[LeftOutOfPage]]:
    """The blocks between the first and the last of which trafilatura says that they are the article, and what others hold."""
    import trafilatura

    article = trafilatura.extract(
        text, include_comments=False, include_tables=True, favor_recall=True, deduplicate=False, output_format="txt"
    )
    lines = {line for each in (article or "").split("\n") if (line := folded(each))}
    texts, links = [block.text for block in blocks], [block.linked for block in blocks]
    said = {number for number, each in enumerate(texts) if _is_in(each, lines)}
    if not said or sum(len(texts[n]) for n in said) < 0.3 * sum(map(len, texts)):
        first, last = 0, len(blocks)  # a page that is laid out like none: all of it, but for lists of links
    else:
        first, last = _widen(blocks, texts, links, (min(said), max(said) + 1))
    labels = Counter(opening for each in texts[first:last] if (opening := opening_of(each)))
    kept = {
        number
        for number in range(first, last)
        if number in said or links[number] < 0.7 or len(texts[number]) < 3 or labels[opening_of(texts[number])] > 1
    }
    beside = [n for n in range(len(blocks)) if n not in kept and links[n] < 0.5]
    left_out = []
    if beside:
        labelled = next((n for n in beside if labels[opening_of(texts[n])] > 1), None)
        begins = " ".join(texts[beside[0] if labelled is None else labelled].split())[:60]
        chars = sum(len(texts[n]) for n in beside)
        left_out = [LeftOutOfPage("above and below it", chars, begins, "" if labelled is None else begins)]
    return [blocks[n] for n in sorted(kept)], left_out


def _is_in(block: str, lines: set[str]) -> bool:
    parts = [part for line in block.split("\n") if (part := folded(line))]
    return folded(block) in lines or any(len(part) > 20 and part in lines for part in parts)


def _widen(
    blocks: Sequence[HtmlBlock], texts: Sequence[str], links: Sequence[float], inside: tuple[int, int]
) -> tuple[int, int]:
    """With the heading right above the text, with what reads on below it, and as far as its labels recur."""
    first, last = inside
    labels = Counter(opening for each in texts[first:last] if (opening := opening_of(each)))
    labelled = [n for n, each in enumerate(texts) if links[n] < 0.5 and labels[opening_of(each)] > 1]
    first, last = min([first, *labelled]), max([last, *(n + 1 for n in labelled)])
    for number in range(first - 1, max(first - 4, -1), -1):
        if texts[number].startswith("#"):
            first = number
    margins = {block.margin for block in blocks[first:last]}
    margins = margins - {None} if None in margins else set()  # such as asides that hold answers
    while last < len(texts) and links[last] < 0.3:
        reads_on = re.match(r"(?:\*\*)?[^\n:]{1,60}:", texts[last]) or labels[opening_of(texts[last])] > 1
        if not reads_on and blocks[last].margin not in margins:
            break
        last += 1
    return first, last
