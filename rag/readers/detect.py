"""Which format a file has: by its content first, by its suffix if the content leaves it open.

What no reader reads, and people have all the same, gets a sentence that says what to convert it with.
"""

from __future__ import annotations

import re

from rag.errors import InputError

HEAD_BYTES = 65_536
TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
FORMATS_BY_SUFFIX: dict[str, str] = {
    **dict.fromkeys(sorted(TEXT_SUFFIXES), "text"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".ass", ".lrc", ".sbv", ".srt", ".ssa", ".ttml", ".vtt"), "subtitles"),
    **dict.fromkeys((".csv", ".tsv"), "table"),
    ".cha": "cha",
    ".docx": "docx",
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), "json"),
    ".pdf": "pdf",
    ".xlsx": "xlsx",
    ".xml": "xml",
}
# Folders are searched for these as well, so that files that cannot be read are reported, not passed over.
REFUSED_SUFFIXES = frozenset({".doc", ".ods", ".odt", ".rtf", ".xls"})
STAMP = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_SBV = re.compile(r"\d{1,3}:\d\d:\d\d\.\d{3},\d{1,3}:\d\d:\d\d\.\d{3}[^\S\n]*\n")
_TO_DOCX = "run: soffice --headless --convert-to docx FILE, and ingest what it writes"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"this is an old Word file (.doc); {_TO_DOCX}"),
    (b"{\\rtf", f"this is rich text (RTF); {_TO_DOCX}"),
    *(
        (magic, "this is an image; run: tesseract FILE transcript, and ingest transcript.txt")
        for magic in (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
    ),
    *(
        (magic, "this is a recording, not a transcript; transcribe it first, for instance with: whisper FILE")
        for magic in (b"ID3", b"OggS", b"fLaC", b"RIFF", b"\x1aE\xdf\xa3", b"\xff\xfb")
    ),
)
# One group skips any number of comments: in a row of groups, each could take the comments of the next as well, and
# trying all ways of sharing them out takes forever.
_PROLOGUE = r"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?"
_TTML = re.compile(rf"{_PROLOGUE}<(?:\w+:)?tt[\s>]", re.S)
_HTML = re.compile(rf"{_PROLOGUE}<(?:!doctype html|html)\b", re.S | re.I)


def format_of(head: bytes, suffix: str) -> str:
    r"""The format of a file, by its first `HEAD_BYTES` and its suffix. Raises InputError for what cannot be converted here.

    >>> format_of(b"%PDF-1.7", ".txt"), format_of(b"1\n00:00:01,000 --> 00:00:02,000\nYes.", ".txt")
    ('pdf', 'subtitles')
    >>> format_of(b"Ann Reed: Yes.", ".pdf")
    'text'
    """
    suffix = suffix.lower()
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(head, suffix)
    if suffix == ".xls" and head.startswith(_MAGIC[0][0]):
        raise InputError(
            "this is an old Excel file (.xls); run: soffice --headless --convert-to xlsx FILE, and ingest what it writes"
        )
    for magic, sentence in _MAGIC:
        if head.startswith(magic):
            raise InputError(sentence)
    if head[4:8] == b"ftyp":
        raise InputError(_MAGIC[-1][1])
    by_suffix = FORMATS_BY_SUFFIX.get(suffix)
    found = _by_structure(head_text(head), suffix)
    if found:
        return found
    return by_suffix if by_suffix in ("html", "subtitles", "table", "json", "xml", "cha") else "text"


def head_text(head: bytes) -> str:
    """The beginning of a text in any encoding, well enough to see its structure."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return head.decode("latin-1")


def _in_zip(head: bytes, suffix: str) -> str:
    if suffix in (".docx", ".docm", ".dotx") or b"word/" in head:
        return "docx"
    if suffix in (".xlsx", ".xlsm") or b"xl/work" in head:
        return "xlsx"
    if b"mimetypeapplication/vnd.oasis" in head[:128]:
        raise InputError(f"this is an OpenDocument file; {_TO_DOCX}")
    # A DOCX under another name, whose parts on the text begin further back.
    if head.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in head:
        return "docx"
    raise InputError("this is an archive; unpack it and ingest the files in it")


def _by_structure(text: str, suffix: str) -> str | None:
    """The format that a text has by its form alone; None if it could be any text."""
    start = text.lstrip()
    is_text = suffix in TEXT_SUFFIXES
    if start.startswith(("WEBVTT", "[Script Info]")):
        return "subtitles"
    if _TTML.match(start):
        return "subtitles"
    if re.match(rf"(?:\d+\s*\n)?\[?{STAMP}\s*-->\s*{STAMP}", start) or _SBV.match(start):
        return "subtitles"
    if re.match(r"start\tend\ttext\s*\n", start, re.I):
        return "table"
    if _HTML.match(start):
        return "html"
    if re.match(r"(?:@(?:UTF8|Loc|PID|Window|Font)\b[^\n]*\s+)*@Begin\s", start):
        return "cha"
    # Tags are never text; whether the record is of a known kind its reader says.
    if re.match(r"<\?xml\b|<(?:akomaNtoso|TEI|publicwhip)\b", start):
        return "xml"
    if not is_text and re.match(r"<(?:head|body|div|article|main|h[1-6]|p|table|meta|title)\b", start, re.I):
        return "html"
    if re.match(r'\{\s*"|\[\s*\{\s*"', start):
        return "json"
    return None
