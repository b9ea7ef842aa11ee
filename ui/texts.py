"""Every text of the page in one table, so that another language is another table.

Names are dotted paths; `{…}` is filled in when the text is shown. The script in the browser gets the same table.
"""

from __future__ import annotations

from rag.text.wording import count_of
from rag.types import Filters, Role, SearchExtent, Understood

ENGLISH = {
    "ask.label": "Your question",
    "ask.placeholder": "What did she say about …?",
    "ask.send": "Ask",
    "ask.stop": "Stop",
    "ask.searching": "Searching the record …",
    "ask.writing": "Writing …",
    "ask.stopped": "Stopped. The answer is not complete.",
    "ask.editing": "You are changing question {number}. Sending it replaces what came after.",
    "ask.keep": "Keep it as it was",
    "filters.title": "Search only in …",
    "filters.documents": "Documents",
    "filters.speakers": "People",
    "filters.roles": "Role",
    "filters.period": "Period",
    "filters.month": "Month",
    "filters.anyMonth": "any",
    "filters.after": "From",
    "filters.before": "Until",
    "filters.from": "from {date}",
    "filters.until": "until {date}",
    "filters.one": "1 filter",
    "filters.count": "{count} filters",
    "filters.remove": "Remove filter: {name}",
    "filters.clear": "Remove all",
    "filters.cleared": "Filters removed: the next question searches everything.",
    "filters.findSpeaker": "Find a person",
    "filters.findDocument": "Find a document",
    "filters.done": "Done",
    "settings.title": "Settings",
    "settings.generator": "What writes the answer",
    "settings.k": "How many passages it reads",
    "settings.unkept": "This browser refuses to keep settings.",
    "role.respondent": "answers",
    "role.interviewer": "asks",
    "role.other": "others present",
    "answer.silent": "Not on record",
    "answer.related": "Related, does not answer",
    "answer.unsure": "Closest on record, may not answer",
    "answer.unsureWhy": "Nothing was found that clearly answers this. These are the nearest words.",
    "answer.nobody": "No speaker named",
    "answer.written": "Written by {generator}, checked against the record",
    "answer.found": "On record",
    "answer.rests": "The words that this rests on",
    "answer.cover": "Searched {cover}.",
    "answer.empty": "There is nothing in this archive yet.",
    "answer.nothing": "Nothing fits these filters.",
    "answer.searched": "What was searched",
    "answer.legs": "Searched for:",
    "answer.numbers": "confidence {confidence}, {milliseconds} ms, {generator}",
    "answer.unverified": "not verified",
    "answer.uncertain": "speaker uncertain",
    "support.weak": "weakly supported",
    "support.unsupported": "not supported",
    "support.uncited": "no source",
    "answer.failed": "This question was not answered",
    "answer.copy": "Copy",
    "answer.retry": "Ask again",
    "answer.edit": "Edit",
    "answer.up": "Helpful",
    "answer.down": "Not helpful",
    "answer.remove": "Ask again without this filter",
    "answer.meant": "Looked first at",
    "answer.notMeant": "Ask again: the question does not mean this",
    "cards.asked": "Asked:",
    "cards.closest": "closest match",
    "cards.another": "Repeats somebody else’s words",
    "cards.byDate": "By date",
    "cards.byRelevance": "By relevance",
    "cards.earlier": "+ sentence before",
    "cards.earlier.hint": "Take the sentence before it along",
    "cards.later": "+ sentence after",
    "cards.later.hint": "Take the sentence after it along",
    "cards.cite": "Copy",
    "cards.cite.hint": "Copy these words with their source",
    "cards.save": "Save",
    "cards.save.hint": "Keep these words in this browser, to copy several together",
    "saved.title": "Saved quotes",
    "saved.on": "Saved",
    "saved.done": "Saved: see Conversations",
    "saved.copy": "Copy all",
    "saved.full": "This browser keeps no more; remove some saved quotes first.",
    "cards.more": "{shown} of {total} statements on this",
    "cards.showMore": "Show more",
    "cards.whole": "There is no more of this turn.",
    "welcome.title": "Ask the record",
    "welcome.text": "Answers come in the speakers' own words. Click a number to see the place where it was said.",
    "welcome.examples": "For instance",
    "welcome.empty": "This archive is empty",
    "welcome.explain": "onrecord answers questions about interviews, press conferences and hearings with verbatim quotes, "
    "and shows the place where each was said. It needs transcripts that name their speakers: "
    "text, Word, PDF, web pages, subtitles, JSON or tables.",
    "welcome.upload": "Add transcripts",
    "welcome.samples": "Try it with the bundled interviews",
    "pane.transcript": "Transcript",
    "pane.documents": "Documents",
    "pane.conversations": "Conversations",
    "pane.nothing": "Click a number in an answer, or open a document: the transcript appears here, at the place.",
    "pane.asked": "Asked:",
    "pane.previous": "Previous",
    "pane.next": "Next",
    "pane.copy": "Copy citation",
    "pane.link": "Copy link",
    "pane.back": "← Back",
    "pane.copied": "Copied",
    "pane.gone": "This document is no longer in the archive, or was replaced by a newer version.",
    "pane.others": "See the documents that are there",
    "pane.characters": "characters {start}–{end}",
    "pane.page": "p. {page}",
    "pane.file": "About the file",
    "pane.reading": "Who speaks is read from: {grammar}. Sure to {percent} %.",
    "pane.leftOut": "Left out",
    "pane.hash": "SHA-256 of the text",
    "pane.keys": "Keys: n next citation, p previous, Esc back to the answer",
    "reader.label": "In this transcript",
    "reader.words": "Find in this transcript",
    "reader.whose": "Said by",
    "reader.everybody": "Everybody",
    "reader.one": "{name} ({turns})",
    "reader.previous": "Previous place",
    "reader.next": "Next place",
    "reader.place": "{at} of {count}",
    "reader.nowhere": "nowhere",
    "speakers.title": "Who speaks here?",
    "speakers.turns": "{turns} turns · {words} words",
    "speakers.turn": "1 turn · {words} words",
    "speakers.printed": "printed as {labels}",
    "speakers.role": "Role of {name}",
    "speakers.interviewer": "asks",
    "speakers.respondent": "answers",
    "speakers.other": "neither",
    "speakers.rename": "Rename",
    "speakers.merge": "Same person as …",
    "speakers.nobody": "Nobody’s words",
    "speakers.split": "“{label}” is somebody else",
    "speakers.newName": "New name of {name}",
    "speakers.who": "{name} is the same person as",
    "speakers.save": "Save",
    "speakers.cancel": "Cancel",
    "speakers.suggestMerge": "{name} and {to}: one person?",
    "speakers.suggestName": "{name}: is this {to}?",
    "speakers.yes": "Yes",
    "speakers.uncertain": "not certain",
    "speakers.unnamed": "{turns} turns are nobody’s",
    "speakers.title_": "Title",
    "speakers.date": "Date",
    "speakers.place": "Place",
    "speakers.corrected": "Corrected by hand. The correction is kept when the file is read again.",
    "speakers.undo": "Undo the last change",
    "speakers.reset": "Undo all",
    "speakers.done": "Saved. Answers follow it from now on.",
    "documents.none": "No documents yet.",
    "documents.filter": "Find a document",
    "documents.answer": "1 answer",
    "documents.answers": "{count} answers",
    "documents.one": "1 document",
    "documents.many": "{count} documents",
    "documents.more": "{count} more: type into “Find a document”",
    "documents.open": "Read",
    "documents.remove": "Remove",
    "documents.sure": "Remove this document from the archive? The file it came from stays.",
    "documents.yes": "Yes, remove it",
    "documents.no": "Keep it",
    "documents.drop": "Drop transcripts or a folder here",
    "upload.label": "Upload",
    "upload.files": "Choose files",
    "upload.folder": "Choose a folder",
    "upload.passed": "{count} files of other kinds were passed over.",
    "upload.progress": "{done} of {count} read",
    "upload.rest": "about {time} left",
    "upload.took": "took {time}",
    "upload.seconds": "{count} seconds",
    "upload.minutes": "{count} minutes",
    "upload.one": "1 file",
    "upload.done": "{count} files: {read} read",
    "upload.failed": "{failed} not read",
    "upload.convert": "save it as Word (.docx), PDF or text, and add that",
    "upload.known": "was there already",
    "upload.note": "1 remark",
    "upload.notes": "{count} remarks",
    "documents.limit": "Text, Word, PDF, web pages, subtitles, JSON or tables, up to {megabytes} MB each",
    "documents.reading": "reading",
    "documents.waiting": "waiting",
    "documents.large": "has {size} MB, {megabytes} MB are allowed; split it",
    "documents.readonly": "This page is for reading: documents are added where the archive is kept.",
    "documents.undated": "no date",
    "conversations.new": "New conversation",
    "conversations.short": "New",
    "conversations.none": "Conversations that you have here are listed in this browser, and nowhere else.",
    "conversations.private": "Kept in this browser only.",
    "conversations.keep": "Keep conversations in this browser",
    "conversations.open": "Open",
    "conversations.delete": "Delete",
    "conversations.clear": "Delete all",
    "conversations.question": "1 question",
    "conversations.questions": "{count} questions",
    "conversations.deleted": "Deleted: “{title}”",
    "conversations.deletedAll": "{count} conversations deleted.",
    "conversations.dropped": "This browser is full of conversations. The oldest made room: “{title}”",
    "conversations.full": "This browser has no room for this conversation.",
    "conversations.undo": "Undo",
    "conversations.unanswered": "This question was not answered before the page was left. Send it again?",
    "conversations.export": "Export this conversation",
    "conversations.markdown": "Markdown",
    "conversations.json": "JSON",
    "conversations.evidence": "Evidence pack (HTML, to print)",
    "conversations.empty": "Nothing has been asked yet.",
    "theme.label": "Colours",
    "theme.system": "as the system",
    "theme.light": "light",
    "theme.dark": "dark",
    "feedback.comment": "What was wrong or right? (optional)",
    "feedback.send": "Send",
    "feedback.thanks": "Thank you: noted beside the archive.",
    "error.filters": "The filters were not understood; remove them and ask again.",
    "error.server": "The server does not answer. Is onrecord still running?",
    "error.question": "There is no question {number} in this conversation; reload the page.",
}


def say(name: str, **values: object) -> str:
    """A text with its values filled in.

    >>> say("answer.numbers", confidence="0.93", milliseconds=12, generator="extractive")
    'confidence 0.93, 12 ms, extractive'
    """
    return ENGLISH[name].format(**values)


def say_role(role: Role) -> str:
    """What a role is called on the page."""
    return ENGLISH[f"role.{role}"]


def say_cover(cover: SearchExtent) -> str:
    """The extent of a search, in words.

    >>> say_cover(SearchExtent(documents=2, speakers=3, passages=40, first="2024-03-28", last="2026-10-09"))
    '40 answers by 3 speakers in 2 documents, from 28 March 2024 to 9 October 2026'
    """
    from rag.text.dates import spoken_date

    text = f"{count_of(cover.passages, 'answer')} by {count_of(cover.speakers, 'speaker')} in {count_of(cover.documents, 'document')}"
    if cover.first and cover.last and cover.first != cover.last:
        return f"{text}, from {spoken_date(cover.first)} to {spoken_date(cover.last)}"
    return f"{text}, of {spoken_date(cover.first)}" if cover.first else text


def filter_tags(filters: Filters) -> list[tuple[str, Filters]]:
    """Each single filter as (its name, the filters without it).

    >>> [name for name, _ in filter_tags(Filters(speaker=("Ann Reed",), after="2024"))]
    ['speaker: Ann Reed', 'from 2024']
    """
    from dataclasses import replace

    tags: list[tuple[str, Filters]] = []
    for name in filters.speaker:
        tags.append((f"speaker: {name}", replace(filters, speaker=tuple(n for n in filters.speaker if n != name))))
    for name in filters.document:
        tags.append((f"document: {name}", replace(filters, document=tuple(n for n in filters.document if n != name))))
    for role in filters.role:
        tags.append((f"role: {say_role(role)}", replace(filters, role=tuple(r for r in filters.role if r != role))))
    if filters.after:
        tags.append((f"from {filters.after}", replace(filters, after=None)))
    if filters.before:
        tags.append((f"until {filters.before}", replace(filters, before=None)))
    return tags


def meant_tags(understood: Understood) -> list[tuple[str, Understood]]:
    """Each single thing that a question was taken to ask for, as (its name, that alone).

    >>> march = Understood(speakers=("Ann Reed",), after="2024-03-01", before="2024-03-31")
    >>> [name for name, _ in meant_tags(march)]
    ['Ann Reed', 'March 2024']
    """
    from rag.text.dates import spoken_period

    tags = [(name, Understood(speakers=(name,))) for name in understood.speakers]
    if understood.after or understood.before:
        period = spoken_period(understood.after, understood.before)
        tags.append((period, Understood(after=understood.after, before=understood.before)))
    return tags + [(name, Understood(documents=(name,))) for name in understood.documents]
