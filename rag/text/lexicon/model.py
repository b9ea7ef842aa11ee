"""What a language's file says: one `Lexicon`, a frozen dataclass of word lists.

Words are lower case. Words marked *folded* are compared after `rag.text.folding.fold`; `union` folds them, so a lexicon
spells them with their accents. Lists of *patterns* hold regular expressions, which are joined with `|` and matched without
regard to case.
"""

from __future__ import annotations

from dataclasses import dataclass

Words = frozenset[str]


def words(*lines: str) -> Words:
    """The words of some lines.

    >>> sorted(words("ja nein", "doch"))
    ['doch', 'ja', 'nein']
    """
    return frozenset(word for line in lines for word in line.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Everything that the code knows about one language; an empty list means that it knows nothing of that kind."""

    code: str  # ISO 639-1

    # Words as they are indexed and searched
    stemmer: str = ""  # Tantivy's name of the stemmer; empty if it has none
    endings: tuple[str, ...] = ()  # cut off if there is no stemmer, the longest first
    function_words: Words = frozenset()  # a language without any is not indexed as one
    articles: Words = frozenset()  # and words that stand in their place
    hyphen_prefixes: Words = frozenset()  # keep their hyphen: "self-made"

    # Dates and numbers
    months: tuple[str, ...] = ()  # twelve lines, January first: every name and short form of the month
    weekdays: Words = frozenset()
    before_dates: Words = frozenset()  # prepositions that stand between a place and a date
    date_phrases: tuple[str, ...] = ()  # patterns: a line that begins so tells when the conversation was held
    life_words: tuple[str, ...] = ()  # patterns: beside them stands when somebody was born or died
    eras: tuple[tuple[str, int], ...] = ()  # by which years are counted, and the first year of each
    months_that_are_words: Words = frozenset()  # "may": a month only with a capital
    ordinals: tuple[str, ...] = ()  # from the first on
    units: tuple[str, ...] = ()  # one to nine
    teens: tuple[str, ...] = ()  # ten to nineteen
    tens: tuple[str, ...] = ()  # twenty to ninety
    scales: tuple[tuple[str, int], ...] = ()

    hour_words: tuple[str, ...] = ()  # patterns: "1 *hour* 2 *minutes* 3 *seconds*", as meetings print times
    minute_words: tuple[str, ...] = ()
    second_words: tuple[str, ...] = ()
    quantity_words: tuple[str, ...] = ()  # beside the numerals: a sentence with one of them holds a number
    time_words: tuple[str, ...] = ()  # beside months and weekdays: a sentence with one of them holds a time

    # Names (folded)
    titles: Words = frozenset()  # words beside a name that say what a person is, not who
    female_titles: Words = frozenset()
    male_titles: Words = frozenset()
    bare_titles: Words = frozenset()  # those of them that nobody is called by alone
    ranks: Words = frozenset()  # make another office of the one behind them: "Deputy Speaker"
    offices: Words = frozenset()  # beside the titles: stand in a label for who holds them, and are nobody's name
    courtesy_titles: Words = frozenset()  # titles that are no office: "Dr."
    office_heads: Words = (
        frozenset()
    )  # beside titles and offices: what an office's name is about, "*adviser* for trade"
    office_synonyms: Words = frozenset()  # lines of words that mean the same in an office, the first for all of them
    title_joints: Words = frozenset()  # between the persons in a document's title: "Talk *with* Ann Reed"
    name_prefixes: Words = frozenset()  # begin a last name: "de", "von"
    name_particles: Words = frozenset()  # written small within a label
    opening_particles: Words = frozenset()  # those of them that a label can begin with
    joining_words: tuple[str, ...] = ()  # between two names in a list (not folded)
    ordinary_endings: tuple[str, ...] = ()  # patterns: a word that ends so is no name, though it has a capital

    # Labels of speakers (folded)
    question_labels: Words = frozenset()
    question_signs: Words = frozenset()  # those of them that say "question", not who asks: their numbers are a count
    answer_labels: Words = frozenset()
    asking_offices: Words = frozenset()  # beside a name: those who hold them ask
    bench_titles: Words = frozenset()  # several of them together ask, whoever pleads before them
    courtesies: Words = frozenset()  # greetings, thanks and nods: a turn of nothing else asks nothing
    hosting_phrases: tuple[str, ...] = ()  # patterns: who welcomes the others and thanks them
    question_initials: tuple[tuple[str, str], ...] = ()  # a letter for a question, and those for its answer
    conduct_labels: Words = frozenset()  # people who only run the conversation
    voice_labels: Words = frozenset()  # somebody in the hall, without a name
    voice_context: Words = frozenset()  # words that stand beside those
    not_labels: Words = frozenset()  # stand before a colon and name nobody
    language_names: Words = frozenset()  # tell in which language somebody goes on, and name nobody
    sentence_words: tuple[str, ...] = ()  # patterns: words of sentences, which no description of a person has
    continuing_marks: tuple[str, ...] = ()  # patterns: "Ann Reed, continuing" (not folded)

    chat_from_words: tuple[str, ...] = ()  # patterns: "10:00:12 *From* Ann *to* Everyone:"
    chat_to_words: tuple[str, ...] = ()

    # What stands above the first turn, "Guest: Maya Reed", by kind (not folded)
    asks_keys: Words = frozenset()
    answers_keys: Words = frozenset()
    present_keys: Words = frozenset()
    date_keys: Words = frozenset()
    place_keys: Words = frozenset()
    title_keys: Words = frozenset()

    # Places beside dates (folded)
    occasion_words: Words = frozenset()  # stand before a date and are no place
    place_words: Words = frozenset()  # are a part of places' names
    place_prepositions: Words = frozenset()

    # Titles that word processors put in by themselves (patterns, not folded)
    no_titles: tuple[str, ...] = ()  # "Untitled"
    numbered_no_titles: tuple[str, ...] = ()  # "Document 1", the number left out
    # Columns of a table
    text_columns: Words = frozenset()
    speaker_columns: Words = frozenset()
    start_columns: Words = frozenset()
    end_columns: Words = frozenset()
    other_columns: Words = frozenset()  # what recurs in them is nobody's name

    # Boilerplate: what pages print and nobody says (patterns)
    boilerplate: tuple[str, ...] = ()
    boilerplate_openers: tuple[str, ...] = ()  # whatever follows them is boilerplate too
    credit_keys: tuple[str, ...] = ()
    credit_links: tuple[str, ...] = ()  # between such a key and its colon: "photo by:"
    end_marks: tuple[str, ...] = ()
    bracketed_ends: tuple[str, ...] = ()  # "[END]"
    capital_ends: tuple[str, ...] = ()  # "END", in capitals
    clerk_remarks: tuple[str, ...] = ()
    # Sentences about the record (patterns; the persons are words)
    first_and_second_persons: Words = frozenset()  # whoever says one of them is in the conversation
    speaking_persons: Words = frozenset()  # those of them that no written introduction has
    record_words: tuple[str, ...] = ()  # what is talked about: "transcript", "recording"
    sponsor_phrases: tuple[str, ...] = ()
    record_makers: tuple[str, ...] = ()  # open a line about who made the record: "edited by"
    note_words: tuple[str, ...] = ()  # open a remark by who made it, behind another word: "editor's *note*:"
    rights_words: tuple[str, ...] = ()  # open a line about its use
    certifying_words: tuple[str, ...] = ()
    session_words: tuple[str, ...] = ()  # what ends: "interview"
    end_words: tuple[str, ...] = ()
    house_words: tuple[str, ...] = ()  # stand above the record of a sitting
    sitting_words: tuple[str, ...] = ()  # what a remark on a sitting is about: "the House", "the motion"
    sitting_offices: Words = frozenset()  # who speaks in a house, a committee or a court
    procedure_verbs: tuple[str, ...] = ()  # what is done there, in the third person
    auxiliary_words: tuple[str, ...] = ()  # between those two: "was", "then"
    vote_words: tuple[str, ...] = ()  # open a list of votes
    interpreting_words: tuple[str, ...] = ()  # in brackets: what follows is said through somebody else
    part_words: tuple[str, ...] = ()  # what a recording consists of: the end of a tape ends no conversation
    chapter_words: tuple[str, ...] = ()
    page_words: tuple[str, ...] = ()
    stage_words: tuple[str, ...] = ()  # "[applause]"
    stage_qualifiers: tuple[str, ...] = ()  # "[loud applause]"

    # Sentences and questions
    dependent_openers: Words = frozenset()  # a sentence that begins so needs the one before it
    announcements: tuple[str, ...] = ()  # patterns: "for two reasons": what is announced comes next
    completions: tuple[str, ...] = ()  # patterns: a sentence that begins so completes the one before it: "Because"
    nods: tuple[str, ...] = ()  # patterns: what a listener says while somebody goes on: "I see"
    sentence_openers: Words = frozenset()  # written with a capital at the beginning of a sentence, and no names
    saying_verbs: tuple[str, ...] = ()  # patterns: somebody said something (folded)
    saying_phrases: tuple[str, ...] = ()  # patterns: who said it stands behind them (folded)
    by_words: tuple[str, ...] = ()  # patterns: "by", between a verb and the person who said it (folded)
    denials: tuple[str, ...] = ()  # patterns
    doubts: tuple[str, ...] = ()  # patterns: "it is *false* that", "*perhaps*"
    conditions: tuple[str, ...] = ()  # patterns: "*if* the council agrees"
    contrasts: tuple[str, ...] = ()  # patterns: begin a clause that a denial before it does not reach
    question_ends: tuple[str, ...] = ()  # patterns: ends a sentence that asks, though no question mark stands behind it
    person_pronouns: tuple[str, ...] = ()  # mean the person who speaks (folded)

    # Questions (folded)
    question_words: Words = frozenset()  # begin a question, auxiliary verbs included
    common_last_names: Words = frozenset()  # last names that are words, too: "Price"
    place_last_names: Words = frozenset()  # last and first names that are places, too: "Jordan"
    common_first_names: Words = frozenset()  # first names that are words: "Grace"
    before_months: Words = frozenset()  # "*in* May", where May is nobody
    third_persons: Words = frozenset()  # pronouns that stand for a speaker named before
    bound_references: Words = frozenset()  # in a longer question these refer to something within it
    references: Words = frozenset()  # refer to what was said before, beside the two lists above
    continuing_openers: tuple[str, ...] = ()  # patterns: "And …", "What about …"
    degree_words: Words = frozenset()  # after "how"
    asked_auxiliaries: tuple[str, ...] = ()  # patterns: "what *did* she say"
    asked_adverbs: tuple[str, ...] = ()  # patterns: "what did she *ever* say"
    asked_emphases: tuple[str, ...] = ()  # patterns: "what did she *herself* say"
    asked_verbs: tuple[str, ...] = ()  # patterns: "what did she *say*"
    attributions: tuple[str, ...] = ()  # patterns: "*according to* her"
    opinion_nouns: tuple[str, ...] = ()  # patterns: "her *position*"

    # When a question asks about (patterns, not folded; each list is in the order that is tried)
    seasons: tuple[str, ...] = ()  # spring, summer, autumn, winter
    early_words: tuple[str, ...] = ()
    middle_words: tuple[str, ...] = ()
    late_words: tuple[str, ...] = ()
    part_units: tuple[str, ...] = ()  # "the first *week* of", half, quarter
    part_links: tuple[str, ...] = ()  # "the first week *of*", with the white space around it
    year_links: tuple[str, ...] = ()  # "spring *of* 2024"
    year_words: tuple[str, ...] = ()
    month_words: tuple[str, ...] = ()
    week_words: tuple[str, ...] = ()
    day_words: tuple[str, ...] = ()
    last_words: tuple[str, ...] = ()  # "*last* year"
    this_words: tuple[str, ...] = ()  # "*this* spring"
    one_words: tuple[str, ...] = ()  # "*a* year ago"
    ago_words: tuple[str, ...] = ()
    period_articles: tuple[str, ...] = ()  # "before *the* summer"
    within_words: tuple[str, ...] = ()  # "*in* June"
    dated_words: tuple[str, ...] = ()  # "the briefing *of* 9 June": before a day only
    since_words: tuple[str, ...] = ()
    beyond_words: tuple[str, ...] = ()  # "*after* the summer"
    earlier_words: tuple[str, ...] = ()  # "*before* the summer"
    until_words: tuple[str, ...] = ()  # "*as of* June": its end included
    range_openers: tuple[str, ...] = ()  # "*between* May and June"
    range_links: tuple[str, ...] = ()  # "between May *and* June"
    occasions: tuple[str, ...] = ()  # what is held: "briefing", "interview"

    # What a question asks for (patterns, not folded)
    asks_number: tuple[str, ...] = ()
    asks_time: tuple[str, ...] = ()
    asks_name: tuple[str, ...] = ()
    asks_latest: tuple[str, ...] = ()  # "the last time": of those who say it, the newest answers
    asks_whether: tuple[str, ...] = ()  # how a question begins that a yes or a no answers
    verdicts: tuple[str, ...] = ()  # how a sentence begins that says yes or no

    # Questions that can be shown as examples (patterns, not folded)
    asking_words: tuple[str, ...] = ()  # the best of them begin so
    leaning_openers: tuple[str, ...] = ()  # a question that begins so needs what was said before it
    leaning_words: tuple[str, ...] = ()  # and so does one with such a word in it
