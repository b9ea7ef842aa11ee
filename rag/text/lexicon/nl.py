"""Dutch: what labels, header lines and dates need; it is not indexed as a language of its own."""

from __future__ import annotations

from rag.text.lexicon.model import Lexicon, words

DUTCH = Lexicon(
    code="nl",
    months=("januari", "februari", "maart", "", "mei", "juni", "juli", "augustus", "", "oktober", "", ""),
    weekdays=words("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"),
    before_dates=words("op"),
    chat_from_words=("van",),
    chat_to_words=("aan",),
    life_words=(r"geboren|geboorte\w*|overleden",),
    note_words=("noot|opmerking",),
    articles=words("het een"),
    other_columns=words("onderwerp taal categorie sectie bron bestand"),
    hour_words=("uur|uren",),
    minute_words=("minuut|minuten",),
    second_words=("seconden?",),
    titles=words("mevrouw meneer mijnheer dhr mw drs minister wethouder burgemeester"),
    bare_titles=words("mevrouw mw dhr meneer"),
    female_titles=words("mevrouw mw"),
    question_labels=words(
        "vraag vragen interviewer interviewster verslaggever verslaggeefster journaliste presentatrice"
    ),
    answer_labels=words("antwoord antwoorden geinterviewde"),
    question_initials=(("V", "A"),),
    conduct_labels=words("tolk vertaler"),
    voice_labels=words("stem publiek toehoorder luisteraar"),
    voice_context=words("onbekend onbekende uit de zaal het"),
    language_names=words("nederlands frans engels"),
    not_labels=words("opmerking bron bronnen datum plaats onderwerp titel beeld voorbeeld"),
    asks_keys=words("interviewer interviewster presentatrice"),
    answers_keys=words("gast gasten geïnterviewde"),
    present_keys=words("deelnemers aanwezig aanwezigen"),
    date_keys=words("datum"),
    place_keys=words("plaats locatie"),
    title_keys=words("titel"),
    text_columns=words("tekst"),
    speaker_columns=words("spreker"),
    start_columns=words("tijd"),
    bracketed_ends=("einde",),
    occasion_words=words("interview gesprek vergadering persconferentie toespraak debat hoorzitting verslag notulen"),
    stage_words=(r"applaus|gelach|muziek",),
    courtesies=words("dank dankjewel bedankt goedemorgen goedemiddag goedenavond hallo welkom graag ja"),
)
