"""The ways of labelling speakers, each a function from a document to the labels that it would have.

Each finds its candidates line by line and keeps those that the rest of the document agrees with: names recur,
alternate, and look like names. Of two that explain a document equally well the earlier one is taken, so common ones
stand first.
"""

from __future__ import annotations

from rag.transcript.grammars.colon import find_colon_labels
from rag.transcript.grammars.dialogues import find_dash_dialogue
from rag.transcript.grammars.layouts import (
    find_bold_openings,
    find_bracketed_names,
    find_labels_in_running_text,
    find_names_alone,
    find_names_before_dashes,
    find_names_before_gaps,
    find_names_below_rules,
    find_names_with_times,
    find_question_letters,
    find_questions_set_apart,
    find_titles_with_period,
)
from rag.transcript.grammars.logs import find_nicknames, find_stamped_names
from rag.transcript.grammars.marked import find_arrow_labels, find_marked_labels, find_small_labels
from rag.transcript.grammars.wide import find_circled_names, find_names_before_wide_spaces
from rag.transcript.marks import Find

GRAMMARS: dict[str, Find] = {
    "stamp and name on every line": find_stamped_names,
    "label with colon": find_colon_labels,
    "name behind arrows": find_arrow_labels,
    "label with colon, marked": find_marked_labels,
    "name and time alone on a line": find_names_with_times,
    "title and name in capitals with period": find_titles_with_period,
    "letter for question and answer": find_question_letters,
    "name below a rule": find_names_below_rules,
    "name alone on a line": find_names_alone,
    "bold name": find_bold_openings,
    "name with dash": find_names_before_dashes,
    "nickname in brackets": find_nicknames,
    "name in brackets": find_bracketed_names,
    "name with gap": find_names_before_gaps,
    "small letters with colon": find_small_labels,
    "labels in running text": find_labels_in_running_text,
    "name behind a circle": find_circled_names,
    "name with wide space": find_names_before_wide_spaces,
    "questions set apart, no names": find_questions_set_apart,
    "dashes by turns, no names": find_dash_dialogue,
}
