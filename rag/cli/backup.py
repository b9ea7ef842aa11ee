"""`onrecord backup`: a copy of the archive, made and checked while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import ArchiveOption
from rag.cli.printing import complain
from rag.text.wording import count_of


def backup(
    to: Annotated[Path, typer.Argument(metavar="TO", help="A folder that is not there yet")],
    archive: ArchiveOption = None,
) -> None:
    """Copy the archive to another folder, also while it is in use, and verify the copy."""
    from rag.archive import open_archive
    from rag.config import load_settings
    from rag.storage.backup import copy_archive

    opened = open_archive(load_settings(archive=archive).archive, create=False)
    copy_archive(opened.folder, to.expanduser())
    copied = open_archive(to.expanduser(), create=False)
    *faults, _ = copied.verify()  # the last says that it has no indexes yet
    if faults:
        complain(f"{faults[0]}, in {opened.url} and in its copy; run: onrecord verify --repair --archive {opened.url}")
        raise typer.Exit(1)
    copied.verify(repair=True)
    documents, passages = copied.counts()
    print(f"{to}: sound; {count_of(documents, 'document')}, {count_of(passages, 'answer passage')}")
