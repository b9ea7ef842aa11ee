"""The options that several commands share, each written once; `ui.cli` and `eval.cli` use them too."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli.printing import Order

ArchiveOption = Annotated[
    str | None, typer.Option("--archive", metavar="URL", help="The archive's folder [default: archive]")
]
ExitCodeOption = Annotated[
    bool, typer.Option("--exit-code", help="End with status 3 where nothing is on record, for scripts")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value on stdout, nothing else")]
KOption = Annotated[int | None, typer.Option("-k", "--k", metavar="N", help="How many passages")]

SpeakerOption = Annotated[
    list[str] | None, typer.Option("--speaker", metavar="NAME", help="Only what NAME says (repeatable)")
]
DocumentOption = Annotated[
    list[str] | None, typer.Option("--document", metavar="ID", help="Only this document (repeatable)")
]
AfterOption = Annotated[
    str | None, typer.Option("--after", metavar="DATE", help="On or after a date: 2024-03-28, 2024-03 or 2024")
]
BeforeOption = Annotated[str | None, typer.Option("--before", metavar="DATE", help="On or before a date")]
RoleOption = Annotated[
    list[str] | None, typer.Option("--role", metavar="ROLE", help="Only a respondent, or other (repeatable)")
]

EncoderOption = Annotated[str | None, typer.Option("--encoder", metavar="NAME", help="The model of a new archive")]
PrecisionOption = Annotated[
    str | None,
    typer.Option("--precision", metavar="auto|float32|bfloat16", help="What new passages are encoded in"),
]
GeneratorOption = Annotated[str | None, typer.Option("--generator", metavar="NAME", help="What writes the answer")]
ReaderOption = Annotated[
    str | None,
    typer.Option("--reader", metavar="NAME", help="What reads the passages: trained, heuristic, a model"),
]
ModelOption = Annotated[str | None, typer.Option("--model", metavar="NAME", help="The generator's model")]
BaseUrlOption = Annotated[str | None, typer.Option("--base-url", metavar="URL", help="An OpenAI-compatible server")]
TimeoutOption = Annotated[
    int | None, typer.Option("--timeout", metavar="S", help="Seconds that a generator has [default: 60]")
]
LiteralOption = Annotated[
    bool, typer.Option("--literal", help="Search the persons, dates and titles that the question names as words alone")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Keep only sentences that their citations support")]
AnswerOption = Annotated[
    str | None,
    typer.Option(
        "--answer", metavar="quotes|prose", help="Sentences that a model chooses [default, if it can], or its own text"
    ),
]
OrderOption = Annotated[
    Order,
    typer.Option("--order", help="Quotes of several days: the oldest first, or the closest match"),
]
