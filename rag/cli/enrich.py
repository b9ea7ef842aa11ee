"""`onrecord enrich`: questions that each passage answers, written once by a model, searched and never shown as said."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli.options import ArchiveOption, BaseUrlOption, GeneratorOption, ModelOption, TimeoutOption
from rag.text.wording import count_of


def enrich(
    archive: ArchiveOption = None,
    generator: GeneratorOption = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    timeout: TimeoutOption = None,
    remove: Annotated[bool, typer.Option("--remove", help="Delete everything that was written")] = False,
) -> None:
    """Let a model write, once, which questions each passage answers; more is found then, without the model."""
    from rag.archive import open_archive
    from rag.cli.printing import complain
    from rag.cli.progress import ProgressBar
    from rag.config import load_settings
    from rag.enriching import enrich as write_questions
    from rag.generators import load_generator
    from rag.storage.enriched import EnrichedQuestions

    settings = load_settings(
        archive=archive, generator=generator, model=model, base_url=base_url, timeout_s=timeout
    )  # fmt: skip
    opened = open_archive(settings.archive, encoder=settings.encoder, create=False)
    if remove:
        passages, questions = EnrichedQuestions(opened.folder).remove()
        print(f"{settings.archive}: removed {count_of(questions, 'question')} for {count_of(passages, 'passage')}")
        return
    made = load_generator(settings.generator, settings.generator_options, timeout_s=settings.timeout_s)
    name = f"{settings.generator} {settings.model}" if settings.model else settings.generator
    try:
        with ProgressBar("asking") as progress:
            done = write_questions(opened, made, model=name, timeout_s=settings.timeout_s, progress=progress.update)
    except KeyboardInterrupt:
        complain("what was written so far is kept and searched; run the same command again to go on")
        raise
    counted = f"{count_of(done.written, 'passage')} now, {done.before:,} before"
    print(f"{settings.archive}: {counted}; {count_of(done.questions, 'question')} in all")
    if done.failed:
        complain(f"{name} failed for {count_of(done.failed, 'passage')}; run the same command again to ask once more")
