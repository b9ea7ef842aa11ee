"""Small PDF and DOCX files for tests, written here so that every place on a page is known."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class At:
    """A line of a page: where its first letter stands, in points from the lower left corner, and how it is set."""

    x: float
    y: float
    text: str
    size: float = 11
    bold: bool = False


def pdf(pages: Sequence[Sequence[At]], *, labels: str = "", title: str = "", image: bool = False) -> bytes:
    """A PDF with these pages; `labels` is the array of a /PageLabels tree, `image` puts a picture on each page."""
    objects: list[bytes] = [
        b"",  # the catalog and the tree of pages are known last
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream",
        f"<< /Title ({title}) >>".encode("cp1252"),
    ]
    kids = []
    for page in pages:
        drawn = b"".join(_line(line) for line in page) + (b"q 500 0 0 700 50 50 cm /I Do Q\n" if image else b"")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        pictures = "/XObject << /I 5 0 R >>" if image else ""
        resources = f"<< /Font << /F 3 0 R /B 4 0 R >> {pictures} >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R /Resources {resources} >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    numbered = f"/PageLabels << /Nums {labels} >>" if labels else ""
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {numbered} >>".encode()
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def _line(line: At) -> bytes:
    text = line.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    font = b"B" if line.bold else b"F"
    return b"BT /%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET\n" % (font, line.size, line.x, line.y, text)


def column(lines: Sequence[str], *, x: float = 72, top: float = 700, leading: float = 14) -> list[At]:
    """Lines one below the other; an empty one is a gap."""
    return [At(x, top - leading * number, text) for number, text in enumerate(lines) if text]


def docx(body: str, *, title: str = "") -> bytes:
    """A Word document whose body is this XML, in the namespace `w`."""
    import docx as python_docx
    from docx.oxml import parse_xml

    document = python_docx.Document()
    document.core_properties.title = title
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for element in parse_xml(f"<w:body {namespace}>{body}</w:body>"):
        document.element.body.insert_element_before(element, "w:sectPr")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def paragraph(*runs: str, style: str = "") -> str:
    """A paragraph of runs; a run that begins with `*` is bold."""
    said = "".join(
        f'<w:r>{"<w:rPr><w:b/></w:rPr>" if run.startswith("*") else ""}<w:t xml:space="preserve">{run.removeprefix("*")}</w:t></w:r>'
        for run in runs
    )
    return f"<w:p>{f'<w:pPr><w:pStyle w:val={chr(34)}{style}{chr(34)}/></w:pPr>' if style else ''}{said}</w:p>"
